/** Postgres through `pg`: a small pool, prepared statements by text, integers as numbers. */
import { createHash } from 'node:crypto';

import { Pool, types } from 'pg';
import type { CustomTypesConfig, PoolClient } from 'pg';

import { openStatement } from './scope-statement.ts';
import { translated } from './sql-error.ts';
import type { Sql, SqlScope, SqlSession, SqlValue } from './sql.port.ts';

/** Every bigint here is a count, a position or milliseconds; all stay far below 2^53. */
const customTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === types.builtins.INT8 ? Number : (types.getTypeParser(oid, format) as (text: string) => unknown),
};

/** Statements shorter than this are not worth a name. */
const NAMED_FROM_LENGTH = 60;

export function createPostgres(url: string, options: { maxConnections: number }): Sql {
  const pool = new Pool({
    connectionString: url,
    max: options.maxConnections,
    connectionTimeoutMillis: 10_000,
    application_name: 'gatehouse',
    types: customTypes,
  });
  // An idle connection that breaks is replaced by the pool; the error has no other listener and would end the process.
  pool.on('error', () => {});

  const names = new Map<string, string>();
  function nameOf(text: string): string | undefined {
    if (text.length < NAMED_FROM_LENGTH) return undefined;
    let name = names.get(text);
    if (name === undefined) {
      name = `g${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
      names.set(text, name);
    }
    return name;
  }

  function sessionOf(client: PoolClient): SqlSession {
    return {
      async query<Row extends object>(text: string, params: readonly SqlValue[] = []) {
        const name = nameOf(text);
        const result = await client.query<Row>({ text, values: [...params], ...(name === undefined ? {} : { name }) });
        return result.rows;
      },
    };
  }

  async function run<Result>(open: string, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw translated(error);
    }
    let broken: Error | undefined;
    try {
      await client.query(open);
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: unknown) => {
        broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
      });
      throw translated(error);
    } finally {
      client.release(broken);
    }
  }

  return {
    kind: 'postgres',
    transaction: (scope: SqlScope, work) => run(openStatement(scope), (client) => work(sessionOf(client))),
    asOwner: (work) =>
      run('BEGIN', (client) =>
        work({
          ...sessionOf(client),
          async script(text) {
            await client.query(text);
          },
        }),
      ),
    close: () => pool.end(),
  };
}
