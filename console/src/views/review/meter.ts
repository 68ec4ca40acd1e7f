/** How a sitting goes: items done, the median of the seconds each took, and how often the draft was right as it was. */
import { createStore } from '@xstate/store';
import { useSyncExternalStore } from 'react';

interface Sitting {
  readonly seconds: readonly number[];
  readonly unedited: number;
}

const BEGINNING: Sitting = { seconds: [], unedited: 0 };

export const sitting = createStore({
  context: BEGINNING,
  on: {
    decided: (context, event: { seconds: number; unedited: boolean }) => ({
      seconds: [...context.seconds, event.seconds],
      unedited: context.unedited + (event.unedited ? 1 : 0),
    }),
  },
});

export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

export function useSitting(): Sitting {
  return useSyncExternalStore(
    (listener) => {
      const subscription = sitting.subscribe(listener);
      return () => subscription.unsubscribe();
    },
    () => sitting.getSnapshot().context,
  );
}
