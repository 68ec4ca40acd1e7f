/** Somebody with all rights to the database changes its ledger behind our back: each change is found and named, also beside others. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { event, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('a ledger that was tampered with', (database) => {
  let system: TestApp;
  /** A partition with a chain that is long enough, and where it ends. */
  let partition = 0;
  let end = 0;
  beforeAll(async () => {
    system = await testApp(database);
    const { app, caller, sql, rows } = system;
    for (let round = 0; round < 12; round += 1)
      await app.services.acceptSignals(caller, [
        event('web.form_submitted', 'lead/one', { form: 'demo' }),
        event('web.page_viewed', `lead/other-${round}`, { page: 'pricing' }),
      ]);
    await sql.asOwner((session) =>
      session.script(`CREATE TABLE ledger_before AS TABLE ledger; CREATE TABLE heads_before AS TABLE partition_heads;
        ALTER TABLE ledger DISABLE TRIGGER USER`),
    );
    const [longest] = await rows<{ partition: number; seq: number }>(
      'SELECT partition, seq FROM partition_heads ORDER BY seq DESC LIMIT 1',
    );
    partition = longest?.partition ?? 0;
    end = longest?.seq ?? 0;
    if (end <= 24) throw new Error(`the longest chain has ${end} rows only`);
  });
  beforeEach(async () => {
    await system.sql.asOwner((session) =>
      session.script(`TRUNCATE ledger; INSERT INTO ledger SELECT * FROM ledger_before;
        DELETE FROM partition_heads; INSERT INTO partition_heads SELECT * FROM heads_before`),
    );
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  async function found(...tampering: readonly string[]): Promise<readonly string[]> {
    for (const text of tampering)
      await system.sql.asOwner((session) =>
        session.script(text.replaceAll(':p', String(partition)).replaceAll(':end', String(end))),
      );
    const report = await system.app.services.verify(system.caller);
    expect(report.ok).toBe(report.faults.length === 0);
    return report.faults.map(
      (fault) => `${fault.kind} ${fault.partition === partition ? '' : 'elsewhere '}${fault.seq}`,
    );
  }

  it('is whole before', async () => {
    expect(await found()).toEqual([]);
  });

  const FLIP = `UPDATE ledger SET body = overlay(body placing chr(ascii(substr(body, 20, 1)) # 1) from 20 for 1) WHERE partition = :p AND seq = 5`;
  const DELETE = 'DELETE FROM ledger WHERE partition = :p AND seq = 8';
  const SWAP = `UPDATE ledger SET seq = -1 WHERE partition = :p AND seq = 12; UPDATE ledger SET seq = 12 WHERE partition = :p AND seq = 15;
    UPDATE ledger SET seq = 15 WHERE partition = :p AND seq = -1`;
  const INSERT = `UPDATE ledger SET seq = seq + 100000 WHERE partition = :p AND seq >= 19; UPDATE ledger SET seq = seq - 99999 WHERE partition = :p AND seq > 100000;
    INSERT INTO ledger SELECT (json_populate_record(l, json_build_object('seq', 19, 'hash', repeat('a', 64)))).* FROM ledger l WHERE partition = :p AND seq = 18`;
  const CUT = 'DELETE FROM ledger WHERE partition = :p AND seq > :end - 2';

  it('has a flipped bit', async () => {
    expect(await found(FLIP)).toEqual(['altered 5']);
  });
  it.each(['tenant', 'type', 'actor_id', 'scope', 'correlation', 'prev_hash', 'hash'])(
    'has another %s',
    async (column) => {
      expect(await found(`UPDATE ledger SET ${column} = ${column} || 'x' WHERE partition = :p AND seq = 5`)).toEqual([
        'altered 5',
      ]);
    },
  );
  it.each(['schema_version', 'actor_seq', 'at'])('has another %s', async (column) => {
    expect(await found(`UPDATE ledger SET ${column} = ${column} + 1 WHERE partition = :p AND seq = 5`)).toEqual([
      'altered 5',
    ]);
  });
  it('has another sealed part', async () => {
    const [row] = await system.rows<{ seq: number }>(
      'SELECT min(seq) AS seq FROM ledger WHERE partition = $1 AND sealed IS NOT NULL',
      [partition],
    );
    const seq = row?.seq ?? 0;
    expect(await found(`UPDATE ledger SET sealed = NULL WHERE partition = :p AND seq = ${seq}`)).toEqual([
      `altered ${seq}`,
    ]);
  });
  it('lacks a row', async () => {
    expect(await found(DELETE)).toEqual(['missing 8']);
  });
  it('has two rows in each other’s place', async () => {
    expect(await found(SWAP)).toEqual(['swapped 12']);
  });
  it('has a row more', async () => {
    expect(await found(INSERT)).toEqual(['inserted 19']);
  });
  it('lacks its end', async () => {
    expect(await found(CUT)).toEqual([`cut_off ${end - 1}`]);
  });
  it('lacks its head', async () => {
    expect(await found('DELETE FROM partition_heads WHERE partition = :p')).toEqual([`head_differs ${end}`]);
  });
  it('lacks everything', async () => {
    const kinds = new Set((await found('TRUNCATE ledger')).map((fault) => fault.split(' ')[0]));
    expect(kinds).toEqual(new Set(['cut_off']));
  });
  it('has all of it at once', async () => {
    // From the back, so that each statement finds its rows where they were.
    expect(await found(CUT, INSERT, SWAP, DELETE, FLIP)).toEqual([
      'altered 5',
      'missing 8',
      'swapped 12',
      'inserted 19',
      `cut_off ${end - 1}`,
    ]);
  });
});
