/** The door to the database with somebody who watches how each transaction ends and how long it takes. */
import { GatehouseError } from '../../domain/errors.ts';
import { isConnectionLost, isStorageFull, sqlStateOf } from './sql-error.ts';
import type { Sql } from './sql.port.ts';

export type TransactionEnd = 'committed' | 'failed' | 'refused';

/** Called once for each transaction, with its time in milliseconds. Must not throw. */
export type TransactionWatcher = (end: TransactionEnd, milliseconds: number) => void;

/**
 * No entry, no such database, insufficient resources, an operator's intervention, errors of the system, an internal error. Source:
 * PostgreSQL, appendix A.
 */
const FAILURE_CLASSES = ['28', '3D', '53', '57', '58', 'XX'];

/** `failed` when the database could not do it; `refused` when what was asked did not hold, or a retry will settle it. */
export function endOf(error: unknown): Exclude<TransactionEnd, 'committed'> {
  const cause = error instanceof GatehouseError && error.cause !== undefined ? error.cause : error;
  if (isConnectionLost(cause) || isStorageFull(cause)) return 'failed';
  const state = sqlStateOf(cause) ?? '';
  return FAILURE_CLASSES.some((name) => state.length === 5 && state.startsWith(name)) ? 'failed' : 'refused';
}

export function watchedSql(sql: Sql, watch: TransactionWatcher): Sql {
  async function watched<Result>(run: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    try {
      const result = await run();
      watch('committed', performance.now() - began);
      return result;
    } catch (error) {
      watch(endOf(error), performance.now() - began);
      throw error;
    }
  }
  return {
    kind: sql.kind,
    transaction: (scope, run) => watched(() => sql.transaction(scope, run)),
    asOwner: (run) => watched(() => sql.asOwner(run)),
    alone: (text, lockWaitMs) => watched(() => sql.alone(text, lockWaitMs)),
    close: () => sql.close(),
  };
}
