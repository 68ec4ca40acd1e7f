/** The old part of the ledger leaves the database for signed files, and everything that needs it still finds it, or says what it needs. */
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { LedgerReader } from '../src/actors/replay/ledger-reader.port.ts';
import { replayAll } from '../src/actors/replay/replay.ts';
import { loadVerified, verifiedBackup } from '../src/app/backups.ts';
import { auditLedger } from '../src/app/ledger-audit.ts';
import { checkLeaving } from '../src/app/ledgers.ts';
import { createRunners } from '../src/machines/catalogue.ts';
import { AnchorFolder } from '../src/memory/anchors/anchor-folder.ts';
import { signerOf } from '../src/memory/anchors/signing-key.ts';
import { tieredReader } from '../src/memory/archive/tiered-reader.ts';
import { writeArchive } from '../src/memory/archive/write-archive.ts';
import type { Archived } from '../src/memory/archive/write-archive.ts';
import { writeBackup } from '../src/memory/backup/write-backup.ts';
import { createLedgerReader } from '../src/memory/read/ledger-reader.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { sha256 } from '../src/memory/sha256.ts';
import { keyCheckOf } from '../src/memory/vault/generations.ts';
import { event, knowProspect, OPEN_POLICY, proposal, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { TEST_MASTER_KEY, TEST_RING, TEST_SECRET } from './process.fixture.ts';

const SIGNER = signerOf(TEST_SECRET);
const IDENTITY = { publicKey: SIGNER.publicKey, installation: keyCheckOf(TEST_SECRET) };
const silent = (): void => {};

describeDatabases('an archive of the ledger', (database) => {
  let system: TestApp;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-archive-'));
  const anchorDir = mkdtempSync(join(tmpdir(), 'gatehouse-anchors-'));
  let before = 0;
  let events = 0;
  let knownBefore: unknown;
  let first: Archived;

  const now = async (): Promise<number> => {
    const [row] = await system.rows<{ at: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at',
    );
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    return row?.at ?? 0;
  };
  const archive = (at: number): Promise<Archived> =>
    writeArchive(system.sql, {
      folder,
      before: at,
      by: 'person:operator',
      signer: SIGNER,
      installation: IDENTITY.installation,
      check: checkLeaving,
      progress: silent,
    });
  const table = () => createLedgerReader(system.sql, new PolicyCache());
  const audit = (archiveDir: string | null) =>
    auditLedger({
      sql: system.sql,
      identity: IDENTITY,
      table: table(),
      anchors: new AnchorFolder(anchorDir, system.sql, SIGNER, IDENTITY.installation),
      archiveDir,
    });
  const count = async (): Promise<number> =>
    (await system.rows<{ count: number }>('SELECT count(*) AS count FROM ledger'))[0]?.count ?? 0;

  beforeAll(async () => {
    system = await testApp(database, {
      masterKey: TEST_MASTER_KEY,
      workers: true,
      anchorDir,
      archiveDir: folder,
    });
    const { app, caller } = system;
    await until(async () => (await app.services.verify(caller)).anchors.files > 0);
    await knowProspect(system);
    const { action } = await app.services.propose(caller, proposal('contact/someone'));
    await until(async () => (await app.services.getDecision(caller, action)).action?.state === 'executed');
    // Held until somebody decides: its draft must stay where it is read from.
    await app.services.applyPolicy(caller, { ...OPEN_POLICY, name: 'strict', grants: [] });
    await app.services.acceptSignals(caller, [event('web.form_submitted', 'lead/held', { form: 'demo' })]);
    await app.services.acceptSignals(
      caller,
      Array.from({ length: 20 }, (_, index) => event('web.page_viewed', `lead/l${index % 5}`, { page: 'blog' })),
    );
    const early = await now();
    const known = async () => {
      const query = { asOf: early, checkpoint: null, subject: null };
      const { events: all, counts } = await app.services.past.difference(caller, query);
      return [await app.services.getKnownState(caller, 'contact/someone', early), all.then, counts.lead.then];
    };
    const beforeIt = await known();
    before = await now();
    await app.services.acceptSignals(
      caller,
      Array.from({ length: 10 }, (_, index) => event('web.page_viewed', `lead/l${index % 5}`, { page: 'docs' })),
    );
    await app.services.writeAnchor(caller, { restored_from: null });
    events = await count();
    first = await archive(before);
    knownBefore = [beforeIt, await known()];
  }, 60_000);
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
    rmSync(anchorDir, { recursive: true });
  });

  it('holds what was recorded before the time, and the table what is left', async () => {
    expect(first.manifest.events).toBeGreaterThan(20);
    const [late] = await system.rows<{ count: number }>(
      'SELECT count(*) AS count FROM ledger WHERE appended_on < to_timestamp($1::float8 / 1000)',
      [before],
    );
    expect(late?.count).toBeGreaterThan(0);
    await until(async () => (await system.rows(`SELECT 1 FROM ledger WHERE type = 'ledger.archived'`)).length === 1);
    expect((await count()) - 1).toBe(events - first.manifest.events);
  });

  it('verifies as one chain with the table, or from where the table goes on', async () => {
    const whole = await audit(folder);
    expect(whole).toMatchObject({ ok: true, faults: [], archives: { known: 1, read: true, faults: [] } });
    const rest = await audit(null);
    expect(rest).toMatchObject({ ok: true, faults: [], archives: { known: 1, read: false } });
    expect(whole.events).toBe(rest.events + first.manifest.events);
    expect(whole.anchors).toMatchObject({ files: 2, faults: [] });
    expect(await system.app.services.verify(system.caller)).toMatchObject({ ok: true, archives: { read: true } });
    // A new anchor may follow one whose positions have left.
    expect((await system.app.services.writeAnchor(system.caller, { restored_from: null })).number).toBe(3);
  });

  it('serves rebuild, replay and what was known', async () => {
    const { app, caller } = system;
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    const replay = await app.services.replayAll(caller);
    expect(replay).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
    expect(replay.identical).toBeGreaterThan(1);
    const [one, other] = knownBefore as readonly [unknown, unknown];
    expect(other).toEqual(one);
  });

  const replay = (reader: LedgerReader) =>
    replayAll({ reader, runners: createRunners(), digest: sha256, timeZoneData: 'test' }, null, () => {});

  it('is asked for where it is needed and not at hand', async () => {
    const reader = tieredReader(table(), system.sql, IDENTITY, null);
    await expect(replay(reader)).rejects.toThrow(/Set GATEHOUSE_ARCHIVE_DIR/);
    const elsewhere = tieredReader(table(), system.sql, IDENTITY, anchorDir);
    await expect(replay(elsewhere)).rejects.toThrow(/it is missing/);
  });

  it('leaves behind the drafts of actions that have not ended', async () => {
    const { app, caller } = system;
    const { items } = await app.services.listReviews(caller, { limit: 50, cursor: null });
    expect(items.length).toBeGreaterThan(0);
    for (const { id, fingerprint, content } of items) {
      expect(content).not.toBeNull();
      await app.services.decideReview(caller, id, {
        decision: 'cancel',
        fingerprint,
        reason: 'Enough.',
        content: null,
      });
    }
  });

  it('is the only way out of the table', async () => {
    await expect(system.rows('DELETE FROM ledger')).rejects.toThrow('append-only');
    await expect(system.rows('UPDATE ledger SET at = 0')).rejects.toThrow('append-only');
    await expect(system.rows('DELETE FROM ledger_archives')).rejects.toThrow('append-only');
    const [kept] = await system.rows<{ manifest: string }>('SELECT manifest FROM ledger_archives');
    const text = kept?.manifest ?? '';
    await expect(system.rows('SELECT gatehouse_archive_ledger($1, $2)', [sha256('x'), text])).rejects.toThrow(
      'the digest is not that of the manifest',
    );
    const wrong = text.replace('"number":1', '"number":2');
    await expect(system.rows('SELECT gatehouse_archive_ledger($1, $2)', [sha256(wrong), wrong])).rejects.toThrow(
      'does not hold what the manifest says',
    );
  });

  it('is found to be altered or missing', async () => {
    const [part] = first.manifest.partitions;
    const path = join(first.folder, part?.file ?? '');
    const bytes = readFileSync(path);
    const faults = async () => (await audit(folder)).archives.faults.map(({ detail }) => detail);
    appendFileSync(path, 'x');
    expect(await faults()).toEqual(['it was altered']);
    renameSync(path, `${path}.away`);
    expect(await faults()).toEqual(['it is missing']);
    renameSync(`${path}.away`, path);
    writeFileSync(path, bytes);
    expect(await faults()).toEqual([]);
  });

  it('is followed by the next', { timeout: 60_000 }, async () => {
    const { app, caller } = system;
    const second = await archive(await now());
    expect(second.manifest).toMatchObject({ number: 2, previous: expect.any(String) as string });
    await until(async () => (await system.rows(`SELECT 1 FROM inbox WHERE state = 'pending'`)).length === 0);
    expect(await audit(folder)).toMatchObject({ ok: true, archives: { known: 2, read: true } });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true });
    await expect(archive(before)).rejects.toThrow('Nothing may leave');
  });

  it('is known to a backup and what is restored from it', { timeout: 60_000 }, async () => {
    const to = join(folder, 'backup');
    await writeBackup(system.sql, { folder: to, program: 'test', ring: TEST_RING, progress: silent });
    const backup = await verifiedBackup(to, TEST_RING, silent);
    await using target = await testApp(database, {
      masterKey: TEST_MASTER_KEY,
      archiveDir: folder,
      prepare: (sql) => loadVerified(sql, { folder: to, ...backup, as: { kind: 'moved' } }, silent),
    });
    expect(await target.app.services.verify(target.caller)).toMatchObject({ ok: true, archives: { read: true } });
    expect(await target.app.services.rebuildCheck(target.caller)).toMatchObject({ ok: true });
  });

  it('cannot be made up by somebody with all rights', async () => {
    const [kept] = await system.rows<{ manifest: string }>('SELECT manifest FROM ledger_archives ORDER BY number');
    const [hot] = await system.rows<{ partition: number; seq: number; hash: string; prev_hash: string }>(
      `SELECT partition, seq, hash, prev_hash FROM ledger ORDER BY partition, seq LIMIT 1`,
    );
    const forged = JSON.parse(kept?.manifest ?? '{}') as Record<string, unknown>;
    const text = JSON.stringify({
      ...forged,
      number: 3,
      partitions: [
        {
          partition: hot?.partition,
          first_seq: hot?.seq,
          last_seq: hot?.seq,
          rows: 1,
          before_hash: hot?.prev_hash,
          last_hash: hot?.hash,
          file: 'p00.jsonl.gz',
          bytes: 1,
          sha256: 'a'.repeat(64),
        },
      ],
    });
    await system.rows('SELECT gatehouse_archive_ledger($1, $2)', [sha256(text), text]);
    const report = await audit(null);
    expect(report.ok).toBe(false);
    expect(report.archives.faults[0]?.detail).toMatch(/signature/);
    expect(report.faults).toMatchObject([{ partition: hot?.partition, seq: hot?.seq }]);
    expect(['missing', 'cut_off']).toContain(report.faults[0]?.kind);
  });
});
