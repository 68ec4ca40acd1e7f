/**
 * Pauses: a part of the outreach that a person has stopped for a while. A pause stops what was scheduled and what comes after; the kill
 * switch stops everything, whatever its part.
 */
import type { Instant } from './instant.ts';

export const PAUSE_SCOPES = ['tenant', 'channel', 'play', 'sender', 'account'] as const;
export type PauseScope = (typeof PAUSE_SCOPES)[number];

export interface Pause {
  readonly id: string;
  readonly scope: PauseScope;
  /** Which channel, play, sender or account (by its id here); empty for the whole tenant. */
  readonly value: string;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** What a pause may be about. */
export interface Pausable {
  readonly channel: string;
  readonly sender: string;
  readonly account: string | null;
  /** What the account is called too since a merge. */
  readonly joined?: readonly string[];
  readonly play: string | null;
}

/** The pauses that concern an action. */
export function pausesOn(pauses: readonly Pause[], about: Pausable): readonly Pause[] {
  return pauses.filter(
    ({ scope, value }) =>
      scope === 'tenant' || about[scope] === value || (scope === 'account' && about.joined?.includes(value) === true),
  );
}

export interface PausedFact {
  readonly scope: PauseScope;
  readonly ago_ms: number;
}

/** As a fact of the gate: nothing when no pause concerns the action. */
export function pausedFact(pauses: readonly Pause[], about: Pausable, at: Instant): { readonly paused?: PausedFact[] } {
  const found = pausesOn(pauses, about);
  return found.length === 0 ? {} : { paused: found.map((pause) => ({ scope: pause.scope, ago_ms: at - pause.at })) };
}
