import { describe, expect, test } from 'vitest';

import { DAY_MS } from '../../domain/instant.ts';
import { RowMapper } from './apply-map.ts';
import type { Mapped } from './apply-map.ts';
import type { ImportMap } from './map-schema.ts';
import { DEALS_FILE, leadsMap, mapOf } from './map.fixture.ts';
import type { Cell } from './read-rows.ts';

const NOW = Date.UTC(2026, 5, 1);
const LEAD = { id: 'l-1', date: '2026-01-01', form: 'demo', origin: 'email' };

function mapped(map: ImportMap, cells: Record<string, Cell>, entry = 0): Mapped {
  return new RowMapper(map.files[entry]!, map.time_zone, NOW).map({ line: 2, cells: new Map(Object.entries(cells)) });
}

function dataOf(map: ImportMap, cells: Record<string, Cell>): unknown {
  const result = mapped(map, cells);
  return result.kind === 'record' ? result.record.data : result.detail;
}

function faultOf(map: ImportMap, cells: Record<string, Cell>, entry = 0): string | null {
  const result = mapped(map, cells, entry);
  return result.kind === 'fault' ? result.detail : null;
}

describe('a row becomes a record', () => {
  test('of a signal', () => {
    expect(mapped(mapOf(), LEAD)).toEqual({
      kind: 'record',
      record: {
        kind: 'signal',
        id: 'lead:l-1',
        type: 'web.form_submitted',
        subject: 'lead/l-1',
        time: Date.UTC(2025, 11, 31, 23),
        data: { form: 'demo', dimensions: { origin: 'email' } },
        dataText: '{"form":"demo","dimensions":{"origin":"email"}}',
        window_ms: null,
      },
    });
  });

  test('of an outcome whose type stands in a column', () => {
    const result = mapped(mapOf(), { id: 'l-1', closed: '2026-01-02 10:00:00', result: ' no ', amount: '1200.5' }, 1);
    expect(result).toMatchObject({
      record: {
        type: 'lost',
        window_ms: 90 * DAY_MS,
        data: { amount: { amount_minor: 120_050, currency: 'EUR' } },
      },
    });
  });

  test('an empty dimension stays empty, beside one that says unknown', () => {
    expect(dataOf(mapOf(), { ...LEAD, origin: '' })).toMatchObject({ dimensions: { origin: '' } });
    expect(dataOf(mapOf(), { ...LEAD, origin: 'unknown' })).toMatchObject({ dimensions: { origin: 'unknown' } });
  });

  test('empty cells of the data are left out, or kept when the map says so', () => {
    const map = leadsMap({
      data: {
        form: { column: 'form', blank: 'keep' },
        score: { column: 'score', type: 'number', blank: 'keep' },
        page: { column: 'page' },
      },
      dimensions: {},
    });
    expect(dataOf(map, { ...LEAD, form: '', score: '', page: '' })).toEqual({ form: '', score: null });
  });

  test('values of every type, from text and from JSON', () => {
    const map = leadsMap({
      data: {
        a: { column: 'a', type: 'number' },
        b: { column: 'b', type: 'integer' },
        c: { column: 'c', type: 'boolean' },
        d: { column: 'd', type: 'money', currency: 'BRL' },
      },
      dimensions: {},
    });
    const money = { amount_minor: -50, currency: 'BRL' };
    expect(dataOf(map, { ...LEAD, a: ' 1.5e3 ', b: '100.0', c: 'True', d: '-0.5' })).toEqual({
      a: 1_500,
      b: 100,
      c: true,
      d: money,
    });
    expect(dataOf(map, { ...LEAD, a: 2, b: 3, c: false, d: null })).toEqual({ a: 2, b: 3, c: false });
  });

  test('facts of account and contact, with members inside members', () => {
    const map = leadsMap({
      dimensions: {},
      account: { name: { column: 'company' }, employees: { column: 'size', type: 'integer' } },
      contact: {
        'consent.basis': { column: 'basis' },
        'consent.source': { column: 'source' },
        email: { column: 'mail' },
      },
    });
    const cells = { ...LEAD, company: 'Acme', size: '12', basis: 'consent', source: 'fair', mail: 'a@acme.example' };
    expect(dataOf(map, cells)).toEqual({
      form: 'demo',
      account: { name: 'Acme', employees: 12 },
      contact: { consent: { basis: 'consent', source: 'fair' }, email: 'a@acme.example' },
    });
    expect(dataOf(map, LEAD)).toEqual({ form: 'demo' });
  });
});

describe('a row that cannot become one says why', () => {
  const map = mapOf();
  test.each([
    [{ ...LEAD, id: ' ' }, 'column id: is empty, and the id needs it'],
    [
      { ...LEAD, id: 'a\nb' },
      'the id "lead:a\\nb": must be well-formed text without control characters or surrounding spaces',
    ],
    [
      { ...LEAD, id: 'x'.repeat(300) },
      `the id "lead:${'x'.repeat(35)}…": Too big: expected string to have <=256 characters`,
    ],
    [{ ...LEAD, date: '' }, 'column date: is empty, and every row needs a time'],
    [{ ...LEAD, date: '01/02/2026' }, 'column date: "01/02/2026" is not a date such as 2018-02-26'],
    [{ ...LEAD, date: '2026-06-04' }, 'column date: "2026-06-04" is in the future'],
    [{ ...LEAD, form: 'a\u0000b' }, 'column form: holds a NUL character'],
    [{ ...LEAD, origin: '\uD800' }, 'column origin: holds half of a character'],
    [{ ...LEAD, origin: 'x'.repeat(201) }, 'data.dimensions.origin: Too big: expected string to have <=200 characters'],
  ])('%#', (cells, detail) => expect(faultOf(map, cells)).toBe(detail));

  test.each([
    ['number', '1,5', 'is not a number such as 12.5'],
    ['number', 'Infinity', 'is not a number such as 12.5'],
    ['integer', '1.5', 'is not a whole number'],
    ['integer', '99999999999999999', 'is not a whole number'],
    ['boolean', 'maybe', 'is not true or false'],
    ['money', '1.234', 'is not an amount with at most two decimals, such as 12.50'],
  ])('a %s written %s', (type, written, what) => {
    const currency = type === 'money' ? { currency: 'EUR' } : {};
    const typed = leadsMap({ data: { value: { column: 'value', type, ...currency } } });
    expect(faultOf(typed, { ...LEAD, value: written })).toBe(`column value: ${JSON.stringify(written)} ${what}`);
  });

  test('a type that the map does not list, also one that every object has', () => {
    const deal = { id: 'l-1', closed: '2026-01-02 10:00:00', amount: '' };
    expect(faultOf(map, { ...deal, result: 'maybe' }, 1)).toBe('column result: "maybe" has no type in the map');
    expect(faultOf(map, { ...deal, result: 'toString' }, 1)).toBe('column result: "toString" has no type in the map');
  });

  test('data that the type of signal does not allow', () => {
    const views = leadsMap({ type: 'web.page_viewed', data: { page: { column: 'form' } } });
    expect(faultOf(views, LEAD)).toMatch(/^data\.page: /);
    const amounts = mapOf({ files: [{ ...DEALS_FILE, data: { amount: { column: 'amount' } } }] });
    const deal = { id: 'l-1', closed: '2026-01-02 10:00:00', result: 'yes', amount: '5' };
    expect(faultOf(amounts, deal)).toMatch(/^data\.amount: /);
  });
});
