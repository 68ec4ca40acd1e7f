/** The one door to the database: PGlite in a worker thread, or a Postgres server. Every statement runs inside a scoped transaction. */
import type { TenantId } from '../../domain/ids.ts';

export type SqlValue = string | number | boolean | null | Date | readonly (string | number | boolean | null | Date)[];

export interface SqlSession {
  /** Rows of one statement. Parameters are `$1` and on; arrays are sent as Postgres arrays. */
  query<Row extends object>(text: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
  /**
   * Says that no statement follows those that were sent: the commit leaves with them instead of waiting for their rows. A statement that fails
   * still undoes them all; nothing that is found out from their rows can.
   */
  finish(): void;
}

export interface SqlScope {
  /** `gatehouse_app` for requests, `gatehouse_runtime` for owners of partitions and workers. */
  readonly role: 'gatehouse_app' | 'gatehouse_runtime';
  /** The tenants that row-level security lets the transaction see. */
  readonly tenants: readonly TenantId[];
  /**
   * True when every statement finds its rows by key. The planner is then kept from scanning whole tables, as it would on a young
   * database whose statistics still say that the tables are empty.
   */
  readonly keyed?: boolean;
  /**
   * True when the answer need not wait until the commit is on disk. What is committed later and does wait takes this along, so only a crash of
   * the server in between loses it.
   */
  readonly unhurried?: boolean;
}

export interface Sql {
  readonly kind: 'pglite' | 'postgres';
  /** Commits when `run` resolves, rolls back when it throws. */
  transaction<Result>(scope: SqlScope, run: (session: SqlSession) => Promise<Result>): Promise<Result>;
  /** A transaction as the login itself, past row-level security: migrations, key look-up and listing tenants only. */
  asOwner<Result>(
    run: (session: SqlSession & { script(text: string): Promise<void> }) => Promise<Result>,
  ): Promise<Result>;
  /** One statement as the login itself that the database refuses within a transaction, such as a vacuum. Gives up when a lock is not free in time. */
  alone(text: string, lockWaitMs: number): Promise<void>;
  close(): Promise<void>;
}
