/** What the build of the console weighs, and that nothing of it needs what its page forbids. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../console/dist/', import.meta.url));
const FIRST_LOAD_MAX = 200 * 1_024;

const page = readFileSync(`${FOLDER}index.html`, 'utf8');

test('the first load is small', () => {
  const named = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(1);
  const bytes = [page, ...named.map((path) => readFileSync(`${FOLDER}${path}`))].map((part) => gzipSync(part).length);
  const total = bytes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThan(FIRST_LOAD_MAX);
});

test('the page has no script or style of its own', () => {
  expect(page).not.toMatch(/<style|style=|<script(?![^>]*src=)| on[a-z]+=/);
});

test('names of files change with their content, so they may be kept for ever', () => {
  expect(existsSync(`${FOLDER}assets`)).toBe(true);
  for (const name of readdirSync(`${FOLDER}assets`)) expect(name).toMatch(/-[\w-]{8}\.(js|css|svg)$/);
});
