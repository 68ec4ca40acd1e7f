import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { temporaryDataDir, TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

const doc = (id: string, text: string, more: object = {}) =>
  JSON.stringify({ kind: 'doc', id, scope: 's', text, colour: 'ignored', ...more });
const query = (id: string, text: string, relevant: readonly string[], more: object = {}) =>
  JSON.stringify({ kind: 'query', id, scope: 's', text, relevant, ...more });

function fileOf(...lines: string[]): string {
  const path = join(temporaryDataDir(), 'set.jsonl');
  writeFileSync(path, lines.join('\n'));
  return path;
}

const GOOD = [
  doc('a', 'the budget is signed'),
  doc('b', 'the renewal is near', { group: 'g', at: '2026-01-01T00:00:00Z' }),
  doc('c', 'in May', { group: 'g' }),
  JSON.stringify({ kind: 'doc', id: 'd', scope: 'other', text: 'the budget of somebody else' }),
  query('q1', 'what budget?', ['a'], { type: 'easy' }),
  query('q2', 'when is the renewal?', ['c']),
];

test('reports every provider', async () => {
  const { code, out } = await new TestWorld().run('eval', 'retrieval', '--file', fileOf(...GOOD), '--json');
  expect(code).toBe(EXIT.ok);
  const report = JSON.parse(out) as Record<string, unknown>;
  const figures = { queries: 2, 'recall@5': 1, 'recall@10': 1, 'recall@20': 1, semantic: false };
  expect(report).toMatchObject({
    documents: 4,
    queries: 2,
    scopes: 2,
    bad_lines: [],
    providers: [
      { provider: 'bm25', 'recall@5': 0.5, mrr: 0.5, by_type: { easy: { queries: 1, 'recall@5': 1 } } },
      { provider: 'bm25+neighbours', ...figures, mrr: 0.75 },
      { provider: 'lexical', ...figures },
    ],
  });
});

test('names a line that is not UTF-8 instead of searching for what it does not say', async () => {
  const file = fileOf(...GOOD);
  writeFileSync(file, Buffer.concat([Buffer.from(`${doc('latin', 'caf\u00e9')}\n`, 'latin1'), readFileSync(file)]));
  const { code, err } = await new TestWorld().run('eval', 'retrieval', '--file', file);
  expect(code).toBe(EXIT.problemFound);
  expect(err).toContain('line 1: is not UTF-8.');
});

test('names bad lines by number and goes on', async () => {
  const file = fileOf(
    '{',
    ...GOOD,
    query('q3', 'x', []),
    doc('a', 'again'),
    query('q4', 'x', ['gone']),
    '{"kind":"x"}',
    '',
  );
  const { code, out, err } = await new TestWorld().run('eval', 'retrieval', '--file', file);
  expect(code).toBe(EXIT.problemFound);
  expect(err).toContain('line 1: is no JSON.');
  expect(err).toContain('line 8: relevant: must name at least one document.');
  expect(err).toContain('line 9: there is a doc a in s already.');
  expect(err).toContain('line 10: query q4 names gone, which s does not have; never found.');
  expect(err).toContain('line 11: kind:');
  expect(out).toContain('4 documents in 2 scopes, 3 queries');
});

test('needs a file, and questions in it', async () => {
  const world = new TestWorld();
  expect(await world.run('eval', 'retrieval')).toMatchObject({ code: EXIT.usage });
  expect((await world.run('eval', 'retrieval', '--file', fileOf(doc('a', 'b')))).err).toContain('no query');
  expect((await world.run('eval', 'retrieval', '--file', '/nowhere.jsonl')).err).toContain('there is no such file');
});

test('caps: a log with known answers, by names and by places', async () => {
  const path = join(temporaryDataDir(), 'touches.csv');
  // Fifty people with each number of touches from 1 to 10; those with three succeed.
  const people = Array.from({ length: 500 }, (_, index) => `${(index % 10) + 1},${index % 10 === 2 ? 'yes' : 'no'}`);
  writeFileSync(path, people.join('\n'));
  const named = join(temporaryDataDir(), 'named.csv');
  writeFileSync(named, ['times,won', ...people, 'often,yes'].join('\n'));
  const world = new TestWorld();
  const plain = await world.run('eval', 'caps', '--file', path, '--map', 'touches=1,success=2', '--json');
  expect(plain.code).toBe(EXIT.ok);
  const report = JSON.parse(plain.out) as { caps: { successes_lost: number; touches_saved: number }[] };
  expect(report).toMatchObject({ people: 500, touches: 2_750, successes: 50, kind: 'descriptive', bad_lines: [] });
  expect(report.caps.map((row) => row.successes_lost)).toEqual([50, 50, 0, 0, 0, 0, 0, 0]);
  expect(report.caps.map((row) => row.touches_saved)).toEqual([2250, 1800, 1400, 1050, 750, 500, 300, 150]);
  const text = await world.run('eval', 'caps', '--file', named, '--map', 'touches=times,success=won');
  expect(text.code).toBe(EXIT.problemFound);
  expect(text.out).toContain('500 people, 2,750 touches, 50 successes');
  expect(text.err).toContain('line 502: "often" is no number of touches');
});

test.each([
  [['--file', 'x.csv'], 'Say which columns'],
  [['--file', 'x.csv', '--map', 'touches=1'], 'Say which columns'],
  [['--file', '/nowhere.csv', '--map', 'touches=1,success=2'], 'cannot be read as CSV'],
])('caps %j is refused', async (args, message) => {
  const { code, err } = await new TestWorld().run('eval', 'caps', ...args);
  expect(code).toBe(EXIT.usage);
  expect(err).toContain(message);
});
