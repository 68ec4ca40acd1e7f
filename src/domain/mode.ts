/**
 * How far a tenant or a channel may reach. `sandbox` renders and records, `shadow` decides and records what it would have sent,
 * `live` sends. The stricter of tenant and channel holds.
 */
import { z } from 'zod';

export const MODES = ['sandbox', 'shadow', 'live'] as const;
export const modeSchema = z.enum(MODES);
export type Mode = z.infer<typeof modeSchema>;

/** A tenant on a virtual clock only moves through simulated time, and can never be live. */
export const CLOCKS = ['real', 'virtual'] as const;
export type TenantClock = (typeof CLOCKS)[number];

const STRICTNESS: Record<Mode, number> = { shadow: 0, sandbox: 1, live: 2 };

export function stricterMode(left: Mode, right: Mode): Mode {
  return STRICTNESS[left] <= STRICTNESS[right] ? left : right;
}
