/** What the channel makes of a draft, and what it says of requests that are no e-mail. */
import { expect, test } from 'vitest';

import type { ChannelRequest } from '../../actors/channel.port.ts';
import { RetryableError, TerminalError } from '../../domain/errors.ts';
import type { Correspondent } from './address-book.port.ts';
import { createEmailChannel } from './email-channel.ts';
import type { Letter } from './mail-server.ts';

const request: ChannelRequest = {
  tenant: 'default',
  idempotencyKey: 'p1',
  actionType: 'outreach_push',
  channel: 'email',
  mode: 'live',
  recipient: 'c1',
  content: { subject: 'A question for {{company}}', body: 'Hello {{first_name}},\n\nis it about {{company}}?\n' },
  at: Date.UTC(2026, 0, 5, 9),
};
const maria: Correspondent = {
  email: 'maria@acme.test',
  name: 'María López',
  company: 'Acme $& Co',
  isSuppressed: false,
};

function channel(people: Readonly<Record<string, Correspondent>>) {
  const letters: Letter[] = [];
  const made = createEmailChannel(
    { from: 'Ada <ada@seller.test>', installation: 'i1', capacity: 20 },
    { send: (letter) => Promise.resolve(void letters.push(letter)) },
    { find: (_tenant, ids) => Promise.resolve(new Map(ids.flatMap((id) => (people[id] ? [[id, people[id]]] : [])))) },
  );
  return { made, letters };
}

test('fills in the names, and names the permit in the Message-ID', async () => {
  const { made, letters } = channel({ c1: maria });
  const [answer] = await made.send([request]);
  expect(answer).toEqual({ status: 'fulfilled', value: { receipt: '<p1.default.i1@seller.test>' } });
  const [letter] = letters;
  expect(letter).toMatchObject({ from: 'ada@seller.test', to: 'maria@acme.test' });
  const text = letter?.raw.toString('utf8') ?? '';
  expect(text).toContain('Subject: A question for Acme $& Co');
  expect(text).toContain('Message-ID: <p1.default.i1@seller.test>');
  expect(text).toContain('Date: Mon, 05 Jan 2026 09:00:00 +0000');
  expect(text).toMatch(/Hello Mar/);
  expect(text).not.toContain('{{');
});

test('a name that is not known does not show', async () => {
  const { made, letters } = channel({ c1: { email: 'x@y.test', name: null, company: null, isSuppressed: false } });
  await made.send([request]);
  expect(letters[0]?.raw.toString('utf8')).toContain('Hello there,\n\nis it about your company?');
});

test('whoever is suppressed by now is not written to', async () => {
  const { made, letters } = channel({ c1: { ...maria, isSuppressed: true } });
  const [answer] = await made.send([request]);
  expect(answer).toMatchObject({ status: 'rejected', reason: new TerminalError('the recipient is suppressed by now') });
  expect(letters).toEqual([]);
});

test('a line break in a subject adds no header', async () => {
  const { made, letters } = channel({ c1: { ...maria, company: 'Acme\r\nBcc: all@acme.test' } });
  await made.send([request]);
  const [head] = letters[0]?.raw.toString('utf8').split('\r\n\r\n') ?? [];
  expect(head).toContain('Subject: A question for Acme\r\n');
  expect(head).not.toMatch(/^Bcc:/m);
});

test('each request has its own answer', async () => {
  const { made } = channel({ c1: maria });
  const answers = await made.send([
    request,
    { ...request, recipient: 'unknown' },
    { ...request, content: { track: 'executive' } },
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  for (const answer of answers.slice(1))
    expect((answer as PromiseRejectedResult).reason as unknown).toBeInstanceOf(TerminalError);
});

test('an address book that cannot be read leaves nothing uncertain, and keeps no other tenant from writing', async () => {
  const letters: Letter[] = [];
  const made = createEmailChannel(
    { from: 'Ada <ada@seller.test>', installation: 'i1', capacity: 20 },
    { send: (letter) => Promise.resolve(void letters.push(letter)) },
    {
      find: (tenant) =>
        tenant === 'default'
          ? Promise.resolve(new Map([['c1', maria]]))
          : Promise.reject(new Error('the connection to the database broke')),
    },
  );
  const answers = await made.send([{ ...request, tenant: 'other' }, request]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect((answers[0] as PromiseRejectedResult).reason as unknown).toBeInstanceOf(RetryableError);
  expect(letters).toHaveLength(1);
});

test('carries e-mail of live tenants only, and cannot say what became of an attempt', async () => {
  const { made } = channel({});
  expect(made.carries('email', 'live')).toBe(true);
  expect(made.carries('email', 'sandbox')).toBe(false);
  expect(made.carries('crm', 'live')).toBe(false);
  expect(await made.lookup('default', ['p1', 'p2'])).toEqual(['unknown', 'unknown']);
});
