import { expect, it } from 'vitest';

import { GatehouseError } from '../domain/errors.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { waitForDatabase } from './wait-for-database.ts';

const REFUSED = new GatehouseError('unavailable', 'The database cannot be reached.', {
  cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }),
});

/** A database that answers at a moment of a clock which only waiting moves. */
function world(answersAt: number, failure: Error = REFUSED) {
  const stopping = new AbortController();
  const lines: string[] = [];
  const told = { waiting: 0, attempts: 0 };
  let now = 0;
  const sql = {
    asOwner: () => {
      told.attempts += 1;
      return now >= answersAt ? Promise.resolve([]) : Promise.reject(failure);
    },
  } as unknown as Sql;
  const tell = (_fields: unknown, text: string) => lines.push(text);
  const wait = (waitMs: number) =>
    waitForDatabase(sql, {
      database: 'db:5432',
      waitMs,
      clock: {
        now: () => now,
        sleep: (ms) => {
          now += ms;
          return Promise.resolve();
        },
      },
      logger: { info: tell, warn: tell } as never,
      stopping: stopping.signal,
      waiting: () => {
        told.waiting += 1;
        return Promise.resolve();
      },
    });
  return { wait, told, lines, stopping, now: () => now };
}

it('says nothing where the database answers', async () => {
  const { wait, told, lines } = world(0);
  await wait(60_000);
  expect(told).toEqual({ waiting: 0, attempts: 1 });
  expect(lines).toEqual([]);
});

it('says what it waits for, how long and how to change that, again every ten seconds, and when it is over', async () => {
  const { wait, told, lines } = world(15_000);
  await wait(60_000);
  expect(told.waiting).toBe(1);
  expect(lines).toEqual([
    'the database at db:5432 cannot be reached; it is tried for 60 more seconds (GATEHOUSE_START_WAIT_SECONDS changes how long)',
    expect.stringMatching(/^the database at db:5432 cannot be reached; it is tried for 48 more seconds/),
    'the database answers now',
  ]);
});

it('gives up when the time is over, and not before', async () => {
  const { wait, now } = world(Infinity);
  await expect(wait(5_000)).rejects.toThrow(/db:5432 cannot be reached \(ECONNREFUSED\); it was tried for 5 seconds/);
  expect(now()).toBe(5_000);
});

it('waits for nothing that a server says', async () => {
  const { wait, told } = world(Infinity, new Error('password authentication failed'));
  await expect(wait(60_000)).rejects.toThrow('password authentication failed');
  expect(told).toEqual({ waiting: 0, attempts: 1 });
});

it('ends when it is told to stop', async () => {
  const { wait, stopping, told } = world(Infinity);
  stopping.abort();
  await expect(wait(60_000)).rejects.toThrow(/before this was stopped/);
  expect(told.attempts).toBe(1);
});
