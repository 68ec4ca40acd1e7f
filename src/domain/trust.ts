/** Trust cells: evidence for and against letting one kind of action run by itself. */
import { z } from 'zod';

import type { ActionType, Channel, RiskClass } from './action-types.ts';

export const EVIDENCE_KINDS = [
  'outcome_good',
  'harm',
  'matured_clean',
  'approved_unedited',
  'audit_approved',
  'approved_edited',
  'rejected',
  'reverted',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

export const evidenceSchema = z.strictObject({
  kind: z.enum(EVIDENCE_KINDS),
  good: z.number().min(0),
  bad: z.number().min(0),
  at: z.number(),
  action: z.string(),
  /** Half-life of evidence under the policy in force, in days. */
  half_life_days: z.number().min(1),
  /** When what it speaks of happened: it counts from then on, however late it is heard of. Without it, it counts from `at`. */
  occurred_at: z.number().optional(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** Evidence that a cell begins with, as the two parameters of a beta distribution. */
export const trustPriorSchema = z.strictObject({ prior_good: z.number().positive(), prior_bad: z.number().positive() });
export type TrustPrior = Readonly<z.infer<typeof trustPriorSchema>>;

/** `crm_update/crm/low/rules@1`: action type, channel, risk class and version of the decision engine. */
export function trustCellId(actionType: ActionType, channel: Channel, riskClass: RiskClass, engine: string): string {
  return `${actionType}/${channel}/${riskClass}/${engine}`;
}

export interface TrustCellKey {
  readonly actionType: string;
  readonly channel: string;
  readonly riskClass: string;
  readonly engine: string;
}

export function parseTrustCellId(cell: string): TrustCellKey {
  const [actionType = '', channel = '', riskClass = '', ...engine] = cell.split('/');
  return { actionType, channel, riskClass, engine: engine.join('/') };
}
