/** Postgres through `pg`: a small pool, prepared statements by text, integers as numbers. */
import { createHash } from 'node:crypto';

import { Pool, types } from 'pg';
import type { CustomTypesConfig, PoolClient } from 'pg';

import { arrayTypesOf, binaryArray } from './array-parameter.ts';
import { JoiningSocket } from './joining-socket.ts';
import { openStatement } from './scope-statement.ts';
import { translated } from './sql-error.ts';
import type { Sql, SqlScope, SqlSession, SqlValue } from './sql.port.ts';

/** Every bigint here is a count, a position or milliseconds; all stay far below 2^53. */
const customTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === types.builtins.INT8 ? Number : (types.getTypeParser(oid, format) as (text: string) => unknown),
};

interface Statement {
  readonly name?: string;
  readonly arrayTypes: readonly (string | undefined)[];
}

/** Statements shorter than this are not worth a name. */
const NAMED_FROM_LENGTH = 60;

export function createPostgres(url: string, options: { maxConnections: number }): Sql {
  const pool = new Pool({
    connectionString: url,
    max: options.maxConnections,
    connectionTimeoutMillis: 10_000,
    application_name: 'gatehouse',
    types: customTypes,
    // Statements that do not wait for each other's rows are sent at once and answered in order.
    pipeline: true,
    stream: () => new JoiningSocket(),
  });
  // A connection that breaks while idle is replaced by the pool, and one that breaks at work fails its statements. Without these
  // listeners either would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));

  const statements = new Map<string, Statement>();
  function statementOf(text: string): Statement {
    let statement = statements.get(text);
    if (statement === undefined) {
      const name = `g${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
      statement = {
        ...(text.length < NAMED_FROM_LENGTH ? {} : { name }),
        arrayTypes: arrayTypesOf(text),
      };
      statements.set(text, statement);
    }
    return statement;
  }

  function sessionOf(client: PoolClient): SqlSession {
    return {
      async query<Row extends object>(text: string, params: readonly SqlValue[] = []) {
        const { name, arrayTypes } = statementOf(text);
        const values = params.map((value, index) => {
          const type = arrayTypes[index];
          return type === undefined || !Array.isArray(value) ? value : binaryArray(type, value);
        });
        const result = await client.query<Row>({ text, values, ...(name === undefined ? {} : { name }) });
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
    // The first statements follow in the same packet. BEGIN comes first, so when anything after it fails, they fail with it.
    const opened = client.query(open);
    opened.catch(() => {});
    try {
      const result = await work(client);
      await opened;
      const { command } = await client.query('COMMIT');
      // After a failed statement the server answers a commit by rolling back, and calls that a success.
      if (command !== 'COMMIT') throw new Error(`the transaction was not committed: the server answered ${command}`);
      return result;
    } catch (later) {
      const error: unknown = await opened.then(
        () => later,
        (first: unknown) => first,
      );
      await client.query('ROLLBACK').catch((rollbackError: unknown) => {
        broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
      });
      throw translated(error);
    } finally {
      client.release(broken);
    }
  }

  async function alone(text: string, lockWaitMs: number): Promise<void> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(`SET lock_timeout = ${Math.trunc(lockWaitMs)}`);
      await client.query(text);
    } finally {
      await client.query('RESET lock_timeout').catch((error: unknown) => {
        broken = error instanceof Error ? error : new Error(String(error));
      });
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
    alone,
    close: () => pool.end(),
  };
}
