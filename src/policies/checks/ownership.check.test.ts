import { describe, expect, test } from 'vitest';

import type { GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Waiting } from '../../domain/guard.ts';
import { HOUR_MS, MINUTE_MS, UNTIL_RELEASED } from '../../domain/instant.ts';
import type { Lane } from '../../domain/lane.ts';
import {
  ACCOUNT,
  accountWith,
  AUDIENCE,
  CONTACT,
  contactWith,
  CRM,
  EMAIL,
  FACTS,
  factsWith,
  factsWithout,
  lockOf,
  NOW,
  OPEN_POLICY,
} from '../gate.fixture.ts';
import { TURN_MS } from '../ownership-queue.ts';
import type { OrderPolicy } from '../ownership-queue.ts';
import { ownershipCheck } from './ownership.check.ts';

const check = (request: GateRequest, facts: GateFacts, policy: OrderPolicy = OPEN_POLICY) =>
  ownershipCheck(request, facts, policy);

test('nobody and the own lane stand in no way', () => {
  expect(check(EMAIL, FACTS).outcome).toBe('pass');
  expect(check(EMAIL, accountWith({ lock: lockOf({ lane: 'operator' }) })).outcome).toBe('pass');
});

test('another lane puts it off until its window ends', () => {
  expect(check(EMAIL, accountWith({ lock: lockOf() }))).toMatchObject({
    outcome: 'schedule',
    code: 'owned_by_other_lane',
    inputs: { held_by: 'lane', lane: 'tam', ends_in_ms: HOUR_MS },
    next_at: NOW + HOUR_MS,
  });
});

test('a window that ends now has ended', () => {
  expect(check(EMAIL, accountWith({ lock: lockOf({ until: NOW }) })).outcome).toBe('pass');
});

test('a person holds everyone but that person, whatever the lane', () => {
  const taken = accountWith({ lock: lockOf({ owner: 'ana', lane: 'operator', person: true, until: UNTIL_RELEASED }) });
  expect(check(EMAIL, taken)).toMatchObject({ outcome: 'hold', code: 'owned_by_person', next_at: null });
  expect(check({ ...EMAIL, proposer: 'ana', lane: 'inbound' }, taken).outcome).toBe('pass');
});

test('a person who said until when is waited for', () => {
  const taken = accountWith({ lock: lockOf({ owner: 'ana', lane: 'operator', person: true }) });
  expect(check(EMAIL, taken)).toMatchObject({
    outcome: 'schedule',
    code: 'owned_by_person',
    next_at: NOW + HOUR_MS,
  });
  expect(check({ ...EMAIL, proposer: 'ana', lane: 'inbound' }, taken).outcome).toBe('pass');
});

const waiting = (action: string, lane: Lane, agoMs: number): Waiting => ({
  action,
  lane,
  for: 'outreach_push',
  since: NOW - agoMs,
  correlation: 'cor_1',
  scope: 'acc_1',
  refs: { account: 'acc_1', person: 'per_1', domain: null, suppressionKeys: [], hasAddress: true },
});

describe('the line', () => {
  const queue = [
    waiting('act_tam', 'tam', 3_000),
    waiting('act_in', 'inbound', 1_000),
    waiting('act_tam2', 'tam', 500),
  ];
  const request = (action: string, lane: Lane, at = NOW) => ({ ...EMAIL, action, lane, at });
  const freed = accountWith({ queue, freed_at: NOW });

  test('names a place in it: inbound before outbound, then whoever has waited longest', () => {
    const locked = accountWith({ queue, lock: lockOf({ lane: 'marketing' }) });
    const placeOf = (action: string, lane: Lane) => check(request(action, lane), locked).inputs;
    expect(placeOf('act_in', 'inbound')).toMatchObject({ position: 1, waiting: 3 });
    expect(placeOf('act_tam', 'tam')).toMatchObject({ position: 2, waiting: 3 });
    expect(placeOf('act_tam2', 'tam')).toMatchObject({ position: 3, waiting: 3 });
    // Whoever comes now gets the last place of its lane, and a person the first.
    expect(placeOf('act_new', 'inbound')).toMatchObject({ position: 2, waiting: 4 });
    expect(placeOf('act_new', 'operator')).toMatchObject({ position: 1, waiting: 4 });
    expect(check(request('act_tam', 'tam'), locked)).toMatchObject({
      comparison: 'the marketing lane owns it for another 60 minutes; number 2 of 3 in line',
      // When the lock ends it is the turn of the first, and of the next a minute later.
      next_at: NOW + HOUR_MS + TURN_MS,
    });
  });

  test('lets those before go first, each for a turn, and nobody of another lane for ever', () => {
    expect(check(request('act_in', 'inbound'), freed).outcome).toBe('pass');
    expect(check(request('act_tam', 'tam'), freed)).toMatchObject({
      outcome: 'schedule',
      code: 'ownership_queue',
      next_at: NOW + TURN_MS,
    });
    expect(check(request('act_new', 'marketing'), freed).next_at).toBe(NOW + 3 * TURN_MS);
    expect(check(request('act_new', 'marketing', NOW + 3 * TURN_MS), freed).outcome).toBe('pass');
    expect(check(request('act_tam2', 'tam', NOW + TURN_MS), freed).outcome).toBe('pass');
  });

  test('counts from the end of a lock that ended by itself', () => {
    const ended = accountWith({ queue, lock: lockOf({ lane: 'marketing', until: NOW - MINUTE_MS / 2 }) });
    expect(check(request('act_new', 'marketing'), ended).next_at).toBe(NOW - MINUTE_MS / 2 + 3 * TURN_MS);
  });

  test('has the order of the policy', () => {
    const policy = { ownership_order: ['tam', 'inbound'] } as const satisfies { ownership_order: Lane[] };
    expect(check(request('act_tam', 'tam'), freed, { ownership_order: [...policy.ownership_order] }).outcome).toBe(
      'pass',
    );
    expect(check(request('act_in', 'inbound'), freed, { ownership_order: [...policy.ownership_order] }).next_at).toBe(
      NOW + 2 * TURN_MS,
    );
  });

  test('is that of the contact where there is no account', () => {
    const { account: _, ...facts } = contactWith({ queue, freed_at: NOW });
    expect(check({ ...request('act_new', 'tam'), account: null }, facts).code).toBe('ownership_queue');
  });
});

test('the lock of the contact counts beside that of the account, and the later end of two holds', () => {
  expect(check(EMAIL, contactWith({ lock: lockOf({ owner: 'ana', person: true }) })).code).toBe('owned_by_person');
  const both = factsWith({
    account: { ...ACCOUNT, lock: lockOf({ until: NOW + 2 * HOUR_MS }) },
    contact: { ...CONTACT, lock: lockOf({ lane: 'marketing' }) },
  });
  expect(check(EMAIL, both)).toMatchObject({ inputs: { lane: 'tam' }, next_at: NOW + 2 * HOUR_MS });
});

test('a person without account has only the lock of the contact', () => {
  const lone = { ...EMAIL, account: null };
  const { account: _, ...facts } = contactWith({ lock: lockOf() });
  expect(check(lone, facts).code).toBe('owned_by_other_lane');
});

test('a contact whose account is elsewhere holds', () => {
  expect(check(EMAIL, factsWith({ scope_linked: false }))).toMatchObject({
    outcome: 'hold',
    code: 'scope_unlinked',
  });
});

test.each(['account', 'contact', 'scope_linked'] as const)('an unknown %s holds', (name) => {
  expect(check(EMAIL, factsWithout(name))).toMatchObject({
    outcome: 'hold',
    code: 'fact_missing',
    inputs: { missing: name },
  });
});

test('an action about nobody that reaches out holds', () => {
  expect(check({ ...AUDIENCE, account: null, person: null }, FACTS).code).toBe('fact_missing');
});

test('what reaches nobody is not concerned', () => {
  expect(check(CRM, accountWith({ lock: lockOf({ person: true }) })).outcome).toBe('pass');
});
