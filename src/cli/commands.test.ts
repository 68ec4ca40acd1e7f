import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { DEFAULT_POLICY, policySchema } from '../domain/policy.ts';
import { READINESS } from '../gateway/gate-facts.fake.ts';
import { TestWorld } from './cli.fixture.ts';
import { EXIT } from './command.ts';
import { curlCommand } from './commands/serve.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

/** Runs with `--json`, and insists that the answer is one document. */
async function json(...argv: string[]): Promise<unknown> {
  const { out } = await world.run(...argv, '--json');
  expect(out).not.toContain('\n');
  return JSON.parse(out) as unknown;
}

describe('proofs', () => {
  test('that hold', async () => {
    expect(await world.run('verify')).toMatchObject({
      code: EXIT.ok,
      out: '✓ The ledger is whole: 3 events in 64 partitions. There are no anchors to compare it with; see gatehouse anchor.',
    });
    expect((await world.run('rebuild', '--check')).out).toBe(
      '✓ What is stored follows from the ledger: 2 actors, 1 guard, 1 note and 1 timeline from 3 events.',
    );
    expect((await world.run('replay', '--all')).out).toBe(
      '✓ Replay equals what happened: 1 evaluation, 1 identical, 0 different.',
    );
    expect(await json('replay', 'dec_1')).toMatchObject({ result: 'identical' });
    expect(world.openApps).toBe(0);
  });

  test('that fail end with 1 and name what is wrong', async () => {
    const fault = { partition: 7, seq: 9, kind: 'chain', detail: 'the\u001B[31m hash differs' };
    const report = {
      ok: false,
      events: 10,
      partitions: 64,
      faults: [fault],
      unnamed: 0,
      anchors: {
        files: 2,
        newest_at: '2026-11-20T00:00:00.000Z',
        faults: [{ file: 'anchor-000002.json', detail: 'was altered' }],
      },
      archives: { known: 1, events: 5, read: false, faults: [] },
    };
    Object.assign(world.services, { verify: async () => report });
    const { code, out } = await world.run('verify');
    expect(code).toBe(EXIT.problemFound);
    expect(out).toBe(
      [
        '✗ The ledger is damaged: 2 faults in 10 events in 64 partitions. Compared with 2 anchors, the newest of 2026-11-20T00:00:00.000Z. 5 events in 1 archive were not read; see --cold.',
        '  p7-9                chain   the\\u001b[31m hash differs',
        '  anchor-000002.json  anchor  was altered',
      ].join('\n'),
    );
    expect(await json('verify')).toEqual(report);
  });

  test('a state is shown as it was known at a time', async () => {
    const ran = await world.run('rebuild', '--as-of', '2026-11-21T10:00:00Z', '--subject', 'account/acme');
    expect(ran.out).toBe(
      [
        'account/acme as it was known at 2026-11-21T10:00:00.000Z, from 1 event up to p1-1:',
        '  account acc_1  known  1 event  since 2026-11-21T10:00:00.000Z',
      ].join('\n'),
    );
    expect(await world.run('rebuild', '--as-of', '2026-11-21', '--subject', 'account/acme')).toMatchObject({
      code: EXIT.usage,
    });
    expect(await world.run('rebuild', '--as-of', '2026-11-21T10:00:00Z')).toMatchObject({ code: EXIT.usage });
    expect(await world.run('rebuild', '--check', '--subject', 'account/acme')).toMatchObject({ code: EXIT.usage });
  });

  test('the old part of the ledger is moved into files', async () => {
    const args = ['ledger', 'export', '--before', '2026-01-01T00:00:00Z', '--to', '/archives'];
    expect((await world.run(...args)).out).toMatch(
      /^\/archives\/ledger-000001 holds 3 events of 2 partitions, 1 MB, and they have left/,
    );
    expect(await json(...args)).toMatchObject({ number: 1, events: 3, before: '2026-01-01T00:00:00.000Z' });
    expect(await world.run('ledger', 'export', '--before', '2026-01-01T00:00:00Z')).toMatchObject({ code: EXIT.usage });
    const future = ['ledger', 'export', '--before', '2100-01-01T00:00:00Z', '--to', '/archives'];
    expect(await world.run(...future)).toMatchObject({ code: EXIT.usage });
    expect((await world.run('verify', '--cold', '/archives')).code).toBe(EXIT.ok);
  });

  test('an anchor is written now, also after a restore', async () => {
    expect((await world.run('anchor')).out).toMatch(
      /^anchor-000001.json says where 3 events end at 2026-11-21T00:00:00.000Z./,
    );
    await world.run('anchor', '--after-restore', '2026-11-21T10:00:00+02:00');
    expect(world.services.calls.at(-1)).toEqual(['writeAnchor', { restored_from: '2026-11-21T08:00:00.000Z' }]);
    expect(await world.run('anchor', '--after-restore', 'yesterday')).toMatchObject({ code: EXIT.usage });
  });

  test('a replay that differs', async () => {
    const evaluation = {
      event: 'p1-2',
      recorded_hash: 'aa',
      replayed_hash: 'bb',
      facts_equal: false,
      other_time_zone_data: null,
      differences: ['mode'],
    };
    const view = { decision: 'dec_1', result: 'different', evaluations: [evaluation] } as const;
    Object.assign(world.services, { replayDecision: async () => view });
    const { code, out } = await world.run('replay', 'dec_1');
    expect(code).toBe(EXIT.problemFound);
    expect(out).toContain('p1-2  aa  ≠  bb  facts differ  mode');
  });
});

describe('trace', () => {
  test('compares two decisions, and simulates one change', async () => {
    const compared = await world.run('trace', 'dec_1', '--compare', 'dec_2');
    expect(compared.out).toMatch(/verdict +schedule +pass/);
    const { out } = await world.run('trace', 'dec_1', '--without-cooldown');
    expect(out).toContain('Simulation without the cooldown: pass (it was schedule until');
    expect(out).toContain('what would have followed is not known');
    expect(await json('trace', 'dec_1', '--set', 'touch_cap=5')).toMatchObject({ simulation: true });
    expect(world.services.calls.at(-1)).toEqual([
      'counterfactual',
      'dec_1',
      { kind: 'threshold', threshold: 'touch_cap', value: 5 },
    ]);
  });
  test.each([
    [['--owner', 'ana'], 'An owner is a lane'],
    [['--set', 'touch_cap'], 'Say --set NAME=NUMBER'],
    [['--set', 'mood=5'], 'Say --set NAME=NUMBER'],
    [['--owner', 'nobody', '--without-cooldown'], 'one thing at a time'],
    [['--compare', 'dec_2', '--owner', 'nobody'], 'not both'],
  ])('refuses %j', async (options, why) => {
    const { code, err } = await world.run('trace', 'dec_1', ...options);
    expect([code, err]).toEqual([EXIT.usage, expect.stringContaining(why)]);
  });

  test('of a decision tells the steps, and why the gate did not let it pass', async () => {
    const { out } = await world.run('trace', 'dec_1');
    expect(out).toContain('dec_1  hold  2026-11-21 10:00:00.000Z');
    expect(out).toContain('subject      account acme');
    expect(out).toContain('1  2026-11-21 10:00:00.000Z  triage    The signal only updates what is known.');
    expect(out).toContain(
      '✗ trust            hold: This action type needs an approval each time. (trust_needs_approval)',
    );
    expect(out).toContain('Decide it in review.');
    expect(await json('trace', 'dec_1')).toMatchObject({ decision: { id: 'dec_1' } });
  });

  test('of a correlation, also when nothing was decided', async () => {
    world.services.looksUntilTriage = 0;
    const { out } = await world.run('trace', 'cor_1');
    expect(out.split('\n').at(-1)).toMatch(/^2 {2}\+0 ms +triage +The signal only updates/);
    world.services.looksUntilTriage = 1;
    expect(await world.run('trace', 'cor_1')).toMatchObject({ code: EXIT.usage });
  });
});

describe('review', () => {
  test('the list asks for what is open', async () => {
    const { out } = await world.run('review', 'list');
    expect(world.services.calls).toEqual([['listReviews', { limit: 200, cursor: null, state: 'open' }]]);
    expect(out).toContain('rev_1   2026-11-21 10:00:00.000Z  review  crm_update  crm');
    expect(await json('review', 'list', '--state', 'expired')).toMatchObject({ items: [{ id: 'rev_1' }] });
  });

  test('a fingerprint decides without asking', async () => {
    const decided = await json('review', 'approve', 'rev_1', '--fingerprint', 'ff00');
    expect(decided).toMatchObject({ action_state: 'permitted' });
    const input = { decision: 'approve', fingerprint: 'ff00', reason: null, content: null };
    expect(world.services.calls).toEqual([['decideReview', 'rev_1', input]]);
  });

  test('without one the draft is shown and the person is asked', async () => {
    world.answers = ['y'];
    const { code, err } = await world.run('review', 'approve', 'rev_1');
    expect(code).toBe(EXIT.ok);
    expect(err).toContain('│ note: Call back');
    expect(world.questions).toEqual(['Approve this draft? [y/N] ']);
    expect(world.services.calls.at(-1)).toMatchObject(['decideReview', 'rev_1', { fingerprint: 'ff00' }]);
  });

  test('any other answer decides nothing', async () => {
    world.answers = [''];
    const { code } = await world.run('review', 'reject', 'rev_1', '--reason', 'wrong person');
    expect(code).toBe(EXIT.refused);
    expect(world.services.calls).toEqual([['getReview', 'rev_1']]);
  });

  test('nobody to ask is wrong use', async () => {
    const { code, err } = await world.run('review', 'approve', 'rev_1');
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('name what was read with --fingerprint');
  });
});

describe('administration', () => {
  test('the policy that is shown can be applied again', async () => {
    const { out } = await world.run('policy', 'show');
    expect(policySchema.parse(JSON.parse(out))).toEqual(DEFAULT_POLICY);
    const file = join(world.dataDir, 'policy.json');
    writeFileSync(file, out);
    expect((await world.run('policy', 'apply', file)).out).toBe('The policy default is in force: bb');
    expect(await json('policy', 'show')).toEqual({ hash: 'aa', policy: DEFAULT_POLICY });
  });

  test.each(['--from', '--reason', '--days'])(
    'a policy with %s is not brought into force before its time',
    async (option) => {
      const file = join(world.dataDir, 'later.json');
      writeFileSync(file, JSON.stringify(DEFAULT_POLICY));
      const { code, err } = await world.run('policy', 'apply', file, option, '2026');
      expect([code, err]).toEqual([EXIT.usage, expect.stringContaining(`${option} is for a proposal: add --propose`)]);
      expect(world.services.calls).toEqual([]);
    },
  );

  test.each(['2026-11-31T09:00:00Z', '2026-02-30T09:00:00+01:00', '2026-11-00T09:00:00Z', '2026-11-30T09:00:00'])(
    'no day is moved to because %s does not exist or has no zone',
    async (at) => {
      const { code, err } = await world.run('scheduled', 'move', 'act_1', '--at', at);
      expect([code, err]).toEqual([EXIT.usage, expect.stringContaining('is no time such as')]);
      expect(world.services.calls).toEqual([]);
    },
  );

  test('a schedule that is longer than its list says so', async () => {
    const page = { ...((await json('scheduled', 'list')) as object), next_cursor: 'c' };
    Object.assign(world.services, { listScheduled: () => Promise.resolve(page) });
    expect((await world.run('scheduled', 'list')).out).toContain('The first 1 action; there are more.');
  });

  test('trust is listed, and shown with its history', async () => {
    const { items } = (await json('trust', 'list')) as { items: { cell: string }[] };
    const cell = items[0]?.cell ?? '';
    expect((await world.run('trust', 'list')).out).toContain(cell);
    expect((await world.run('trust', 'show', cell)).out).toContain('trust.leveled');
    expect((await world.run('trust', 'show', 'none')).code).toBe(EXIT.usage);
  });

  test('readiness tells what the gate misses and how to supply it, and what to do first', async () => {
    const { out } = await world.run('readiness');
    expect(out).toContain('Of 8 contacts, 3 are ready for a sales message, 4 would be held');
    expect(out).toContain('consent_unknown: 4 contacts, 50.0 %; with this alone 3 would be ready');
    expect(out).toContain('for example c-1, c-2');
    expect(await json('readiness', '--purpose', 'marketing')).toEqual({ ...READINESS, purpose: 'marketing' });
    expect((await world.run('readiness', '--purpose', 'service')).code).toBe(EXIT.usage);
  });

  test('a policy is looked at, tried, proposed and approved', async () => {
    const file = join(world.dataDir, 'proposed.json');
    writeFileSync(file, JSON.stringify(DEFAULT_POLICY));
    const lint = await world.run('policy', 'lint', file, '--require', 'consent');
    expect([lint.code, lint.out]).toEqual([EXIT.problemFound, expect.stringContaining('rule_unsatisfiable')]);
    expect((await world.run('policy', 'lint', '--require', 'nonsense')).err).toContain('nonsense is no check');
    expect((await world.run('policy', 'diff', file)).out).toContain('touch_cap.max: 3 → 5, up');
    const tried = await world.run('policy', 'test', file, '--days', '7');
    expect(tried.out).toContain('it would have held 1, denied 0');
    expect(tried.out).toContain('dec_1');
    expect((await world.run('policy', 'apply', file, '--propose')).err).toContain('--reason');
    const proposed = await world.run('policy', 'apply', file, '--propose', '--reason', 'fewer touches');
    expect(proposed.out).toContain('waits for RevOps');
    expect((await json('policy', 'list')) as object).toMatchObject({ items: [{ id: 'pol_1' }] });
    expect((await world.run('policy', 'approve', 'pol_1')).out).toContain('is applied');
    expect((await world.run('policy', 'reject', 'pol_1', '--reason', 'no')).out).toContain('is rejected');
    expect((await world.run('single-operator', 'on')).out).toContain('Single-operator mode of default is on');
  });

  test('a policy that is none is refused with the place of the fault', async () => {
    const file = join(world.dataDir, 'policy.json');
    writeFileSync(file, JSON.stringify({ ...DEFAULT_POLICY, confidence_floor: 2 }));
    const { code, err } = await world.run('policy', 'apply', file);
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('/confidence_floor: ');
    writeFileSync(file, '{');
    expect((await world.run('policy', 'apply', file)).err).toContain('cannot be read as JSON');
    expect(world.services.calls).toEqual([]);
  });

  test('the kill switch', async () => {
    const { out } = await world.run('kill-switch', 'on', '--reason', ' wrong price ', '--tenant', 'emea');
    expect(out).toBe('The kill switch of emea is engaged: nothing leaves, since 2026-11-21T10:00:00.000Z.');
    expect(world.services.calls).toEqual([['setKillSwitch', true, 'wrong price']]);
    expect(await json('kill-switch', 'off', '--reason', 'mended')).toMatchObject({ engaged: false });
  });

  test('a key alone is the answer, so that it can be piped', async () => {
    const { out, err } = await world.run('keys', 'create', '--label', 'sync', '--role', 'operator', '--agent');
    expect(out).toBe('gh_test_new');
    expect(err).toContain('key-1, for sync as operator.');
    expect(world.services.calls).toEqual([['createKey', { label: 'sync', role: 'operator', kind: 'agent' }]]);
    expect((await world.run('keys', 'revoke', 'key-1')).out).toBe('key-1 is revoked.');
  });

  test('the reference of the configuration needs no system and no valid environment', async () => {
    world.env = { GATEHOUSE_PORT: 'x' };
    expect((await world.run('config', 'docs')).out).toContain('| `GATEHOUSE_PORT` |');
    const { settings } = (await json('config', 'docs')) as { settings: unknown[] };
    expect(settings[0]).toMatchObject({ env: 'GATEHOUSE_PORT', default: 4_800 });
    expect(world.opened).toEqual([]);
  });
});

describe('serve', () => {
  test('a port that is taken is told, and the database is closed', async () => {
    world.listenError = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    const { code, err } = await world.run('serve');
    expect(code).toBe(EXIT.unreachable);
    expect(err).toBe(
      'gatehouse: Port 4800 is taken by another program. Set GATEHOUSE_PORT to another one, or to 0 for any.',
    );
    expect(world.openApps).toBe(0);
  });

  test.each(['serve', 'demo'])('%s says where it answers, and ends with 0 at the first signal', async (name) => {
    const before = process.listenerCount('SIGTERM');
    const running = world.run(name, '--json');
    await expect.poll(() => world.openApps).toBe(1);
    process.emit('SIGTERM', 'SIGTERM');
    const { code, out, err } = await running;
    expect(code).toBe(EXIT.ok);
    expect(JSON.parse(out)).toMatchObject({ url: 'http://127.0.0.1:4800' });
    expect(err).toContain('SIGTERM: finishing what is under way.');
    expect(world.openApps).toBe(0);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  test('the command of the demo is a whole event', () => {
    const command = curlCommand('http://127.0.0.1:4800', 'gh_demo_1');
    const body: unknown = JSON.parse(/-d '(.*)'/.exec(command)?.[1] ?? '');
    expect(body).toMatchObject({ specversion: '1.0', type: 'web.page_viewed', data: { page: 'pricing' } });
    expect(command).toContain("-H 'Prefer: wait=10'");
  });
});

describe('import', () => {
  const files = (): { map: string; leads: string } => {
    const map = join(world.dataDir, 'map.json');
    const leads = join(world.dataDir, 'leads.csv');
    writeFileSync(leads, 'id,date\nl-1,2026-01-01\nl-2,2026-02-30\nl-3,2026-01-01\n');
    writeFileSync(
      map,
      JSON.stringify({
        format: 1,
        name: 'small',
        files: [
          {
            match: '*.csv',
            kind: 'signal',
            type: 'web.form_submitted',
            id: 'lead:{id}',
            subject: { kind: 'lead', id: '{id}' },
            time: { column: 'date', format: 'date' },
          },
        ],
      }),
    );
    return { map, leads };
  };

  test('brings in the good rows, tells the bad ones by line, and ends with 1', async () => {
    const { map, leads } = files();
    const { code, out, err } = await world.run('import', leads, '--map', map);
    expect(code).toBe(EXIT.problemFound);
    expect(err).toContain('small: 2 records from 3 rows');
    expect(out).toContain('leads.csv:3: column date: "2026-02-30" is not a date such as 2018-02-26');
    expect(world.services.records.map(({ id }) => id)).toEqual(['lead:l-1', 'lead:l-3']);
    expect(world.services.calls.map(([name]) => name)).toEqual(['startImport', 'finishImport']);
  });

  test('--strict begins nothing', async () => {
    const { map, leads } = files();
    const { code, err } = await world.run('import', leads, '--map', map, '--strict');
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('1 row cannot be imported.');
    expect(world.services.calls).toEqual([]);
  });

  test('a simulation ends with what it led to', async () => {
    const { map, leads } = files();
    const { out } = await world.run('import', leads, '--map', map, '--simulate', '--tenant', 'sim');
    expect(out).toContain('signals     4: 1 act, 1 later, 2 none');
    expect(world.services.calls[0]).toMatchObject(['startImport', { mode: 'simulate', policy: null, dry_run: null }]);
    expect(world.opened).toEqual(['sim']);
  });

  test('live needs the report of a dry run of exactly these files', async () => {
    const { map, leads } = files();
    const live = (digest: string) => world.run('import', leads, '--map', map, '--live', '--dry-run-report', digest);
    expect((await world.run('import', leads, '--map', map, '--live')).code).toBe(EXIT.usage);
    expect((await live('f'.repeat(64))).code).toBe(EXIT.refused);

    const report = (await json('import', leads, '--map', map, '--dry-run')) as { report: string };
    const stored = readFileSync(join(world.dataDir, 'imports', `${report.report}.json`), 'utf8');
    expect(JSON.parse(stored)).toMatchObject({ report: report.report, summary: { records: 2, preview: [] } });
    expect(world.services.calls).toEqual([]);

    expect((await live(report.report)).code).toBe(EXIT.problemFound);
    expect(world.services.calls[0]).toMatchObject(['startImport', { mode: 'live', dry_run: report.report }]);

    writeFileSync(leads, 'id,date\nl-1,2026-01-01\n');
    const changed = await live(report.report);
    expect(changed.code).toBe(EXIT.refused);
    expect(changed.err).toContain('something changed since the dry run');
  });

  test('--preview says how many records are shown', async () => {
    const { map, leads } = files();
    const report = await json('import', leads, '--map', map, '--dry-run', '--preview', '1');
    expect(report).toMatchObject({ summary: { records: 2, preview: [{ id: 'lead:l-1' }] } });
    expect((await world.run('import', leads, '--map', map, '--preview', 'all')).code).toBe(EXIT.usage);
  });

  test('modes exclude each other', async () => {
    const { map, leads } = files();
    const { err } = await world.run('import', leads, '--map', map, '--live', '--simulate');
    expect(err).toContain('Choose one of --simulate and --live.');
  });

  test('list and undo', async () => {
    expect((await world.run('import', 'list')).out).toContain('imp_1   ');
    const { out } = await world.run('import', 'undo', 'imp_1');
    expect(out).toBe(
      'imp_1 is undone: 1 state went back, 0 open actions cancelled.\nKept, because something touched them since:\n  account  acc_1  touched',
    );
    expect(await json('import', 'undo', 'imp_1')).toMatchObject({ reverted: 1 });
  });
});

describe('memory', () => {
  test('shows what happened and what is known', async () => {
    const shown = await world.run('memory', 'show', 'acme', '--limit', '5', '--all');
    expect(shown.code).toBe(EXIT.ok);
    expect(shown.out).toContain('web.page_viewed');
    expect(shown.out).toContain('50,000 EUR');
    expect(await json('memory', 'show', 'acme', '--as-of', '2026-11-01T00:00:00Z')).toMatchObject({
      timeline: null,
      notes: { items: [{ id: 'note_1' }] },
    });
    expect((await world.run('memory', 'note', 'show', 'note_1')).out).toContain('derived_from');
  });

  test('keeps notes right', async () => {
    const added = await json('memory', 'note', 'add', 'account/acme', '--kind', 'objection', '--text', 'Too dear.');
    expect(added).toEqual({ note: 'note_1', duplicate: false });
    expect((await world.run('memory', 'note', 'verify', 'note_1')).out).toContain('note_1 holds');
    expect((await world.run('memory', 'note', 'correct', 'note_1', '--text', 'Forty.', '--value', '40')).out).toBe(
      'note_2 is recorded. It stands in the place of note_1.',
    );
    expect((await world.run('memory', 'note', 'retract', 'note_1', '--reason', 'wrong')).out).toBe(
      'note_1 is retracted, and stays readable.',
    );
  });

  test.each([
    [['memory', 'show'], 'Name an account'],
    [['memory', 'show', 'acme', '--limit', '0'], 'from 1 to 200'],
    [['memory', 'show', 'acme', '--as-of', 'yesterday'], 'with its zone'],
    [['memory', 'note', 'add', 'account/acme', '--kind', 'rumour', '--text', 'x'], '--kind is one of'],
    [['memory', 'note', 'add', 'account/acme', '--kind', 'fact'], 'Give --text'],
    [['memory', 'note', 'retract', 'note_1'], 'Give --reason'],
    [['memory', 'note', 'drop', 'note_1'], 'there are show, add, verify, correct, retract'],
  ])('says how to run %j', async (args, hint) => {
    const refused = await world.run(...args);
    expect(refused.code).toBe(EXIT.usage);
    expect(refused.err).toContain(hint);
  });
});
