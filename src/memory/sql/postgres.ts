/** Postgres through `pg`: a small pool, prepared statements by text, integers as numbers. */
import { createHash } from 'node:crypto';

import { Pool, types } from 'pg';
import type { CustomTypesConfig, PoolClient } from 'pg';

import { arrayTypesOf, binaryArray } from './array-parameter.ts';
import { JoiningSocket } from './joining-socket.ts';
import { openStatement, PLANNER } from './scope-statement.ts';
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

  /** How the planner of each connection was told to work. */
  const planners = new WeakMap<PoolClient, keyof typeof PLANNER>();

  async function run<Result>(
    planner: keyof typeof PLANNER,
    open: string,
    work: (session: SqlSession, client: PoolClient) => Promise<Result>,
  ): Promise<Result> {
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw translated(error);
    }
    let broken: Error | undefined;
    // The first statements follow in the same packet. BEGIN comes first, so when anything after it fails, they fail with it.
    if ((planners.get(client) ?? 'free') !== planner)
      client.query(PLANNER[planner]).then(
        () => planners.set(client, planner),
        () => {},
      );
    const opened = client.query(open);
    opened.catch(() => {});
    const ending: { committed: Promise<void> | null } = { committed: null };
    const commit = (): Promise<void> => {
      ending.committed ??= committing(client);
      // Who sent the statement that failed learns of it first.
      ending.committed.catch(() => {});
      return ending.committed;
    };
    try {
      const result = await work(sessionOf(client, commit), client);
      await opened;
      await commit();
      return result;
    } catch (later) {
      const error: unknown = await opened.then(
        () => later,
        (first: unknown) => first,
      );
      const isUndone = await ending.committed?.then(
        () => false,
        (refusal: unknown) => refusal instanceof NotCommittedError,
      );
      if (isUndone !== true)
        await client.query('ROLLBACK').catch((rollbackError: unknown) => {
          broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
        });
      throw translated(error);
    } finally {
      client.release(broken);
    }
  }

  function sessionOf(client: PoolClient, commit: () => Promise<void>): SqlSession {
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
      finish() {
        void commit();
      },
    };
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
    transaction: (scope: SqlScope, work) => run(scope.keyed === true ? 'keyed' : 'free', openStatement(scope), work),
    asOwner: (work) =>
      run('free', 'BEGIN', (session, client) =>
        work({
          ...session,
          async script(text) {
            await client.query(text);
          },
        }),
      ),
    alone,
    close: () => pool.end(),
  };
}

/** The server rolled back where it was asked to commit. */
class NotCommittedError extends Error {
  override readonly name = 'NotCommittedError';
}

async function committing(client: PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  // After a failed statement the server answers a commit by rolling back, and calls that a success.
  if (command !== 'COMMIT')
    throw new NotCommittedError(`the transaction was not committed: the server answered ${command}`);
}
