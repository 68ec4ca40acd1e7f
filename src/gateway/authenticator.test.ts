/** What is remembered about keys, and for how long. */
import { expect, test } from 'vitest';

import { asId } from '../domain/ids.ts';
import { Authenticator, CALLER_CACHE_MS } from './authenticator.ts';
import { FAKE_SECRET, fakeSessions } from './session.fake.ts';

const sessions = fakeSessions(() => {});

function setUp(now: () => number) {
  const asked: string[] = [];
  const authenticate = async (key: string) => {
    asked.push(key);
    return { tenant: asId<never>('t'), identity: key, kind: 'person' as const, role: 'viewer' as const, keyId: key };
  };
  return { asked, authenticator: new Authenticator({ authenticate, sessions }, now) };
}

test('the time to remember counts from when the key was asked for, not from when the answer came', async () => {
  let now = 0;
  const authenticator = new Authenticator(
    {
      sessions,
      authenticate: async (key) => {
        now += CALLER_CACHE_MS;
        return { tenant: asId('t'), identity: key, kind: 'person', role: 'viewer', keyId: key };
      },
    },
    () => now,
  );
  await authenticator.authenticate('Bearer a');
  await authenticator.authenticate('Bearer a');
  expect(now).toBe(2 * CALLER_CACHE_MS);
});

test('no more than a thousand keys are remembered, the newest', async () => {
  const { asked, authenticator } = setUp(() => 0);
  for (let index = 0; index <= 1_000; index += 1) await authenticator.authenticate(`Bearer k${index}`);
  asked.length = 0;
  await authenticator.authenticate('Bearer k1000');
  await authenticator.authenticate('Bearer k0');
  expect(asked).toEqual(['k0']);
});

test('forgetting a key forgets that key only', async () => {
  const { asked, authenticator } = setUp(() => 0);
  await authenticator.authenticate('Bearer a');
  await authenticator.authenticate('Bearer b');
  authenticator.forget('a');
  asked.length = 0;
  await authenticator.authenticate('Bearer a');
  await authenticator.authenticate('Bearer b');
  expect(asked).toEqual(['a']);
});

test('a session is no key and a key is no session', async () => {
  const { authenticator, asked } = setUp(() => 0);
  expect((await authenticator.authenticateSession(FAKE_SECRET)).identity).toBe('person:reviewer-1');
  expect((await authenticator.authenticate(`Bearer ${FAKE_SECRET}`)).identity).toBe(FAKE_SECRET);
  await expect(authenticator.authenticateSession('another-secret-16')).rejects.toMatchObject({ code: 'unauthorized' });
  expect(asked).toEqual([FAKE_SECRET]);
});
