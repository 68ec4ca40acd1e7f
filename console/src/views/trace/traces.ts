/** Reading decisions and the whole way of one. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';

import { call, get, id as part } from '../../shared/api.ts';
import type { DecisionView, MachineView, Page, ReplayView, TraceView } from '../../shared/types.ts';

export const FILTERS = ['account', 'contact', 'verdict', 'correlation'] as const;
const PAGE = 50;

export function useDecisions(filters: Readonly<Record<string, string>>) {
  return useInfiniteQuery({
    queryKey: ['decisions', filters],
    queryFn: ({ pageParam }) =>
      get<Page<DecisionView>>('/v1/decisions', { ...filters, limit: PAGE, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useTrace(id: string | null) {
  return useQuery({
    queryKey: ['trace', id],
    queryFn: () => get<TraceView>(`/v1/decisions/${part(id ?? '')}/trace`),
    enabled: id !== null,
  });
}

export function useMachine(kind: string) {
  return useQuery({
    queryKey: ['machine', kind],
    queryFn: () => get<MachineView>(`/v1/machines/${part(kind)}`),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useReplay(id: string) {
  return useMutation({ mutationFn: () => call<ReplayView>('POST', `/v1/decisions/${part(id)}/replay`) });
}
