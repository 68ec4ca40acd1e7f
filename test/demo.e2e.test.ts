/** The scenarios of `gatehouse demo` as a user starts them: played to the end, and their data whole afterwards. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { Workplace } from './process.fixture.ts';

const place = new Workplace();
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-demo-test-'));
afterAll(() => {
  place[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

interface Played {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly title: string;
    readonly ok: boolean;
    readonly facts: Readonly<Record<string, unknown>>;
  }[];
}

async function play(name: string, data: string): Promise<Played> {
  const { code, stdout, stderr } = await place.run(['demo', name, '--json', '--data', data]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Played;
}

/** What the scenario left is a ledger like any other. */
async function audit(data: string): Promise<void> {
  const env = { GATEHOUSE_DATA_DIR: data };
  for (const command of [['verify'], ['rebuild', '--check'], ['replay', '--all']]) {
    const { code, stdout, stderr } = await place.run([...command, '--tenant', 'demo'], env);
    expect([command, code, stdout, stderr]).toEqual([command, 0, stdout, stderr]);
  }
}

it('plays blocked outreach in its nine steps', { timeout: 180_000 }, async () => {
  const data = join(folder, 'outreach');
  const { ok, steps } = await play('blocked-outreach', data);
  expect(ok).toBe(true);
  expect(steps).toHaveLength(10);
  const facts = Object.assign({}, ...steps.map((step) => step.facts)) as {
    readonly held: number;
    readonly waiting: number;
    readonly states: Readonly<Record<string, string>>;
    readonly outcomes: readonly string[];
    readonly trust: Readonly<Record<'before' | 'after', { readonly quantile: number; readonly good: number }>>;
    readonly hint: { readonly words: string };
    readonly shown: readonly { readonly edited: boolean; readonly content: { readonly subject: string } }[];
    readonly draft: { readonly subject: string };
  };
  expect([facts.held, facts.waiting]).toEqual([9, 9]);
  const counts = Map.groupBy(Object.values(facts.states), (state) => state);
  expect(new Map([...counts].map(([state, all]) => [state, all.length]))).toEqual(
    new Map([
      ['executed', 2],
      ['scheduled', 4],
      ['rejected', 1],
      ['cancelled', 2],
    ]),
  );
  expect(facts.outcomes.toSorted()).toEqual(['meeting_booked', 'reply_positive']);
  expect(facts.trust.after.quantile).toBeGreaterThan(facts.trust.before.quantile);
  // Ten from twenty approvals of before; then an edit, five approvals, a reply and a meeting.
  expect(facts.trust.before.good).toBeCloseTo(10, 1);
  expect(facts.trust.after.good).toBeCloseTo(10 + 0.25 + 5 * 0.5 + 1 + 3, 1);
  expect(facts.hint.words).toContain('persona user');
  expect(facts.shown[0]).toMatchObject({ edited: true });
  expect(facts.draft.subject).toBe(facts.shown[0]?.content.subject);
  await audit(data);
});

it('plays two lanes on one memory', { timeout: 180_000 }, async () => {
  const data = join(folder, 'lanes');
  const { ok, steps } = await play('two-lanes', data);
  expect(ok).toBe(true);
  const facts = Object.assign({}, ...steps.map((step) => step.facts)) as {
    readonly without_objection: string;
    readonly cited: string;
    readonly buyer: string;
    readonly engineer: string;
    readonly note: string;
    readonly sent: number;
    readonly states: readonly string[];
    readonly stopped: Readonly<Record<string, string>>;
  };
  // The same look at the same member of an equal committee: only the objection is different.
  expect([facts.without_objection, facts.engineer, facts.buyer]).toEqual([
    'outreach_push',
    'crm_update',
    'outreach_push',
  ]);
  expect(facts.cited).toMatch(/^note_/);
  expect(facts.note).toBe(facts.cited);
  expect(facts.sent).toBe(1);
  expect(facts.states.filter((state) => state === 'executed')).toHaveLength(1);
  expect(Object.keys(facts.stopped).toSorted()).toEqual(['inbound', 'tam']);
  await audit(data);
});

it('never touches a folder that has something in it', async () => {
  const full = mkdtempSync(join(folder, 'full-'));
  writeFileSync(join(full, 'mine'), '');
  const { code, stderr } = await place.run(['demo', 'blocked-outreach', '--data', full]);
  expect(code).toBe(2);
  expect(stderr).toContain('is not empty');
});

it('names the scenarios when there is none of that name', async () => {
  const { code, stderr } = await place.run(['demo', 'blocked-outreech']);
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean');
});
