/** One thing about a recorded evaluation by the gate that somebody wants to see otherwise. */
import { LANES } from './lane.ts';
import type { Lane } from './lane.ts';

/** Thresholds of a policy that can be tried. Days are days; money is in minor units. */
export const THRESHOLDS = [
  'touch_cap',
  'touch_cap_days',
  'contact_cooldown_days',
  'account_cooldown_days',
  'duplicate_days',
  'reply_stop_days',
  'confidence_floor',
  'budget_per_day_minor',
] as const;
export type Threshold = (typeof THRESHOLDS)[number];

export const CHANGE_KINDS = ['no_cooldown', 'owner', 'threshold'] as const;

/** `owner` is a lane such as `lane:tam`, a person such as `person:ana`, or null for nobody. */
export type Change =
  | { readonly kind: 'no_cooldown' }
  | { readonly kind: 'owner'; readonly owner: string | null }
  | { readonly kind: 'threshold'; readonly threshold: Threshold; readonly value: number };

/** The lane that an owner names; null for a person. */
export function laneOfOwner(owner: string): Lane | null {
  return LANES.find((lane) => owner === `lane:${lane}`) ?? null;
}

/** Whether it names a lane or a person. */
export function isOwner(name: string): boolean {
  return laneOfOwner(name) !== null || /^person:.+$/.test(name);
}
