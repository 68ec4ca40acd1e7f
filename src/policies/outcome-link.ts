/**
 * Which decision an outcome belongs to. An outcome that names its decision or action belongs to that one; else the latest decision
 * that could still have caused it gets it. What happened before the first decision cannot have been caused by any, and is kept apart
 * from what merely came too late, because it tells how things go without us.
 */
import type { Instant } from '../domain/instant.ts';

/** A decision as its subject remembers it. */
export interface LinkableDecision {
  readonly decision: string;
  readonly action: string | null;
  readonly at: Instant;
  /** The trust cell that the evidence goes to. */
  readonly cell: string | null;
  readonly sequence?: string | undefined;
  readonly play?: string | undefined;
}

export interface OutcomeLinkInput {
  readonly occurredAt: Instant;
  /** How long after a decision the outcome may still be linked to it, in ms. */
  readonly windowMs: number;
  /** When the subject was first seen; null when it never was. */
  readonly firstSeenAt: Instant | null;
  readonly decisions: readonly LinkableDecision[];
  /** Id of the decision or action that the outcome names, or null. */
  readonly hint: string | null;
}

export interface OutcomeLink {
  readonly status: 'linked' | 'unlinked' | 'preceding';
  readonly decision: string | null;
  readonly action: string | null;
  readonly cell: string | null;
  /** When the decision was made. */
  readonly decidedAt: Instant | null;
  readonly sequence: string | null;
  readonly play: string | null;
}

/** What is linked to nothing. */
export const NO_LINK = {
  decision: null,
  action: null,
  cell: null,
  decidedAt: null,
  sequence: null,
  play: null,
} as const;

function linkedTo({ decision, action, cell, at, sequence, play }: LinkableDecision): OutcomeLink {
  return { status: 'linked', decision, action, cell, decidedAt: at, sequence: sequence ?? null, play: play ?? null };
}

/** The latest of several; of equally late ones, the one with the last id, so that the order in which they were learned does not matter. */
function latestOf(decisions: readonly LinkableDecision[]): LinkableDecision | null {
  return decisions.reduce<LinkableDecision | null>(
    (latest, decision) =>
      latest === null || decision.at > latest.at || (decision.at === latest.at && decision.decision >= latest.decision)
        ? decision
        : latest,
    null,
  );
}

/**
 * Links an outcome. A hint that is listed wins, whatever the window. Status `preceding`: it occurred before the subject was first seen, or nobody has seen the subject yet,
 * or before the first of its decisions; `unlinked`: no decision lies in the window before it.
 *
 * Source: last touch within a window, Gatehouse architecture, section 4, layer L4.
 */
export function linkOutcome(input: OutcomeLinkInput): OutcomeLink {
  const { occurredAt, windowMs, firstSeenAt, decisions, hint } = input;
  const named =
    hint === null ? null : latestOf(decisions.filter(({ decision, action }) => decision === hint || action === hint));
  if (named !== null) return linkedTo(named);

  const latest = latestOf(decisions.filter(({ at }) => at <= occurredAt && occurredAt <= at + windowMs));
  if (latest !== null) return linkedTo(latest);

  const beforeFirstSight = firstSeenAt === null || occurredAt < firstSeenAt;
  const beforeDecisions = decisions.length > 0 && decisions.every(({ at }) => occurredAt < at);
  const status = beforeFirstSight || beforeDecisions ? 'preceding' : 'unlinked';
  return { status, ...NO_LINK };
}
