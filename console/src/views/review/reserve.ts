/** Says to other reviewers that somebody reads this. It is said after a moment of reading, and let go when the item is left. */
import { useEffect, useState } from 'react';

import { call, id as part, Problem } from '../../shared/api.ts';

const READING_MS = 700;

export interface Reservation {
  readonly state: 'none' | 'mine' | 'taken';
  /** ISO time; null when nobody has it. */
  readonly until: string | null;
  readonly detail: string | null;
}

const NONE: Reservation = { state: 'none', until: null, detail: null };

export function useReservation(review: string | null): Reservation {
  const [state, setState] = useState<Reservation & { readonly of: string | null }>({ ...NONE, of: null });
  useEffect(() => {
    if (review === null) return undefined;
    let reserved = false;
    let left = false;
    const path = `/v1/reviews/${part(review)}/reservation`;
    const letGo = (): void => void call('DELETE', path).catch(() => {});
    const timer = window.setTimeout(() => {
      call<{ by: string; until: string }>('POST', path, {}).then(
        ({ until }) => {
          reserved = true;
          if (left) letGo();
          else setState({ state: 'mine', until, detail: null, of: review });
        },
        (error: unknown) => {
          if (!left && error instanceof Problem && error.code === 'reserved')
            setState({ state: 'taken', until: null, detail: error.message, of: review });
        },
      );
    }, READING_MS);
    return () => {
      left = true;
      window.clearTimeout(timer);
      if (reserved) letGo();
    };
  }, [review]);
  return state.of === review ? state : NONE;
}
