/** A sales e-mail that passes every check, for tests to break one thing at a time. */
import type { ActionType } from '../domain/action-types.ts';
import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import { NO_RELATIONS } from '../domain/entity.ts';
import type { GateFacts, GateRequest } from '../domain/gate.ts';
import { EMPTY_GUARD } from '../domain/guard.ts';
import type { GuardState, OwnershipLock, Touch } from '../domain/guard.ts';
import { HOUR_MS } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';

/** Wednesday, 18 November 2026, 10:00 in UTC and 11:00 in Paris. */
export const NOW = Date.UTC(2026, 10, 18, 10);

/** Everything may run by itself and nothing is drawn for an audit. */
export const OPEN_POLICY: Policy = {
  ...DEFAULT_POLICY,
  grants: Object.keys(ACTION_TYPE_SPECS).map((type) => ({
    action_type: type as ActionType,
    level: 'auto',
    max_risk: 'high',
  })),
};

export function policyWith(changes: Partial<Policy>): Policy {
  return { ...OPEN_POLICY, ...changes };
}

/** A request of a kind, with channel and risk as the catalogue has them. */
export function requestOf(actionType: ActionType, changes: Partial<GateRequest> = {}): GateRequest {
  const spec = ACTION_TYPE_SPECS[actionType];
  return {
    action: 'act_own',
    action_type: actionType,
    channel: spec.channel,
    risk_class: spec.riskClass,
    lane: 'operator',
    proposer: 'engine:rules@1',
    account: 'acc_1',
    person: 'per_1',
    domain: 'dom_1',
    fingerprint: 'fp_own',
    confidence: 0.8,
    sender: 'snd_1',
    approval: null,
    originating_proposal_id: null,
    at: NOW,
    ...changes,
  };
}

export const EMAIL = requestOf('outreach_push');
/** Reaches nobody. */
export const CRM = requestOf('crm_update');
/** Reaches people as an audience. */
export const AUDIENCE = requestOf('paid_audience_push');
export const NURTURE = requestOf('nurture_enrollment');

export const CONTACT: GuardState = { ...EMPTY_GUARD, consent: 'consent', time_zone: 'Europe/Paris' };
export const ACCOUNT: GuardState = { ...EMPTY_GUARD, relations: NO_RELATIONS, abm_active: false };

export const FACTS = {
  kill_switch: false,
  mode: 'live',
  channel_ready: true,
  suppressions: [],
  contact: CONTACT,
  account: ACCOUNT,
  domain: EMPTY_GUARD,
  budget: EMPTY_GUARD,
  trust: { cell: 'cell_1', good: 0, bad: 0, level: 'approve_each' },
  scope_linked: true,
  attributes: {},
} as const satisfies GateFacts;

export function factsWith(changes: GateFacts): GateFacts {
  return { ...FACTS, ...changes };
}

export function contactWith(changes: Partial<GuardState>): GateFacts {
  return factsWith({ contact: { ...CONTACT, ...changes } });
}

export function accountWith(changes: Partial<GuardState>): GateFacts {
  return factsWith({ account: { ...ACCOUNT, ...changes } });
}

/** Without one of the facts. */
export function factsWithout(name: keyof typeof FACTS): GateFacts {
  const { [name]: _, ...rest } = FACTS;
  return rest;
}

export function guardWithout(
  guard: GuardState,
  name: 'consent' | 'time_zone' | 'relations' | 'abm_active',
): GuardState {
  const { [name]: _, ...rest } = guard;
  return rest;
}

export function touchAgo(agoMs: number, changes: Partial<Touch> = {}): Touch {
  return { at: NOW - agoMs, channel: 'email', action: 'act_other', source: 'gatehouse', ...changes };
}

export function lockOf(changes: Partial<OwnershipLock> = {}): OwnershipLock {
  return { owner: 'lane:tam', lane: 'tam', epoch: 1, until: NOW + HOUR_MS, person: false, ...changes };
}

export function approvalBy(by: string, fingerprint = EMAIL.fingerprint): NonNullable<GateRequest['approval']> {
  return { by, fingerprint, at: NOW - HOUR_MS };
}
