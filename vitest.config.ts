import { defineConfig } from 'vitest/config';

import { NeedsReporter } from './test/needs-reporter.ts';

const SECOND_MS = 1000;

/** Groups run one after the other, so that a test which measures or spawns has the machine to itself. */
const GROUPS = ['pure', 'pg', 'nats', 'e2e'] as const;
type Group = (typeof GROUPS)[number];

const EXCLUDE = ['**/node_modules/**', '**/dist/**', 'bench/peers/**'];

function filesOf(group: Exclude<Group, 'pure'>): readonly string[] {
  return [`src/**/*.${group}.test.ts`, `test/**/*.${group}.test.ts`];
}

export default defineConfig({
  test: {
    // A group without files yet is no failure.
    passWithNoTests: true,
    reporters: ['default', new NeedsReporter()],
    // Without this a single `test.only` would let a run pass that has skipped everything else.
    allowOnly: process.env['CI'] === undefined,
    projects: [
      {
        test: {
          name: 'pure',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'console/src/**/*.test.ts'],
          exclude: [...EXCLUDE, '**/*.{pg,nats,e2e}.test.ts'],
          testTimeout: 10 * SECOND_MS,
          maxWorkers: 2,
          sequence: { groupOrder: GROUPS.indexOf('pure') },
          // A zone that nobody develops in, so that reading the local clock shows up as a failure.
          env: { TZ: 'Pacific/Chatham' },
        },
      },
      {
        test: {
          name: 'pg',
          include: [...filesOf('pg')],
          globalSetup: './test/pglite-template.ts',
          exclude: EXCLUDE,
          testTimeout: 30 * SECOND_MS,
          // Starting PGlite and migrating it takes seconds on a busy machine.
          hookTimeout: 60 * SECOND_MS,
          maxWorkers: 2,
          sequence: { groupOrder: GROUPS.indexOf('pg') },
        },
      },
      {
        test: {
          name: 'nats',
          include: [...filesOf('nats')],
          exclude: EXCLUDE,
          testTimeout: 30 * SECOND_MS,
          hookTimeout: 30 * SECOND_MS,
          maxWorkers: 1,
          sequence: { groupOrder: GROUPS.indexOf('nats') },
        },
      },
      {
        test: {
          name: 'e2e',
          include: [...filesOf('e2e')],
          globalSetup: './test/pglite-template.ts',
          exclude: EXCLUDE,
          testTimeout: 120 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
          // A browser on a busy machine takes its time.
          expect: { poll: { timeout: 30 * SECOND_MS } },
          maxWorkers: 1,
          sequence: { groupOrder: GROUPS.indexOf('e2e') },
        },
      },
    ],
  },
});
