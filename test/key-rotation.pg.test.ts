/** Replacing the master key: what it wrapped goes on with the next one, and every copy of a wrapped key that was left somewhere is worthless. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadVerified, verifiedBackup } from '../src/app/backups.ts';
import { KeyRotation } from '../src/app/key-rotation.ts';
import { asId } from '../src/domain/ids.ts';
import type { TenantId } from '../src/domain/ids.ts';
import { writeBackup } from '../src/memory/backup/write-backup.ts';
import { openPglite } from '../src/memory/sql/pglite.ts';
import { Generations } from '../src/memory/vault/generations.ts';
import { KeyRing } from '../src/memory/vault/key-ring.ts';
import { unwrapKey } from '../src/memory/vault/subject-vault.ts';
import { openEmbedded, OPEN_POLICY, PROSPECT, REACHABLE, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { copyPglite, layPglite } from './pglite-template.ts';

const TENANT = asId<TenantId>('default');
const silent = () => {};
const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');

async function rotate({ app, caller }: Pick<TestApp, 'app' | 'caller'>, backups: string | null = null) {
  for (;;) {
    const view = await app.services.keyGenerations.rotate(caller, { backups });
    if (view.done) return view;
  }
}

describeDatabases('the master key', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    await system.app.services.applyPolicy(system.caller, { ...OPEN_POLICY, grants: [] });
    await system.app.services.putAccount(system.caller, 'example', PROSPECT);
  }, 60_000);
  afterAll(() => system[Symbol.asyncDispose]());

  const ring = () => KeyRing.existing(null, system.dataDir);
  const introduce = async (name: string) =>
    (await system.app.services.putContact(system.caller, name, { ...REACHABLE, email: `${name}@example.com` })).id;
  const addressOf = async (name: string) =>
    (await system.app.services.exportSubject(system.caller, `contact/${name}`)).profile?.facts.email;
  const wrappedOf = async (id: string) => {
    const [row] = await system.rows<{ wrapped: string }>('SELECT wrapped FROM subject_keys WHERE subject = $1', [id]);
    return row?.wrapped ?? '';
  };
  const eventsOf = async (type: string) =>
    (await system.rows<{ body: string }>('SELECT body FROM ledger WHERE type = $1 ORDER BY at', [type])).map(
      (row) => (JSON.parse(row.body) as { data: object }).data,
    );

  it('is replaced while people come in, and nobody is lost', { timeout: 60_000 }, async () => {
    const { app, caller } = system;
    for (let i = 0; i < 20; i += 1) await introduce(`before-${i}`);
    const coming = Promise.all(Array.from({ length: 20 }, (_, i) => introduce(`meanwhile-${i}`)));
    const view = await rotate(system);
    await coming;
    expect(view).toMatchObject({ generation: 2, done: true, left: 0, to_do: null });
    await introduce('after');
    expect(existsSync(join(system.dataDir, 'keys', 'master.key'))).toBe(false);
    const { generations, managed_by: managedBy } = await app.services.keyGenerations.list(caller);
    expect(managedBy).toBe('files');
    expect(generations.map((item) => [item.number, item.state])).toEqual([
      [1, 'destroyed'],
      [2, 'active'],
    ]);
    expect(generations[0]?.people).toBe(0);
    expect(generations[1]?.people).toBeGreaterThanOrEqual(41);
    for (const name of ['before-0', 'before-19', 'meanwhile-0', 'meanwhile-19', 'after'])
      expect(await addressOf(name)).toBe(`${name}@example.com`);
    // A process that remembers nothing opens them too.
    const fresh = new Generations(ring());
    await fresh.open(system.sql);
    const id = await introduce('before-0');
    expect(() => unwrapKey(fresh.current().key, { tenant: TENANT, subject: id }, '')).toThrow(Error);
    const wrapped = await wrappedOf(id);
    expect(unwrapKey(fresh.current().key, { tenant: TENANT, subject: id }, wrapped)).toHaveLength(44);
    expect(await eventsOf('keys.rotated')).toEqual([{ generation: 2, id: view.id, by: caller.identity }]);
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true });
  });

  it('goes on with a rotation that another process began and left', { timeout: 60_000 }, async () => {
    const generations = new Generations(ring());
    const secret = await generations.open(system.sql);
    const other = new KeyRotation({
      sql: system.sql,
      generations,
      secret,
      host: 'host_that_dies',
      commands: { record: () => Promise.resolve(0) },
      dataDir: system.dataDir,
      now: () => Date.now(),
      turnMs: 0,
    });
    const begun = await other.rotate({ tenant: TENANT, identity: 'person:somebody' }, null);
    expect(begun).toMatchObject({ generation: 3, done: false });
    expect(begun.left).toBeGreaterThan(0);
    // In between, both generations are in use.
    await introduce('in-between');
    expect(await addressOf('before-1')).toBe('before-1@example.com');
    expect((await system.app.services.keyGenerations.list(system.caller)).to_do).toContain('gatehouse keys rotate');
    expect(await rotate(system)).toMatchObject({ generation: 3, left: 0 });
    expect(await addressOf('in-between')).toBe('in-between@example.com');
    expect(readdirSync(join(system.dataDir, 'keys')).filter((name) => name.endsWith('.key'))).toHaveLength(1);
  });

  /** Whether some file of the log that was written since `from` has the text. */
  async function logHas(from: string, text: string): Promise<boolean> {
    const [row] = await system.rows<{ found: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_ls_waldir() w WHERE w.name >= pg_walfile_name($1::pg_lsn) AND w.name ~ '^[0-9A-F]{24}$'
         AND w.name <= pg_walfile_name(pg_current_wal_lsn())
         AND position(convert_to($2, 'UTF8') IN pg_read_binary_file('pg_wal/' || w.name, 0, w.size, true)) > 0) AS found`,
      [from, text],
    );
    return row?.found ?? false;
  }

  it('is replaced by a purge, after which log and old backups open nothing', { timeout: 120_000 }, async () => {
    const { app, caller, sql, dataDir } = system;
    const [log] = await system.rows<{ at: string }>('SELECT pg_current_wal_lsn()::text AS at');
    const id = await introduce('leaver');
    const wrapped = await wrappedOf(id);
    const subject = { tenant: TENANT, subject: id };
    const openedBy = (keys: KeyRing) =>
      keys.keys.filter((item) => {
        try {
          unwrapKey(item.key, subject, wrapped);
          return true;
        } catch {
          return false;
        }
      }).length;
    const old = ring();
    const known = join(dataDir, 'backups', 'known');
    const forgotten = join(dataDir, 'elsewhere');
    await writeBackup(sql, { folder: known, program: 'test', ring: old, progress: silent });
    cpSync(known, forgotten, { recursive: true });
    const keysIn = (folder: string) =>
      readdirSync(join(folder, 'subject-keys'))
        .map((name) => gunzipSync(readFileSync(join(folder, 'subject-keys', name))).toString())
        .join('');
    expect(keysIn(known)).toContain(wrapped);
    expect(database.kind !== 'postgres' || (await logHas(log?.at ?? '', wrapped))).toBe(true);
    expect(openedBy(old)).toBe(1);

    const erasure = await app.services.eraseSubject(caller, 'contact/leaver', 'asked by letter');
    const whyOf = (remains: typeof erasure.remains, what: string) =>
      remains.find((item) => item.what.startsWith(what))?.why;
    expect(whyOf(erasure.remains, 'the write-ahead log')).toContain('which still exists');
    const { keys, remains } = await app.services.purgeSubject(caller, id);
    expect(keys).toMatchObject({
      done: true,
      to_do: null,
      backups: [{ folder: known, result: 'rewrapped', left_out: 1 }],
    });
    expect(whyOf(remains, 'backups')).toContain('destroyed on every host at');
    expect(await eventsOf('subject.purged')).toMatchObject([{ subject: id, generation: 4 }]);

    // The log of a server is not ours to empty. What it holds opens with nothing that is left.
    expect(database.kind !== 'postgres' || (await logHas(log?.at ?? '', wrapped))).toBe(true);
    expect(openedBy(ring())).toBe(0);
    expect(openedBy(old)).toBe(1);

    // The backup that was known is whole, and does not hold the person.
    expect(keysIn(known)).not.toContain(wrapped);
    const backup = await verifiedBackup(known, ring(), silent);
    await expect(verifiedBackup(known, old, silent)).rejects.toThrow(Error);
    const target = await copyPglite('empty');
    await loadVerified(target, { folder: known, ...backup, as: { kind: 'moved' } }, silent);
    const restored = await openEmbedded(dataDir, { database: target, journalDir: join(dataDir, 'other-journal') });
    try {
      const there = await restored.caller('default');
      const found = async (name: string) => (await restored.services.exportSubject(there, `contact/${name}`)).profile;
      expect((await found('before-2'))?.facts.email).toBe('before-2@example.com');
      expect((await found('leaver'))?.facts.email ?? null).toBeNull();
    } finally {
      await restored.close();
    }
    // The one that nobody showed it says what is the matter, before anything is restored.
    await expect(verifiedBackup(forgotten, ring(), silent)).rejects.toThrow(
      /wrapped with generation 3 \([0-9a-f]{12}\), destroyed here at 20/,
    );
    const proof = await app.services.proveErasure(caller, id);
    expect(whyOf(proof.remains, 'the write-ahead log')).toContain('destroyed on every host at');
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
  });

  it('is for the tenant of the installation alone', async () => {
    const other = await system.app.caller('elsewhere');
    await expect(system.app.services.keyGenerations.list(other)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(system.app.services.keyGenerations.rotate(other, { backups: null })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('the master key of the environment', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-rotation-'));
  beforeAll(() => layPglite(dataDir));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  async function withKeys<Result>(masterKey: string, run: (test: Pick<TestApp, 'app' | 'caller'>) => Promise<Result>) {
    const database = await openPglite(join(dataDir, 'pg'));
    const app = await openEmbedded(dataDir, { database, masterKey }).catch(async (error: unknown) => {
      await database.close().catch(silent);
      throw error;
    });
    try {
      return await run({ app, caller: await app.caller('default') });
    } finally {
      await app.close();
    }
  }
  const address = async ({ app, caller }: Pick<TestApp, 'app' | 'caller'>) =>
    (await app.services.exportSubject(caller, 'contact/someone')).profile?.facts.email;

  it('is replaced by the operator, who is told which entry to take out', { timeout: 120_000 }, async () => {
    await withKeys(key(1), async (test) => {
      const { app, caller } = test;
      await app.services.putContact(caller, 'someone', { ...REACHABLE, email: 'someone@example.com' });
      await expect(rotate(test)).rejects.toMatchObject({ code: 'state_conflict' });
      expect((await app.services.keyGenerations.list(caller)).generations).toHaveLength(1);
    });
    await withKeys(`${key(2)},${key(1)}`, async (test) => {
      expect(await address(test)).toBe('someone@example.com');
      expect((await rotate(test)).to_do).toMatch(/Take entry 2 \([0-9a-f]{12}\) out of GATEHOUSE_MASTER_KEY/);
      const { generations } = await test.app.services.keyGenerations.list(test.caller);
      expect(generations.map((item) => [item.state, item.here])).toEqual([
        ['empty', 'entry 2 of GATEHOUSE_MASTER_KEY'],
        ['active', 'entry 1 of GATEHOUSE_MASTER_KEY'],
      ]);
    });
    await withKeys(key(2), async (test) => {
      expect(await address(test)).toBe('someone@example.com');
      const view = await test.app.services.keyGenerations.list(test.caller);
      expect(view.generations.map((item) => item.state)).toEqual(['destroyed', 'active']);
      expect(view.to_do).toBeNull();
      // Names are found as before: they do not hang on the key that is gone.
      const { id } = await test.app.services.putContact(test.caller, 'someone', REACHABLE);
      expect((await test.app.services.exportSubject(test.caller, 'contact/someone')).subject).toBe(id);
    });
    await expect(withKeys(key(1), address)).rejects.toThrow('master key is not the one');
  });
});
