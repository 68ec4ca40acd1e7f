/** Turns a checked signal, outcome or profile into the message of the actor that it belongs to. Pure. */
import { channelSchema } from '../../domain/action-types.ts';
import type { Channel } from '../../domain/action-types.ts';
import type { AccountFacts, ContactFacts, Dimensions } from '../../domain/entity.ts';
import { accountFactsSchema, contactFactsSchema } from '../../domain/entity.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { AccountEventFacts, ContactEventFacts } from '../../domain/event-types.ts';
import { SAME_TOUCH_MS } from '../../domain/guard.ts';
import { outcomeIdOf, partitionOf } from '../../domain/ids.ts';
import type { ImportId, PersonId, TenantId } from '../../domain/ids.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import type { Digest, JsonObject } from '../../domain/json.ts';
import type { Message, ProfileWrite, SubjectRefs } from '../../domain/message.ts';
import { moneySchema } from '../../domain/money.ts';
import type { NoteDraft } from '../../domain/note.ts';
import type { OutcomeType } from '../../domain/outcome-types.ts';
import type { OutcomeChanges } from '../../domain/outcome.ts';
import { personaOfTitle } from '../../domain/persona.ts';
import { SIGNAL_TYPES, signalStrength } from '../../domain/signal-types.ts';
import type { CONVERSATION_MEDIA, Direction, SignalType } from '../../domain/signal-types.ts';
import { extractNotes } from '../../policies/extraction/extract.ts';
import type { Extractable } from '../../policies/extraction/extract.ts';
import type { Resolved, ResolveRequest, SubjectKind } from './directory.port.ts';

/** A signal that is older than this when it arrives is history: it fills memory and starts nothing. */
export const HISTORY_AFTER_MS = 72 * HOUR_MS;

export interface IncomingEvent {
  readonly tenant: TenantId;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  /** The time that the sender gave, if any; part of the content, unlike a time that was filled in. */
  readonly givenTime: number | null;
  readonly occurredAt: number;
  /** When it is processed: the wall clock, or the virtual one. */
  readonly at: number;
  readonly data: JsonObject;
  readonly dataText: string;
  readonly history: boolean;
  readonly batch: ImportId | null;
  readonly windowMs: number | null;
}

export function parseSubject(subject: string): { readonly kind: SubjectKind; readonly externalId: string } {
  const slash = subject.indexOf('/');
  const kind = subject.slice(0, slash);
  const externalId = subject.slice(slash + 1);
  if (slash < 1 || externalId === '' || (kind !== 'account' && kind !== 'contact' && kind !== 'lead')) {
    throw new GatehouseError(
      'invalid_request',
      `subject must be account/<id>, contact/<id> or lead/<id>, not ${JSON.stringify(subject)}`,
    );
  }
  return { kind, externalId };
}

interface Blocks {
  readonly account: AccountFacts | undefined;
  readonly contact: ContactFacts | undefined;
}

/** The gateway checked the data; what is read here is read through the same schemas, so types hold. */
function blocksOf(data: JsonObject): Blocks {
  return {
    account: data['account'] === undefined ? undefined : accountFactsSchema.parse(data['account']),
    contact: data['contact'] === undefined ? undefined : contactFactsSchema.parse(data['contact']),
  };
}

export function resolveRequestOf(subject: string, data: JsonObject): ResolveRequest {
  const { kind, externalId } = parseSubject(subject);
  const { account, contact } = blocksOf(data);
  return {
    kind,
    externalId,
    account: contact?.account ?? null,
    email: contact?.email ?? null,
    domain: account?.domain ?? null,
  };
}

export function accountEventFacts(facts: AccountFacts | undefined): AccountEventFacts | undefined {
  if (facts === undefined) return undefined;
  const { name: _name, domain: _domain, ...rest } = facts;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

export function contactEventFacts(facts: ContactFacts | undefined): ContactEventFacts | undefined {
  if (facts === undefined) return undefined;
  const persona = facts.persona ?? (facts.title === undefined ? undefined : personaOfTitle(facts.title));
  const news: ContactEventFacts = {
    ...(persona === undefined ? {} : { persona }),
    ...(facts.country === undefined ? {} : { country: facts.country }),
    ...(facts.time_zone === undefined ? {} : { time_zone: facts.time_zone }),
    ...(facts.consent === undefined ? {} : { consent: facts.consent.basis }),
  };
  return Object.keys(news).length === 0 ? undefined : news;
}

export function refsOf(resolved: Resolved): SubjectRefs {
  return {
    account: resolved.account,
    person: resolved.kind === 'person' ? (resolved.id as PersonId) : null,
    domain: resolved.domain,
    suppressionKeys: resolved.suppressionKeys,
    hasAddress: resolved.hasAddress,
  };
}

/** The rows that this message creates or completes. */
export function profilesOf(
  subject: string,
  resolved: Resolved,
  account: AccountFacts | undefined,
  contact: ContactFacts | undefined,
): readonly ProfileWrite[] {
  const { kind, externalId } = parseSubject(subject);
  const writes: ProfileWrite[] = [];
  const named = kind === 'account' ? { ...resolved, externalId } : resolved.named;
  if (named !== null && (named.isNew || account?.name !== undefined || account?.domain !== undefined)) {
    writes.push({
      kind: 'account',
      id: named.id,
      externalId: named.externalId,
      name: account?.name ?? null,
      domain: account?.domain ?? null,
    });
  }
  const personal = contact?.email ?? contact?.name ?? contact?.title;
  if (kind !== 'account' && (personal !== undefined || (kind === 'contact' && resolved.isNew))) {
    writes.push({
      kind: 'contact',
      id: resolved.id,
      externalId,
      account: resolved.account,
      email: contact?.email ?? null,
      name: contact?.name ?? null,
      title: contact?.title ?? null,
    });
  }
  return writes;
}

function envelope(event: IncomingEvent, resolved: Resolved, keyedDigest: Digest) {
  return {
    tenant: event.tenant,
    source: event.source,
    id: event.id,
    scope: resolved.scope,
    partition: partitionOf(resolved.scope),
    actor: { kind: resolved.kind === 'account' ? 'account' : 'lead', id: resolved.id } as const,
    refs: refsOf(resolved),
    at: event.at,
    sealed: event.dataText === '' || event.dataText === '{}' ? null : { subject: resolved.id, text: event.dataText },
    causation: null,
    correlation: null,
    batch: event.batch,
    history: event.history,
    contentDigest: keyedDigest(`${event.type}\n${event.subject}\n${event.givenTime ?? ''}\n${event.dataText}`),
  };
}

/** What stands in the event to be noted, if anything. */
function notesOf(
  event: IncomingEvent,
  resolved: Resolved,
  digest: Digest,
  facts: Pick<Extractable, 'accountFacts' | 'contactFacts' | 'stage'>,
): { readonly notes?: readonly NoteDraft[] } {
  const { account, person } = refsOf(resolved);
  const notes = extractNotes(
    { identity: event, data: event.data, account, person, occurredAt: event.occurredAt, ...facts },
    digest,
  );
  return notes.length === 0 ? {} : { notes };
}

const OPPORTUNITY_DIGITS = 16;

/** A touch in person counts for what is common to all channels only. */
function channelOfMedium(medium: (typeof CONVERSATION_MEDIA)[number] | undefined): Channel {
  return medium === 'email' ? 'email' : 'crm';
}

export function signalMessage(event: IncomingEvent, resolved: Resolved, digest: Digest, keyedDigest: Digest): Message {
  const type = event.type as SignalType;
  const data = SIGNAL_TYPES[type].data.parse(event.data) as {
    page?: 'pricing';
    urgency?: 'high';
    score?: number;
    stage?: string;
    opportunity?: string;
    medium?: (typeof CONVERSATION_MEDIA)[number];
    direction?: Direction;
    dimensions?: Dimensions;
    originating_proposal_id?: string;
  };
  const { account, contact } = blocksOf(event.data);
  const accountFacts = accountEventFacts(account);
  const contactFacts = contactEventFacts(contact);
  const { named } = resolved;
  return {
    ...envelope(event, resolved, keyedDigest),
    type: 'signal.received',
    data: {
      signal_type: type,
      lane: SIGNAL_TYPES[type].lane,
      strength: signalStrength(type, data),
      occurred_at: event.occurredAt,
      history: event.history,
      ...(accountFacts === undefined ? {} : { account_facts: accountFacts }),
      ...(contactFacts === undefined ? {} : { contact_facts: contactFacts }),
      ...(data.stage === undefined ? {} : { opportunity_stage: data.stage }),
      ...(data.stage === undefined || data.opportunity === undefined
        ? {}
        : { opportunity: digest(`${event.tenant}\n${data.opportunity}`).slice(0, OPPORTUNITY_DIGITS) }),
      ...(type !== 'crm.conversation_logged' || data.direction === undefined
        ? {}
        : { conversation: { channel: channelOfMedium(data.medium), direction: data.direction } }),
      ...(data.dimensions === undefined ? {} : { dimensions: data.dimensions }),
      account: resolved.account,
      originating_proposal_id: data.originating_proposal_id ?? null,
    },
    profiles: profilesOf(event.subject, resolved, account, contact),
    ...(named === null || accountFacts === undefined ? {} : { factsAbout: named.id }),
    ...notesOf(event, resolved, digest, {
      accountFacts: named === null || resolved.account === null || named.id === resolved.account ? account : undefined,
      contactFacts: contact,
      stage: data.stage,
    }),
  };
}

/** A touch that somebody made elsewhere. Nothing of it is sealed: it says when, and by which channel. */
export function touchMessage(event: IncomingEvent, resolved: Resolved, keyedDigest: Digest): Message {
  return {
    ...envelope(event, resolved, keyedDigest),
    type: 'touch.recorded',
    data: {
      channel: channelSchema.parse(event.data['channel']),
      occurred_at: event.occurredAt,
      source: event.source,
      same_within_ms: SAME_TOUCH_MS,
    },
    sealed: null,
    profiles: profilesOf(event.subject, resolved, undefined, undefined),
  };
}

/** The act that an event about an earlier outcome asks for; null when the event is an outcome itself. It may come before the outcome. */
function revisionOf(event: IncomingEvent, digest: Digest): Pick<Message, 'type' | 'data'> | null {
  if (event.type !== 'corrected' && event.type !== 'retracted') return null;
  const data = event.data as {
    outcome: string;
    source?: string;
    reason: string;
    type?: OutcomeType;
    occurred_at?: string;
    amount?: unknown;
    decision?: string | null;
  };
  const { source = event.source, reason } = data;
  const outcome = outcomeIdOf({ tenant: event.tenant, source, id: data.outcome }, digest);
  const by = `source:${event.source}`;
  if (event.type === 'retracted') return { type: 'outcome.retracted', data: { outcome, by, reason } };
  const changes: OutcomeChanges = {
    ...(data.type === undefined ? {} : { outcome_type: data.type }),
    ...(data.occurred_at === undefined ? {} : { occurred_at: Date.parse(data.occurred_at) }),
    ...(data.amount === undefined ? {} : { amount: moneySchema.nullable().parse(data.amount) }),
    ...(data.decision === undefined ? {} : { decision: data.decision }),
  };
  const act = outcomeIdOf(event, digest);
  return { type: 'outcome.corrected', data: { outcome, changes, known_at: event.occurredAt, act, by, reason } };
}

export function outcomeMessage(event: IncomingEvent, resolved: Resolved, digest: Digest, keyedDigest: Digest): Message {
  const { amount, decision, dimensions } = event.data as {
    amount?: unknown;
    decision?: unknown;
    dimensions?: Dimensions;
  };
  const revision = revisionOf(event, digest);
  if (revision !== null) {
    const profiles = profilesOf(event.subject, resolved, undefined, undefined);
    return { ...envelope(event, resolved, keyedDigest), ...revision, profiles } as Message;
  }
  return {
    ...envelope(event, resolved, keyedDigest),
    type: 'outcome.recorded',
    data: {
      outcome: outcomeIdOf(event, digest),
      outcome_type: event.type as OutcomeType,
      occurred_at: event.occurredAt,
      amount: amount === undefined ? null : moneySchema.parse(amount),
      history: event.history,
      window_ms: event.windowMs,
      decision_hint: typeof decision === 'string' ? decision : null,
      ...(dimensions === undefined ? {} : { dimensions }),
    },
    profiles: profilesOf(event.subject, resolved, undefined, undefined),
    ...notesOf(event, resolved, digest, { accountFacts: undefined, contactFacts: undefined, stage: undefined }),
  };
}
