/** Waiting for what signals lead to: in order, bounded in time, and given up when the sender is gone. */
import { expect, test } from 'vitest';

import { asId } from '../domain/ids.ts';
import { followSignals } from './follow-signals.ts';
import { FakeServices } from './services.fake.ts';
import type { AcceptResult, Caller } from './services.port.ts';

const CALLER: Caller = { tenant: asId('t-1'), identity: 'a', kind: 'person', role: 'operator', keyId: 'k' };
type Accepted = Extract<AcceptResult, { readonly status: 'accepted' }>;

function accepted(id: string, members: Partial<Accepted> = {}): Accepted {
  return { status: 'accepted', id, duplicate: false, correlation: `cor_${id}`, decisions: [], ...members };
}

const never = (): boolean => false;

test('decisions and triage come in the order of the signals', async () => {
  const signals = Array.from({ length: 30 }, (_, index) =>
    accepted(`s-${index}`, index % 2 === 0 ? { decisions: [`dec_${index}`] } : {}),
  );
  const followed = await followSignals(new FakeServices(), CALLER, signals, 1_000, never);
  expect(followed?.decisions.map(({ id }) => id)).toEqual(signals.flatMap(({ decisions }) => decisions));
  expect(followed?.triage.map(({ signal }) => signal)).toEqual(
    signals.filter(({ decisions }) => decisions.length === 0).map(({ id }) => id),
  );
});

test('the decisions of a duplicate are found by its correlation', async () => {
  const services = new FakeServices();
  const decision = await services.getDecision(CALLER, 'dec_old');
  services.listDecisions = async () => ({ items: [decision], next_cursor: null });
  const followed = await followSignals(services, CALLER, [accepted('s', { duplicate: true })], 1_000, never);
  expect(followed).toEqual({ decisions: [decision], triage: [] });
});

test('there is nothing to wait for without a correlation', async () => {
  const followed = await followSignals(
    new FakeServices(),
    CALLER,
    [accepted('s', { correlation: null })],
    60_000,
    never,
  );
  expect(followed).toEqual({ decisions: [], triage: [] });
});

test('time runs out', async () => {
  const services = new FakeServices();
  services.looksUntilTriage = Number.POSITIVE_INFINITY;
  expect(await followSignals(services, CALLER, [accepted('s')], 50, never)).toBeNull();
  expect(services.calls.length).toBeGreaterThan(2);
});

test('a sender that is gone is not waited for', async () => {
  const services = new FakeServices();
  services.looksUntilTriage = Number.POSITIVE_INFINITY;
  expect(await followSignals(services, CALLER, [accepted('s'), accepted('t')], 60_000, () => true)).toBeNull();
});

test('a failure of the services is not swallowed', async () => {
  const services = new FakeServices();
  services.failure = new Error('down');
  await expect(followSignals(services, CALLER, [accepted('s')], 1_000, never)).rejects.toThrow('down');
});
