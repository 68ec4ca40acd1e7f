/** A backup holds everything, is refused when it is not whole, and comes back into an empty database as a paused installation. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadVerified, verifiedBackup } from '../src/app/backups.ts';
import type { GatehouseError } from '../src/domain/errors.ts';
import { loadBackup } from '../src/memory/backup/load-backup.ts';
import { backupTables } from '../src/memory/backup/tables.ts';
import { writeBackup } from '../src/memory/backup/write-backup.ts';
import { migrate, readMigrations } from '../src/memory/sql/migrate.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { KeyRing } from '../src/memory/vault/key-ring.ts';
import { event, knowProspect, proposal, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases, describePostgres } from './needs.ts';
import type { TestDatabase } from './needs.ts';
import { copyPglite } from './pglite-template.ts';
import { activatePlay } from './plays.fixture.ts';
import { createDatabase } from './postgres-database.ts';
import { TEST_MASTER_KEY, TEST_RING } from './process.fixture.ts';

const silent = (): void => {};
const folders = mkdtempSync(join(tmpdir(), 'gatehouse-backup-'));
afterAll(() => rmSync(folders, { recursive: true }));

let named = 0;
function newFolder(): string {
  named += 1;
  return join(folders, `backup-${named}`);
}

async function backUp(sql: Sql, folder = newFolder()): Promise<string> {
  await writeBackup(sql, { folder, program: 'test', ring: TEST_RING, progress: silent });
  return folder;
}

const restored =
  (folder: string, id = 'restore_1') =>
  async (sql: Sql) => {
    const backup = await verifiedBackup(folder, TEST_RING, silent);
    await loadVerified(sql, { folder, ...backup, as: { kind: 'restored', id } }, silent);
  };

/** Every row of every table that a restore takes over as it is. */
async function contents({ rows }: Pick<TestApp, 'rows'>): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  const names = await rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  for (const { name } of names) {
    if (['schema_migrations', 'key_generations', 'hosts', 'partition_leases', 'restores'].includes(name)) continue;
    const lines = await rows<{ line: string }>(`SELECT t::text AS line FROM ${name} t ORDER BY 1`);
    found[name] = lines.map((row) => row.line);
  }
  return found;
}

async function work(test: TestApp): Promise<void> {
  const { app, caller } = test;
  await knowProspect(test);
  await app.services.acceptSignals(caller, [
    event('web.page_viewed', 'contact/someone', { page: 'pricing', note: 'line\u2028end \\ "quoted" \n 汉字' }),
    event('web.form_submitted', 'lead/l1', { form: 'demo' }),
  ]);
  await app.services.propose(caller, proposal('contact/someone'));
  await app.services.acceptOutcomes(caller, [event('unsubscribe', 'contact/other', {})]);
  await activatePlay(test);
  await until(async () => (await test.rows(`SELECT 1 FROM inbox WHERE state = 'pending'`)).length === 0);
}

describeDatabases('a backup', (database: TestDatabase) => {
  let source: TestApp;
  let folder: string;
  beforeAll(async () => {
    source = await testApp(database, { masterKey: TEST_MASTER_KEY });
    await work(source);
    folder = await backUp(source.sql);
  }, 60_000);
  afterAll(async () => source[Symbol.asyncDispose]());

  it('comes back row for row, with whole chains, states and replays', { timeout: 60_000 }, async () => {
    const before = await contents(source);
    expect(before['ledger']?.length).toBeGreaterThan(5);
    expect(before['permits']?.length).toBeGreaterThan(0);
    expect(before['suppressions']?.length).toBeGreaterThan(0);
    expect(before['plays']?.[0]).toContain('active');
    let loaded: Record<string, readonly string[]> = {};
    await using target = await testApp(database, {
      masterKey: TEST_MASTER_KEY,
      prepare: async (sql) => {
        await restored(folder)(sql);
        loaded = await contents({ rows: (text) => sql.asOwner((session) => session.query(text)) });
      },
    });
    expect(loaded).toEqual(before);
    expect(await target.app.services.verify(target.caller)).toMatchObject({ ok: true });
    expect(await target.app.services.rebuildCheck(target.caller)).toMatchObject({ ok: true });
    expect(await target.app.services.replayAll(target.caller)).toMatchObject({ ok: true });
  });

  it('comes back paused: nothing leaves, nothing comes in, and it says why', { timeout: 60_000 }, async () => {
    await using target = await testApp(database, {
      masterKey: TEST_MASTER_KEY,
      workers: true,
      prepare: restored(folder),
    });
    const { app, caller } = target;
    const said = async (run: Promise<unknown>): Promise<void> => {
      const error = await run.then(
        () => null,
        (reason: unknown) => reason as GatehouseError,
      );
      expect(error?.code).toBe('unavailable');
      expect(error?.message).toMatch(/restored from the backup of 20.*gatehouse restore reconcile/);
    };
    await said(app.services.acceptSignals(caller, [event('web.form_submitted', 'lead/l2')]));
    await said(app.services.acceptOutcomes(caller, [event('reply', 'contact/someone')]));
    await said(app.services.propose(caller, proposal('contact/someone')));
    expect(await app.services.health()).toMatchObject({ ready: false, checks: { restore: { ok: false } } });
    // The permit was due before the backup; a second is ten looks of the executors.
    await new Promise((resolve) => {
      setTimeout(resolve, 1_000);
    });
    expect(await target.rows('SELECT DISTINCT state FROM permits')).toEqual([{ state: 'granted' }]);
    expect(await target.rows('SELECT 1 FROM executions')).toEqual([]);
    // The database refuses it whatever the program believes.
    await expect(
      target.rows(
        `INSERT INTO executions SELECT tenant, id, 1, granted_at, fingerprint, 'w', now(), 'open' FROM permits`,
      ),
    ).rejects.toThrow('was restored from a backup and is not reconciled');
  });

  it('is refused for a database that is not empty, which stays as it is', { timeout: 60_000 }, async () => {
    const before = await contents(source);
    await expect(restored(folder)(source.sql)).rejects.toMatchObject({ code: 'state_conflict' });
    expect(await contents(source)).toEqual(before);
  });

  it('leaves nothing behind when loading fails', { timeout: 60_000 }, async () => {
    const backup = await verifiedBackup(folder, TEST_RING, silent);
    const wrong = {
      ...backup.manifest,
      tables: backup.manifest.tables.map((table) => ({
        ...table,
        rows: table.rows + (table.name === 'ledger' ? 1 : 0),
      })),
    };
    const server = database.kind === 'postgres' ? await createDatabase(database.serverUrl) : null;
    const sql = server === null ? await copyPglite('empty') : createPostgres(server.url, { maxConnections: 2 });
    try {
      await expect(
        loadBackup(sql, { folder, ...backup, manifest: wrong, as: { kind: 'moved' }, progress: silent }),
      ).rejects.toThrow('table ledger has');
      expect(await sql.asOwner(backupTables)).toEqual([]);
      await loadBackup(sql, { folder, ...backup, as: { kind: 'moved' }, progress: silent });
    } finally {
      await sql.close();
      await server?.drop();
    }
  });

  it('is migrated forward when it was taken on an older schema', { timeout: 60_000 }, async () => {
    const servers =
      database.kind === 'postgres'
        ? [await createDatabase(database.serverUrl), await createDatabase(database.serverUrl)]
        : [];
    const open = async (index: number): Promise<Sql> => {
      const server = servers[index];
      return server === undefined ? copyPglite('empty') : createPostgres(server.url, { maxConnections: 2 });
    };
    const [old, fresh] = [await open(0), await open(1)];
    try {
      await migrate(old, readMigrations().slice(0, 3));
      await old.asOwner((session) =>
        session.query(`INSERT INTO tenants (id, name, kind) VALUES ('t', 'T', 'customer')`),
      );
      await restored(await backUp(old))(fresh);
      const [row] = await fresh.asOwner((session) =>
        session.query<{ version: number; tenants: number }>(
          'SELECT (SELECT max(version) FROM schema_migrations) AS version, (SELECT count(*) FROM tenants) AS tenants',
        ),
      );
      expect(row).toEqual({ version: readMigrations().length, tenants: 1 });
    } finally {
      await old.close();
      await fresh.close();
      for (const server of servers) await server.drop();
    }
  });

  describe('that is not whole', () => {
    const damage = (change: (copy: string) => void): Promise<unknown> => {
      const copy = newFolder();
      cpSync(folder, copy, { recursive: true });
      change(copy);
      return verifiedBackup(copy, TEST_RING, silent);
    };
    it('is refused: cut, altered, incomplete, or with another manifest', async () => {
      const file = 'tables/ledger.jsonl.gz';
      await expect(
        damage((copy) => writeFileSync(join(copy, file), readFileSync(join(copy, file)).subarray(0, -20))),
      ).rejects.toThrow(/damaged: tables\/ledger.jsonl.gz has \d+ bytes instead of \d+/);
      await expect(
        damage((copy) => {
          const bytes = readFileSync(join(copy, file));
          bytes[40] = (bytes[40] ?? 0) ^ 1;
          writeFileSync(join(copy, file), bytes);
        }),
      ).rejects.toThrow('tables/ledger.jsonl.gz was altered');
      await expect(damage((copy) => rmSync(join(copy, file)))).rejects.toThrow('is missing');
      await expect(
        damage((copy) => {
          const path = join(copy, 'manifest.json');
          writeFileSync(path, readFileSync(path, 'utf8').replace('"program": "test"', '"program": "tes"'));
        }),
      ).rejects.toThrow('was altered after the backup was taken');
      await expect(damage((copy) => appendFileSync(join(copy, 'manifest.json'), '}'))).rejects.toThrow(
        'cannot be read',
      );
    });

    it('is refused with another master key', async () => {
      const other = KeyRing.open(Buffer.alloc(32, 9).toString('base64'), '');
      await expect(verifiedBackup(folder, other, silent)).rejects.toThrow('taken with another master key');
    });

    it('is never written over', async () => {
      await expect(backUp(source.sql, folder)).rejects.toThrow('exists already');
      expect(readdirSync(folders).filter((name) => name.includes('unfinished'))).toEqual([]);
    });
  });
});

describePostgres('a backup of a Postgres at work', (serverUrl) => {
  it('sees one moment while signals come in', { timeout: 60_000 }, async () => {
    await using source = await testApp({ kind: 'postgres', serverUrl }, { masterKey: TEST_MASTER_KEY, workers: true });
    const { app, caller } = source;
    await knowProspect(source);
    const stop = new AbortController();
    let sent = 0;
    const load = (async () => {
      while (!stop.signal.aborted) {
        const batch = Array.from({ length: 20 }, () => event('web.form_submitted', `lead/x${(sent += 1) % 40}`));
        await app.services.acceptSignals(caller, batch);
      }
    })();
    await until(async () => sent > 200);
    const folder = newFolder();
    await backUp(source.sql, folder);
    stop.abort();
    await load;
    const backup = await verifiedBackup(folder, TEST_RING, silent);
    const events = backup.manifest.tables.find((table) => table.name === 'ledger')?.rows ?? 0;
    const [later] = await source.rows<{ count: number }>('SELECT count(*) AS count FROM ledger');
    expect(events).toBeGreaterThan(200);
    expect(events).toBeLessThan(later?.count ?? 0);
    await using target = await testApp(
      { kind: 'postgres', serverUrl },
      { masterKey: TEST_MASTER_KEY, prepare: restored(folder) },
    );
    expect(await target.app.services.rebuildCheck(target.caller)).toMatchObject({ ok: true });
    expect(existsSync(folder)).toBe(true);
  });
});
