import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { GatehouseError } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import {
  fileMapFor,
  globMatches,
  mappedColumns,
  neededColumns,
  parseImportMap,
  policyOf,
  windowMsOf,
} from './map-schema.ts';
import { DEALS_FILE, LEADS_FILE, leadsMap, MAP, mapOf } from './map.fixture.ts';

function faultsOf(map: unknown): readonly string[] {
  try {
    parseImportMap(typeof map === 'string' ? map : JSON.stringify(map), 'map.json');
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'usage') throw error;
    return error.faults.length === 0
      ? [error.message]
      : error.faults.map((fault) => `${fault.pointer}: ${fault.detail}`);
  }
  return [];
}

test('a map is read with its defaults', () => {
  const map = mapOf();
  expect(map.files[0]).toMatchObject({ ignore: [], data: { form: { column: 'form', type: 'string', blank: 'omit' } } });
  expect(parseImportMap(JSON.stringify({ ...MAP, time_zone: undefined }), 'map.json').time_zone).toBe('UTC');
  expect(map.files.map(windowMsOf)).toEqual([null, 90 * DAY_MS]);
});

test.each([
  ['{', /The map map.json is not valid JSON/],
  [{ ...MAP, format: 2 }, /^\/format: /],
  [{ ...MAP, time_zone: 'Mars/Olympus' }, /^\/time_zone: an IANA time zone/],
  [{ ...MAP, files: [] }, /^\/files: /],
  [{ ...MAP, fields: [] }, /Unrecognized key: "fields"/],
  [{ ...MAP, files: [{ ...LEADS_FILE, type: 'web.form' }] }, /^\/files\/0\/type: "web.form" is not a type of signal/],
  [{ ...MAP, files: [{ ...LEADS_FILE, type: 'won' }] }, /^\/files\/0\/type: "won" is not a type of signal/],
  [
    { ...MAP, files: [{ ...DEALS_FILE, type: { column: 'r', values: { a: 'wone' } } }] },
    /"wone" is not a type of outcome/,
  ],
  [{ ...MAP, files: [{ ...LEADS_FILE, id: 'lead' }] }, /^\/files\/0\/id: text with a column in braces/],
  [{ ...MAP, files: [{ ...LEADS_FILE, id: '{id' }] }, /^\/files\/0\/id: text with a column in braces/],
  [{ ...MAP, files: [{ ...LEADS_FILE, window_days: 3 }] }, /^\/files\/0\/window_days: is for outcomes only/],
  [{ ...MAP, files: [{ ...DEALS_FILE, account: {} }] }, /^\/files\/0\/account: an outcome carries no facts/],
  [
    { ...MAP, files: [{ ...LEADS_FILE, data: { a: { column: 'x', type: 'money' } } }] },
    /currency: is needed for money/,
  ],
  [
    { ...MAP, files: [{ ...LEADS_FILE, data: { a: { column: 'x', currency: 'EUR' } } }] },
    /currency: is needed for money/,
  ],
  [{ ...MAP, files: [{ ...LEADS_FILE, data: { 'Bad Name': { column: 'x' } } }] }, /^\/files\/0\/data\/Bad Name: /],
  [
    { ...MAP, policy: { grants: [{ action_type: 'spam', level: 'auto', max_risk: 'low' }] } },
    /^\/policy\/grants\/0\/action_type/,
  ],
  [{ ...MAP, policy: { no_such_part: 1 } }, /^\/policy: Unrecognized key/],
])('a wrong map is refused with the place of the fault (%#)', (map, message) => {
  expect(faultsOf(map)[0]).toMatch(message);
});

test('a policy is the default policy with the changes', () => {
  const map = mapOf({ policy: { touch_cap: { max: 1 }, rules: [] } });
  const cap = { ...DEFAULT_POLICY.touch_cap, max: 1 };
  expect(policyOf(map, 'map.json')).toEqual({ ...DEFAULT_POLICY, name: 'small', touch_cap: cap });
  expect(policyOf(mapOf(), 'map.json')).toBeNull();
});

test('a file follows the first entry that its name matches', () => {
  const map = mapOf();
  expect(fileMapFor(map, 'leads-2026.csv')?.index).toBe(0);
  expect(fileMapFor(map, 'deals.csv')?.index).toBe(1);
  expect(fileMapFor(map, 'contacts.csv')).toBeNull();
});

test.each([
  ['*.csv', 'a.csv', true],
  ['*.csv', 'a.csv.gz', false],
  ['a?c+(1).csv', 'abc+(1).csv', true],
  ['a.csv', 'abcsv', false],
  ['*', 'line\nbreak', true],
])('the pattern %s against %j', (glob, name, expected) => expect(globMatches(glob, name)).toBe(expected));

test('the columns that are read, and those without which nothing can be', () => {
  const file = leadsMap({ contact: { email: { column: 'mail' } } }).files[0]!;
  expect([...neededColumns(file)]).toEqual(['id', 'date']);
  expect([...mappedColumns(file)]).toEqual(['id', 'date', 'form', 'origin', 'mail']);
  expect([...neededColumns(mapOf().files[1]!)]).toEqual(['id', 'closed', 'result']);
});

test('the map of the Olist data is valid', () => {
  const map = parseImportMap(readFileSync(new URL('../../../maps/olist.json', import.meta.url), 'utf8'), 'olist.json');
  expect(map.files.map(({ kind }) => kind)).toEqual(['signal', 'outcome']);
  expect(policyOf(map, 'olist.json')?.grants).toEqual([{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }]);
});
