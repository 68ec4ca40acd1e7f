/** Reading decisions and the whole way of one. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';

import { call, get, id as part } from '../../shared/api.ts';
import type {
  ComparisonView,
  CounterfactualView,
  DecisionView,
  MachineView,
  Page,
  ReplayView,
  TraceView,
} from '../../shared/types.ts';

export const FILTERS = ['account', 'contact', 'verdict', 'correlation'] as const;
const PAGE = 50;

type Filters = Readonly<Record<string, string>>;

/** What is said about the list; the rest of the address is about the decision that is open. */
export function listFilters(filters: Filters): Filters {
  return Object.fromEntries(FILTERS.flatMap((name) => (filters[name] === undefined ? [] : [[name, filters[name]]])));
}

const CHANGE = ['change', 'owner', 'threshold', 'value'] as const;

export function withoutChange(filters: Filters): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([name]) => !CHANGE.some((member) => member === name)));
}

/** The change that the address asks for; null when it asks for none. */
export function changeIn(filters: Filters): Filters | null {
  if (filters['change'] === undefined) return null;
  return Object.fromEntries(CHANGE.flatMap((name) => (filters[name] === undefined ? [] : [[name, filters[name]]])));
}

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

export function useCounterfactual(decision: string, change: Filters | null) {
  return useQuery({
    queryKey: ['counterfactual', decision, change],
    queryFn: () => get<CounterfactualView>(`/v1/decisions/${part(decision)}/counterfactual`, change ?? {}),
    enabled: change !== null,
    retry: false,
  });
}

export function useComparison(decision: string, other: string) {
  return useQuery({
    queryKey: ['comparison', decision, other],
    queryFn: () => get<ComparisonView>(`/v1/decisions/${part(decision)}/comparison`, { with: other }),
    enabled: other !== '',
    retry: false,
  });
}
