/** Every alert asks for figures that exist and leads to a page that says what to do; every such page belongs to an alert. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { createMetrics } from '../src/observability/metrics.ts';
import { describePromtool } from './needs.ts';
import { metricsOf, selectorsOf, unknownNames } from './promql.ts';
import type { KnownMetrics } from './promql.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RUNBOOKS = 'docs/how-to/runbooks';
const TESTS = ['alerts.test.yml', 'alerts-of-weeks.test.yml'];
const SECTIONS = ['Meaning', 'Impact', 'Look', 'Mend', 'Afterwards'];

const recordSchema = z.strictObject({ record: z.string(), expr: z.string() });
const alertSchema = z.strictObject({
  alert: z.string().regex(/^Gatehouse[A-Z]\w+$/),
  expr: z.string(),
  for: z.string().regex(/^\d+m$/),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']), burn: z.enum(['fast', 'slow']).optional() }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const rulesSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string().optional(),
      rules: z.array(z.union([recordSchema, alertSchema])),
    }),
  ),
});

const text = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');
const rules = rulesSchema.parse(parse(text('ops/prometheus/alerts.yml'))).groups.flatMap((group) => group.rules);
const alerts = rules.filter((rule) => 'alert' in rule);
const records = rules.filter((rule) => 'record' in rule);

async function known(): Promise<KnownMetrics> {
  const { registry } = createMetrics();
  return new Map([
    ...(await metricsOf(registry)),
    ...records.map(({ record }) => [record, new Set<string>()] as const),
    // Prometheus says by itself whether a target answered.
    ['up', new Set(['job', 'instance'])],
  ]);
}

test('every figure that a rule asks for exists', async () => {
  const metrics = await known();
  const unknown = rules.flatMap((rule) => unknownNames(rule.expr, metrics));
  expect(unknown).toEqual([]);
  expect(rules.length).toBeGreaterThan(30);
});

test('every recorded ratio is read by an alert', () => {
  const read = new Set(alerts.flatMap((alert) => selectorsOf(alert.expr).map(({ metric }) => metric)));
  expect(records.map(({ record }) => record).filter((record) => !read.has(record))).toEqual([]);
});

test('an objective is watched over both pairs of windows', () => {
  const burns = alerts.filter((alert) => alert.labels.burn !== undefined);
  for (const { alert } of burns)
    expect(
      burns.filter((other) => other.alert === alert).map((other) => other.labels.burn),
      `alert ${alert}`,
    ).toEqual(['fast', 'slow']);
  for (const { alert, expr, labels } of burns)
    expect(expr, `alert ${alert}`).toMatch(
      labels.burn === 'fast' ? /_1h > \(14\.4 .*_5m > \(14\.4 / : /_6h > \(6 .*_30m > \(6 /,
    );
});

test('every alert is tried with made-up figures', () => {
  const tried = new Set(
    [
      ...TESTS.map((name) => text(`ops/prometheus/${name}`))
        .join('')
        .matchAll(/Gatehouse[A-Z]\w+/g),
    ].map(([name]) => name),
  );
  expect(alerts.filter(({ alert }) => !tried.has(alert)).map(({ alert }) => alert)).toEqual([]);
});

describePromtool('Prometheus', (program) => {
  const promtool = async (...args: string[]) =>
    (await promisify(execFile)(program, args, { cwd: `${ROOT}/ops/prometheus` })).stdout;

  test('reads the configuration and the rules', async () => {
    expect(await promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  });

  test('fires and ends the alerts as their tests say', { timeout: 180_000 }, async () => {
    expect(await promtool('test', 'rules', ...TESTS)).not.toContain('FAILED');
  });
});

describe('a runbook', () => {
  const pages = readdirSync(`${ROOT}/${RUNBOOKS}`).map((name) => `${RUNBOOKS}/${name}`);

  test('exists for every alert, and no other does', () => {
    expect(pages.toSorted()).toEqual([...new Set(alerts.map((alert) => alert.annotations.runbook_url))].toSorted());
  });

  test.each(pages)('%s names its alert and has all sections, none of them empty', (page) => {
    const [title = '', ...sections] = text(page).split(/^## /m);
    const names = new Set(alerts.filter((alert) => alert.annotations.runbook_url === page).map((alert) => alert.alert));
    expect(names.size).toBe(1);
    expect(title.trim()).toBe(`# ${[...names].join()}`);
    expect(sections.map((section) => section.split('\n')[0])).toEqual(SECTIONS);
    for (const section of sections)
      expect(section.split('\n').slice(1).join('').length, `in ${section}`).toBeGreaterThan(40);
  });
});

describe('the reader of expressions', () => {
  test('finds names and labels, and nothing else', () => {
    const expression =
      '(sum by (job) (rate(a_total{x=~"b_total{c}",y="1"}[5m])) or vector(0)) / b:c:ratio_1h > (14.4 * 0.001) and on () up offset 1w';
    expect(selectorsOf(expression)).toEqual([
      { metric: 'a_total', labels: ['x', 'y'] },
      { metric: 'b:c:ratio_1h', labels: [] },
      { metric: 'up', labels: [] },
    ]);
  });

  test.each([
    ['rate(gatehouse_nothing_total[5m])', 'gatehouse_nothing_total'],
    ['gatehouse_execution_seconds > 1', 'gatehouse_execution_seconds'],
    ['gatehouse_executions_total{tenant="x"}', 'gatehouse_executions_total{tenant}'],
  ])('names what nobody reports in %s', async (expression, name) => {
    expect(unknownNames(expression, await known())).toEqual([name]);
  });
});
