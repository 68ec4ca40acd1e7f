/**
 * Which decision an outcome belongs to. An outcome that names its decision or action belongs to that one; else the decision gets it whose
 * action was executed last, of those that the outcome can follow from: nobody answers a message that was never sent. Deals and meetings also
 * come without any act of ours; they are linked to the latest decision then, without its action, so that trust learns nothing from them.
 * What happened before the first decision cannot have been caused by any, and is kept apart from what merely came too late, because it
 * tells how things go without us.
 */
import { SAME_TOUCH_MS } from '../domain/guard.ts';
import type { Instant } from '../domain/instant.ts';
import type { OutcomeFollows } from '../domain/outcome-types.ts';

/** A decision as its subject remembers it. */
export interface LinkableDecision {
  readonly decision: string;
  readonly action: string | null;
  readonly at: Instant;
  /** The trust cell that the evidence goes to. */
  readonly cell: string | null;
  readonly sequence?: string | undefined;
  readonly play?: string | undefined;
  /** Whether its action is a message. Left out when it has no action, or by a version that did not remember what was executed. */
  readonly message?: boolean | undefined;
  /** When its action was executed; left out when it was not, or when that was not remembered. */
  readonly executed_at?: Instant | undefined;
}

export interface OutcomeLinkInput {
  readonly follows: OutcomeFollows;
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

/** When the action of a decision was done; null when it was not. One of before executions were remembered counts as done when it was decided. */
function doneAt({ action, at, message, executed_at }: LinkableDecision): Instant | null {
  if (action === null) return null;
  return message === undefined ? at : (executed_at ?? null);
}

/** The latest of several; of equally late ones, the one with the last id, so that the order in which they were learned does not matter. */
function latestOf(
  decisions: readonly LinkableDecision[],
  timeOf: (decision: LinkableDecision) => Instant = ({ at }) => at,
): LinkableDecision | null {
  return decisions.reduce<LinkableDecision | null>((latest, decision) => {
    if (latest === null) return decision;
    const difference = timeOf(decision) - timeOf(latest) || decision.at - latest.at;
    return difference > 0 || (difference === 0 && decision.decision >= latest.decision) ? decision : latest;
  }, null);
}

/** The decision among these whose action was done last before the outcome, and that such an outcome can follow from. */
function lastDone(
  decisions: readonly LinkableDecision[],
  follows: OutcomeFollows,
  occurredAt: Instant,
): LinkableDecision | null {
  // The clock of whoever reports the outcome may be behind that of the channel.
  const done = decisions.filter((decision) => (doneAt(decision) ?? Infinity) <= occurredAt + SAME_TOUCH_MS);
  const possible = follows === 'message' ? done.filter(({ message }) => message !== false) : done;
  return latestOf(possible, (decision) => doneAt(decision) ?? decision.at);
}

/**
 * Links an outcome. A hint that is listed wins, whatever the window. Status `preceding`: it occurred before the subject was first seen, or nobody has seen the subject or decided about it yet,
 * or before the first of its decisions; `unlinked`: none that it can follow from lies in the window before it.
 *
 * Source: last touch within a window, Gatehouse architecture, section 4, layer L4; ADR 0036.
 */
export function linkOutcome(input: OutcomeLinkInput): OutcomeLink {
  const { follows, occurredAt, windowMs, firstSeenAt, decisions, hint } = input;
  const named =
    hint === null ? null : latestOf(decisions.filter(({ decision, action }) => decision === hint || action === hint));
  if (named !== null) return linkedTo(named);

  const inWindow = decisions.filter(({ at }) => at <= occurredAt && occurredAt <= at + windowMs);
  const done = lastDone(inWindow, follows, occurredAt);
  if (done !== null) return linkedTo(done);
  const latest = follows === 'decision' ? latestOf(inWindow) : null;
  if (latest !== null) return linkedTo({ ...latest, action: null, cell: null });

  const beforeFirstSight = firstSeenAt === null ? decisions.length === 0 : occurredAt < firstSeenAt;
  const beforeDecisions = decisions.length > 0 && decisions.every(({ at }) => occurredAt < at);
  const status = beforeFirstSight || beforeDecisions ? 'preceding' : 'unlinked';
  return { status, ...NO_LINK };
}
