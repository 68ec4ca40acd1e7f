/** What people and other systems tell the gate: touches and replies made elsewhere, how current that is, and on what messages rest. */
import type { Channel } from '../domain/action-types.ts';
import type { Consent } from '../domain/entity.ts';
import type { Purpose } from '../domain/lawful-basis.ts';
import type { GapCount, ReadinessCounts, ReadinessPurpose } from '../domain/readiness.ts';
import type { SenderHealth } from '../domain/sender-health.ts';
import type { Direction } from '../domain/signal-types.ts';
import type { SyncSource } from '../domain/sync.ts';
import type { Caller } from './caller.port.ts';

/** A touch or a reply that happened in another tool, in a mailbox, or on the telephone. */
export interface TouchInput {
  /** Unique per source: sent again it changes nothing. */
  readonly id: string;
  readonly source: string;
  readonly subject: string;
  readonly channel: Channel;
  readonly direction: Direction;
  /** ISO 8601; when it happened. */
  readonly at: string;
}

export interface TouchAccepted {
  readonly id: string;
  readonly duplicate: boolean;
}

export interface SyncView {
  readonly source: SyncSource;
  /** Everything of the source up to this moment is known here; null when it never reported. */
  readonly complete_to: string | null;
  /** How old it may be before selling waits; null when the policy does not say. */
  readonly limit_ms: number | null;
  readonly stale: boolean;
}

export interface LawfulBasisView {
  readonly purpose: Purpose;
  readonly basis: Consent['basis'];
  readonly source: string;
  readonly since: string;
  readonly jurisdiction: string | null;
  /** Whether a proof is sealed with the event that recorded it. */
  readonly proven: boolean;
}

export interface LawfulBasesView {
  readonly subject: string;
  /** What a source says of the contact as a whole; it counts for a purpose for which nothing was recorded, unless the policy asks for more. */
  readonly general: Consent['basis'] | null;
  readonly purposes: readonly LawfulBasisView[];
}

export interface LawfulBasisInput {
  readonly purpose: Purpose;
  readonly basis: Consent['basis'];
  readonly source: string;
  /** ISO 8601; null: now. */
  readonly since: string | null;
  readonly jurisdiction: string | null;
  /** What proves it, such as the text that was agreed to. It is sealed. */
  readonly evidence: string | null;
}

/** Examples are external ids of contacts. */
export interface ReadinessGap extends GapCount {
  readonly title: string;
  readonly remedy: string;
  /** How to fill it for many contacts at once. */
  readonly fix: string;
}

/** What forbids a message, and what takes it back where it is wrong. */
export type ReadinessRefusal = Omit<ReadinessGap, 'fact'>;

/** A sender that the gate limits, whoever the contact is. */
export type LimitedSender = Pick<SenderHealth, 'channel' | 'sender' | 'level'>;

export interface ReadinessReport extends ReadinessCounts {
  readonly purpose: ReadinessPurpose;
  readonly at: string;
  readonly gaps: readonly ReadinessGap[];
  readonly refusals: readonly ReadinessRefusal[];
  readonly limited_senders: readonly LimitedSender[];
}

export interface GateFactServices {
  /** Throws `time_in_future`, and `conflict` when an id was used before with different content. All or nothing. */
  recordTouches(caller: Caller, touches: readonly TouchInput[]): Promise<readonly TouchAccepted[]>;
  listSyncs(caller: Caller): Promise<readonly SyncView[]>;
  /** Throws `time_in_future`. An earlier moment than the one that is known changes nothing. */
  reportSync(caller: Caller, source: SyncSource, completeTo: string): Promise<readonly SyncView[]>;
  /** Throws `not_found`. */
  showBases(caller: Caller, contact: string): Promise<LawfulBasesView>;
  /** A withdrawal is a record with the basis `withdrawn`. Throws `not_found` and `time_in_future`. */
  recordBasis(caller: Caller, contact: string, input: LawfulBasisInput): Promise<LawfulBasesView>;
  /** Throws `not_found`, and `state_conflict` when the address has not bounced. */
  clearBounce(caller: Caller, contact: string, reason: string): Promise<{ readonly subject: string }>;
  /** Which contacts the gate would hold now for want of a fact, and which facts. */
  readiness(caller: Caller, purpose: ReadinessPurpose): Promise<ReadinessReport>;
}
