import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { GatehouseError } from '../../domain/errors.ts';
import { importDigest } from './digest.ts';
import type { ImportMap } from './map-schema.ts';
import type { Folder } from './map.fixture.ts';
import { DEALS, LEADS, LEADS_FILE, leadsMap, MAP, mapOf, temporaryFolder } from './map.fixture.ts';
import { chunksOf, mergeByTime } from './merge-by-time.ts';
import { planImport } from './plan-import.ts';
import type { ImportPlan } from './plan-import.ts';

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const NOW = Date.UTC(2026, 5, 1);

function plan(paths: readonly string[], map: ImportMap = mapOf()): Promise<ImportPlan> {
  return planImport({ map, mapPath: 'map.json', paths, now: NOW, progress: () => {} });
}

async function faultsOf(promise: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GatehouseError)) throw new Error(`expected a refusal, not ${String(error)}`);
  expect(error.code).toBe('usage');
  return [error.message, ...error.faults.map(({ detail }) => detail)];
}

describe('the order', () => {
  test('is that of time, then of the map, then of the lines, whatever the order on the command line', async () => {
    const leads = folder.write('leads.csv', LEADS);
    const deals = folder.write('deals.csv', DEALS);
    const found = await plan([deals, leads]);
    expect(found.records.map(({ index, id }) => `${index} ${id}`)).toEqual([
      '0 deal:l-9',
      '1 lead:l-1',
      '2 deal:l-1',
      '3 lead:l-2',
      '4 lead:l-3',
    ]);
    expect((await plan([leads, deals])).content).toBe(found.content);
  });

  test('of equal times is the order of lines, over many records', () => {
    const record = { kind: 'signal', type: 't', subject: 's', data: {}, dataText: '{}', window_ms: null } as const;
    const placed = Array.from({ length: 1_000 }, (_, line) => ({
      record: { ...record, id: `${line}`, time: line % 3 },
      file: 0,
      line,
    }));
    const merged = mergeByTime(placed.toReversed());
    expect(merged.slice(0, 3).map(({ id }) => id)).toEqual(['0', '3', '6']);
    expect(merged.map(({ index }) => index)).toEqual(placed.map(({ line }) => line));
  });
});

describe('the digest', () => {
  test('follows the content and the map, and not the names', async () => {
    const [first, renamed] = [folder.write('leads.csv', LEADS), folder.write('leads-2.csv', LEADS)];
    const one = (await plan([first])).content;
    expect((await plan([renamed])).content).toBe(one);
    expect((await plan([first], mapOf({ time_zone: 'UTC' }))).content).not.toBe(one);
    expect((await plan([folder.write('leads.csv', `${LEADS}\n`)])).content).not.toBe(one);
    expect(importDigest(one, 'history')).not.toBe(importDigest(one, 'simulate'));
  });
});

describe('faults', () => {
  test('are told by file and line, and the other rows go on', async () => {
    const leads = folder.write(
      'leads.csv',
      `${LEADS}l-4,2026-02-30,demo,x\n"l-5,2026-01-01,demo,x\nl-6,2026-01-01,demo,x\n`,
    );
    const found = await plan([leads]);
    expect(found.faults).toEqual([
      { file: 'leads.csv', line: 5, detail: 'column date: "2026-02-30" is not a date such as 2018-02-26' },
      { file: 'leads.csv', line: 6, detail: 'a quote is opened and never closed' },
    ]);
    expect(found.records).toHaveLength(4);
    expect(found.files[0]).toMatchObject({ rows: 6, records: 4 });
  });

  test('a second row with the id of another is one', async () => {
    const found = await plan([folder.write('leads.csv', `${LEADS}l-1,2026-01-01,demo,\n`)]);
    expect(found.faults).toEqual([
      { file: 'leads.csv', line: 5, detail: 'the id of this signal was used before, in leads.csv line 3' },
    ]);
  });

  test('a column that the map reads and the file lacks refuses the whole file', async () => {
    const leads = folder.write('leads.csv', 'id,day,origin\nl-1,2026-01-01,x\n');
    expect(await faultsOf(plan([leads]))).toEqual([
      `${leads} lacks columns that the map reads.`,
      'has no column date; it has id, day, origin',
      'has no column form; it has id, day, origin',
    ]);
  });

  test('in JSON only what every row needs has to be there', async () => {
    const map = leadsMap({ match: '*.jsonl' });
    const good = folder.write('a.jsonl', '{"id":"l-1","date":"2026-01-01"}\n{"date":"2026-01-01"}\n');
    const found = await plan([good], map);
    expect(found.records[0]?.data).toEqual({ dimensions: { origin: '' } });
    expect(found.faults[0]?.detail).toBe('column id: is empty, and the id needs it');
    const bad = folder.write('b.jsonl', '{"id":"l-1","day":"2026-01-01"}\n');
    expect((await faultsOf(plan([bad], map)))[1]).toBe('has no column date; it has id, day');
  });

  test('a file that no entry matches is refused', async () => {
    const path = folder.write('people.csv', LEADS);
    expect((await faultsOf(plan([path])))[1]).toBe('matches no file of the map, which has leads*.csv, deals*.csv');
  });
});

test('columns that are neither read nor ignored are named', async () => {
  const leads = folder.write('leads.csv', 'id,date,form,origin,owner,notes\nl-1,2026-01-01,demo,x,bob,hi\n');
  const map = mapOf({ files: [{ ...LEADS_FILE, ignore: ['notes'] }] });
  expect((await plan([leads], map)).files[0]?.unmapped_columns).toEqual(['owner']);
});

test('the policy of the map is part of the plan', async () => {
  const map = mapOf({ policy: { confidence_floor: 0.5 } });
  expect((await plan([folder.write('leads.csv', LEADS)], map)).policy).toMatchObject({
    confidence_floor: 0.5,
    name: MAP.name,
  });
});

describe('chunks', () => {
  const record = { kind: 'signal', id: '', type: 't', subject: 's', data: {}, window_ms: null } as const;
  const recordsAt = (times: readonly number[], dataText = '{}') =>
    times.map((time, index) => ({ ...record, index, time, dataText }));

  test('end where the time changes', () => {
    const times = Array.from({ length: 2_000 }, (_, index) => Math.floor(index / 300));
    const chunks = chunksOf(recordsAt(times));
    expect(chunks.map((chunk) => chunk.length)).toEqual([600, 600, 600, 200]);
  });

  test('have a limit even so', () => {
    expect(chunksOf(recordsAt(Array.from({ length: 15_000 }, () => 7))).map((chunk) => chunk.length)).toEqual([
      10_000, 5_000,
    ]);
    const large = chunksOf(recordsAt([1, 1, 1], 'x'.repeat(1_200_000)));
    expect(large.map((chunk) => chunk.length)).toEqual([2, 1]);
  });

  test('of nothing are none', () => expect(chunksOf([])).toEqual([]));
});
