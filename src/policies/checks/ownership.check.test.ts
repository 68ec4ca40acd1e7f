import { expect, test } from 'vitest';

import { HOUR_MS } from '../../domain/instant.ts';
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
} from '../gate.fixture.ts';
import { ownershipCheck } from './ownership.check.ts';

test('nobody and the own lane stand in no way', () => {
  expect(ownershipCheck(EMAIL, FACTS).outcome).toBe('pass');
  expect(ownershipCheck(EMAIL, accountWith({ lock: lockOf({ lane: 'operator' }) })).outcome).toBe('pass');
});

test('another lane puts it off until its window ends', () => {
  expect(ownershipCheck(EMAIL, accountWith({ lock: lockOf() }))).toMatchObject({
    outcome: 'schedule',
    code: 'owned_by_other_lane',
    inputs: { held_by: 'lane', lane: 'tam', ends_in_ms: HOUR_MS },
    next_at: NOW + HOUR_MS,
  });
});

test('a window that ends now has ended', () => {
  expect(ownershipCheck(EMAIL, accountWith({ lock: lockOf({ until: NOW }) })).outcome).toBe('pass');
});

test('a person holds everyone but that person, whatever the lane', () => {
  const taken = accountWith({ lock: lockOf({ owner: 'ana', lane: 'operator', person: true }) });
  expect(ownershipCheck(EMAIL, taken)).toMatchObject({
    outcome: 'hold',
    code: 'owned_by_person',
    next_at: NOW + HOUR_MS,
  });
  expect(ownershipCheck({ ...EMAIL, proposer: 'ana', lane: 'inbound' }, taken).outcome).toBe('pass');
});

test('the lock of the contact counts beside that of the account, and the later end of two holds', () => {
  expect(ownershipCheck(EMAIL, contactWith({ lock: lockOf({ owner: 'ana', person: true }) })).code).toBe(
    'owned_by_person',
  );
  const both = factsWith({
    account: { ...ACCOUNT, lock: lockOf({ until: NOW + 2 * HOUR_MS }) },
    contact: { ...CONTACT, lock: lockOf({ lane: 'marketing' }) },
  });
  expect(ownershipCheck(EMAIL, both)).toMatchObject({ inputs: { lane: 'tam' }, next_at: NOW + 2 * HOUR_MS });
});

test('a person without account has only the lock of the contact', () => {
  const lone = { ...EMAIL, account: null };
  const { account: _, ...facts } = contactWith({ lock: lockOf() });
  expect(ownershipCheck(lone, facts).code).toBe('owned_by_other_lane');
});

test('a contact whose account is elsewhere holds', () => {
  expect(ownershipCheck(EMAIL, factsWith({ scope_linked: false }))).toMatchObject({
    outcome: 'hold',
    code: 'scope_unlinked',
  });
});

test.each(['account', 'contact', 'scope_linked'] as const)('an unknown %s holds', (name) => {
  expect(ownershipCheck(EMAIL, factsWithout(name))).toMatchObject({
    outcome: 'hold',
    code: 'fact_missing',
    inputs: { missing: name },
  });
});

test('an action about nobody that reaches out holds', () => {
  expect(ownershipCheck({ ...AUDIENCE, account: null, person: null }, FACTS).code).toBe('fact_missing');
});

test('what reaches nobody is not concerned', () => {
  expect(ownershipCheck(CRM, accountWith({ lock: lockOf({ person: true }) })).outcome).toBe('pass');
});
