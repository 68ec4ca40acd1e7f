/** The log must not become a copy of what it should not have. */
import { describe, expect, test } from 'vitest';

import { GatehouseError } from '../domain/errors.ts';
import { createLogger, scrub } from './logger.ts';

function logged(level: 'info' | 'debug', write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ level, destination: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

describe('hides', () => {
  test.each([
    ['a header', { req: { headers: { authorization: 'Bearer abcdefghijkl' } } }, 'abcdefghijkl'],
    ['a body', { request: { body: { note: 'private words' } } }, 'private words'],
    ['an address by its field', { contact: { email: 'odd address' } }, 'odd address'],
    ['a token', { token: 'abc' }, '"abc"'],
    ['the content of a draft', { action: { content: 'Dear Maria' } }, 'Dear Maria'],
  ])('%s', (_title, fields, secret) => {
    const line = logged('info', (logger) => logger.info(fields, 'said'));
    expect(line).not.toContain(secret);
    expect(line).toContain('[hidden]');
  });

  test.each([
    ['an address in a message', 'no mailbox for maria.k+x@mail.acme.co.uk today', 'no mailbox for [address] today'],
    ['an address of another script', 'to мария@почта.рф:', 'to [address]:'],
    ['a bearer in a message', 'sent Authorization: Bearer abcdef.ghi-jkl', 'sent Authorization: Bearer [hidden]'],
    ['a key of ours', 'key gh_live_abc123_XYZ-9 refused', 'key [key] refused'],
  ])('%s', (_title, text, expected) => {
    expect(scrub(text)).toBe(expected);
    const line = logged('info', (logger) => logger.info(text));
    expect((JSON.parse(line) as { msg: string }).msg).toBe(expected);
  });

  test('what stands in an error and in its cause', () => {
    const cause = new Error('duplicate key (maria@acme.com)');
    const line = logged('info', (logger) =>
      logger.error({ err: new GatehouseError('internal', 'for bob@acme.com', { cause }) }, 'failed'),
    );
    expect(line).not.toContain('acme.com');
    expect(line).toContain('logger.test.ts');
    expect(JSON.parse(line)).toMatchObject({ level: 'error', err: { code: 'internal' } });
  });
});

test('leaves the words of the system as they are', () => {
  const text = 'engine rules@1, node_modules/@fastify/swagger, p12-7, bearer of news, 12:00@desk';
  expect(scrub(text)).toBe(text);
});

test('says when and how grave, and keeps quiet below its level', () => {
  const line = logged('info', (logger) => {
    logger.debug('quiet');
    logger.warn({ route: '/v1/signals' }, 'loud');
  });
  expect(JSON.parse(line)).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    route: '/v1/signals',
    msg: 'loud',
  });
});

test('a long line costs no more than its length', () => {
  const started = performance.now();
  scrub('a'.repeat(200_000));
  scrub('a@'.repeat(100_000));
  scrub('a.'.repeat(100_000));
  expect(performance.now() - started).toBeLessThan(2_000);
});
