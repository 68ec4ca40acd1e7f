/**
 * A Postgres database of a test's own, so that tests can run side by side on one server and leave nothing
 * behind. Roles belong to the whole server and are shared; a test must not depend on one being absent.
 */
import { randomBytes } from 'node:crypto';

import { Client } from 'pg';

import { postgresUrl } from './needs.ts';

/** Databases whose names start so were made by tests and can be dropped when no test runs. */
export const TEST_DATABASE_PREFIX = 'gatehouse_test_';

export interface PostgresDatabase {
  readonly name: string;
  readonly url: string;
  /** Closes whatever is still connected, then removes the database. */
  readonly drop: () => Promise<void>;
}

/** `locale` is that of the server unless given. */
export async function createDatabase(serverUrl = postgresUrl(), locale?: 'C'): Promise<PostgresDatabase> {
  if (serverUrl === undefined) {
    throw new Error('createDatabase needs DATABASE_URL; put the test into describePostgres or describeDatabases');
  }
  const name = `${TEST_DATABASE_PREFIX}${process.pid}_${randomBytes(6).toString('hex')}`;
  // template1 cannot be copied while anybody is connected to it, template0 always can.
  await runOnServer(
    serverUrl,
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'${locale === undefined ? '' : ` LOCALE '${locale}'`}`,
  );

  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: () => runOnServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function runOnServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
