/**
 * 8,000 real leads through the whole loop: the figures must be the data's own, a run that is killed must end where an undisturbed one
 * does, what was known at any time must be what the ledger says, a second run must change nothing, and undoing must leave nothing behind.
 */
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { LoopReport, RebuildReport, ReplayAllReport, UndoReport } from '../src/gateway/services.port.ts';
import { sha256 } from '../src/memory/sha256.ts';
import { openPglite } from '../src/memory/sql/pglite.ts';
import { openEmbedded } from './app.fixture.ts';
import { expectKnownStates } from './known-state.fixture.ts';
import { describeData } from './needs.ts';
import { layPglite } from './pglite-template.ts';
import { finished, TEST_MASTER_KEY, Workplace } from './process.fixture.ts';

const LONG_MS = 300_000;

/** Digests of everything that a later decision could depend on, read from the tables. */
async function stateOf(place: Workplace): Promise<Record<string, string>> {
  const sql = await openPglite(join(place.dataDir, 'pg'));
  const queries: Record<string, string> = {
    // Where an action points to in the ledger is told by its own events: its place among all others moves with what is metered every minute.
    actors: `SELECT a.tenant, a.kind, a.id, a.value, a.context::jsonb - 'proposed_seq' - 'content_seq' AS context,
         proposed.actor_seq AS proposed, content.actor_seq AS content
       FROM actor_state a
       LEFT JOIN ledger proposed ON (proposed.tenant, proposed.actor_kind, proposed.actor_id) = (a.tenant, a.kind, a.id)
         AND proposed.seq = (a.context::jsonb ->> 'proposed_seq')::bigint
       LEFT JOIN ledger content ON (content.tenant, content.actor_kind, content.actor_id) = (a.tenant, a.kind, a.id)
         AND content.seq = (a.context::jsonb ->> 'content_seq')::bigint
       ORDER BY 1, 2, 3`,
    guards: `SELECT tenant, key, state FROM guards WHERE state NOT LIKE '%"open":[],"prints":[],"spent_minor":{},"touches":[]%' ORDER BY 1, 2`,
    leads: 'SELECT tenant, id, dimensions, first_seen_at FROM leads ORDER BY 1, 2',
    outcomes: 'SELECT tenant, id, status, decision FROM outcomes WHERE NOT undone ORDER BY 1, 2',
    decisions: 'SELECT tenant, id, verdict, verdict_hash FROM decisions WHERE NOT undone ORDER BY 1, 2',
    timers: 'SELECT tenant, actor_id, name, due_at FROM timers ORDER BY 1, 2, 3',
    waiting: `SELECT tenant, id FROM inbox WHERE state <> 'processed' ORDER BY 1, 2`,
  };
  const digests: Record<string, string> = {};
  await sql.asOwner(async (session) => {
    for (const [name, text] of Object.entries(queries))
      digests[name] = sha256(JSON.stringify(await session.query(text)));
  });
  await sql.close();
  return digests;
}

async function doubled(
  place: Workplace,
): Promise<{ readonly executed: number; readonly doubled: number; readonly delivered: number }> {
  const sql = await openPglite(join(place.dataDir, 'pg'));
  const [row] = await sql.asOwner((session) =>
    session.query<{ executed: number; doubled: number; delivered: number }>(
      `SELECT (SELECT count(*) FROM executions WHERE state = 'sent') AS executed,
         (SELECT count(*) FROM (SELECT permit FROM executions WHERE state = 'sent' GROUP BY permit HAVING count(*) > 1) twice) AS doubled,
         (SELECT count(*) FROM sandbox_deliveries) AS delivered`,
    ),
  );
  await sql.close();
  if (row === undefined) throw new Error('no counts');
  return row;
}

describeData('the Olist funnel, simulated', 'olist', (folder) => {
  const whole = new Workplace();
  const broken = new Workplace();
  const untouched = new Workplace();
  beforeAll(() => {
    for (const place of [whole, broken, untouched]) layPglite(place.dataDir);
  });
  afterAll(() => {
    for (const place of [whole, broken, untouched]) place[Symbol.dispose]();
  });
  const leadsFile = join(folder, 'olist_marketing_qualified_leads_dataset.csv');
  const args = () => [
    'import',
    leadsFile,
    join(folder, 'olist_closed_deals_dataset.csv'),
    '--map',
    'maps/olist.json',
    '--simulate',
    '--json',
  ];
  const importId = (stdout: string) => (JSON.parse(stdout) as { import: { id: string } }).import.id;

  it('accepts every row, executes, links, and gives the figures of the data', { timeout: LONG_MS }, async () => {
    const run = await whole.run(args());
    expect(run.stderr).not.toMatch(/fault|Error/);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      outcome: 'completed',
      import: { total: 8_842, applied: 8_842, counts: { signals: 8_000, outcomes: 842 } },
    });
    const app = await openEmbedded(whole.dataDir, { masterKey: TEST_MASTER_KEY });
    let report: LoopReport;
    try {
      report = await app.services.loopReport(await app.caller('default'), { dimension: 'origin' });
    } finally {
      await app.close();
    }
    expect(report.signals).toBe(8_000);
    expect(report.executions).toBeGreaterThanOrEqual(4_000);
    expect(report.outcomes).toEqual({ total: 842, linked: 841, unlinked: 0, preceding: 1 });
    expect(report.preceding).toHaveLength(1);
    const rates = Object.fromEntries(
      (report.conversion ?? []).map((row) => [row.value ?? 'null', (row.rate * 100).toFixed(1)]),
    );
    expect(rates).toMatchObject({
      unknown: '16.3',
      'paid search': '12.3',
      'organic search': '11.8',
      'direct traffic': '11.2',
      referral: '8.5',
      social: '5.6',
      display: '5.1',
      email: '3.0',
    });
    expect(report.conversion?.find((row) => row.value === '')).toMatchObject({ subjects: 60, won: 14 });
  });

  it('verifies, rebuilds, and replays every verdict', { timeout: LONG_MS }, async () => {
    expect(JSON.parse((await whole.run(['verify', '--json'])).stdout)).toMatchObject({ ok: true });
    expect(JSON.parse((await whole.run(['rebuild', '--check', '--json'])).stdout) as RebuildReport).toMatchObject({
      ok: true,
      differences: [],
    });
    const replay = JSON.parse((await whole.run(['replay', '--all', '--json'])).stdout) as ReplayAllReport;
    expect(replay).toMatchObject({ ok: true, different: 0, redacted: 0, facts_differ: 0 });
    expect(replay.identical).toBe(7_999);
  });

  it('says of any time what a rebuild up to that time gives', { timeout: LONG_MS }, () =>
    expectKnownStates(whole.dataDir, leadsFile),
  );

  it('changes nothing when it is run again', { timeout: LONG_MS }, async () => {
    const before = await stateOf(whole);
    const run = await whole.run(args());
    expect(JSON.parse(run.stdout)).toMatchObject({ outcome: 'unchanged', changed: false });
    expect(await stateOf(whole)).toEqual(before);
  });

  it(
    'ends in the same state when it is killed twice and resumed, and executes nothing twice',
    { timeout: LONG_MS },
    async () => {
      for (const afterMs of [11_000, 9_000]) {
        const child = broken.spawn(args());
        const ended = finished(child);
        await new Promise((resolve) => {
          setTimeout(resolve, afterMs);
        });
        child.kill('SIGKILL');
        // Without a code it was killed, and did not end by itself.
        expect(await ended).toMatchObject({ code: null });
      }
      const run = await broken.run(args());
      expect(run.code).toBe(0);
      expect(JSON.parse(run.stdout)).toMatchObject({ import: { state: 'completed', applied: 8_842 } });
      expect(await stateOf(broken)).toEqual(await stateOf(whole));
      const counts = await doubled(broken);
      expect(counts).toEqual({ executed: 7_999, doubled: 0, delivered: 7_999 });
    },
  );

  it('is undone without a trace in any state', { timeout: LONG_MS }, async () => {
    await untouched.run(['verify']);
    const again = await whole.run(args());
    const undo = JSON.parse(
      (await whole.run(['import', 'undo', importId(again.stdout), '--json'])).stdout,
    ) as UndoReport;
    expect(undo.kept).toEqual([]);
    expect(undo.reverted).toBeGreaterThan(16_000);
    expect(await stateOf(whole)).toEqual(await stateOf(untouched));
    expect(JSON.parse((await whole.run(['rebuild', '--check', '--json'])).stdout)).toMatchObject({ ok: true });
  });
});
