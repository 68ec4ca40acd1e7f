/**
 * What happened after a backup and was forgotten by the restore: permits that were open, effects of later permits, opt-outs. The channel
 * of these tests keeps what it did outside the database, as a real one does.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, expect, it } from 'vitest';

import type { ActionChannel, ChannelReceipt } from '../src/actors/channel.port.ts';
import { loadVerified, verifiedBackup } from '../src/app/backups.ts';
import { RetryableError } from '../src/domain/errors.ts';
import { writeBackup } from '../src/memory/backup/write-backup.ts';
import { event, knowProspect, OPEN_POLICY, proposal, PROSPECT, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import type { TestDatabase } from './needs.ts';
import { TEST_MASTER_KEY, TEST_RING } from './process.fixture.ts';

const silent = (): void => {};
const folders = mkdtempSync(join(tmpdir(), 'gatehouse-restore-'));
afterAll(() => rmSync(folders, { recursive: true }));

/** The world outside: what reached whom, and a gate that keeps the channel waiting. */
class Outside {
  readonly delivered: { readonly permit: string; readonly recipient: string }[] = [];
  /** Permits that were asked for, in order. */
  readonly asked: string[] = [];
  /** What the channel does with a permit. `silent`: it acts and never answers. */
  manner: (permit: string) => 'act' | 'wait' | 'refuse' | 'silent' = () => 'act';
  /** Whether it can say afterwards what it did. */
  canTell = true;

  get channel(): ActionChannel {
    return {
      name: 'outside',
      carries: () => true,
      send: async (requests) => {
        const answers: PromiseSettledResult<ChannelReceipt>[] = [];
        for (const { idempotencyKey: permit, recipient } of requests) {
          this.asked.push(permit);
          await until(async () => this.manner(permit) !== 'wait');
          const manner = this.manner(permit);
          if (manner === 'refuse') {
            answers.push({ status: 'rejected', reason: new RetryableError('busy') });
            continue;
          }
          this.delivered.push({ permit, recipient });
          answers.push(
            manner === 'act'
              ? { status: 'fulfilled', value: { receipt: `outside:${permit}` } }
              : { status: 'rejected', reason: new Error('no answer') },
          );
        }
        return answers;
      },
      lookup: async (_tenant, keys) =>
        keys.map((key) => {
          if (!this.canTell) return 'unknown';
          return this.delivered.some((item) => item.permit === key) ? { receipt: `outside:${key}` } : 'absent';
        }),
    };
  }

  countOf(permit: string): number {
    return this.delivered.filter((item) => item.permit === permit).length;
  }
}

let named = 0;
async function backUp(test: TestApp): Promise<string> {
  named += 1;
  const folder = join(folders, `backup-${named}`);
  await writeBackup(test.sql, { folder, program: 'test', ring: TEST_RING, progress: silent });
  return folder;
}

const restored = (folder: string) => async (sql: TestApp['sql']) => {
  const backup = await verifiedBackup(folder, TEST_RING, silent);
  await loadVerified(sql, { folder, ...backup, as: { kind: 'restored', id: 'restore_1' } }, silent);
};

/** Contacts at accounts of their own, so that no cooldown but their own stands between them. */
async function contacts(test: TestApp, ids: readonly string[]): Promise<void> {
  await test.app.services.applyPolicy(test.caller, OPEN_POLICY);
  for (const id of ids) {
    await test.app.services.putAccount(test.caller, id, { ...PROSPECT, domain: `${id}.example` });
    await test.app.services.putContact(test.caller, id, { ...REACHABLE, account: id, email: `someone@${id}.example` });
  }
}

async function permitOf(test: TestApp, id: string): Promise<string> {
  const made = await test.app.services.propose(test.caller, proposal(`contact/${id}`, { id: `to-${id}` }));
  const [row] = await test.rows<{ id: string }>('SELECT id FROM permits WHERE action = $1', [made.action]);
  if (row === undefined) throw new Error(`the gate did not pass the proposal for ${id}`);
  return row.id;
}

/** What the gate says to a proposal of this id; the words differ each time. */
async function verdictOf(test: TestApp, contact: string, id: string): Promise<string | undefined> {
  const { decision } = await test.app.services.propose(test.caller, proposal(`contact/${contact}`, { id }));
  return (await test.rows<{ verdict: string }>('SELECT verdict FROM decisions WHERE id = $1', [decision]))[0]?.verdict;
}

const stateOf = async (test: TestApp, permit: string): Promise<string | undefined> =>
  (await test.rows<{ state: string }>('SELECT state FROM permits WHERE id = $1', [permit]))[0]?.state;

describeDatabases('a restored installation', (database: TestDatabase) => {
  let outside: Outside;
  let journalDir: string;
  beforeEach(() => {
    outside = new Outside();
    journalDir = mkdtempSync(join(folders, 'journal-'));
  });

  /** An installation with permits open at the backup, which goes on afterwards and then is lost. */
  async function lost(): Promise<{ readonly folder: string; readonly permits: Record<string, string> }> {
    await using source = await testApp(database, {
      masterKey: TEST_MASTER_KEY,
      workers: true,
      journalDir,
      channels: [outside.channel],
    });
    const { app, caller } = source;
    outside.manner = () => 'wait';
    await contacts(source, ['sent', 'busy', 'silent', 'later', 'leaver', 'gone']);
    const permits: Record<string, string> = {};
    for (const id of ['sent', 'busy', 'silent']) permits[id] = await permitOf(source, id);
    const folder = await backUp(source);
    // From here on the backup knows nothing.
    outside.manner = (permit) =>
      permit === permits['busy'] ? 'refuse' : permit === permits['silent'] ? 'silent' : 'act';
    permits['later'] = await permitOf(source, 'later');
    await until(
      async () => outside.countOf(permits['later'] ?? '') === 1 && outside.countOf(permits['silent'] ?? '') === 1,
    );
    await until(async () => (await stateOf(source, permits['sent'] ?? '')) === 'used');
    await until(async () => (await stateOf(source, permits['later'] ?? '')) === 'used');
    await app.services.acceptOutcomes(caller, [event('unsubscribe', 'contact/leaver', {}, { id: 'bye' })]);
    await until(async () => (await source.rows('SELECT 1 FROM suppressions')).length > 0);
    await app.services.eraseSubject(caller, 'contact/gone', 'asked by letter');
    return { folder, permits };
  }

  const open = (folder: string): Promise<TestApp> =>
    testApp(database, {
      masterKey: TEST_MASTER_KEY,
      channels: [outside.channel],
      journalDir: join(folders, 'unused'),
      prepare: restored(folder),
    });

  it('knows from the journals what happened, and sends nothing twice', { timeout: 120_000 }, async () => {
    outside.canTell = false;
    const { folder, permits } = await lost();
    outside.manner = () => 'act';
    await using target = await open(folder);
    const report = await target.app.reconcileRestore({ journalDir, acceptMissing: false });
    expect(report.journal).toMatchObject({ state: 'complete', gaps: [] });
    // The one without an answer is known to nobody. The one that was refused certainly did not act.
    expect(report.open_permits).toMatchObject({ marked: 3, executed: 1, resumed: 1, failed: 0 });
    expect(report.open_permits.unknown.map((item) => item.permit)).toEqual([permits['silent']]);
    expect(report.effects).toMatchObject([{ permit: permits['later'], result: 'sent', action_type: 'outreach_push' }]);
    expect(report.suppressions).toBeGreaterThan(0);
    expect(await stateOf(target, permits['sent'] ?? '')).toBe('used');
    expect(await stateOf(target, permits['silent'] ?? '')).toBe('uncertain');
    expect(await stateOf(target, permits['busy'] ?? '')).toBe('granted');
    const marked = await target.rows<{ count: number }>(
      `SELECT count(*) AS count FROM ledger WHERE type = 'action.uncertain'`,
    );
    expect(marked).toEqual([{ count: 3 }]);

    // What senders send again is decided on what the journals told: the same proposal leads to the permit that was used already.
    const { app, caller } = target;
    expect(await verdictOf(target, 'later', 'another')).toBe('schedule');
    expect(await verdictOf(target, 'later', 'to-later')).not.toBe('pass');
    expect(await verdictOf(target, 'leaver', 'to-leaver')).toBe('deny');
    // Whoever was erased came back with the backup, and is erased again.
    expect(report.erasures).toBe(1);
    expect(await app.services.exportSubject(caller, 'contact/gone')).toMatchObject({ erased: true });
    expect(JSON.stringify(await app.services.exportSubject(caller, 'contact/gone'))).not.toContain('gone.example');
    expect(await verdictOf(target, 'gone', 'to-gone')).toBe('deny');

    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect(await app.services.replayAll(caller)).toMatchObject({ ok: true });
    // It cannot be done twice.
    await expect(app.reconcileRestore({ journalDir, acceptMissing: false })).rejects.toMatchObject({
      code: 'state_conflict',
    });
  });

  it('executes what certainly was not, and nothing else, when it goes on', { timeout: 120_000 }, async () => {
    const { folder, permits } = await lost();
    outside.manner = () => 'act';
    await using target = await testApp(database, {
      masterKey: TEST_MASTER_KEY,
      channels: [outside.channel],
      workers: true,
      prepare: restored(folder),
    });
    const before = outside.asked.length;
    await target.app.reconcileRestore({ journalDir, acceptMissing: false });
    await until(async () => (await stateOf(target, permits['busy'] ?? '')) === 'used');
    expect(outside.asked.slice(before)).toEqual([permits['busy']]);
    for (const permit of Object.values(permits)) expect(outside.countOf(permit)).toBe(1);
    // This channel can tell, so nothing stays unknown.
    expect(await stateOf(target, permits['silent'] ?? '')).toBe('used');
  });

  it('never uses a permit again whose effect only the journal knows', { timeout: 120_000 }, async () => {
    const { folder, permits } = await lost();
    outside.manner = () => 'act';
    await using target = await testApp(database, {
      masterKey: TEST_MASTER_KEY,
      channels: [outside.channel],
      workers: true,
      prepare: restored(folder),
    });
    await target.app.reconcileRestore({ journalDir, acceptMissing: false });
    // Without any cooldown, and with other words, the gate passes the repeated proposal, and its permit is the old one.
    const free = { contact_ms: 0, account_ms: 0, domain_ms: 0, channel_ms: {} };
    await target.app.services.applyPolicy(target.caller, { ...OPEN_POLICY, name: 'free', cooldown: free });
    expect(await verdictOf(target, 'later', 'to-later')).toBe('pass');
    await until(async () => (await stateOf(target, permits['later'] ?? '')) === 'used');
    expect(outside.countOf(permits['later'] ?? '')).toBe(1);
    const [executed] = await target.rows<{ body: string }>(
      `SELECT body FROM ledger WHERE type = 'action.executed' AND body LIKE '%${permits['later'] ?? ''}%'`,
    );
    expect(executed?.body).toContain(`outside:${permits['later'] ?? ''}`);
    expect(await target.app.services.rebuildCheck(target.caller)).toMatchObject({ ok: true });
  });

  it(
    'waits for every cooldown when there are no journals, unless somebody accepts it',
    { timeout: 120_000 },
    async () => {
      const { folder, permits } = await lost();
      outside.manner = () => 'act';
      await using target = await open(folder);
      await expect(target.app.reconcileRestore({ journalDir: null, acceptMissing: false })).rejects.toMatchObject({
        code: 'state_conflict',
        message: expect.stringMatching(/wait until \d{4}-.*--accept-missing-journal/) as unknown,
        faults: expect.arrayContaining([
          { pointer: 'journal', detail: 'no folder with journals was given' },
        ]) as unknown,
      });
      expect(await target.app.services.health()).toMatchObject({ ready: false });
      const report = await target.app.reconcileRestore({ journalDir: null, acceptMissing: true });
      // The channel can tell of what was open; nobody can tell of what came later.
      expect(report).toMatchObject({ journal: { state: 'missing' }, effects: [], suppressions: 0 });
      expect(report.open_permits).toMatchObject({ marked: 3, executed: 2, resumed: 1, unknown: [] });
      for (const permit of Object.values(permits)) expect(outside.countOf(permit)).toBeLessThanOrEqual(1);
      expect(await target.app.services.health()).toMatchObject({ ready: true });
      const [event_] = await target.rows<{ body: string }>(`SELECT body FROM ledger WHERE type = 'tenant.restored'`);
      expect(event_?.body).toContain('"journal":"missing"');
    },
  );

  it(
    'believes a channel whose memory was restored with the database only where it says that it acted',
    { timeout: 120_000 },
    async () => {
      await using source = await testApp(database, { masterKey: TEST_MASTER_KEY, workers: false, journalDir });
      await knowProspect(source);
      expect(await verdictOf(source, 'someone', 'one')).toBe('pass');
      const folder = await backUp(source);
      await using target = await testApp(database, { masterKey: TEST_MASTER_KEY, prepare: restored(folder) });
      const report = await target.app.reconcileRestore({ journalDir: null, acceptMissing: true });
      expect(report.open_permits).toMatchObject({ marked: 1, resumed: 0 });
      expect(report.open_permits.unknown).toHaveLength(1);
    },
  );
});
