/** What happens to a simulated world from outside: messages that arrive and things that break, each at its time. Drawn from a seed, and cut down when a run fails. */
import { ACTION_TYPE_SPECS } from '../../src/domain/action-types.ts';
import { NO_RELATIONS } from '../../src/domain/entity.ts';
import { fingerprintOf } from '../../src/domain/fingerprint.ts';
import { actionIdOf, asId, decisionIdOf } from '../../src/domain/ids.ts';
import type { ScopeId } from '../../src/domain/ids.ts';
import { canonicalJson } from '../../src/domain/json.ts';
import { NO_REFS } from '../../src/domain/message.ts';
import type { Message } from '../../src/domain/message.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { createRunners } from '../../src/machines/catalogue.ts';
import { sha256 } from '../../src/memory/sha256.ts';
import type { Random } from '../../src/stats/random.ts';
import { identityActs } from './identity-scenario.ts';
import {
  ACCOUNTS,
  CONTACTS_PER_ACCOUNT,
  HOSTS,
  messageOf,
  SECOND_MS,
  START,
  subjectOf,
  TENANT,
} from './scenario-parts.ts';

/** Cooldowns and permits of seconds, so that a minute sees many of them; the window of the cap is longer than any run. */
export const POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'simulated',
  grants: [
    { action_type: 'crm_update', level: 'auto', max_risk: 'low' },
    { action_type: 'outreach_push', level: 'auto', max_risk: 'high' },
  ],
  cooldown: { contact_ms: 6 * SECOND_MS, account_ms: 5 * SECOND_MS, domain_ms: 8 * SECOND_MS, channel_ms: {} },
  touch_cap: { max: 2, window_ms: 600 * SECOND_MS },
  duplicate_window_ms: 0,
  reply_stop: { window_ms: 3 * SECOND_MS, whole_account: false },
  sending_hours: { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
  ownership_window_ms: 3 * SECOND_MS,
  permit_ttl_ms: 120 * SECOND_MS,
  triage: { ...DEFAULT_POLICY.triage, later_ms: 5 * SECOND_MS },
  trust: { ...DEFAULT_POLICY.trust, audit_share: 0 },
};
export const POLICY_HASH = sha256(canonicalJson(POLICY));

const RUNNERS = createRunners();

export type Happening =
  | { readonly at: number; readonly kind: 'message'; readonly host: number; readonly message: Message }
  | { readonly at: number; readonly kind: 'crash'; readonly host: number; readonly forMs: number }
  | { readonly at: number; readonly kind: 'freeze'; readonly host: number; readonly forMs: number };

const tenantMessage = (id: string, type: Message['type'], data: unknown, at: number): Message =>
  messageOf({
    type,
    data,
    source: 'command',
    id,
    scope: asId<ScopeId>(TENANT),
    actor: { kind: 'tenant', id: TENANT },
    refs: NO_REFS,
    at,
  });

/** The tenant, and all that the gate asks about its accounts and contacts. */
export function groundwork(): readonly Message[] {
  const messages = [
    tenantMessage('created', 'tenant.created', { clock: 'real', mode: 'sandbox', policy: POLICY_HASH }, START),
  ];
  for (let account = 0; account < ACCOUNTS; account += 1) {
    for (let contact = 0; contact < CONTACTS_PER_ACCOUNT; contact += 1) {
      const { scope, refs } = subjectOf(account, contact);
      messages.push(
        messageOf({
          type: 'profile.updated',
          data: {
            account_facts: { relations: NO_RELATIONS, abm_active: false },
            contact_facts: { time_zone: 'Europe/Paris', consent: 'consent' },
            account: refs.account,
            by: 'simulation',
          },
          source: 'api:profile',
          id: `profile-${account}-${contact}`,
          scope,
          actor: { kind: 'lead', id: refs.person ?? '' },
          refs,
          at: START,
        }),
      );
    }
  }
  return messages;
}

function signal(random: Random, id: string, at: number): Message {
  const { scope, refs } = subjectOf(Math.floor(random() * ACCOUNTS), Math.floor(random() * CONTACTS_PER_ACCOUNT));
  const strong = random() < 0.6;
  return messageOf({
    type: 'signal.received',
    data: {
      signal_type: strong ? 'web.form_submitted' : 'web.page_viewed',
      lane: 'inbound',
      strength: strong ? 60 : 10,
      occurred_at: at,
      history: false,
      account: refs.account,
      originating_proposal_id: null,
    },
    source: 'web',
    id,
    scope,
    actor: { kind: 'lead', id: refs.person ?? '' },
    refs,
    at,
    sealed: { subject: refs.person ?? '', text: '{"form":"demo"}' },
  });
}

function proposal(random: Random, id: string, at: number): Message {
  const { scope, refs } = subjectOf(Math.floor(random() * ACCOUNTS), Math.floor(random() * CONTACTS_PER_ACCOUNT));
  const actionType = random() < 0.7 ? 'outreach_push' : 'crm_update';
  const spec = ACTION_TYPE_SPECS[actionType];
  const identity = { tenant: TENANT, source: 'proposal:agent', id };
  const content = { subject: `Hello ${id}` };
  const recipient = refs.person ?? '';
  return messageOf({
    type: 'action.proposed',
    data: {
      decision: decisionIdOf(identity, sha256),
      action_type: actionType,
      channel: spec.channel,
      risk_class: spec.riskClass,
      lane: 'operator',
      proposer: 'agent',
      engine: 'external:agent',
      account: refs.account,
      person: refs.person,
      domain: refs.domain,
      fingerprint: fingerprintOf({ actionType, channel: spec.channel, recipient, content }, sha256),
      confidence: 0.9,
      sender: 'default',
      attributes: {},
      originating_proposal_id: null,
    },
    source: identity.source,
    id,
    scope,
    actor: { kind: 'action', id: actionIdOf(identity, sha256) },
    refs,
    at,
    sealed: { subject: recipient, text: canonicalJson(content) },
  });
}

/** Replies and objections: they stop what is under way, and travel on to the registry and to trust. */
function outcome(random: Random, id: string, at: number): Message {
  const { scope, refs } = subjectOf(Math.floor(random() * ACCOUNTS), Math.floor(random() * CONTACTS_PER_ACCOUNT));
  return messageOf({
    type: 'outcome.recorded',
    data: {
      outcome: `out_${id}`,
      outcome_type: random() < 0.8 ? 'reply_positive' : 'unsubscribe',
      occurred_at: at,
      amount: null,
      history: false,
      window_ms: null,
      decision_hint: null,
    },
    source: 'mail',
    id,
    scope,
    actor: { kind: 'lead', id: refs.person ?? '' },
    refs,
    at,
  });
}

/** A lead or an account goes back to where it began, as in a restore of an early checkpoint; what it did stays done. */
function restore(random: Random, id: string, at: number): Message {
  const { scope, refs } = subjectOf(Math.floor(random() * ACCOUNTS), Math.floor(random() * CONTACTS_PER_ACCOUNT));
  const isLead = random() < 0.7;
  const actor = isLead ? ({ kind: 'lead', id: refs.person ?? '' } as const) : ({ kind: 'account', id: scope } as const);
  return messageOf({
    type: 'state.restored',
    data: { checkpoint: 'early', state: RUNNERS[actor.kind].initial(), by: 'operator' },
    source: 'checkpoint',
    id,
    scope,
    actor,
    refs: NO_REFS,
    at,
  });
}

function arrivals(random: Random, id: string, at: number): readonly Message[] {
  const draw = random();
  if (draw < 0.03) return [restore(random, id, at)];
  if (draw < 0.45) return [signal(random, id, at)];
  if (draw < 0.88) return [proposal(random, id, at)];
  if (draw < 0.92) return [outcome(random, id, at)];
  if (draw < 0.98) return identityActs(random, id, at);
  return command(random, id, at);
}

function command(random: Random, id: string, at: number): readonly Message[] {
  if (random() < 0.7)
    return [
      tenantMessage(`${id}-stop`, 'kill_switch.engaged', { by: 'admin', reason: 'a drill' }, at),
      tenantMessage(`${id}-go`, 'kill_switch.released', { by: 'admin', reason: 'over' }, at + 2 * SECOND_MS),
    ];
  const contact = `con_${Math.floor(random() * ACCOUNTS)}_${Math.floor(random() * CONTACTS_PER_ACCOUNT)}`;
  return [
    tenantMessage(
      `${id}-suppress`,
      'suppression.added',
      { key: `contact:${contact}`, scope: 'contact', reason: 'request', source: 'admin', by: 'admin' },
      at,
    ),
  ];
}

/** `seconds` of life: messages all the time, some of them twice, and now and then a crash or a pause longer than a lease. */
export function drawScenario(random: Random, seconds: number): readonly Happening[] {
  const happenings: Happening[] = [];
  const host = () => Math.floor(random() * HOSTS);
  for (let at = START + 4 * SECOND_MS; at < START + seconds * SECOND_MS; at += random() * 700) {
    const id = `m${happenings.length}`;
    const messages = arrivals(random, id, at);
    for (const message of messages) {
      happenings.push({ at: message.at, kind: 'message', host: host(), message });
      if (random() < 0.15)
        happenings.push({ at: message.at + random() * 3 * SECOND_MS, kind: 'message', host: host(), message });
    }
    if (random() < 0.03) happenings.push({ at, kind: 'crash', host: host(), forMs: 500 + random() * 8 * SECOND_MS });
    if (random() < 0.03) happenings.push({ at, kind: 'freeze', host: host(), forMs: random() * 9 * SECOND_MS });
  }
  return happenings.toSorted((a, b) => a.at - b.at);
}
