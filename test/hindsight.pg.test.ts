/** What today would have decided, given what was known then: proven by making the recorded choice again from the ledger. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { DecisionEngine } from '../src/actors/decision-engine.port.ts';
import { must } from '../src/domain/errors.ts';
import type { HindsightView } from '../src/gateway/past.port.ts';
import { createRulesEngine } from '../src/models/rules/rules-engine.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const PEOPLE = ['ada', 'ben', 'cleo', 'dora'];

describeDatabases('hindsight', (database) => {
  let system: TestApp;
  let made: readonly { readonly id: string; readonly action: string | null; readonly type: string }[];
  let proposed: string;

  const past = () => system.app.services.past;
  const heads = () => system.rows('SELECT partition, seq, hash FROM partition_heads ORDER BY partition');
  const ofAll = async (): Promise<readonly HindsightView[]> => {
    const views: HindsightView[] = [];
    for (const { id } of made) views.push(await past().hindsight(system.caller, id));
    return views;
  };

  beforeAll(async () => {
    system = await testApp(database);
    const { services } = system.app;
    const { caller } = system;
    await services.applyPolicy(caller, OPEN_POLICY);
    for (const who of PEOPLE) {
      await services.putAccount(caller, `${who}-co`, {
        ...PROSPECT,
        name: who,
        domain: `${who}.example`,
        employees: 300,
      });
      const { email: _, ...nowhere } = REACHABLE;
      await services.putContact(caller, who, {
        ...(who === 'dora' ? nowhere : { ...REACHABLE, email: `${who}@${who}.example` }),
        account: `${who}-co`,
      });
      await services.acceptSignals(caller, [
        event('web.page_viewed', `contact/${who}`, {
          page: who === 'ben' ? 'blog' : 'pricing',
          contact: { title: 'VP Revenue Operations', country: 'FR' },
        }),
        event('web.form_submitted', `contact/${who}`, { form: 'demo' }),
      ]);
    }
    proposed = (await services.propose(caller, proposal('contact/ben'))).decision;
    await services.rebuildCheck(caller);
    made = await system.rows(
      `SELECT id, action, action_type AS type FROM decisions WHERE trigger <> 'proposal' ORDER BY at, id`,
    );
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  it('proves what was known of every decision of the engine, and finds no difference under the same policy', async () => {
    expect(made.length).toBeGreaterThan(3);
    expect(made.some(({ action }) => action !== null)).toBe(true);
    for (const view of await ofAll()) {
      expect(view).toMatchObject({ known: 'proven', result: 'same', because: [], note: null });
      expect(view.candidate.now).toEqual(view.candidate.then);
      expect(view.gate.now).toEqual(view.gate.then);
    }
    expect(await past().hindsight(system.caller, proposed)).toMatchObject({
      known: 'outside',
      result: 'same',
      candidate: { now: null },
    });
  });

  it('names the member of the policy that makes the gate say something else', async () => {
    const stood = await heads();
    const stricter = { ...OPEN_POLICY, name: 'stricter', grants: [], touch_cap: { ...OPEN_POLICY.touch_cap, max: 9 } };
    await system.app.services.applyPolicy(system.caller, stricter);
    const now = await heads();
    expect(now).not.toEqual(stood);
    const passed = (await ofAll()).filter(({ gate }) => gate.then?.verdict === 'pass');
    expect(passed.length).toBeGreaterThan(0);
    for (const view of passed)
      expect(view).toMatchObject({
        known: 'proven',
        result: 'other_verdict',
        because: ['grants'],
        gate: { now: { verdict: 'hold' } },
      });
    const report = await past().hindsightReport(system.caller, { since: null, until: null });
    expect(report.decisions).toBe(made.length + 1);
    expect(report.results.unknown).toBe(0);
    expect(report.differences[0]).toMatchObject({ from: 'pass', to: 'hold', because: ['grants'] });
    expect(report.results.other_verdict).toBe(report.differences.reduce((sum, { count }) => sum + count, 0));
    // Nothing is written.
    expect(await heads()).toEqual(now);
  });

  it('looks at the decisions of a time only', async () => {
    const ages = await system.rows<{ at: number }>('SELECT max(at) AS at FROM decisions');
    const last = ages[0]?.at ?? 0;
    const { decisions } = await past().hindsightReport(system.caller, { since: last + 1, until: null });
    expect(decisions).toBe(0);
    const all = await past().hindsightReport(system.caller, { since: null, until: last + 1 });
    expect(all.decisions).toBe(made.length + 1);
  });

  it('names the member of the policy that makes the engine choose something else', async () => {
    await system.app.services.applyPolicy(system.caller, { ...OPEN_POLICY, name: 'curious', exploration: 0.5 });
    const others = (await ofAll()).filter(({ result }) => result === 'other_choice');
    expect(others.length).toBeGreaterThan(0);
    for (const view of others) {
      expect(view.because).toEqual(['exploration']);
      expect(view.candidate.now?.action_type).not.toBe(view.candidate.then.action_type);
    }
    expect((await ofAll()).every(({ known }) => known === 'proven')).toBe(true);
  });

  it('still knows what was decided about somebody who was erased since, as long as the snapshot is there', async () => {
    await system.app.services.eraseSubject(system.caller, 'contact/ada', 'asked by letter');
    const { subject } = await past().hindsight(system.caller, made[0]?.id ?? '');
    const gated = made.find(({ action }) => action !== null)?.id ?? '';
    const view = await past().hindsight(system.caller, gated);
    expect([subject.kind, view.known, view.gate.now]).toEqual(['lead', 'proven', expect.anything()]);
    await system.rows('DELETE FROM snapshot_parts');
    expect(await past().hindsight(system.caller, gated)).toMatchObject({
      known: 'proven',
      gate: { now: null },
      note: 'What the gate saw was kept long enough and deleted.',
    });
    await expect(past().hindsight(system.caller, 'dec_none')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describeDatabases('hindsight after a new version of the engine', (database) => {
  it('proves what the version before it decided, and asks the new one', async () => {
    const rules = createRulesEngine();
    const [first] = rules.earlier ?? [];
    let now: Pick<DecisionEngine, 'version' | 'decide'> = must(first, 'a version before');
    const engine: DecisionEngine = {
      ...rules,
      get version() {
        return now.version;
      },
      decide: (input) => now.decide(input),
    };
    await using system = await testApp(database, { engine });
    const { services } = system.app;
    const { caller } = system;
    await services.applyPolicy(caller, OPEN_POLICY);
    await services.putAccount(caller, 'acme', { ...PROSPECT, name: 'acme', domain: 'acme.example', employees: 300 });
    await services.putContact(caller, 'ada', { ...REACHABLE, email: 'ada@acme.example', account: 'acme' });
    await services.acceptSignals(caller, [
      event('chat.message_received', 'contact/ada', { text: 'This is too expensive for us.' }),
      event('web.form_submitted', 'contact/ada', { form: 'demo' }),
    ]);
    now = rules;
    const rows = await system.rows<{ id: string }>('SELECT id FROM decisions');
    expect(rows.length).toBeGreaterThan(0);
    for (const { id } of rows)
      expect(await services.past.hindsight(caller, id)).toMatchObject({
        known: 'proven',
        engine: { then: first?.version, now: rules.version },
      });
  });
});
