/** Rows of an import: what goes through, and what refuses the whole request. */
import { describe, expect, test } from 'vitest';

import { DAY_MS } from '../../domain/instant.ts';
import { NOW, problemIn, testGateway } from '../gateway.fixture.ts';
import type { TestGateway } from '../gateway.fixture.ts';
import { importViewSchema } from '../schemas/import.ts';

function row(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    index: 0,
    kind: 'signal',
    id: 'row-0',
    type: 'web.form_submitted',
    subject: 'lead/l-1',
    time: NOW,
    data: { form: 'demo' },
    ...members,
  };
}

async function post(gateway: TestGateway, payload: unknown) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers = { 'content-type': 'application/json' };
  return gateway.send({ method: 'POST', url: '/v1/imports/imp_1/records', headers, payload: body });
}

test('rows keep their data byte for byte', async () => {
  const gateway = testGateway();
  const dataText = String.raw`{"form": "a\u0000", "n":1.0}`;
  const outcome = row({ index: 1, kind: 'outcome', id: 'row-1', type: 'won', data: {}, window_ms: 5 });
  const body = JSON.stringify([row({ data: 0 }), outcome]).replace('"data":0', `"data":${dataText}`);
  const response = await post(gateway, body);
  expect(response.statusCode).toBe(200);
  expect(importViewSchema.parse(response.json())).toMatchObject({ id: 'imp_1', applied: 2 });
  expect(gateway.services.records).toEqual([
    { ...row(), data: { form: 'a\u0000', n: 1 }, dataText, window_ms: null },
    { ...outcome, dataText: '{}' },
  ]);
});

test('sixteen megabytes go through, and more does not', async () => {
  const gateway = testGateway();
  const records = Array.from({ length: 8_000 }, (_, index) =>
    row({ index, id: `row-${index}`, data: { form: 'x'.repeat(1_850) } }),
  );
  const body = JSON.stringify(records);
  expect(body.length).toBeGreaterThan(15_000_000);
  expect((await post(gateway, body)).statusCode).toBe(200);
  expect(gateway.services.records).toHaveLength(8_000);
  const refused = await post(gateway, body.padEnd(16 * 1_048_576 + 1));
  expect(refused.statusCode).toBe(413);
  expect(problemIn(refused)).toMatchObject({ type: '/problems/too_large' });
});

test('10,001 rows are too many', async () => {
  const gateway = testGateway();
  const response = await post(
    gateway,
    Array.from({ length: 10_001 }, () => 0),
  );
  expect(problemIn(response)).toMatchObject({ type: '/problems/too_many_events', status: 413 });
});

describe('one wrong row refuses all', () => {
  test.each<[string, Record<string, unknown>, string, string]>([
    ['no index', { index: undefined }, '/1/index', 'invalid_request'],
    ['a broken index', { index: 1.5 }, '/1/index', 'invalid_request'],
    ['no id', { id: '' }, '/1/id', 'invalid_request'],
    ['a time as text', { time: '2026-01-01T00:00:00Z' }, '/1/time', 'invalid_request'],
    ['a time beyond dates', { time: -9e15 }, '/1/time', 'invalid_request'],
    ['a time ahead', { time: NOW + DAY_MS + 1 }, '/1/time', 'time_in_future'],
    ['another kind', { kind: 'note' }, '/1/kind', 'invalid_request'],
    ['a type of the other kind', { kind: 'outcome' }, '/1/type', 'unknown_type'],
    ['no data', { data: undefined }, '/1/data', 'invalid_request'],
    ['wrong data', { type: 'intent.surge', data: { score: 101 } }, '/1/data/score', 'invalid_request'],
    ['a subject of another kind', { subject: 'x/y' }, '/1/subject', 'invalid_request'],
    ['a wrong window', { window_ms: -1 }, '/1/window_ms', 'invalid_request'],
    ['an unknown member', { dataText: '{}' }, '/1/dataText', 'invalid_request'],
  ])('%s', async (_title, members, pointer, code) => {
    const gateway = testGateway();
    const response = await post(gateway, [row(), row(members)]);
    expect(response.statusCode).toBe(400);
    expect(problemIn(response)).toMatchObject({ type: `/problems/${code}`, errors: [{ pointer }] });
    expect(gateway.services.records).toEqual([]);
  });

  test.each([
    ['', 'malformed_json'],
    ['{}', 'invalid_request'],
    ['[7]', 'invalid_request'],
  ])('%s', async (payload, code) => {
    const response = await post(testGateway(), payload);
    expect(problemIn(response)).toMatchObject({ type: `/problems/${code}`, status: 400 });
  });

  test('and no more than a hundred faults are told', async () => {
    const response = await post(
      testGateway(),
      Array.from({ length: 500 }, () => 0),
    );
    expect(problemIn(response).errors).toHaveLength(100);
  });
});
