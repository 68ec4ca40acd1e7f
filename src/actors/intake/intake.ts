import { ACTION_TYPE_SPECS, actionTypeSchema } from '../../domain/action-types.ts';
/**
 * The front door of the runtime: names who is meant, makes messages, hands them to their owners, and answers when they are committed.
 */
import type { AccountFacts, ContactFacts, Persona } from '../../domain/entity.ts';
import { GatehouseError, must } from '../../domain/errors.ts';
import type { Fault } from '../../domain/errors.ts';
import type { EventData } from '../../domain/event-types.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { Verdict } from '../../domain/gate.ts';
import { actionIdOf, correlationIdOf, decisionIdOf, partitionOf } from '../../domain/ids.ts';
import type { ImportId, TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Digest, JsonObject } from '../../domain/json.ts';
import { laneSchema } from '../../domain/lane.ts';
import type { Message } from '../../domain/message.ts';
import type { SignalType } from '../../domain/signal-types.ts';
import type { EventInput } from '../../gateway/services.port.ts';
import type { Clock } from '../clock.port.ts';
import type { Host, MessageResult } from '../host.ts';
import { rehearsedVerdict } from '../rehearsal.ts';
import type { RuntimeStore } from '../runtime-store.port.ts';
import type { Directory, Resolved } from './directory.port.ts';
import type { PolicyReader } from './policy-reader.port.ts';
import {
  accountEventFacts,
  contactEventFacts,
  HISTORY_AFTER_MS,
  outcomeMessage,
  parseSubject,
  profilesOf,
  refsOf,
  resolveRequestOf,
  signalMessage,
  touchMessage,
} from './signal-message.ts';
import type { IncomingEvent } from './signal-message.ts';

export interface Accepted {
  readonly status: 'accepted';
  readonly id: string;
  readonly duplicate: boolean;
  readonly correlation: string | null;
  readonly decisions: readonly string[];
}

export interface Proposal {
  readonly id: string;
  readonly action_type: string;
  readonly lane: string;
  readonly subject: string;
  readonly content: JsonObject;
  readonly contentText: string;
  readonly confidence: number | null;
  readonly sender: string | null;
  readonly originating_proposal_id: string | null;
  readonly sequence?: string | undefined;
  readonly play?: string | undefined;
  readonly step?: number | undefined;
  readonly batch?: string | undefined;
  /** What it answers, and to what kind of person it is written. */
  readonly signal?: SignalType | undefined;
  readonly persona?: Persona | undefined;
}

export interface IntakeDeps {
  readonly host: Host;
  readonly store: RuntimeStore;
  readonly directory: Directory;
  readonly policies: PolicyReader;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly keyedDigest: Digest;
}

/** What an import adds to its events. */
export interface BatchOptions {
  readonly batch: ImportId;
  readonly history: boolean;
}

export class Intake {
  readonly #deps: IntakeDeps;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  signals(tenant: TenantId, events: readonly EventInput[]): Promise<readonly Accepted[]> {
    return this.#accept(tenant, events, (event, resolved) =>
      signalMessage(event, resolved, this.#deps.digest, this.#deps.keyedDigest),
    );
  }

  outcomes(tenant: TenantId, events: readonly EventInput[]): Promise<readonly Accepted[]> {
    return this.#accept(tenant, events, (event, resolved) =>
      outcomeMessage(event, resolved, this.#deps.digest, this.#deps.keyedDigest),
    );
  }

  /** Touches and replies that happened elsewhere; a reply is an outcome. */
  touches(tenant: TenantId, events: readonly EventInput[]): Promise<readonly Accepted[]> {
    return this.#accept(tenant, events, (event, resolved) =>
      event.type === 'touch'
        ? touchMessage(event, resolved, this.#deps.keyedDigest)
        : outcomeMessage(event, resolved, this.#deps.digest, this.#deps.keyedDigest),
    );
  }

  async #accept(
    tenant: TenantId,
    events: readonly EventInput[],
    make: (event: IncomingEvent, resolved: Resolved) => Message,
  ): Promise<readonly Accepted[]> {
    const at = this.#deps.clock.now();
    const incoming = events.map((event): IncomingEvent => {
      const occurredAt = event.time ?? at;
      return {
        ...event,
        tenant,
        givenTime: event.time,
        occurredAt,
        at,
        history: occurredAt < at - HISTORY_AFTER_MS,
        batch: null,
        windowMs: null,
      };
    });
    const [messages, known] = await Promise.all([
      this.messages(tenant, incoming, make),
      events.length < 2 ? [] : this.#deps.store.knownDigests(tenant, incoming),
    ]);
    refuseConflicts(messages, known);
    const results = await this.#deps.host.submit(messages, 'stored');
    refuseFailures(results);
    return results.map((result, index) =>
      acceptedOf(must(messages[index], 'a message per result'), result, this.#deps.digest),
    );
  }

  /** Messages for events, with who is meant by each. */
  async messages(
    tenant: TenantId,
    incoming: readonly IncomingEvent[],
    make: (event: IncomingEvent, resolved: Resolved) => Message,
  ): Promise<readonly Message[]> {
    const resolved = await this.#deps.directory.resolve(
      tenant,
      incoming.map((event) => resolveRequestOf(event.subject, event.data)),
    );
    return incoming.map((event, index) => make(event, must(resolved[index], 'a subject per event')));
  }

  async profile(
    tenant: TenantId,
    subject: string,
    facts: { account?: AccountFacts; contact?: ContactFacts },
    by: string,
    requestId: string,
  ): Promise<Resolved> {
    const { kind, externalId } = parseSubject(subject);
    const { account, contact } = facts;
    const [resolved] = await this.#deps.directory.resolve(tenant, [
      {
        kind,
        externalId,
        account: contact?.account ?? null,
        email: contact?.email ?? null,
        domain: account?.domain ?? null,
      },
    ]);
    const found = must(resolved, 'a subject per request');
    const accountFacts = accountEventFacts(account);
    const contactFacts = contactEventFacts(contact);
    const message: Message = {
      type: 'profile.updated',
      data: {
        ...(accountFacts === undefined ? {} : { account_facts: accountFacts }),
        ...(contactFacts === undefined ? {} : { contact_facts: contactFacts }),
        account: found.account,
        by,
      },
      tenant,
      source: 'api:profile',
      id: requestId,
      scope: found.scope,
      partition: partitionOf(found.scope),
      actor: { kind: found.kind === 'account' ? 'account' : 'lead', id: found.id },
      refs: refsOf(found),
      at: this.#deps.clock.now(),
      sealed: null,
      profiles: profilesOf(subject, { ...found, isNew: true }, account, contact),
      causation: null,
      correlation: null,
      batch: null,
      history: false,
      contentDigest: this.#deps.keyedDigest(
        canonicalJson({ subject, account: account ?? null, contact: contact ?? null }),
      ),
    };
    refuseFailures(await this.#deps.host.submit([message]));
    return found;
  }

  /** Proposes an action for an outside agent or a person. The gate decides as it does for the engine. */
  async propose(
    tenant: TenantId,
    proposer: string,
    proposal: Proposal,
  ): Promise<{ readonly decision: string; readonly action: string; readonly duplicate: boolean }> {
    const message = await this.#proposalMessage(tenant, proposer, proposal);
    const [result] = await this.#deps.host.submit([message]);
    refuseFailures(result === undefined ? [] : [result]);
    return {
      decision: decisionIdOf(message, this.#deps.digest),
      action: message.actor.id,
      duplicate: result?.status === 'duplicate',
    };
  }

  /** The verdict that a proposal would get now, with every check. Nothing is written. */
  async rehearse(tenant: TenantId, proposer: string, proposal: Proposal): Promise<Verdict> {
    const message = await this.#proposalMessage(tenant, proposer, proposal);
    const verdict = await rehearsedVerdict(this.#deps.host, message, await this.#deps.policies.inForce(tenant));
    // Only an id that was used before does not come before the gate again.
    if (verdict === null)
      throw new GatehouseError(
        'state_conflict',
        `The proposal ${proposal.id} was made already: its decision says what became of it. Ask about a new one under another id.`,
      );
    return verdict;
  }

  async #proposalMessage(tenant: TenantId, proposer: string, proposal: Proposal): Promise<Message> {
    const { digest, keyedDigest, directory, clock } = this.#deps;
    const { kind, externalId } = parseSubject(proposal.subject);
    const [resolved] = await directory.resolve(tenant, [
      { kind, externalId, account: null, email: null, domain: null },
    ]);
    const found = must(resolved, 'a subject per request');
    const actionType = actionTypeSchema.parse(proposal.action_type);
    const spec = ACTION_TYPE_SPECS[actionType];
    const identity = { tenant, source: `proposal:${proposer}`, id: proposal.id };
    const refs = refsOf(found);
    const recipient = refs.person ?? refs.account ?? found.id;
    const data: EventData<'action.proposed'> = {
      decision: decisionIdOf(identity, digest),
      action_type: actionType,
      channel: spec.channel,
      risk_class: spec.riskClass,
      lane: laneSchema.parse(proposal.lane),
      proposer,
      engine: `external:${proposer}`,
      account: refs.account,
      person: refs.person,
      domain: refs.domain,
      fingerprint: fingerprintOf({ actionType, channel: spec.channel, recipient, content: proposal.content }, digest),
      confidence: proposal.confidence,
      sender: proposal.sender ?? 'default',
      attributes: {
        ...(proposal.sequence === undefined ? {} : { sequence: proposal.sequence }),
        ...(proposal.play === undefined ? {} : { play: proposal.play }),
        ...(proposal.step === undefined ? {} : { step: proposal.step }),
        ...(proposal.batch === undefined ? {} : { run: proposal.batch }),
        ...(proposal.signal === undefined ? {} : { signal: proposal.signal }),
        ...(proposal.persona === undefined ? {} : { persona: proposal.persona }),
      },
      originating_proposal_id: proposal.originating_proposal_id,
    };
    return {
      type: 'action.proposed',
      data,
      ...identity,
      scope: found.scope,
      partition: partitionOf(found.scope),
      actor: { kind: 'action', id: actionIdOf(identity, digest) },
      refs,
      at: clock.now(),
      sealed: { subject: recipient, text: proposal.contentText },
      profiles: profilesOf(proposal.subject, found, undefined, undefined),
      causation: null,
      correlation: null,
      batch: null,
      history: false,
      contentDigest: keyedDigest(
        `${proposal.subject}\n${actionType}\n${data.lane}\n${data.confidence ?? ''}\n${proposal.contentText}`,
      ),
    };
  }
}

/** A batch is all or nothing, so an id that was used with other content is found before anything is handed over. */
function refuseConflicts(messages: readonly Message[], known: readonly (string | undefined)[]): void {
  if (messages.length < 2) return;
  const seen = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [index, message] of messages.entries()) {
    const key = `${message.source}\n${message.id}`;
    const digest = known[index] ?? seen.get(key);
    if (digest !== undefined && digest !== message.contentDigest)
      faults.push({ pointer: `/${index}`, detail: `id ${message.id} was used before with different content` });
    seen.set(key, message.contentDigest);
  }
  if (faults.length > 0)
    throw new GatehouseError(
      'conflict',
      'An id was used before with different content. Nothing of this batch was stored.',
      { faults },
    );
}

function acceptedOf(message: Message, result: MessageResult, digest: Digest): Accepted {
  const { id } = message;
  switch (result.status) {
    case 'accepted':
    case 'held':
      return { status: 'accepted', id, duplicate: false, correlation: correlationIdOf(message, digest), decisions: [] };
    case 'processed':
      return { status: 'accepted', id, duplicate: false, correlation: result.correlation, decisions: result.decisions };
    case 'duplicate':
      return { status: 'accepted', id, duplicate: true, correlation: result.correlation, decisions: [] };
    case 'parked':
      return { status: 'accepted', id, duplicate: false, correlation: null, decisions: [] };
    case 'conflict':
      throw new GatehouseError('conflict', `id ${id} was used before with different content`);
  }
}

function refuseFailures(results: readonly MessageResult[]): void {
  const faults = results.flatMap((result, index): Fault[] =>
    result.status === 'conflict'
      ? [
          {
            pointer: results.length === 1 ? '/id' : `/${index}`,
            detail: 'this id was used before with different content',
          },
        ]
      : [],
  );
  if (faults.length > 0)
    throw new GatehouseError('conflict', 'An id was used before with different content.', { faults });
}
