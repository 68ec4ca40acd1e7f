/**
 * When an attempt at a permit must not be recorded, in the words of the model. The database says the same in SQL
 * (`gatehouse_execution_fault`, `executions_again`, `executions_single_use`); a test compares the two on every combination.
 */

export const PERMIT_STATES = ['granted', 'claimed', 'used', 'failed', 'revoked', 'expired', 'uncertain'] as const;
export type PermitState = (typeof PERMIT_STATES)[number];
export const ATTEMPT_STATES = ['open', 'sent', 'absent', 'refused', 'uncertain'] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

export interface AttemptTerms {
  /** Null when there is no such permit. */
  readonly permit: {
    readonly state: PermitState;
    readonly grantedAt: number;
    readonly expiresAt: number;
    readonly fingerprint: string;
  } | null;
  /** The state of the tenant's registry; null when it is not known. */
  readonly registry: string | null;
  /** The attempt that stands recorded for the permit. */
  readonly previous: AttemptState | null;
  readonly at: number;
  readonly fingerprint: string;
}

/** What forbids an attempt, or null when it may be made. */
export function attemptFault({ permit, registry, previous, at, fingerprint }: AttemptTerms): string | null {
  if (permit === null) return 'no permit';
  if (permit.state !== 'granted' && permit.state !== 'claimed') return 'the permit has ended';
  if (at < permit.grantedAt || at > permit.expiresAt) return 'the permit is not valid now';
  if (fingerprint !== permit.fingerprint) return 'other content';
  if (registry === null || registry === 'stopped') return 'the kill switch';
  if (previous !== null && previous !== 'absent') return 'an attempt acted or may have acted';
  return null;
}
