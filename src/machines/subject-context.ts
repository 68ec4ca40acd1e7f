/** What the lead and account machines have in common: how interest, looks and decisions are remembered. */
import { isOpen } from '../domain/actions-to-load.ts';
import type { Dimensions } from '../domain/entity.ts';
import type { AccountEventFacts, ContactEventFacts, EventData, MachineEvent } from '../domain/event-types.ts';
import type { Carried, RememberedDecision } from '../domain/identity.ts';
import { addIntent } from '../domain/intent.ts';
import type { Lane } from '../domain/lane.ts';
import type { StandingObjection } from '../domain/note.ts';
import type { OutcomeType } from '../domain/outcome-types.ts';
import type { SignalType } from '../domain/signal-types.ts';
import type { OutcomeLog } from '../policies/outcome-history.ts';
import { rememberedIn, standingOf, withLink, withRevision } from '../policies/outcome-history.ts';

/** How many decisions a subject remembers for linking. */
export const REMEMBERED_DECISIONS = 20;

export interface SubjectContext {
  /** The account's own id, or the account of a lead; null for a lead without one. */
  readonly account: string | null;
  readonly first_seen_at: number | null;
  readonly last_signal_at: number | null;
  readonly signals: number;
  readonly intent: { readonly score: number; readonly at: number };
  readonly last_signal: {
    readonly type: SignalType;
    readonly lane: Lane;
    readonly strength: number;
    readonly history: boolean;
    readonly relations_changed: boolean;
  } | null;
  readonly originating_proposal_id: string | null;
  readonly opportunity_stage: string | null;
  readonly later_count: number;
  /** Whether a second look is due at some time. */
  readonly look_pending: boolean;
  readonly last_triage: { readonly verdict: string; readonly reason: string; readonly at: number } | null;
  readonly decisions: readonly RememberedDecision[];
  /** How many outcomes of each type stand. */
  readonly outcomes: { readonly [type: string]: number };
  /** Outcomes that can still be corrected. */
  readonly outcome_log?: OutcomeLog | undefined;
  /** Objections that nobody took back, the latest last. Absent as long as there were none. */
  readonly objections?: readonly StandingObjection[] | undefined;
  readonly account_facts: AccountEventFacts;
  readonly contact_facts: ContactEventFacts;
  readonly dimensions: Dimensions;
  /** Why nothing of the person may be deleted, while that is so. */
  readonly hold?: { readonly by: string; readonly reason: string; readonly at: number } | undefined;
  /** What those brought along that were merged into this one. Kept apart, so that a split can give it back. */
  readonly joined?: readonly { readonly id: string; readonly carried: Carried }[] | undefined;
}

export const EMPTY_SUBJECT: SubjectContext = {
  account: null,
  first_seen_at: null,
  last_signal_at: null,
  signals: 0,
  intent: { score: 0, at: 0 },
  last_signal: null,
  originating_proposal_id: null,
  opportunity_stage: null,
  later_count: 0,
  look_pending: false,
  last_triage: null,
  decisions: [],
  outcomes: {},
  account_facts: {},
  contact_facts: {},
  dimensions: {},
};

function mergedFacts(known: AccountEventFacts, news: AccountEventFacts | undefined): AccountEventFacts {
  if (news === undefined) return known;
  const relations = news.relations === undefined ? known.relations : { ...known.relations, ...news.relations };
  return { ...known, ...news, ...(relations === undefined ? {} : { relations }) };
}

function relationsChanged(known: AccountEventFacts, news: AccountEventFacts | undefined): boolean {
  return Object.entries(news?.relations ?? {}).some(
    ([name, value]) => known.relations?.[name as keyof typeof known.relations] !== value,
  );
}

export function withSignal(context: SubjectContext, data: EventData<'signal.received'>): SubjectContext {
  const at = data.occurred_at;
  return {
    ...context,
    account: data.account ?? context.account,
    first_seen_at: Math.min(context.first_seen_at ?? at, at),
    last_signal_at: Math.max(context.last_signal_at ?? at, at),
    signals: context.signals + 1,
    intent: addIntent(context.intent, data.strength, at),
    last_signal: {
      type: data.signal_type,
      lane: data.lane,
      strength: data.strength,
      history: data.history,
      relations_changed: relationsChanged(context.account_facts, data.account_facts),
    },
    originating_proposal_id: data.originating_proposal_id ?? context.originating_proposal_id,
    opportunity_stage: data.opportunity_stage ?? context.opportunity_stage,
    later_count: 0,
    account_facts: mergedFacts(context.account_facts, data.account_facts),
    contact_facts: { ...context.contact_facts, ...data.contact_facts },
    dimensions: { ...context.dimensions, ...data.dimensions },
  };
}

export function withProfile(context: SubjectContext, data: EventData<'profile.updated'>): SubjectContext {
  return {
    ...context,
    account: data.account ?? context.account,
    account_facts: mergedFacts(context.account_facts, data.account_facts),
    contact_facts: { ...context.contact_facts, ...data.contact_facts },
    dimensions: { ...context.dimensions, ...data.dimensions },
  };
}

export function withTriage(context: SubjectContext, data: EventData<'signal.triaged'>, at: number): SubjectContext {
  return {
    ...context,
    later_count: data.verdict === 'later' ? context.later_count + 1 : context.later_count,
    look_pending:
      data.verdict === 'later' || (data.trigger === 'signal' && data.verdict === 'none' && context.look_pending),
    last_triage: { verdict: data.verdict, reason: data.reason, at },
  };
}

export function withDecision(context: SubjectContext, data: EventData<'decision.made'>, at: number): SubjectContext {
  const { decision: id, action, cell, sequence, play, message } = data;
  const decision: RememberedDecision = {
    decision: id,
    action,
    at,
    cell,
    ...(sequence === undefined ? {} : { sequence }),
    ...(play === undefined ? {} : { play }),
    ...(message === undefined ? {} : { message }),
  };
  return { ...context, decisions: [...context.decisions, decision].slice(-REMEMBERED_DECISIONS) };
}

/** The decisions with what their actions know. `executedAt` gives null for one that was not executed. */
export function withExecutions(context: SubjectContext, executedAt: (action: string) => number | null): SubjectContext {
  if (!context.decisions.some(isOpen)) return context;
  const decisions = context.decisions.map((decision) => {
    const at = decision.action !== null && isOpen(decision) ? executedAt(decision.action) : null;
    return at === null ? decision : { ...decision, executed_at: at };
  });
  return { ...context, decisions };
}

/** Whether a decision is remembered whose execution is not known here. */
export function awaitsExecution({ decisions, joined }: SubjectContext, id: string): boolean {
  const all = [...decisions, ...(joined ?? []).flatMap(({ carried }) => carried.decisions)];
  return all.some((decision) => decision.decision === id && isOpen(decision));
}

export function withExecution(
  context: SubjectContext,
  { decision: id, executed_at }: EventData<'decision.executed'>,
): SubjectContext {
  const executed = (decisions: readonly RememberedDecision[]) =>
    decisions.map((decision) => (decision.decision === id ? { ...decision, executed_at } : decision));
  const joined = context.joined?.map((item) => ({
    ...item,
    carried: { ...item.carried, decisions: executed(item.carried.decisions) },
  }));
  return { ...context, decisions: executed(context.decisions), ...(joined === undefined ? {} : { joined }) };
}

/** How many objections an account keeps; of one person about one topic only the latest. */
const OBJECTIONS_MAX = 20;

/** Whether a note changes which objections stand. */
export function changesObjections(context: SubjectContext, data: EventData<'note.recorded'>): boolean {
  return data.topic !== undefined || endedBy(data).some((note) => isStanding(context, note));
}

export function isStanding({ objections, joined }: SubjectContext, note: string): boolean {
  const all = [...(objections ?? []), ...(joined ?? []).flatMap(({ carried }) => carried.objections ?? [])];
  return all.some((objection) => objection.note === note);
}

export function withNote(context: SubjectContext, data: EventData<'note.recorded'>): SubjectContext {
  const left = withoutObjections(context, endedBy(data));
  const { note, topic, person, persona = null, observed_at: at } = data;
  if (topic === undefined) return left;
  const known = left.objections ?? [];
  // Conversations of the past come in late: what counts is when something was said.
  const said = known.filter((item) => item.person === person && item.topic === topic);
  if (said.some((item) => item.at > at)) return left;
  const objections = [...known.filter((item) => !said.includes(item)), { note, topic, person, persona, at }];
  return { ...left, objections: objections.toSorted((a, b) => a.at - b.at).slice(-OBJECTIONS_MAX) };
}

export function withoutObjections(context: SubjectContext, notes: readonly string[]): SubjectContext {
  const standing = (objections: readonly StandingObjection[]) => objections.filter(({ note }) => !notes.includes(note));
  const { objections, joined } = context;
  return {
    ...context,
    ...(objections === undefined ? {} : { objections: standing(objections) }),
    ...(joined === undefined ? {} : { joined: joined.map((item) => withoutCarried(item, standing)) }),
  };
}

type Joined = NonNullable<SubjectContext['joined']>[number];

function withoutCarried(
  joined: Joined,
  standing: (objections: readonly StandingObjection[]) => StandingObjection[],
): Joined {
  const { objections } = joined.carried;
  return objections === undefined
    ? joined
    : { ...joined, carried: { ...joined.carried, objections: standing(objections) } };
}

function endedBy({ replaces, links }: EventData<'note.recorded'>): readonly string[] {
  const superseded = links.filter(({ type }) => type === 'supersedes').map(({ to }) => to);
  return replaces === null ? superseded : [replaces, ...superseded];
}

export type OutcomeEvent = Extract<
  MachineEvent,
  { readonly type: 'outcome.recorded' | 'outcome.corrected' | 'outcome.retracted' }
>;

export function withOutcome(context: SubjectContext, event: OutcomeEvent): SubjectContext {
  const dimensions = event.type === 'outcome.recorded' ? event.data.dimensions : undefined;
  const known =
    dimensions === undefined ? context : { ...context, dimensions: { ...context.dimensions, ...dimensions } };
  if (event.type === 'outcome.recorded' && event.data.standing !== true)
    return { ...known, outcomes: counted(known.outcomes, event.data.outcome_type, 1) };
  const before = typeIn(known.outcome_log, event.data.outcome);
  const outcome_log = withRevision(known.outcome_log ?? [], event.type, event.data);
  const after = typeIn(outcome_log, event.data.outcome);
  return { ...known, outcome_log, outcomes: counted(counted(known.outcomes, before, -1), after, 1) };
}

/** Type of an outcome as it stands; null when it does not. */
function typeIn(log: OutcomeLog | undefined, outcome: string): string | null {
  const entry = rememberedIn(log ?? [], outcome);
  return entry === null ? null : (standingOf(entry)?.outcome_type ?? null);
}

function counted(counts: SubjectContext['outcomes'], type: string | null, step: 1 | -1): SubjectContext['outcomes'] {
  if (type === null) return counts;
  const { [type]: count = 0, ...others } = counts;
  return count + step > 0 ? { ...others, [type]: count + step } : others;
}

export function withLinkedOutcome(
  context: SubjectContext,
  { outcome, link }: EventData<'outcome.linked'>,
): SubjectContext {
  if (link === undefined || context.outcome_log === undefined) return context;
  return { ...context, outcome_log: withLink(context.outcome_log, outcome, link) };
}

/**
 * Where a person stands in the funnel by all outcomes that stand, in whatever order they came: an opt-out before everything, then the deal
 * that was closed last, then the furthest step.
 */
export function funnelStateOf({ outcomes, outcome_log: log, signals }: SubjectContext) {
  const has = (type: OutcomeType): boolean => (outcomes[type] ?? 0) > 0;
  if (has('unsubscribe') || has('complaint')) return 'opted_out';
  const closing = (log ?? [])
    .flatMap((entry) => {
      const standing = standingOf(entry);
      return standing?.outcome_type === 'won' || standing?.outcome_type === 'lost'
        ? [{ type: standing.outcome_type, at: standing.occurred_at, id: entry.outcome }]
        : [];
    })
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .at(-1);
  if (closing !== undefined) return closing.type;
  if (has('won')) return 'won';
  if (has('lost')) return 'lost';
  if (has('meeting_booked')) return 'meeting';
  if (has('reply_positive') || has('opportunity_created')) return 'qualified';
  return signals > 0 ? 'engaged' : 'new';
}

/** What is known of all names of one account or person. What this one says itself goes before what came along with a merge. */
export function unitedSubject(context: SubjectContext): SubjectContext {
  if (context.joined === undefined) return context;
  return context.joined.reduce((known, { carried }) => withCarried(known, carried), context);
}

function withCarried(context: SubjectContext, carried: Carried): SubjectContext {
  const outcomes = { ...context.outcomes };
  for (const [type, count] of Object.entries(carried.outcomes)) outcomes[type] = (outcomes[type] ?? 0) + count;
  const known = new Set(context.decisions.map(({ decision }) => decision));
  const news = carried.decisions.filter(({ decision }) => !known.has(decision));
  return {
    ...context,
    first_seen_at: extreme(Math.min, context.first_seen_at, carried.first_seen_at),
    last_signal_at: extreme(Math.max, context.last_signal_at, carried.last_signal_at),
    signals: context.signals + carried.signals,
    intent: addIntent(context.intent, carried.intent.score, carried.intent.at),
    opportunity_stage: context.opportunity_stage ?? carried.opportunity_stage,
    decisions: [...context.decisions, ...news].toSorted((a, b) => a.at - b.at),
    outcomes,
    account_facts: withRelations(carried.account_facts, context.account_facts),
    contact_facts: { ...carried.contact_facts, ...context.contact_facts },
    ...(carried.objections === undefined
      ? {}
      : { objections: [...carried.objections, ...(context.objections ?? [])].slice(-OBJECTIONS_MAX) }),
  };
}

function extreme(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return choose(a, b);
}

/** A relation is a reason to hold back, so one that either side states is stated. */
function withRelations(carried: AccountEventFacts, own: AccountEventFacts): AccountEventFacts {
  if (carried.relations === undefined) return { ...carried, ...own };
  const relations: Record<string, boolean | undefined> = { ...carried.relations, ...own.relations };
  for (const [name, value] of Object.entries(carried.relations)) if (value === true) relations[name] = true;
  return { ...carried, ...own, relations };
}

/** What a survivor must know of this one, and of those that came along with it before. */
export function carriedBy(context: SubjectContext): Carried {
  const united = unitedSubject(context);
  const { first_seen_at, last_signal_at, signals, intent, opportunity_stage } = united;
  const { decisions, outcomes, account_facts, contact_facts, objections } = united;
  return {
    first_seen_at,
    last_signal_at,
    signals,
    intent,
    opportunity_stage,
    decisions: decisions.slice(-REMEMBERED_DECISIONS),
    outcomes,
    account_facts,
    contact_facts,
    ...(objections === undefined ? {} : { objections: [...objections] }),
  };
}

export function withJoined(context: SubjectContext, data: EventData<'identity.joined'>): SubjectContext {
  const others = (context.joined ?? []).filter(({ id }) => id !== data.absorbed);
  return { ...context, joined: [...others, { id: data.absorbed, carried: data.carried }] };
}

export function withoutJoined(context: SubjectContext, data: EventData<'identity.parted'>): SubjectContext {
  if (context.joined === undefined) return context;
  // A machine keeps a member that its new context leaves out, so the list stays, empty.
  return { ...context, joined: context.joined.filter(({ id }) => id !== data.absorbed) };
}

/** Decisions that were made for both while they were one. */
export function withRestored(context: SubjectContext, data: EventData<'identity.restored'>): SubjectContext {
  const known = new Set(context.decisions.map(({ decision }) => decision));
  const news = data.decisions.filter(({ decision }) => !known.has(decision));
  const decisions = [...context.decisions, ...news].toSorted((a, b) => a.at - b.at).slice(-REMEMBERED_DECISIONS);
  return { ...context, decisions };
}
