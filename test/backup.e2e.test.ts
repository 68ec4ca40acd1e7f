/** Backup and restore as an operator does them, with processes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { describePostgres } from './needs.ts';
import { layPglite } from './pglite-template.ts';
import { createDatabase } from './postgres-database.ts';
import { serve, Workplace } from './process.fixture.ts';

const KEY = 'gh_default_backup-test';
const place = new Workplace();
const other = new Workplace();
beforeAll(() => layPglite(place.dataDir));
afterAll(() => {
  place[Symbol.dispose]();
  other[Symbol.dispose]();
});

const start = (workplace: Workplace) => serve(workplace, { GATEHOUSE_ADMIN_KEY: KEY });

async function send(url: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const response = await fetch(`${url}/v1/signals`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        specversion: '1.0',
        id,
        source: '/test',
        type: 'web.form_submitted',
        subject: `lead/${id}`,
        data: { form: 'demo' },
      }),
    });
    expect(response.status).toBe(202);
  }
}

it('backs up the embedded database through its server, and restores it elsewhere', { timeout: 120_000 }, async () => {
  const server = await start(place);
  await send(server.url, ['one', 'two']);
  const folder = join(other.dataDir, 'backups', 'first');
  const backup = await place.run(['backup', '--to', folder, '--json'], { GATEHOUSE_ADMIN_KEY: KEY });
  expect(backup.stderr).toBe('');
  expect(JSON.parse(backup.stdout)).toMatchObject({ folder });
  expect((await server.end('SIGTERM')).code).toBe(0);

  expect((await other.run(['backup', 'verify', folder])).stdout).toContain('The backup is whole');
  const again = await place.run(['backup', '--to', folder]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('exists already');

  const foreign = await other.run(['restore', '--from', folder], {
    GATEHOUSE_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
  });
  expect(foreign.code).toBe(2);
  expect(foreign.stderr).toContain('taken with another master key');
  expect(existsSync(join(other.dataDir, 'pg'))).toBe(false);

  const restored = await other.run(['restore', '--from', folder]);
  expect(restored.stderr).toBe('');
  expect(restored.stdout).toContain('Its chains are whole.');
  expect((await other.run(['restore', '--from', folder])).code).toBe(4);
  expect((await other.run(['verify'])).code).toBe(0);
});

describePostgres('an embedded installation', (serverUrl) => {
  it('moves to Postgres with whole chains, and never starts in its old place', { timeout: 120_000 }, async () => {
    using home = new Workplace();
    layPglite(home.dataDir);
    const database = await createDatabase(serverUrl);
    try {
      const server = await start(home);
      await send(server.url, ['a', 'b', 'c']);
      expect((await server.end('SIGTERM')).code).toBe(0);
      const before = JSON.parse((await home.run(['verify', '--json'])).stdout) as { events: number };

      const moved = await home.run(['db', 'move', '--to', database.url, '--json']);
      expect(moved.stderr).toBe('');
      expect(JSON.parse(moved.stdout)).toMatchObject({ events: before.events, tables: { ledger: before.events } });

      const again = await home.run(['verify']);
      expect(again.code).toBe(2);
      expect(again.stderr).toMatch(/was moved to postgres:.*delete .*moved\.json/);
      const env = { DATABASE_URL: database.url };
      expect(JSON.parse((await home.run(['verify', '--json'], env)).stdout)).toMatchObject({ ok: true });
      expect((await home.run(['rebuild', '--check'], env)).code).toBe(0);
      expect((await home.run(['replay', '--all'], env)).code).toBe(0);
      expect((await home.run(['db', 'move', '--to', database.url], {})).code).toBe(2);
    } finally {
      await database.drop();
    }
  });
});
