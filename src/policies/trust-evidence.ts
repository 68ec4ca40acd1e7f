/**
 * What counts as evidence for trust, and how much. What people decide is weak evidence, because they click through; what happens
 * afterwards is strong. Silence is no failure: most people never answer, whoever writes.
 */
import type { HoldQueue } from '../domain/gate.ts';
import { OUTCOME_TYPE_SPECS } from '../domain/outcome-types.ts';
import type { OutcomeType } from '../domain/outcome-types.ts';
import type { EvidenceKind } from '../domain/trust.ts';

/** One piece of evidence, without its time and action. */
export interface EvidencePiece {
  readonly kind: EvidenceKind;
  readonly good: number;
  readonly bad: number;
}

/**
 * Weights of everything that is no outcome. The bad part of an edit is the share of the text that was edited. Outcomes carry their
 * weights in their own catalogue.
 *
 * Source: Gatehouse statistics, trust; Jøsang and Ismail 2002 for the form.
 */
export const EVIDENCE_WEIGHTS = {
  matured_clean: { good: 0.05, bad: 0 },
  approved_unedited: { good: 0.5, bad: 0 },
  audit_approved: { good: 1, bad: 0 },
  approved_edited: { good: 0.25, bad: 1 },
  rejected: { good: 0, bad: 1 },
  reverted: { good: 0, bad: 2 },
} as const satisfies Partial<Record<EvidenceKind, { readonly good: number; readonly bad: number }>>;

export type WeighedKind = keyof typeof EVIDENCE_WEIGHTS;

/**
 * Evidence of a kind that has a weight here. `editedShare`, 0 to 1, is how much of the text an approver changed; it matters for
 * `approved_edited` only.
 */
export function evidenceOf(kind: WeighedKind, editedShare = 0): EvidencePiece {
  const { good, bad } = EVIDENCE_WEIGHTS[kind];
  if (kind !== 'approved_edited') return { kind, good, bad };
  return { kind, good, bad: bad * Math.min(1, Math.max(0, editedShare)) };
}

/** Evidence of what followed an action, or null when it says nothing about trust, as an automatic reply does. */
export function evidenceOfOutcome(type: OutcomeType): EvidencePiece | null {
  const { valence, trustWeight } = OUTCOME_TYPE_SPECS[type];
  switch (valence) {
    case 'good':
      return { kind: 'outcome_good', good: trustWeight, bad: 0 };
    case 'harm':
      return { kind: 'harm', good: 0, bad: trustWeight };
    case 'neutral':
      return null;
  }
}

/**
 * Evidence of what a person decided about a held action, or null for a cancellation, which judges nothing. An unedited approval out of
 * a sampled audit counts more than one out of the queue, where people expect to approve.
 */
export function evidenceOfReview(
  decision: 'approve' | 'edit' | 'reject' | 'cancel',
  queue: HoldQueue,
  editedShare = 0,
): EvidencePiece | null {
  switch (decision) {
    case 'approve':
      return evidenceOf(queue === 'sampled' ? 'audit_approved' : 'approved_unedited');
    case 'edit':
      return evidenceOf('approved_edited', editedShare);
    case 'reject':
      return evidenceOf('rejected');
    case 'cancel':
      return null;
  }
}
