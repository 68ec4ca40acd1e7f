import { afterEach, beforeEach, expect, test } from 'vitest';

import type { ImportView } from '../../gateway/services.port.ts';
import type { Folder } from './map.fixture.ts';
import { DEALS, LEADS, mapOf, temporaryFolder } from './map.fixture.ts';
import { prepareImport } from './prepare.ts';
import type { PreparedImport } from './prepare.ts';
import { faultLines, previewReport, previewText, resultReport, resultText } from './report.ts';

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function prepare(mode: 'history' | 'live' = 'history', leads = LEADS): Promise<PreparedImport> {
  const files = [folder.write('deals.csv', DEALS), folder.write('leads.csv', leads)];
  return prepareImport({ files, map: mapOf(), mapPath: 'map.json', mode, now: Date.UTC(2026, 5, 1) });
}

const VIEW: ImportView = {
  id: 'imp_1',
  name: 'small',
  mode: 'history',
  state: 'completed',
  total: 5,
  applied: 5,
  counts: { signals: 3, outcomes: 2 },
  started_at: '2026-06-01T00:00:00.000Z',
};

test('the summary counts, dates and shows the first records', async () => {
  const { summary, name, policy } = await prepare();
  expect({ name, policy }).toEqual({ name: 'small', policy: null });
  expect(summary).toMatchObject({
    rows: 5,
    records: 5,
    counts: { 'signal web.form_submitted': 3, 'outcome won': 1, 'outcome lost': 1 },
    from: '2025-12-31T11:00:00.000Z',
    to: '2026-01-01T23:00:00.000Z',
  });
  expect(summary.preview).toHaveLength(5);
  expect(summary.preview[0]).toEqual({
    kind: 'outcome',
    type: 'lost',
    id: 'deal:l-9',
    subject: 'lead/l-9',
    time: '2025-12-31T11:00:00.000Z',
    data: {},
  });
});

test('the digest of an import depends on its mode, that of the dry-run report does not', async () => {
  const [history, again, live] = [await prepare(), await prepare(), await prepare('live')];
  expect(again.digest).toBe(history.digest);
  expect(live.digest).not.toBe(history.digest);
  const reports = [history, live].map((prepared) => previewReport(prepared, 'live', 'dry_run').report);
  expect(reports[0]).toBe(reports[1]);
  const changed = await prepare('live', `${LEADS}l-4,2026-01-03,demo,\n`);
  expect(previewReport(changed, 'live', 'dry_run').report).not.toBe(reports[0]);
});

test('a preview says what would come and what cannot', async () => {
  const report = previewReport(await prepare('history', `${LEADS}l-4,soon,demo,\n`), 'history', 'dry_run');
  const text = previewText(report);
  expect(text.split('\n').slice(0, 5)).toEqual([
    'small: 5 records from 6 rows',
    '  1 × outcome lost',
    '  3 × signal web.form_submitted',
    '  1 × outcome won',
    '  from 2025-12-31T11:00:00.000Z to 2026-01-01T23:00:00.000Z',
  ]);
  expect(text).toContain('1 row cannot be imported:\nleads.csv:5: column date: "soon" is not a date');
});

test('the first faults are named and the rest are counted', () => {
  const faults = Array.from({ length: 1_025 }, (_, line) => ({ file: 'a.csv', line, detail: 'is bad' }));
  const lines = faultLines(faults);
  expect(lines).toHaveLength(22);
  expect([lines[0], lines[1], lines.at(-1)]).toEqual([
    '1,025 rows cannot be imported:',
    'a.csv:0: is bad',
    '… and 1,005 more; --json lists all',
  ]);
  expect(faultLines([])).toEqual([]);
});

test.each([
  ['completed', 2, 'imp_1 is complete: 5 rows applied, 2 of them by an earlier run.'],
  ['unchanged', 5, 'imp_1 was complete already (5 rows): nothing changed.'],
  ['interrupted', 0, 'imp_1 stopped after 5 of 5 rows.'],
] as const)('a result that is %s', async (outcome, resumedFrom, first) => {
  const result = { view: VIEW, changed: outcome === 'completed', resumedFrom, outcome };
  const report = resultReport(await prepare(), result);
  expect(resultText(report).split('\n')[0]).toBe(first);
  expect(report).toMatchObject({ kind: 'result', outcome, resumed_from: resumedFrom, import: VIEW, faults: [] });
});
