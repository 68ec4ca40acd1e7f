/**
 * The draw that decides which autonomous actions a person audits. It depends on what is sent and when, and on nothing else, so a
 * replay draws the same, and nobody can choose a quiet moment for it without changing the message or the time.
 */
import type { Instant } from '../domain/instant.ts';
import { uniformOf } from '../stats/random.ts';

/** A number in [0, 1), the same for the same fingerprint and time. An action is audited when it is below the share to audit. */
export function auditDraw(fingerprint: string, at: Instant): number {
  return uniformOf(`audit\n${fingerprint}\n${at}`);
}
