import { expect, test } from 'vitest';

import { isOnCi, reportLines } from './needs-reporter.ts';

const TOTALS = { passed: 3, failed: 0, skipped: 12 };
const UNMET = { title: 'Postgres', variable: 'DATABASE_URL', tests: 12 };

test('the last line is the totals alone', () => {
  expect(reportLines(TOTALS, [], true)).toEqual(['3 passed, 0 failed, 12 skipped']);
});

test('a skipped need is one line that says why', () => {
  expect(reportLines(TOTALS, [UNMET], false)).toEqual([
    'skipped: Postgres tests (12) because DATABASE_URL is not set',
    '3 passed, 0 failed, 12 skipped',
  ]);
});

test('on CI a skipped need fails the run and says so', () => {
  expect(reportLines(TOTALS, [UNMET], true)).toContain('failed: on CI every need must be met; set DATABASE_URL');
});

test('an optional need is reported and fails nothing', () => {
  const data = { title: 'data', variable: 'GATEHOUSE_TEST_DATA', optional: true, tests: 4 } as const;
  expect(reportLines(TOTALS, [data], true)).toEqual([
    'skipped: data tests (4) because GATEHOUSE_TEST_DATA is not set',
    '3 passed, 0 failed, 12 skipped',
  ]);
  expect(reportLines(TOTALS, [data, UNMET], true)).toContain('failed: on CI every need must be met; set DATABASE_URL');
});

test.each([
  [undefined, false],
  ['', false],
  ['false', false],
  ['true', true],
  ['1', true],
])('CI=%s', (value, expected) => {
  expect(isOnCi(value)).toBe(expected);
});
