import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { describeData } from '../../../test/needs.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { parseImportMap } from './map-schema.ts';
import { prepareImport } from './prepare.ts';

const MAP_PATH = 'maps/olist.json';
const MAP_TEXT = readFileSync(new URL('../../../maps/olist.json', import.meta.url), 'utf8');

test('the map brings a policy that lets the CRM be updated without asking', () => {
  expect(parseImportMap(MAP_TEXT, MAP_PATH).policy).toMatchObject({
    grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }],
  });
});

describeData('the funnel of Olist', 'olist', (folder) => {
  const prepare = () =>
    prepareImport({
      files: [
        join(folder, 'olist_closed_deals_dataset.csv'),
        join(folder, 'olist_marketing_qualified_leads_dataset.csv'),
      ],
      map: parseImportMap(MAP_TEXT, MAP_PATH),
      mapPath: MAP_PATH,
      mode: 'simulate',
      now: Date.UTC(2026, 10, 21),
    });

  test('is 8,000 leads and 842 deals without a fault, and every column is accounted for', async () => {
    const { records, summary, faults, policy, digest } = await prepare();
    expect(faults).toEqual([]);
    expect(summary.counts).toEqual({ 'signal web.form_submitted': 8_000, 'outcome won': 842 });
    expect(summary.files.map((file) => [file.rows, file.unmapped_columns])).toEqual([
      [8_000, []],
      [842, []],
    ]);
    expect(records.map(({ index }) => index)).toEqual(records.map((_, index) => index));
    expect(policy?.name).toBe('olist');
    expect((await prepare()).digest).toBe(digest);
  });

  test('has exactly one deal that was won before its lead was first in touch', async () => {
    const { records } = await prepare();
    const firstContact = new Map(
      records.filter(({ kind }) => kind === 'signal').map(({ subject, time }) => [subject, time]),
    );
    const outcomes = records.filter(({ kind }) => kind === 'outcome');
    expect(outcomes.every(({ window_ms }) => window_ms === 450 * DAY_MS)).toBe(true);
    expect(outcomes.every(({ subject }) => firstContact.has(subject))).toBe(true);
    expect(outcomes.filter(({ subject, time }) => time < (firstContact.get(subject) ?? 0))).toHaveLength(1);
  });

  test('keeps the empty origin beside the origin that is named unknown', async () => {
    const { records } = await prepare();
    const origins = records
      .filter(({ kind }) => kind === 'signal')
      .map(({ dataText }) => /"origin":"([^"]*)"/.exec(dataText)?.[1]);
    expect(origins.filter((origin) => origin === '').length).toBeGreaterThan(0);
    expect(origins.filter((origin) => origin === 'unknown').length).toBeGreaterThan(0);
    expect(origins).not.toContain(undefined);
  });

  test('is read and mapped fast', async () => {
    const begin = performance.now();
    await prepare();
    // About 200 ms on an idle machine; the limit only catches a reading whose cost grows with the square.
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
