/**
 * What a test may need from outside: a Postgres or a NATS server, or a folder of public data, named by an
 * environment variable. Without it the tests are collected and skipped, and the reporter says at the end which
 * need was missing and how many tests that cost.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe } from 'vitest';

export interface Need {
  readonly title: string;
  readonly variable: string;
  /** An optional need is reported like any other, and never fails a run. */
  readonly optional?: true;
}

export const POSTGRES = { title: 'Postgres', variable: 'DATABASE_URL' } as const satisfies Need;
export const NATS = { title: 'NATS', variable: 'NATS_URL' } as const satisfies Need;
/** Debian's package `chromium` is found by itself. */
export const BROWSER = { title: 'browser', variable: 'GATEHOUSE_CHROMIUM' } as const satisfies Need;
/** Debian's package `prometheus` has it, and it is found by itself there. */
export const PROMTOOL = { title: 'promtool', variable: 'PROMTOOL', optional: true } as const satisfies Need;
/** Public data sets are no part of the repository, so a checkout has to do without them. */
export const DATA = { title: 'data', variable: 'GATEHOUSE_TEST_DATA', optional: true } as const satisfies Need;

/** An optional peer, so a checkout has it only when somebody installed it; the variable may name its main file elsewhere. */
export const ONNX = {
  title: 'onnxruntime-node',
  variable: 'GATEHOUSE_TEST_ONNX',
  optional: true,
} as const satisfies Need;

declare module 'vitest' {
  interface TaskMeta {
    /** Set on every test that is skipped because this need is not met. */
    unmetNeed?: Need;
  }
}

/** One implementation of the database port that a test runs on. */
export type TestDatabase =
  | { readonly kind: 'pglite' }
  | {
      readonly kind: 'postgres';
      /** A login that may create databases. */
      readonly serverUrl: string;
    };

export function postgresUrl(): string | undefined {
  return valueOf(POSTGRES);
}

export function natsUrl(): string | undefined {
  return valueOf(NATS);
}

/** A `describe` for tests that only make sense on a Postgres server. */
export function describePostgres(name: string, body: (serverUrl: string) => void): void {
  describeNeeding(POSTGRES, name, body);
}

export function describeNats(name: string, body: (url: string) => void): void {
  describeNeeding(NATS, name, body);
}

/** Runs the body on PGlite always, and on Postgres too when there is a server. */
export function describeDatabases(name: string, body: (database: TestDatabase) => void): void {
  describe(`${name} on PGlite`, () => body({ kind: 'pglite' }));
  describePostgres(`${name} on Postgres`, (serverUrl) => body({ kind: 'postgres', serverUrl }));
}

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** A `describe` for tests in a real browser; the body gets the path of its program. */
export function describeBrowser(name: string, body: (program: string) => void): void {
  describeMeeting(BROWSER, valueOf(BROWSER) ?? CHROMIUM_PATHS.find((path) => existsSync(path)), name, body);
}

const PROMTOOL_PATH = '/usr/bin/promtool';

/** A `describe` for tests with the tool of Prometheus; the body gets the path of the program. */
export function describePromtool(name: string, body: (program: string) => void): void {
  const installed = existsSync(PROMTOOL_PATH) ? PROMTOOL_PATH : undefined;
  describeMeeting(PROMTOOL, valueOf(PROMTOOL) ?? installed, name, body);
}

/** A `describe` for tests with the real runtime of models; the body gets what to import. */
export function describeOnnx(name: string, body: (specifier: string) => void): void {
  const isInstalled = existsSync(fileURLToPath(new URL('../node_modules/onnxruntime-node', import.meta.url)));
  describeMeeting(ONNX, valueOf(ONNX) ?? (isInstalled ? 'onnxruntime-node' : undefined), name, body);
}

/** A `describe` for tests on one data set: a folder of the data folder, which lies beside the repository if no variable names it. */
export function describeData(name: string, dataSet: string, body: (folder: string) => void): void {
  const folder = join(valueOf(DATA) ?? fileURLToPath(new URL('../../shared/data', import.meta.url)), dataSet);
  describeMeeting(DATA, existsSync(folder) ? folder : undefined, name, body);
}

function describeNeeding(need: Need, name: string, body: (url: string) => void): void {
  describeMeeting(need, valueOf(need), name, body);
}

/**
 * The body runs during collection even when its tests are skipped, because they have to be counted. It is
 * then given an address that nothing listens on, so it must connect in hooks and tests only.
 */
function describeMeeting(need: Need, place: string | undefined, name: string, body: (place: string) => void): void {
  if (place === undefined) {
    describe(name, { skip: true, meta: { unmetNeed: need } }, () => body(`unset://${need.variable}`));
  } else {
    describe(name, () => body(place));
  }
}

function valueOf(need: Need): string | undefined {
  const value = process.env[need.variable];
  return value === undefined || value === '' ? undefined : value;
}
