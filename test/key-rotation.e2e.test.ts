/**
 * A host that is killed while it replaces the master key: before the new key counts, within a batch, and between two. Each time a lock holds it at exactly that
 * place, so it cannot have come further. Nobody's data is lost, the next host reads all of it, and the rotation goes on where it stopped.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { KeyGenerationsView, KeyRotationView } from '../src/gateway/key-generations.port.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { PROSPECT, REACHABLE, until } from './app.fixture.ts';
import { describePostgres } from './needs.ts';
import { createDatabase } from './postgres-database.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { serve, Workplace } from './process.fixture.ts';
import type { ServerProcess } from './process.fixture.ts';

const KEY = 'gh_default_rotation-test';
const PEOPLE = 30;
const NAMES = Array.from({ length: PEOPLE }, (_, at) => `c${at}`);

describePostgres('a host that is killed while it replaces the master key', (serverUrl) => {
  const place = new Workplace();
  let database: PostgresDatabase;
  let sql: Sql;
  let host: ServerProcess;
  beforeAll(async () => {
    database = await createDatabase(serverUrl);
    sql = createPostgres(database.url, { maxConnections: 4 });
    host = await start();
    await ask('PUT', '/v1/accounts/example', PROSPECT);
    for (const name of NAMES) await ask('PUT', `/v1/contacts/${name}`, { ...REACHABLE, email: `${name}@example.com` });
  }, 120_000);
  afterAll(async () => {
    await host.end('SIGTERM');
    await sql.close();
    await database.drop();
    place[Symbol.dispose]();
  }, 60_000);

  const start = () =>
    serve(place, {
      DATABASE_URL: database.url,
      GATEHOUSE_ADMIN_KEY: KEY,
      // Its keys lie in files, which it makes and destroys itself.
      GATEHOUSE_MASTER_KEY: '',
    });
  async function ask<View>(method: string, path: string, body?: unknown): Promise<View> {
    const response = await fetch(`${host.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return JSON.parse(text) as View;
  }
  const rotate = () => ask<KeyRotationView>('POST', '/v1/key-generations/rotation', {});
  const generations = async () => (await ask<KeyGenerationsView>('GET', '/v1/key-generations')).generations;
  const peopleBy = async () =>
    (await generations()).map(({ state, people }): readonly [string, number] => [state, people]);
  const isBlocked = async () => {
    const [row] = await sql.asOwner((session) =>
      session.query<{ waiting: number }>(
        `SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      ),
    );
    return (row?.waiting ?? 0) > 0;
  };

  /** Kills the host once `arrived` says that it stands at the lock, and starts another on the same folder. */
  async function killedAt(lock: string, arrived: () => Promise<boolean>): Promise<void> {
    await sql.asOwner(async (session) => {
      await session.query(lock);
      const asked = rotate().then(
        () => 'answered',
        (error: unknown) => `died: ${String(error)}`,
      );
      await Promise.race([until(arrived), asked]);
      await host.end('SIGKILL');
      expect(await asked).toMatch(/^died: TypeError: fetch failed/);
    });
    host = await start();
  }
  async function nobodyIsLost(): Promise<void> {
    for (const name of NAMES)
      expect(await ask('GET', `/v1/contacts/${name}`)).toMatchObject({ facts: { email: `${name}@example.com` } });
  }

  it('loses nothing, and goes on where it stopped', { timeout: 240_000 }, async () => {
    const all = (await peopleBy())[0]?.[1] ?? 0;
    expect(all).toBeGreaterThanOrEqual(PEOPLE);

    // The new key exists, and the one before is not retired.
    await killedAt('SELECT number FROM key_generations FOR UPDATE', isBlocked);
    expect(await peopleBy()).toEqual([
      ['active', all],
      ['made', 0],
    ]);
    await nobodyIsLost();

    // Keys are wrapped anew in a transaction that never commits.
    await killedAt('LOCK TABLE subject_keys IN SHARE MODE', isBlocked);
    expect(await peopleBy()).toEqual([
      ['retired', all],
      ['active', 0],
    ]);
    await nobodyIsLost();

    // All but one are wrapped anew.
    const moved = async () => {
      const [row] = await sql.asOwner((session) =>
        session.query<{ rows: number }>('SELECT count(*) AS rows FROM subject_keys WHERE generation = 2'),
      );
      return row?.rows === all - 1;
    };
    await killedAt('SELECT 1 FROM subject_keys ORDER BY tenant, subject LIMIT 1 FOR UPDATE', moved);
    expect(await peopleBy()).toEqual([
      ['retired', 1],
      ['active', all - 1],
    ]);
    await nobodyIsLost();
    // Whoever comes in between is wrapped with the new key.
    await ask('PUT', '/v1/contacts/late', { ...REACHABLE, email: 'late@example.com' });

    const view = await rotate();
    expect(view).toMatchObject({ generation: 2, done: true, left: 0 });
    await until(async () => (await generations())[0]?.state === 'destroyed');
    expect(await peopleBy()).toEqual([
      ['destroyed', 0],
      ['active', all + 1],
    ]);
    // One rotation made one key, however often it was begun.
    expect(readdirSync(join(place.dataDir, 'keys')).filter((name) => name.endsWith('.key'))).toHaveLength(1);
    await nobodyIsLost();
    await host.end('SIGTERM');
    const env = { DATABASE_URL: database.url, GATEHOUSE_MASTER_KEY: '' };
    for (const check of [['verify'], ['rebuild', '--check']]) expect((await place.run(check, env)).code).toBe(0);
    host = await start();
    await nobodyIsLost();
  });
});
