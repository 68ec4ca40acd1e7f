/** Reading reviews and deciding them. A decision takes its row out of the list at once; when the server refuses it, the list is read again. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';

import { call, get, id as part } from '../../shared/api.ts';
import type { JsonObject, Page, ReviewSummary, ReviewView } from '../../shared/types.ts';

export const FILTERS = [
  'state',
  'channel',
  'action_type',
  'queue',
  'account',
  'sequence',
  'batch',
  'play',
  'assigned_to',
  'sort',
] as const;

const PAGE = 100;

export type Filters = Readonly<Record<string, string>>;

export function useReviewList(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ['reviews', filters],
    queryFn: ({ pageParam }) => get<Page<ReviewView>>('/v1/reviews', { ...filters, limit: PAGE, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useReview(id: string | null, known: ReviewView | undefined) {
  return useQuery({
    queryKey: ['review', id],
    queryFn: () => get<ReviewView>(`/v1/reviews/${part(id ?? '')}`),
    enabled: id !== null,
    // The list may have been read an hour ago: its row is shown at once, and read again.
    ...(known === undefined ? {} : { initialData: known, initialDataUpdatedAt: 0 }),
  });
}

export function useSummary() {
  return useQuery({
    queryKey: ['review-summary'],
    queryFn: () => get<ReviewSummary>('/v1/reviews/summary'),
    retry: false,
  });
}

function withoutRows(client: QueryClient, ids: ReadonlySet<string>): void {
  client.setQueriesData<InfiniteData<Page<ReviewView>>>({ queryKey: ['reviews'] }, (data) =>
    data === undefined
      ? data
      : {
          ...data,
          pages: data.pages.map((page) => ({ ...page, items: page.items.filter((item) => !ids.has(item.id)) })),
        },
  );
}

export interface Decision {
  readonly review: ReviewView;
  readonly decision: 'approve' | 'edit' | 'reject' | 'cancel';
  readonly reason: string | null;
  readonly content: JsonObject | null;
}

export interface DecideEnds {
  readonly done: (decision: Decision, actionState: string) => void;
  readonly refused: (decision: Decision, error: Error) => void;
}

export function useDecide({ done, refused }: DecideEnds) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ review, decision, reason, content }: Decision) =>
      call<{ review: ReviewView; action_state: string }>('POST', `/v1/reviews/${part(review.id)}/decisions`, {
        decision,
        fingerprint: review.fingerprint,
        ...(reason === null ? {} : { reason }),
        ...(content === null ? {} : { content }),
      }),
    onMutate: ({ review }) => withoutRows(client, new Set([review.id])),
    onSuccess: (result, decision) => {
      client.setQueryData(['review', decision.review.id], result.review);
      // One that needs a second approval is still open, for somebody else.
      done(decision, result.action_state);
    },
    onError: (error, decision) => {
      void client.invalidateQueries({ queryKey: ['reviews'] });
      void client.invalidateQueries({ queryKey: ['review', decision.review.id] });
      refused(decision, error);
    },
  });
}

/** An act on one review that does not decide it: it is told as a path and a body, and what is shown is read again. */
export function useAct(ends: { readonly done: (what: string) => void; readonly refused: (error: Error) => void }) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ review, path, body }: { review: string; path: string; body: JsonObject; what: string }) =>
      call<unknown>('POST', `/v1/reviews/${part(review)}/${path}`, body),
    onSuccess: (_result, { what }) => {
      void client.invalidateQueries({ queryKey: ['reviews'] });
      void client.invalidateQueries({ queryKey: ['review'] });
      void client.invalidateQueries({ queryKey: ['review-summary'] });
      ends.done(what);
    },
    onError: ends.refused,
  });
}
