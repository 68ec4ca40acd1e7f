/** Holds the reference pages to the code: a page that says something else than the tables do fails here, and is named. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { referencePages, stalePages } from '../scripts/docs.ts';

// A process of its own, because the text of a guard is the one that Node sees, not the one that the test runner made of it.
test('the reference pages are those that the code gives', () => {
  const script = fileURLToPath(new URL('../scripts/docs.ts', import.meta.url));
  const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
});

test('a page that differs, is missing or has no code behind it is named', () => {
  const pages = new Map([
    ['same.md', 'a'],
    ['differs.md', 'b'],
    ['missing.md', 'c'],
  ]);
  const stored = new Map([
    ['same.md', 'a'],
    ['differs.md', 'old'],
    ['left-over.md', 'd'],
    ['benchmarks.md', 'measured'],
  ]);
  const stale = stalePages(pages, (path) => stored.get(path) ?? null, [...stored.keys()]);
  expect(stale).toEqual(['differs.md', 'left-over.md', 'missing.md']);
});

test('no row of a table is cut by what stands in its cells', () => {
  for (const [path, text] of referencePages()) {
    for (const block of text
      .trim()
      .split('\n\n')
      .filter((part) => part.startsWith('|'))) {
      const widths = new Set(block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length));
      expect(widths.size, `${path}: ${block.slice(0, 80)}`).toBe(1);
    }
  }
});
