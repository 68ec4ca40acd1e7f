/**
 * What a test may need from outside: a Postgres or a NATS server, named by an environment variable. Without it
 * the tests are collected and skipped, and the reporter says at the end which need was missing and how many
 * tests that cost.
 */
import { describe } from 'vitest';

export interface Need {
  readonly title: string;
  readonly variable: string;
}

export const POSTGRES = { title: 'Postgres', variable: 'DATABASE_URL' } as const satisfies Need;
export const NATS = { title: 'NATS', variable: 'NATS_URL' } as const satisfies Need;

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

/**
 * The body runs during collection even when its tests are skipped, because they have to be counted. It is
 * then given an address that nothing listens on, so it must connect in hooks and tests only.
 */
function describeNeeding(need: Need, name: string, body: (url: string) => void): void {
  const url = valueOf(need);
  if (url === undefined) {
    describe(name, { skip: true, meta: { unmetNeed: need } }, () => body(`unset://${need.variable}`));
  } else {
    describe(name, () => body(url));
  }
}

function valueOf(need: Need): string | undefined {
  const value = process.env[need.variable];
  return value === undefined || value === '' ? undefined : value;
}
