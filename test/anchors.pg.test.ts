/** Anchors outside the database find what was rewritten so well that the database alone looks whole. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { auditLedger } from '../src/app/ledger-audit.ts';
import { asId } from '../src/domain/ids.ts';
import type { Hash } from '../src/domain/ids.ts';
import { ledgerHash } from '../src/domain/ledger-event.ts';
import { AnchorFolder } from '../src/memory/anchors/anchor-folder.ts';
import { signerOf } from '../src/memory/anchors/signing-key.ts';
import { createLedgerReader } from '../src/memory/read/ledger-reader.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { sha256 } from '../src/memory/sha256.ts';
import { keyOfBytes } from '../src/memory/vault/cipher.ts';
import { keyCheckOf } from '../src/memory/vault/generations.ts';
import { InstallationSecret } from '../src/memory/vault/installation-secret.ts';
import { event, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { TEST_MASTER_KEY, TEST_SECRET } from './process.fixture.ts';

describeDatabases('anchors of a ledger', (database) => {
  let system: TestApp;
  const original = mkdtempSync(join(tmpdir(), 'gatehouse-anchors-'));
  const copy = mkdtempSync(join(tmpdir(), 'gatehouse-anchors-copy-'));
  let partition = 0;
  /** Where the busiest chain ended at the first and at the second anchor, and where it ends now. */
  const ends: number[] = [];

  const folderAt = (path: string): AnchorFolder =>
    new AnchorFolder(path, system.sql, signerOf(TEST_SECRET), keyCheckOf(TEST_SECRET));
  const work = (): Promise<unknown> =>
    system.app.services.acceptSignals(system.caller, [event('web.form_submitted', 'lead/one', { form: 'demo' })]);

  beforeAll(async () => {
    system = await testApp(database, { masterKey: TEST_MASTER_KEY });
    for (let day = 0; day < 3; day += 1) {
      for (let round = 0; round < 3; round += 1) await work();
      const [longest] = await system.rows<{ partition: number; seq: number }>(
        `SELECT partition, seq FROM partition_heads WHERE partition = (SELECT partition FROM ledger WHERE type = 'signal.received' LIMIT 1)`,
      );
      partition = longest?.partition ?? 0;
      ends.push(longest?.seq ?? 0);
      if (day < 2) await folderAt(original).write();
    }
    await system.sql.asOwner((session) =>
      session.script(`CREATE TABLE ledger_before AS TABLE ledger; CREATE TABLE heads_before AS TABLE partition_heads;
        ALTER TABLE ledger DISABLE TRIGGER USER`),
    );
  });
  beforeEach(async () => {
    rmSync(copy, { recursive: true });
    cpSync(original, copy, { recursive: true });
    await system.sql.asOwner((session) =>
      session.script(`TRUNCATE ledger; INSERT INTO ledger SELECT * FROM ledger_before;
        DELETE FROM partition_heads; INSERT INTO partition_heads SELECT * FROM heads_before`),
    );
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    for (const folder of [original, copy]) rmSync(folder, { recursive: true });
  });

  const audit = () =>
    auditLedger({
      sql: system.sql,
      identity: { publicKey: signerOf(TEST_SECRET).publicKey, installation: keyCheckOf(TEST_SECRET) },
      table: createLedgerReader(system.sql, new PolicyCache()),
      anchors: folderAt(copy),
      archiveDir: null,
    });
  async function found(): Promise<readonly string[]> {
    const report = await audit();
    expect(report.ok).toBe(report.faults.length + report.anchors.faults.length === 0);
    return [
      ...report.faults.map(({ kind, seq }) => `${kind} ${seq}`),
      ...report.anchors.faults.map(({ file, detail }) => `${file} ${detail}`),
    ];
  }
  const file = (number: number) => join(copy, `anchor-00000${number}.json`);

  /** Gives the chain another past from `from` on, with all hashes and the head, as somebody would who has the program. */
  async function rewriteFrom(from: number): Promise<void> {
    const reader = createLedgerReader(system.sql, new PolicyCache());
    const rows = await reader.slice({ partition, after: from - 2, limit: 10_000 });
    let before: Hash = asId(rows[0]?.hash ?? '');
    for (const row of rows.slice(1)) {
      const body = row.seq === from ? row.body.replace('{', '{"x":1,') : row.body;
      const hash = ledgerHash(row, body, row.sealed, before, sha256);
      await system.rows('UPDATE ledger SET body = $3, prev_hash = $4, hash = $5 WHERE partition = $1 AND seq = $2', [
        partition,
        row.seq,
        body,
        before,
        hash,
      ]);
      before = hash;
    }
    await system.rows('UPDATE partition_heads SET hash = $2 WHERE partition = $1', [partition, before]);
  }

  it('agree with a ledger that has grown since', async () => {
    expect(await found()).toEqual([]);
    expect((await audit()).anchors).toMatchObject({ files: 2, faults: [] });
  });

  it('find a chain that was computed anew, and between which anchors', async () => {
    const [first = 0, second = 0, last = 0] = ends;
    await rewriteFrom(second);
    expect(await found()).toEqual([`anchor_differs ${first + 1}`]);
    expect(last).toBeGreaterThan(second);
    // What no anchor speaks of can be computed anew without a trace.
    rmSync(file(2));
    expect(await found()).toEqual([]);
  });

  it('find a tail that was cut off together with the head', async () => {
    const [first = 0] = ends;
    await system.rows('DELETE FROM ledger WHERE partition = $1 AND seq > $2', [partition, first]);
    await system.rows(
      'UPDATE partition_heads SET seq = $2, hash = (SELECT hash FROM ledger WHERE partition = $1 AND seq = $2) WHERE partition = $1',
      [partition, first],
    );
    expect((await system.app.services.verify(system.caller)).ok).toBe(true);
    expect(await found()).toEqual([`cut_off ${first + 1}`]);
  });

  it('are not written on a ledger that contradicts them', async () => {
    const [, second = 0] = ends;
    await rewriteFrom(second);
    await expect(folderAt(copy).write()).rejects.toThrow(
      /No anchor was written: anchor 2 knows position \d+ of partition \d+, which has another row there/,
    );
    expect(readdirSync(copy)).toHaveLength(2);
  });

  it('are found to be altered, missing, exchanged, or signed by somebody else', async () => {
    const text = readFileSync(file(1), 'utf8');
    writeFileSync(file(1), text.replace(/"seq":\d+/, '"seq":1'));
    expect(await found()).toEqual([
      'anchor-000001.json its signature is wrong: it was altered, or signed by somebody else',
      'anchor-000002.json it follows another anchor than the one before it',
    ]);
    rmSync(file(1));
    expect(await found()).toEqual(['anchor-000002.json 1 before it is missing']);
    cpSync(file(2), file(1));
    expect(await found()).toContain('anchor-000001.json it says that it is number 2');
    writeFileSync(file(1), '{}');
    expect(await found()).toContain('anchor-000001.json it is no anchor');
    const stranger = InstallationSecret.of(keyOfBytes(Buffer.alloc(32, 8)));
    rmSync(file(1));
    rmSync(file(2));
    await new AnchorFolder(copy, system.sql, signerOf(stranger), keyCheckOf(TEST_SECRET)).write();
    expect(await found()).toEqual([
      'anchor-000001.json its signature is wrong: it was altered, or signed by somebody else',
    ]);
  });

  it('of a time that a restore took back are left out once that is signed', async () => {
    const [first = 0] = ends;
    const backupAt = (JSON.parse(readFileSync(file(1), 'utf8')) as { at: string }).at;
    await system.rows('DELETE FROM ledger WHERE partition = $1 AND seq > $2', [partition, first]);
    await system.rows(
      'UPDATE partition_heads SET seq = $2, hash = (SELECT hash FROM ledger WHERE partition = $1 AND seq = $2) WHERE partition = $1',
      [partition, first],
    );
    await expect(folderAt(copy).write()).rejects.toThrow(/ends at/);
    await folderAt(copy).write(backupAt);
    expect(await found()).toEqual([]);
    expect((await folderAt(copy).write()).number).toBe(4);
  });

  it('share a folder without overwriting each other', async () => {
    const written = await Promise.all(Array.from({ length: 4 }, () => folderAt(copy).write()));
    expect(written.map((anchor) => anchor.number).toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6]);
    expect(await found()).toEqual([]);
  });
});

describeDatabases('a server', (database) => {
  it('writes an anchor a day by itself, and another when it is asked', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-anchors-'));
    try {
      await using system = await testApp(database, { workers: true, anchorDir: folder });
      const first = join(folder, 'anchor-000001.json');
      await until(async () => existsSync(first));
      const { app, caller } = system;
      expect(await app.services.writeAnchor(caller, { restored_from: null })).toMatchObject({ number: 2 });
      expect((await app.services.verify(caller)).anchors).toMatchObject({ files: 2, faults: [] });
      await expect(
        app.services.writeAnchor({ ...caller, tenant: asId('other') }, { restored_from: null }),
      ).rejects.toMatchObject({ code: 'forbidden' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
