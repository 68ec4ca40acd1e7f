/** An alert on the database must mean the database, not what somebody asked of it. */
import { expect, test } from 'vitest';

import { GatehouseError } from '../../domain/errors.ts';
import { translated } from './sql-error.ts';
import type { Sql } from './sql.port.ts';
import { endOf, watchedSql } from './watched-sql.ts';

function coded(code: string, message = 'said the server'): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ['a lost connection', translated(coded('08006')), 'failed'],
  ['a refused connection', translated(coded('ECONNREFUSED')), 'failed'],
  ['a shutdown', translated(coded('57P01')), 'failed'],
  ['no connection in time', translated(new Error('timeout exceeded when trying to connect')), 'failed'],
  ['a full disk', translated(coded('53100')), 'failed'],
  [
    'a database that takes nobody',
    translated(coded('55000', 'database "x" is not currently accepting connections')),
    'failed',
  ],
  ['a server without connections left', translated(coded('53300')), 'failed'],
  ['a wrong password', coded('28P01'), 'failed'],
  ['a broken file', coded('58030'), 'failed'],
  ['a cancelled statement', coded('57014'), 'failed'],
  ['a deadlock, which is tried again', coded('40P01'), 'refused'],
  ['a row that exists', coded('23505'), 'refused'],
  ['a decision of the caller', new GatehouseError('not_found', 'no such account'), 'refused'],
  ['a bug', new TypeError('x is not a function'), 'refused'],
])('%s', (_title, error, end) => {
  expect(endOf(error)).toBe(end);
});

test('a database that gives no connection is unavailable, and no fault of the program', () => {
  for (const error of [coded('55000', 'database "x" is not currently accepting connections'), coded('53300')])
    expect(translated(error)).toMatchObject({ code: 'unavailable' });
});

test('every transaction is told once, and its result or error passes through', async () => {
  const told: string[] = [];
  const failing: Sql = {
    kind: 'postgres',
    transaction: () => Promise.reject(coded('08006')),
    asOwner: () => Promise.resolve('result') as never,
    alone: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const sql = watchedSql(failing, (end, ms) => told.push(`${end} ${ms >= 0}`));
  await expect(sql.transaction({ role: 'gatehouse_app', tenants: [] }, () => Promise.resolve(1))).rejects.toThrow(
    'said the server',
  );
  await expect(sql.asOwner(() => Promise.resolve(1))).resolves.toBe('result');
  expect(told).toEqual(['failed true', 'committed true']);
});
