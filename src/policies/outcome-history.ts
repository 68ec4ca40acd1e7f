/**
 * What a subject remembers of its outcomes, so that late, corrected and retracted ones end in the same links and the same trust in whatever
 * order they come. Of each outcome it keeps what was reported, the latest correction of each member, and whether it was taken back; these
 * three commute. Everything else (what stands, the link, the evidence) is computed from them and from the decisions that are remembered.
 */
import type { EventData } from '../domain/event-types.ts';
import type { Instant } from '../domain/instant.ts';
import type { Money } from '../domain/money.ts';
import { OUTCOME_TYPE_SPECS } from '../domain/outcome-types.ts';
import type { OutcomeType } from '../domain/outcome-types.ts';
import type { GivenEvidence, OutcomeChanges, StoredLink, WindowSource } from '../domain/outcome.ts';
import { OUTCOME_FIELDS } from '../domain/outcome.ts';
import type { Policy } from '../domain/policy.ts';
import type { LinkableDecision } from './outcome-link.ts';
import { linkOutcome, NO_LINK } from './outcome-link.ts';
import { evidenceOfOutcome } from './trust-evidence.ts';

/** How many outcomes a subject remembers; of more, those that happened last. The others keep their links and can no longer be corrected. */
export const REMEMBERED_OUTCOMES = 50;

/** An outcome as it stands. */
export interface StandingOutcome {
  readonly outcome_type: OutcomeType;
  readonly occurred_at: Instant;
  readonly amount: Money | null;
  readonly decision: string | null;
  /** A window of its own, in ms, or null. */
  readonly window_ms: number | null;
  /** Whether it was history when it was reported: trust learns nothing from it. */
  readonly history: boolean;
}

interface Change {
  readonly known_at: Instant;
  readonly act: string;
  readonly changes: OutcomeChanges;
}

export interface RememberedOutcome {
  readonly outcome: string;
  /** Null while only a correction or a retraction has come. */
  readonly reported: StandingOutcome | null;
  /** The latest correction of each member. */
  readonly corrected: Readonly<Partial<Record<keyof OutcomeChanges, Change>>>;
  readonly retracted: boolean;
  /** The link that is on the ledger; null before there is one. */
  readonly link: StoredLink | null;
}

export type OutcomeLog = readonly RememberedOutcome[];
type Revision = 'outcome.recorded' | 'outcome.corrected' | 'outcome.retracted';

const UNKNOWN = { reported: null, corrected: {}, retracted: false, link: null } as const;

export function rememberedIn(log: OutcomeLog, outcome: string): RememberedOutcome | null {
  return log.find((entry) => entry.outcome === outcome) ?? null;
}

/** The outcome with its corrections; null when it was retracted, or is not known yet. */
export function standingOf({ reported, corrected, retracted }: RememberedOutcome): StandingOutcome | null {
  if (reported === null || retracted) return null;
  const changes = Object.fromEntries(
    OUTCOME_FIELDS.flatMap((field) => {
      const change = corrected[field];
      return change === undefined ? [] : [[field, change.changes[field]]];
    }),
  );
  return { ...reported, ...changes };
}

function withChanges(entry: RememberedOutcome, { changes, known_at, act }: EventData<'outcome.corrected'>) {
  const corrected: Partial<Record<keyof OutcomeChanges, Change>> = { ...entry.corrected };
  for (const field of OUTCOME_FIELDS) {
    if (changes[field] === undefined) continue;
    const known = corrected[field];
    const isLater =
      known === undefined || known_at > known.known_at || (known_at === known.known_at && act > known.act);
    if (isLater) corrected[field] = { known_at, act, changes: { [field]: changes[field] } };
  }
  return { ...entry, corrected };
}

function revised(entry: RememberedOutcome, type: Revision, data: EventData<Revision>): RememberedOutcome {
  switch (type) {
    case 'outcome.recorded': {
      const { outcome_type, occurred_at, amount, decision_hint, window_ms, history } =
        data as EventData<'outcome.recorded'>;
      return {
        ...entry,
        reported: { outcome_type, occurred_at, amount, decision: decision_hint, window_ms, history },
      };
    }
    case 'outcome.corrected':
      return withChanges(entry, data as EventData<'outcome.corrected'>);
    case 'outcome.retracted':
      return { ...entry, retracted: true };
  }
}

const lastFirst = (a: RememberedOutcome, b: RememberedOutcome): number =>
  (b.reported?.occurred_at ?? Infinity) - (a.reported?.occurred_at ?? Infinity) || (a.outcome < b.outcome ? 1 : -1);

/** The log after one event about an outcome. What was said before about an outcome that comes only now holds from now on. */
export function withRevision(log: OutcomeLog, type: Revision, data: EventData<Revision>): OutcomeLog {
  const before = rememberedIn(log, data.outcome) ?? { outcome: data.outcome, ...UNKNOWN };
  const after = revised(before, type, data);
  const next =
    rememberedIn(log, data.outcome) === null
      ? [...log, after]
      : log.map((entry) => (entry.outcome === data.outcome ? after : entry));
  return next.length <= REMEMBERED_OUTCOMES ? next : next.toSorted(lastFirst).slice(0, REMEMBERED_OUTCOMES);
}

export function withLink(log: OutcomeLog, outcome: string, link: StoredLink): OutcomeLog {
  return log.map((entry) => (entry.outcome === outcome ? { ...entry, link } : entry));
}

/** How long after a decision an outcome may be linked to it, and who says so. */
export function windowOf(
  { window_ms, outcome_type }: Pick<StandingOutcome, 'window_ms' | 'outcome_type'>,
  policy: Pick<Policy, 'outcome_windows_ms'>,
): { readonly ms: number; readonly source: WindowSource } {
  if (window_ms !== null) return { ms: window_ms, source: 'outcome' };
  const ms = policy.outcome_windows_ms[outcome_type];
  if (ms !== undefined) return { ms, source: 'policy' };
  return { ms: OUTCOME_TYPE_SPECS[outcome_type].windowMs, source: 'catalogue' };
}

export interface LinkingFacts {
  readonly decisions: readonly LinkableDecision[];
  readonly firstSeenAt: Instant | null;
  readonly policy: Pick<Policy, 'outcome_windows_ms'>;
  /** Nothing counts from later than now. */
  readonly now: Instant;
}

/** The link that an outcome has to have; null when nobody has reported it yet. */
export function linkFor(entry: RememberedOutcome, facts: LinkingFacts): StoredLink | null {
  if (entry.reported === null) return null;
  const standing = standingOf(entry);
  const { ms, source } = windowOf(standing ?? entry.reported, facts.policy);
  const window = { window_ms: ms, window_source: source } as const;
  if (standing === null) {
    const { decidedAt: decided_at, ...none } = NO_LINK;
    return { status: 'retracted', ...none, decided_at, ...window, evidence: null };
  }
  const { decidedAt, ...link } = linkOutcome({
    follows: OUTCOME_TYPE_SPECS[standing.outcome_type].follows,
    occurredAt: standing.occurred_at,
    windowMs: ms,
    firstSeenAt: facts.firstSeenAt,
    decisions: facts.decisions,
    hint: standing.decision,
  });
  // A decision that is no longer remembered cannot be found again; its link stays as long as it fits.
  const isForgotten =
    entry.link?.status === 'linked' &&
    link.status !== 'linked' &&
    facts.decisions.every(({ decision }) => decision !== entry.link?.decision) &&
    isWithin(entry.link, standing.occurred_at, ms);
  const kept = isForgotten ? entry.link : { ...link, decided_at: decidedAt };
  return { ...kept, ...window, evidence: evidenceFor(kept, standing, facts.now, entry.link) };
}

function isWithin({ decided_at }: StoredLink, occurredAt: Instant, windowMs: number): boolean {
  return decided_at !== null && decided_at <= occurredAt && occurredAt <= decided_at + windowMs;
}

function evidenceFor(
  { cell, action }: { readonly cell: string | null; readonly action: string | null },
  { outcome_type, occurred_at, history }: StandingOutcome,
  now: Instant,
  known: StoredLink | null,
): GivenEvidence | null {
  const piece = evidenceOfOutcome(outcome_type);
  if (history || cell === null || action === null || piece === null) return null;
  const given = known?.evidence ?? null;
  const isSame =
    given !== null &&
    given.cell === cell &&
    given.action === action &&
    given.kind === piece.kind &&
    given.good === piece.good &&
    given.bad === piece.bad;
  // The clock of a sender may be ahead: what counted from now on counts from then on, as long as nothing else about it changes.
  if (isSame && given.occurred_at < occurred_at && occurred_at > now) return given;
  return { cell, action, ...piece, occurred_at: Math.min(occurred_at, now) };
}
