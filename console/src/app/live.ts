/**
 * Keeps screens current. The stream names what changed; what is shown of it is read again. Lists that somebody works in do not move by themselves:
 * they count what is new, and a pill brings it in.
 */
import type { QueryClient } from '@tanstack/react-query';
import { createStore } from '@xstate/store';
import { useEffect, useSyncExternalStore } from 'react';

import type { ChangeView } from '../shared/types.ts';

export interface LiveState {
  readonly state: 'connecting' | 'live' | 'lost';
  /** When the stream was heard last, in milliseconds. */
  readonly heardAt: number;
  /** Reviews that were held since the list was read. */
  readonly fresh: readonly string[];
}

const BEGINNING: LiveState = { state: 'connecting', heardAt: 0, fresh: [] };

export const live = createStore({
  context: BEGINNING,
  on: {
    heard: (context, event: { at: number }) => ({ ...context, state: 'live' as const, heardAt: event.at }),
    lost: (context) => ({ ...context, state: 'lost' as const }),
    held: (context, event: { review: string }) =>
      context.fresh.includes(event.review) ? context : { ...context, fresh: [...context.fresh, event.review] },
    seen: (context) => (context.fresh.length === 0 ? context : { ...context, fresh: [] }),
  },
});

export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      const subscription = live.subscribe(listener);
      return () => subscription.unsubscribe();
    },
    () => live.getSnapshot().context,
  );
}

/** Several changes within this time are one reading. */
const GATHER_MS = 300;

/** The first part of the keys of what a kind of change makes stale. Lists of reviews are told by the pill instead. */
const STALE: Readonly<Record<ChangeView['kind'], readonly string[]>> = {
  review: ['review', 'review-summary', 'scheduled', 'decisions', 'trace'],
  action: ['review', 'scheduled', 'decisions', 'trace'],
  decision: ['decisions', 'trace'],
  pause: ['pauses', 'scheduled'],
  outcome: ['trace'],
};

export function useLiveUpdates(client: QueryClient, signedIn: boolean): void {
  useEffect(() => {
    if (!signedIn) return undefined;
    const source = new EventSource('/v1/stream');
    const stale = new Set<string>();
    let timer: number | undefined;
    const refresh = (): void => {
      timer = undefined;
      const names = new Set(stale);
      stale.clear();
      void client.invalidateQueries({ predicate: ({ queryKey }) => names.has(String(queryKey[0])) });
    };
    const mark = (names: readonly string[]): void => {
      for (const name of names) stale.add(name);
      timer ??= window.setTimeout(refresh, GATHER_MS);
    };
    const heard = (): void => live.trigger.heard({ at: Date.now() });
    source.addEventListener('open', heard);
    source.addEventListener('error', () => live.trigger.lost());
    let begun = false;
    source.addEventListener('reset', () => {
      heard();
      // The first one says where the stream begins; a later one, that too much was missed to be told.
      if (begun) void client.invalidateQueries();
      begun = true;
    });
    source.addEventListener('change', (event: MessageEvent<string>) => {
      heard();
      const change = JSON.parse(event.data) as ChangeView;
      if (change.type === 'action.held') live.trigger.held({ review: change.id });
      mark(STALE[change.kind]);
    });
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [client, signedIn]);
}
