/**
 * Guard rows: what the gate must know about a contact, account, domain, sender or budget, and which plays of a
 * segment are active, kept under a row lock. A guard is a fold
 * over the changes that ledger events carry, so its state at any version can be derived again.
 */
import { z } from 'zod';

import { CHANNELS } from './action-types.ts';
import type { Channel } from './action-types.ts';
import { CONSENT_BASES, RELATIONS } from './entity.ts';
import type { Relation } from './entity.ts';
import { DAY_MS, MINUTE_MS } from './instant.ts';
import { LANES } from './lane.ts';
import { isStricterBasis, laterBasis, lawfulBasesSchema, lawfulBasisSchema, purposeSchema } from './lawful-basis.ts';
import type { LawfulBases } from './lawful-basis.ts';
import { stricterGuard } from './stricter-guard.ts';

const instant = z.number();
const touch = z.strictObject({
  at: instant,
  /** The last moment at which it may happen, if it is known only that it may: a permit for it was granted at `at`. */
  until: instant.optional(),
  channel: z.enum(CHANNELS),
  action: z.string().nullable(),
  source: z.string(),
});
export type Touch = z.infer<typeof touch>;

const lockSchema = z.strictObject({
  owner: z.string(),
  lane: z.enum(LANES),
  epoch: z.int(),
  until: instant,
  person: z.boolean(),
});
export type OwnershipLock = z.infer<typeof lockSchema>;

const opportunitySchema = z.strictObject({ id: z.string(), at: instant, open: z.boolean() });
type Opportunity = z.infer<typeof opportunitySchema>;

/** Another guard of the same company or person, and the keys that suppress it. Since when is the time of the merge. */
const joinedSchema = z.strictObject({
  key: z.string(),
  since: instant,
  suppression_keys: z.array(z.string()),
  /** That of the other guard at the merge: a higher one says that a lock was taken since. */
  lock_epoch: z.int(),
});

/** Into whom an account or person was merged, and all that is needed to pass on what comes in for it. */
export const intoSchema = z.strictObject({
  merge: z.string(),
  id: z.string(),
  scope: z.string(),
  refs: z.strictObject({
    account: z.string().nullable(),
    person: z.string().nullable(),
    domain: z.string().nullable(),
    suppressionKeys: z.array(z.string()),
    hasAddress: z.boolean(),
  }),
});
export type MergedInto = z.infer<typeof intoSchema>;

/** An action that the lock of somebody else keeps waiting, and all that is needed to tell it that its turn has come. */
const waitingSchema = z.strictObject({
  action: z.string(),
  lane: z.enum(LANES),
  /** The type of the action. */
  for: z.string(),
  since: instant,
  /** The life of the signal that it comes from, to which what becomes of it belongs. */
  correlation: z.string(),
  scope: z.string(),
  refs: intoSchema.shape.refs,
});
export type Waiting = z.infer<typeof waitingSchema>;

/**
 * One state shape serves every kind of guard: a contact uses consent and prints, an account its lock and relations, a budget its
 * sums. Absent members are unknown.
 */
export const guardStateSchema = z.strictObject({
  touches: z.array(touch),
  open: z.array(z.strictObject({ action: z.string(), kind: z.string(), at: instant, sequence: z.string().optional() })),
  prints: z.array(z.strictObject({ fingerprint: z.string(), at: instant, action: z.string().nullable() })),
  replied_at: instant.optional(),
  /** When the contact last asked or wrote something that is no reply, such as a chat message. It may be answered; it stops nothing. */
  wrote_at: instant.optional(),
  opted_out_at: instant.optional(),
  bounced_at: instant.optional(),
  /** When somebody last turned us down, and when a deal was last lost. */
  rejected_at: instant.optional(),
  lost_at: instant.optional(),
  consent: z.enum(CONSENT_BASES).optional(),
  /** What was recorded for single purposes. */
  lawful: lawfulBasesSchema.optional(),
  country: z.string().optional(),
  time_zone: z.string().optional(),
  /** The latest time of which facts were told. */
  facts_at: instant.optional(),
  relations: z.partialRecord(z.enum(RELATIONS), z.boolean()).optional(),
  /** Opportunities that the CRM told of, by the time of the last news of each. */
  opportunities: z.array(opportunitySchema).optional(),
  abm_active: z.boolean().optional(),
  lock: lockSchema.optional(),
  lock_epoch: z.int(),
  /** Who waits for the lock to end, in the order of arrival. */
  queue: z.array(waitingSchema).optional(),
  /** When a person last let it go. */
  freed_at: instant.optional(),
  spent_minor: z.record(z.string(), z.int()),
  /** The guards that the gate reads together with this one. Every guard of a merged company or person names all others. */
  joined: z.array(joinedSchema).optional(),
  into: intoSchema.optional(),
  /** The account that a person was moved to by an operator; null for none. */
  parent: z.string().nullable().optional(),
  /** Active plays of a segment or account, oldest first. */
  plays: z.array(z.string()).optional(),
  /** Sequences that run for a contact, with the scope in which each lives. */
  sequences: z.array(z.strictObject({ sequence: z.string(), scope: z.string() })).optional(),
});
export type GuardState = z.infer<typeof guardStateSchema>;

export const EMPTY_GUARD: GuardState = { touches: [], open: [], prints: [], lock_epoch: 0, spent_minor: {} };

const facts = guardStateSchema
  .pick({ consent: true, country: true, time_zone: true, relations: true, abm_active: true })
  .partial();

type Facts = z.infer<typeof facts>;

/** What one side of a merge learned while both were one, for the other side to keep. */
const gainedSchema = guardStateSchema
  .pick({
    touches: true,
    prints: true,
    replied_at: true,
    wrote_at: true,
    opted_out_at: true,
    bounced_at: true,
    rejected_at: true,
    lost_at: true,
    consent: true,
    lawful: true,
    relations: true,
    abm_active: true,
    lock: true,
  })
  .partial();
export type Gained = z.infer<typeof gainedSchema>;

export const guardChangeSchema = z.discriminatedUnion('kind', [
  /** An action was proposed and passed to the gate: it is open until it is closed. */
  z.strictObject({
    kind: z.literal('opened'),
    action: z.string(),
    action_kind: z.string(),
    at: instant,
    /** Steps of one sequence may be open beside each other. */
    sequence: z.string().optional(),
  }),
  /** A permit reserves the touch, so that the next proposal sees it before it happens. */
  z.strictObject({
    kind: z.literal('touched'),
    action: z.string().nullable(),
    channel: z.enum(CHANNELS),
    at: instant,
    until: instant.optional(),
    fingerprint: z.string().nullable(),
    source: z.string(),
    /** A touch on the same channel within this length of time is the same one, told by somebody else: it does not count twice. */
    same_within_ms: z.int().optional(),
  }),
  /** Content went to somebody without touching them, as with an audience: it counts for duplicates only. */
  z.strictObject({ kind: z.literal('printed'), action: z.string(), at: instant, fingerprint: z.string() }),
  /** The action ended. `undo_touch` takes back a reserved touch that never happened. */
  z.strictObject({
    kind: z.literal('closed'),
    action: z.string(),
    undo_touch: z.boolean(),
    /** When its touch happened, if it did. */
    happened_at: instant.optional(),
  }),
  z.strictObject({ kind: z.literal('replied'), at: instant }),
  z.strictObject({ kind: z.literal('wrote'), at: instant }),
  z.strictObject({ kind: z.literal('rejected'), at: instant }),
  z.strictObject({ kind: z.literal('lost'), at: instant }),
  z.strictObject({ kind: z.literal('basis'), purpose: purposeSchema, basis: lawfulBasisSchema }),
  /** News of an opportunity. One that is won makes the account a customer. */
  z.strictObject({
    kind: z.literal('opportunity'),
    opportunity: z.string(),
    at: instant,
    open: z.boolean(),
    won: z.boolean(),
  }),
  /** The address was corrected after it bounced. */
  z.strictObject({ kind: z.literal('bounce_cleared') }),
  z.strictObject({ kind: z.literal('opted_out'), at: instant }),
  z.strictObject({ kind: z.literal('bounced'), at: instant }),
  /** `at` is when they held; before it was kept, what came last was taken for the latest. */
  z.strictObject({ kind: z.literal('facts'), facts, at: instant.optional() }),
  z.strictObject({
    kind: z.literal('locked'),
    owner: z.string(),
    lane: z.enum(LANES),
    until: instant,
    person: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('unlocked'), at: instant.optional() }),
  /** An action waits for the lock to end, or no longer does. */
  z.strictObject({ kind: z.literal('queued'), waiting: waitingSchema }),
  z.strictObject({ kind: z.literal('unqueued'), action: z.string() }),
  /** Money reserved (positive) or given back (negative) in a period such as `2026-11-21`. */
  z.strictObject({ kind: z.literal('spent'), period: z.string(), minor: z.int() }),
  /** A merge: from now on the gate reads these guards together with this one. `into` is set on the guard that was merged away. */
  z.strictObject({ kind: z.literal('joined'), peers: z.array(joinedSchema), into: intoSchema.optional() }),
  /** A split: these guards are somebody else's again. */
  z.strictObject({ kind: z.literal('parted'), peers: z.array(z.string()), freed: z.boolean() }),
  /** Touches and prohibitions of another guard that count here too. */
  z.strictObject({ kind: z.literal('gained'), at: instant, gained: gainedSchema }),
  /** An operator moved a person to another account. */
  z.strictObject({ kind: z.literal('moved'), account: z.string().nullable() }),
  /** A play became active, or is active no more. */
  z.strictObject({ kind: z.literal('play_activated'), play: z.string() }),
  z.strictObject({ kind: z.literal('play_retired'), play: z.string() }),
  /** A sequence began for a contact, or ended. */
  z.strictObject({ kind: z.literal('sequence_started'), sequence: z.string(), scope: z.string() }),
  z.strictObject({ kind: z.literal('sequence_ended'), sequence: z.string() }),
  /** An undone import puts a guard back to what it was. */
  z.strictObject({ kind: z.literal('reverted'), state: guardStateSchema }),
]);
export type GuardChange = z.infer<typeof guardChangeSchema>;
type TouchChange = Extract<GuardChange, { readonly kind: 'touched' }>;
type OpportunityChange = Extract<GuardChange, { readonly kind: 'opportunity' }>;

/** A change as the ledger keeps it: which guard, and the version that it led to. */
export interface GuardWrite {
  readonly key: GuardKey;
  readonly version: number;
  readonly change: GuardChange;
}

export type GuardKey = `${'contact' | 'account' | 'domain' | 'sender' | 'budget' | 'segment'}:${string}`;
export const guardKeySchema = z.templateLiteral([
  z.enum(['contact', 'account', 'domain', 'sender', 'budget', 'segment']),
  ':',
  z.string(),
]);

/** How long a touch stays in a guard. Nothing the gate checks looks further back. */
export const TOUCH_MEMORY_MS = 90 * DAY_MS;
/** How far apart two reports of one touch may be: the clocks of a mailbox and a CRM differ, and both report the same message. */
export const SAME_TOUCH_MS = 5 * MINUTE_MS;
/** The most touches and fingerprints that a guard keeps; more than that many inside the memory keeps the newest. */
export const GUARD_LIST_MAX = 100;
/** The most who wait for one lock. Whoever comes after them is put off or held as they are, and not told when it ends. */
export const QUEUE_MAX = 50;
const PERIODS_MAX = 8;

function recent<Item extends { readonly at: number; readonly until?: number | undefined }>(
  items: readonly Item[],
  at: number,
): Item[] {
  // What is heard of late must not push out what happened later.
  const kept = items.filter((item) => (item.until ?? item.at) > at - TOUCH_MEMORY_MS).toSorted((a, b) => a.at - b.at);
  return kept.length > GUARD_LIST_MAX - 1 ? kept.slice(1 - GUARD_LIST_MAX) : kept;
}

function parted(state: GuardState, peers: readonly string[], freed: boolean): GuardState {
  const { joined, into, ...rest } = state;
  const left = (joined ?? []).filter((peer) => !peers.includes(peer.key));
  return {
    ...rest,
    ...(left.length === 0 ? {} : { joined: left }),
    ...(into === undefined || freed ? {} : { into }),
  };
}

/** What late news may still say: what nobody has told yet, and what makes the guard stricter. */
function lateFacts(state: GuardState, { consent, country, time_zone: zone, relations, abm_active: abm }: Facts): Facts {
  const isPlaced = state.country !== undefined || state.time_zone !== undefined;
  const told = Object.entries(relations ?? {}).filter(
    ([name, value]) => value || state.relations?.[name as Relation] === undefined,
  );
  return {
    ...(consent === undefined || (state.consent !== undefined && !isStricterBasis(consent, state.consent))
      ? {}
      : { consent }),
    ...(country === undefined || isPlaced ? {} : { country }),
    ...(zone === undefined || isPlaced ? {} : { time_zone: zone }),
    ...(told.length === 0 ? {} : { relations: Object.fromEntries(told) }),
    ...(abm === undefined || (state.abm_active !== undefined && !abm) ? {} : { abm_active: abm }),
  };
}

/** Facts that are heard of late, as those of an imported past, loosen nothing that is known of a later time. */
function withFacts(state: GuardState, { facts: told, at }: Extract<GuardChange, { kind: 'facts' }>): GuardState {
  const known = Math.max(state.facts_at ?? -Infinity, ...(state.opportunities ?? []).map((item) => item.at));
  const news = at !== undefined && at < known ? lateFacts(state, told) : told;
  const relations = news.relations === undefined ? state.relations : { ...state.relations, ...news.relations };
  return {
    ...state,
    ...news,
    ...(relations === undefined ? {} : { relations }),
    ...(at === undefined ? {} : { facts_at: Math.max(at, state.facts_at ?? at) }),
  };
}

/** True when this touch was told of before, by another system or with another id. */
function isSameTouch(state: GuardState, { at, channel, same_within_ms: within }: TouchChange): boolean {
  if (within === undefined) return false;
  return state.touches.some(
    (item) => item.channel === channel && at >= item.at - within && at <= (item.until ?? item.at) + within,
  );
}

/**
 * Whether an opportunity is open follows from those that were told of. What is heard of late changes nothing that is known better, and the end
 * of an opportunity that nobody told of says nothing of others.
 */
function withOpportunity(state: GuardState, change: OpportunityChange): GuardState {
  const { opportunity: id, at, open, won } = change;
  const before = state.opportunities ?? [];
  const known = before.find((item) => item.id === id);
  const customer = won ? { customer: true } : {};
  if (known !== undefined && known.at > at)
    return won ? { ...state, relations: { ...state.relations, ...customer } } : state;
  const news: Opportunity = { id, at, open };
  // Of many, the closed ones are forgotten first.
  const opportunities = [...before.filter((item) => item.id !== id), news]
    .toSorted((a, b) => Number(a.open) - Number(b.open) || a.at - b.at)
    .slice(-GUARD_LIST_MAX);
  const isAnyOpen = opportunities.some((item) => item.open);
  const isTold = isAnyOpen || known?.open === true;
  const relations = { ...state.relations, ...(isTold ? { open_opportunity: isAnyOpen } : {}), ...customer };
  return { ...state, opportunities, ...(Object.keys(relations).length === 0 ? {} : { relations }) };
}

/** What is gained can only make a guard stricter. */
function gain(state: GuardState, gained: Gained, at: number): GuardState {
  const { touches = [], prints = [], ...rest } = gained;
  const stricter = stricterGuard([state, { ...EMPTY_GUARD, ...rest, touches, prints }], at);
  const isNewLock = stricter.lock !== undefined && stricter.lock.owner !== state.lock?.owner;
  return {
    ...state,
    ...stricter,
    touches: recent(stricter.touches, at),
    prints: recent(stricter.prints, at),
    lock_epoch: state.lock_epoch + Number(isNewLock),
  };
}

/** A guard for which nobody waits has no queue. */
function withoutWaiting(state: GuardState, action: string): GuardState {
  const { queue = [], ...rest } = state;
  const left = queue.filter((waiting) => waiting.action !== action);
  return left.length === 0 ? rest : { ...rest, queue: left };
}

function opened({ action, action_kind: kind, at, sequence }: Extract<GuardChange, { kind: 'opened' }>) {
  return { action, kind, at, ...(sequence === undefined ? {} : { sequence }) };
}

/** The state of a guard after one change. Pure: the same changes in order always give the same state. */
export function applyGuardChange(state: GuardState, change: GuardChange): GuardState {
  switch (change.kind) {
    case 'opened':
      return { ...state, open: [...state.open, opened(change)] };
    case 'touched': {
      if (isSameTouch(state, change)) return state;
      const newest = Math.max(change.at, state.touches.at(-1)?.at ?? change.at);
      const touches = recent(state.touches, newest);
      const { at, until, channel, action, source } = change;
      touches.push({ at, ...(until === undefined ? {} : { until }), channel, action, source });
      const prints = recent(state.prints, newest);
      if (change.fingerprint !== null)
        prints.push({ fingerprint: change.fingerprint, at: change.at, action: change.action });
      return { ...state, touches, prints };
    }
    case 'printed': {
      const prints = recent(state.prints, change.at);
      prints.push({ fingerprint: change.fingerprint, at: change.at, action: change.action });
      return { ...state, prints };
    }
    case 'closed': {
      const open = state.open.filter((item) => item.action !== change.action);
      const { happened_at: happenedAt } = change;
      const left = withoutWaiting(state, change.action);
      if (!change.undo_touch) {
        if (happenedAt === undefined) return { ...left, open };
        const touches = state.touches.map((item) => {
          if (item.action !== change.action) return item;
          const { until: _, ...touch } = item;
          return { ...touch, at: happenedAt };
        });
        return { ...left, open, touches };
      }
      return {
        ...left,
        open,
        touches: state.touches.filter((item) => item.action !== change.action),
        prints: state.prints.filter((item) => item.action !== change.action),
      };
    }
    case 'wrote':
      return { ...state, wrote_at: Math.max(change.at, state.wrote_at ?? change.at) };
    case 'rejected':
      return { ...state, rejected_at: Math.max(change.at, state.rejected_at ?? change.at) };
    case 'lost':
      return { ...state, lost_at: Math.max(change.at, state.lost_at ?? change.at) };
    case 'basis': {
      const lawful: LawfulBases = {
        ...state.lawful,
        [change.purpose]: laterBasis(state.lawful?.[change.purpose], change.basis),
      };
      return { ...state, lawful };
    }
    case 'opportunity':
      return withOpportunity(state, change);
    case 'bounce_cleared': {
      const { bounced_at: _, ...rest } = state;
      return rest;
    }
    case 'replied':
      return { ...state, replied_at: Math.max(change.at, state.replied_at ?? change.at) };
    case 'opted_out':
      return { ...state, opted_out_at: state.opted_out_at ?? change.at };
    case 'bounced':
      return { ...state, bounced_at: Math.max(change.at, state.bounced_at ?? change.at) };
    case 'facts':
      return withFacts(state, change);
    case 'locked': {
      const epoch = state.lock_epoch + 1;
      const { owner, lane, until, person } = change;
      const { freed_at: _, ...rest } = state;
      return { ...rest, lock: { owner, lane, until, person, epoch }, lock_epoch: epoch };
    }
    case 'unlocked': {
      const { lock: _, ...rest } = state;
      return { ...rest, ...(change.at === undefined ? {} : { freed_at: change.at }) };
    }
    case 'queued': {
      const { waiting } = change;
      // An action that was moved to another account, or split from this one, ends there: what is left of it here is forgotten.
      const line = (withoutWaiting(state, waiting.action).queue ?? []).filter(
        ({ since }) => since > waiting.since - TOUCH_MEMORY_MS,
      );
      return { ...state, queue: [...line, waiting] };
    }
    case 'unqueued':
      return withoutWaiting(state, change.action);
    case 'spent': {
      const spent = { ...state.spent_minor, [change.period]: (state.spent_minor[change.period] ?? 0) + change.minor };
      const periods = Object.keys(spent).toSorted();
      for (const period of periods.slice(0, -PERIODS_MAX)) delete spent[period];
      return { ...state, spent_minor: spent };
    }
    case 'joined': {
      const joined = [...(state.joined ?? []), ...change.peers];
      return { ...state, joined, ...(change.into === undefined ? {} : { into: change.into }) };
    }
    case 'parted':
      return parted(state, change.peers, change.freed);
    case 'gained':
      return gain(state, change.gained, change.at);
    case 'moved':
      return { ...state, parent: change.account };
    case 'play_activated':
      return { ...state, plays: [...(state.plays ?? []), change.play] };
    case 'play_retired':
      return { ...state, plays: (state.plays ?? []).filter((play) => play !== change.play) };
    case 'sequence_started':
      return {
        ...state,
        sequences: [...(state.sequences ?? []), { sequence: change.sequence, scope: change.scope }],
      };
    case 'sequence_ended':
      return { ...state, sequences: (state.sequences ?? []).filter((item) => item.sequence !== change.sequence) };
    case 'reverted':
      return change.state;
  }
}

/** When a touch happened, or the last moment at which it may. Times between touches are measured from here, so none is too short. */
export function latestMomentOf(item: Touch): number {
  return item.until ?? item.at;
}

/** Touches on one channel, or on all when `channel` is null, newest last. */
export function touchesOn(state: GuardState, channel: Channel | null): readonly Touch[] {
  return channel === null ? state.touches : state.touches.filter((item) => item.channel === channel);
}
