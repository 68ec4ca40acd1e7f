/**
 * Who in the business owns which section of a policy, and so may approve a change of it. Any one of the owners of a section is enough; a
 * change of sections with different owners needs one of each.
 *
 * Source: GTM OS, L0 configuration (caps, cadence, segments and weights belong to RevOps, prices to Finance).
 */
import type { Authority } from './authority.ts';
import type { Policy } from './policy.ts';

/** All members of a policy that say something. */
export type PolicySection = Exclude<keyof Policy, 'format' | 'name'>;

export const POLICY_OWNERS = {
  grants: ['CRO'],
  ceilings: ['CRO', 'RevOps'],
  authorizations: ['RevOps'],
  cooldown: ['RevOps'],
  touch_cap: ['RevOps'],
  duplicate_window_ms: ['RevOps'],
  reply_stop: ['RevOps'],
  sending_hours: ['RevOps'],
  sending: ['RevOps'],
  sender_health: ['RevOps'],
  ownership_window_ms: ['RevOps'],
  ownership_order: ['RevOps'],
  permit_ttl_ms: ['RevOps'],
  review_ttl_ms: ['RevOps'],
  consent: ['Legal'],
  budget: ['Finance', 'CFO'],
  confidence_floor: ['CRO', 'RevOps'],
  triage: ['RevOps'],
  rules: ['RevOps', 'Legal'],
  trust: ['CRO', 'RevOps'],
  icp: ['RevOps'],
  exploration: ['CRO', 'RevOps'],
  outcome_windows_ms: ['RevOps'],
  retention: ['Legal'],
  egress: ['Legal'],
  plays: ['RevOps'],
  review: ['RevOps'],
  answers: ['RevOps'],
  syncs: ['RevOps'],
  reengagement: ['RevOps'],
  change_control: ['CRO'],
} as const satisfies Record<PolicySection, readonly Authority[]>;
