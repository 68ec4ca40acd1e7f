/** Reading what is scheduled and what is paused, and acting on both. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { call, get, id as part } from '../../shared/api.ts';
import { isObject } from '../../shared/message.ts';
import type { JsonObject, Page, PauseView, ScheduledView, TraceView } from '../../shared/types.ts';

export const FILTERS = ['channel', 'sender', 'account', 'play', 'from', 'to'] as const;
const PAGE = 100;

export function useScheduled(filters: Readonly<Record<string, string>>) {
  return useInfiniteQuery({
    queryKey: ['scheduled', filters],
    queryFn: ({ pageParam }) =>
      get<Page<ScheduledView>>('/v1/scheduled', { ...filters, limit: PAGE, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    retry: false,
  });
}

export function usePauses() {
  return useQuery({
    queryKey: ['pauses'],
    queryFn: async () => (await get<Page<PauseView>>('/v1/pauses')).items,
    retry: false,
  });
}

export interface ScheduleAct {
  readonly path: string;
  readonly method: 'POST' | 'DELETE';
  readonly body: JsonObject | null;
  /** Said when it is done. */
  readonly what: string;
}

export function useScheduleAct(ends: {
  readonly done: (what: string) => void;
  readonly refused: (error: Error) => void;
}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ path, method, body }: ScheduleAct) => call<unknown>(method, path, body ?? undefined),
    onSuccess: (_result, { what }) => ends.done(what),
    onError: ends.refused,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['scheduled'] });
      void client.invalidateQueries({ queryKey: ['pauses'] });
      void client.invalidateQueries({ queryKey: ['reviews'] });
    },
  });
}

export function actPath(action: string, act: 'cancel' | 'move' | 'send-now'): string {
  return `/v1/scheduled/${part(action)}/${act}`;
}

/** The review in which an action was approved, as its trace has it. */
export async function reviewOf(decision: string, action: string): Promise<string> {
  const { steps } = await get<TraceView>(`/v1/decisions/${part(decision)}/trace`);
  const held = steps.findLast((step) => step.type === 'action.held' && step.actor === `action:${action}`);
  const review = isObject(held?.data) ? held.data['review'] : undefined;
  if (typeof review !== 'string') throw new Error('Nobody had to approve this, so there is no approval to undo.');
  return review;
}

/** Such as `Today 14:00`: the hour in which something is due, by the person's own clock. */
export function hourOf(iso: string, now: number): string {
  const at = new Date(iso);
  const today = new Date(now);
  const day =
    at.toDateString() === today.toDateString() ? 'Today' : at.toLocaleDateString(undefined, { dateStyle: 'full' });
  return `${day}, ${String(at.getHours()).padStart(2, '0')}:00`;
}
