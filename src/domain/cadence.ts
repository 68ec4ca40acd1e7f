/**
 * Sequences of touches under active plays, and what the cadence coordinator says about each touch.
 * Source: GTM OS AGT-302 (v22, kept in v25 and v29), and SalesPlayLibrary, AGT-302 integration.
 */
import type { ActionType, Channel } from './action-types.ts';
import { sequenceIdOf } from './ids.ts';
import type { TenantId } from './ids.ts';
import { DAY_MS, HOUR_MS } from './instant.ts';
import type { Digest } from './json.ts';

/** What the sequence of a play is meant as: generic nurture is the one kind that the ABM backstop stops. */
export const CADENCE_TYPES = ['standard', 'nurture'] as const;
export type CadenceType = (typeof CADENCE_TYPES)[number];

/** A label for reports, given once when a sequence begins. It changes nothing about its content or timing. Source: GTM OS AGT-301, v22. */
export const SEQUENCE_TYPES = ['abm_bespoke', 'abm_cluster', 'nurture', 'standard'] as const;
export type SequenceType = (typeof SEQUENCE_TYPES)[number];

/** Why the coordinator did not propose a touch that was due. Source: GTM OS AGT-302, v22. */
export const SUPPRESSED_REASONS = [
  'compliance_block',
  'abm_active_suppression',
  'touch_cap_exceeded',
  'conflict_resolved_queued',
] as const;
export type SuppressedReason = (typeof SUPPRESSED_REASONS)[number];

/** How the action of a touch ended; the two that go on count as made. */
export const TOUCH_RESULTS = ['executed', 'shadowed', 'denied', 'rejected', 'cancelled', 'expired', 'failed'] as const;
export type TouchResult = (typeof TOUCH_RESULTS)[number];
export function isMade(result: TouchResult): boolean {
  return result === 'executed' || result === 'shadowed';
}

/** Why a sequence ended; `completed` is the only one with all its touches. */
export const SEQUENCE_ENDS = [
  'completed',
  'replied',
  'opted_out',
  'closed',
  'merged',
  'compliance_block',
  'gave_up',
  'touch_denied',
  'touch_rejected',
  'touch_cancelled',
  'touch_expired',
  'touch_failed',
] as const;
export type SequenceEnd = (typeof SEQUENCE_ENDS)[number];

/** What the cadence event log has a row for: the events of a sequence by these names. */
export const CADENCE_EVENTS = [
  'started',
  'touch_proposed',
  'touch_suppressed',
  'touch_ended',
  'stopped',
  'ended',
] as const;
export type CadenceEventKind = (typeof CADENCE_EVENTS)[number];

/** One touch of a play, as its cadence says. */
export interface SequenceStep {
  /** Days after the start of the sequence, as far as the touch before allows it. */
  readonly day: number;
  readonly channel: Channel;
  readonly purpose: string;
}

/** The actions of a sequence name the coordinator in `attributes.coordinator`. */
export const COORDINATOR = 'cadence';
/** Engine of a draft for a sequence: trust in it is earned apart from that of decisions. */
export function sequenceEngineOf(version: string): string {
  return `sequence:${version}`;
}

/** What was suppressed is tried again after this when the gate knows no better time. */
export const RETRY_MS: Readonly<Record<SuppressedReason, number>> = {
  compliance_block: DAY_MS,
  abm_active_suppression: DAY_MS,
  touch_cap_exceeded: DAY_MS,
  conflict_resolved_queued: 4 * HOUR_MS,
};
/** A touch that could not be made for so long ends its sequence: what it would say is old by then. */
export const GIVE_UP_MS = 30 * DAY_MS;
/** Within this time queued touches are tried again, those with the highest score first. */
export const QUEUE_SPREAD_MS = HOUR_MS;

/** One play starts one sequence for one person, ever: its id follows from both. */
export function sequenceOf(tenant: TenantId, play: string, person: string, digest: Digest): string {
  return sequenceIdOf({ tenant, source: COORDINATOR, id: `${play}:${person}` }, digest);
}

/** What a touch by this channel is as an action. Generic nurture by e-mail is marketing, all else is sales. */
export function actionTypeOf(channel: Channel, cadence: CadenceType): ActionType {
  switch (channel) {
    case 'email':
      return cadence === 'nurture' ? 'nurture_enrollment' : 'outreach_push';
    case 'linkedin':
      return 'linkedin_push';
    case 'crm':
      return 'crm_update';
    case 'internal':
      return 'email_generation';
    case 'audience':
      return 'paid_audience_push';
  }
}

/** Source: GTM OS AGT-301, v22. An ABM account without a known tier counts as one of a few. */
export function sequenceTypeOf(
  cadence: CadenceType,
  account: { readonly abm_active?: boolean | undefined; readonly abm_tier?: string | undefined },
): SequenceType {
  if (cadence === 'nurture') return 'nurture';
  if (account.abm_active !== true) return 'standard';
  return account.abm_tier === '1:1' ? 'abm_bespoke' : 'abm_cluster';
}

/** When a queued touch is tried again: later the lower its score is, and last without one. */
export function queuedUntil(freeAt: number, score: number | null): number {
  const share = score === null ? 1 : 1 - Math.min(100, Math.max(0, score)) / 100;
  return freeAt + Math.round(share * QUEUE_SPREAD_MS);
}
