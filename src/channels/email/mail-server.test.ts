/** Against a real mail server: what is known after each way in which sending can fail. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, test } from 'vitest';

import { SmtpSink } from '../../../test/smtp-sink.ts';
import type { SmtpFate } from '../../../test/smtp-sink.ts';
import { ChannelUnavailableError, RetryableError, TerminalError } from '../../domain/errors.ts';
import { MailServer } from './mail-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const item of open.splice(0).toReversed()) await item.close();
});

async function started(fate?: (recipient: string) => SmtpFate, connections = 2, patienceMs = 5_000) {
  const sink = new SmtpSink(fate);
  const url = await sink.listen();
  const server = new MailServer({ url, connections, patienceMs, silenceMs: 2_000 });
  open.push({ close: () => sink[Symbol.asyncDispose]() }, server);
  return { sink, server };
}

const letter = (to: string) => ({
  from: 'ada@acme.test',
  to,
  raw: Buffer.from(`Message-ID: <${to}>\r\nSubject: A\r\n\r\nText\r\n`),
});

test('takes many letters over few connections', async () => {
  const { sink, server } = await started();
  await Promise.all(Array.from({ length: 40 }, (_, index) => server.send(letter(`p${index}@b.test`))));
  expect(new Set(sink.deliveries.map(({ messageId }) => messageId)).size).toBe(40);
});

test('a refused recipient is an answer, and the next letter goes through', async () => {
  const { sink, server } = await started((to) => (to.startsWith('no') ? 'refuse' : 'take'));
  await expect(server.send(letter('no@b.test'))).rejects.toThrow(TerminalError);
  await server.send(letter('yes@b.test'));
  expect(sink.deliveries).toHaveLength(1);
});

test('a busy server did not take it', async () => {
  const { sink, server } = await started(() => 'busy');
  const error: unknown = await server.send(letter('a@b.test')).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RetryableError);
  // It answered, so another recipient may fare better.
  expect(error).not.toBeInstanceOf(ChannelUnavailableError);
  expect(sink.deliveries).toHaveLength(0);
});

test('a connection that breaks after the hand-over leaves it open whether it was taken', async () => {
  const { sink, server } = await started(() => 'cut_after');
  const error: unknown = await server.send(letter('a@b.test')).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(RetryableError);
  expect(error).not.toBeInstanceOf(TerminalError);
  expect(sink.deliveries).toHaveLength(1);
});

test('a server that is not there certainly took nothing', async () => {
  const { sink, server } = await started();
  await sink[Symbol.asyncDispose]();
  await expect(server.send(letter('a@b.test'))).rejects.toThrow(ChannelUnavailableError);
});

test('a connection that the server closed in the meantime is not used again', async () => {
  const first = new SmtpSink();
  const url = await first.listen();
  const server = new MailServer({ url, connections: 1, patienceMs: 5_000, silenceMs: 2_000 });
  open.push(server);
  await server.send(letter('a@b.test'));
  await first[Symbol.asyncDispose]();
  const second = new SmtpSink();
  open.push({ close: () => second[Symbol.asyncDispose]() });
  await second.listen(Number(new URL(url).port));
  await server.send(letter('b@b.test'));
  expect(second.deliveries).toHaveLength(1);
});

test('a server that says nothing is given up, with nothing handed over', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  const { port } = silent.address() as AddressInfo;
  const server = new MailServer({ url: `smtp://127.0.0.1:${port}`, connections: 1, patienceMs: 50, silenceMs: 300 });
  const held = server.send(letter('a@b.test')).catch((caught: unknown) => caught);
  await expect(server.send(letter('b@b.test'))).rejects.toThrow('busy for 50 ms');
  silent.close();
  // Nobody greets, so the wait for the greeting ends it; that is longer than a test should take.
  server.close();
  expect(held).toBeInstanceOf(Promise);
});
