import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

import { NeedsReporter } from './test/needs-reporter.ts';

const SECOND_MS = 1000;

/**
 * The groups in the order in which they begin. The long files come first, and the quick ones last, so that no worker finishes alone what
 * could have been begun sooner.
 */
const GROUPS = ['long', 'e2e', 'pg', 'nats', 'pure', 'alone'] as const;
type Group = (typeof GROUPS)[number];

const EXCLUDE = ['**/node_modules/**', '**/dist/**', 'bench/peers/**'];

/** A zone that nobody develops in, so that reading the local clock shows up as a failure. */
const NOBODYS_ZONE = { TZ: 'Pacific/Chatham' };

/** All groups but the last share two workers: whoever waits for a lease or a process leaves its core to the other. */
const SIDE_BY_SIDE = { maxWorkers: 2, sequence: { groupOrder: 0 } };
/** A test that measures, or drives a browser, has the machine to itself, when all others are done. */
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 1 } };

function filesOf(group: Exclude<Group, 'pure'>): string[] {
  return [`src/**/*.${group}.test.ts`, `test/**/*.${group}.test.ts`];
}

/** Vitest would begin groups by their names. */
class GroupsInOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ project }: TestSpecification): number => GROUPS.findIndex((group) => group === project.name);
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

export default defineConfig({
  test: {
    // A group without files yet is no failure.
    passWithNoTests: true,
    reporters: ['default', new NeedsReporter()],
    // Without this a single `test.only` would let a run pass that has skipped everything else.
    allowOnly: process.env['CI'] === undefined,
    sequence: { sequencer: GroupsInOrder },
    projects: [
      {
        test: {
          name: 'pure',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'console/src/**/*.test.ts'],
          exclude: [...EXCLUDE, '**/*.{long,e2e,pg,nats,alone}.test.ts'],
          testTimeout: 10 * SECOND_MS,
          env: NOBODYS_ZONE,
          ...SIDE_BY_SIDE,
        },
      },
      {
        test: {
          name: 'pg',
          include: filesOf('pg'),
          globalSetup: './test/pglite-template.ts',
          exclude: EXCLUDE,
          testTimeout: 30 * SECOND_MS,
          // Starting PGlite and migrating it takes seconds on a busy machine.
          hookTimeout: 60 * SECOND_MS,
          ...SIDE_BY_SIDE,
        },
      },
      {
        test: {
          name: 'nats',
          include: filesOf('nats'),
          exclude: EXCLUDE,
          testTimeout: 30 * SECOND_MS,
          hookTimeout: 30 * SECOND_MS,
          ...SIDE_BY_SIDE,
        },
      },
      {
        test: {
          name: 'long',
          include: filesOf('long'),
          globalSetup: './test/pglite-template.ts',
          exclude: EXCLUDE,
          testTimeout: 120 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
          env: NOBODYS_ZONE,
          ...SIDE_BY_SIDE,
        },
      },
      {
        test: {
          name: 'e2e',
          include: filesOf('e2e'),
          globalSetup: './test/pglite-template.ts',
          exclude: EXCLUDE,
          testTimeout: 120 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
          ...SIDE_BY_SIDE,
        },
      },
      {
        test: {
          name: 'alone',
          include: filesOf('alone'),
          globalSetup: './test/pglite-template.ts',
          exclude: EXCLUDE,
          testTimeout: 120 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
          // A browser on a busy machine takes its time.
          expect: { poll: { timeout: 30 * SECOND_MS } },
          ...ALONE,
        },
      },
    ],
  },
});
