/**
 * Keeps screens current. The stream names what changed; what is shown of it is read again. Lists that somebody works in do not move by themselves:
 * they count what is new, and a pill brings it in.
 */
import type { QueryClient } from '@tanstack/react-query';
import { createStore } from '@xstate/store';
import { useEffect, useSyncExternalStore } from 'react';

import { get, Problem } from '../shared/api.ts';
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

/** After a refusal, such as that of a server which is starting. */
export const AGAIN_MS = 3_000;

/** Follows until the function that it returns is called. */
export function followChanges(client: QueryClient): () => void {
  const stale = new Set<string>();
  let source: EventSource | null = null;
  let ended = false;
  let begun = false;
  let timer: number | undefined;
  let againTimer: number | undefined;
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
  // A lost connection the browser takes up again by itself, but whoever is refused once it never asks again.
  const again = (): void => {
    get('/v1/session').then(
      () => !ended && open(),
      (error: unknown) => {
        if (ended) return;
        if (error instanceof Problem && error.status === 401) void client.invalidateQueries({ queryKey: ['session'] });
        else againTimer = window.setTimeout(again, AGAIN_MS);
      },
    );
  };
  const open = (): void => {
    const opened = new EventSource('/v1/stream');
    source = opened;
    opened.addEventListener('open', heard);
    opened.addEventListener('error', () => {
      live.trigger.lost();
      if (opened.readyState === EventSource.CLOSED) againTimer = window.setTimeout(again, AGAIN_MS);
    });
    opened.addEventListener('reset', () => {
      heard();
      // The first one says where the stream begins; a later one, that too much was missed to be told.
      if (begun) void client.invalidateQueries();
      begun = true;
    });
    opened.addEventListener('change', (event: MessageEvent<string>) => {
      heard();
      const change = JSON.parse(event.data) as ChangeView;
      if (change.type === 'action.held') live.trigger.held({ review: change.id });
      mark(STALE[change.kind]);
    });
  };
  open();
  return () => {
    ended = true;
    window.clearTimeout(timer);
    window.clearTimeout(againTimer);
    source?.close();
  };
}

export function useLiveUpdates(client: QueryClient, signedIn: boolean): void {
  useEffect(() => (signedIn ? followChanges(client) : undefined), [client, signedIn]);
}
