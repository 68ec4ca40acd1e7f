/**
 * PGlite behind the same door as Postgres. It has one session, so transactions take turns. It does not sync to disk on commit: what
 * the operating system has not written yet is lost when the machine, not the process, stops.
 */
import { Worker } from 'node:worker_threads';

import type { PgliteRequest, PgliteResponse, PgliteWorkerData } from './pglite-protocol.ts';
import { openStatement, PLANNER } from './scope-statement.ts';
import { translated } from './sql-error.ts';
import type { Sql, SqlScope, SqlSession, SqlValue } from './sql.port.ts';

class PgliteError extends Error {
  override readonly name = 'PgliteError';
  readonly code: string | null;
  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

type RequestBody = PgliteRequest extends infer Request
  ? Request extends { id: number }
    ? Omit<Request, 'id'>
    : never
  : never;

/** Opens a folder, or a database in memory when `folder` is null. The caller holds the folder's lock. */
export async function openPglite(folder: string | null): Promise<Sql> {
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), {
    workerData: { folder } satisfies PgliteWorkerData,
  });
  const waiting = new Map<number, { resolve: (rows: readonly object[]) => void; reject: (error: Error) => void }>();
  let nextId = 1;
  let ended: Error | null = null;

  function endAll(error: Error): void {
    ended = error;
    for (const waiter of waiting.values()) waiter.reject(error);
    waiting.clear();
  }
  const ready = new Promise<void>((resolve, reject) => {
    waiting.set(0, { resolve: () => resolve(), reject });
  });
  worker.on('message', (response: PgliteResponse) => {
    const waiter = waiting.get(response.id);
    waiting.delete(response.id);
    if (waiter === undefined) return;
    if ('error' in response) waiter.reject(new PgliteError(response.error.message, response.error.code));
    else waiter.resolve(response.rows);
  });
  worker.on('error', (error) => endAll(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => endAll(new Error('the embedded database has stopped')));
  await ready;

  function ask(body: RequestBody): Promise<readonly object[]> {
    if (ended !== null) return Promise.reject(ended);
    const id = nextId;
    nextId += 1;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...body });
    });
  }

  const session: SqlSession & { script(text: string): Promise<void> } = {
    async query<Row extends object>(text: string, params: readonly SqlValue[] = []) {
      return (await ask({ kind: 'query', text, params })) as readonly Row[];
    },
    // Nothing travels here.
    finish() {},
    async script(text) {
      await ask({ kind: 'script', text });
    },
  };

  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  }

  let planner: keyof typeof PLANNER = 'free';
  function run<Result>(wanted: keyof typeof PLANNER, open: string, work: () => Promise<Result>): Promise<Result> {
    return inTurn(async () => {
      try {
        if (planner !== wanted) {
          await session.script(PLANNER[wanted]);
          planner = wanted;
        }
        await session.script(open);
        const result = await work();
        await session.script('COMMIT');
        return result;
      } catch (error) {
        await session.script('ROLLBACK').catch(() => {});
        throw translated(error);
      }
    });
  }

  return {
    kind: 'pglite',
    transaction: (scope: SqlScope, work) =>
      run(scope.keyed === true ? 'keyed' : 'free', openStatement(scope), () => work(session)),
    asOwner: (work) => run('free', 'BEGIN', () => work(session)),
    // There is one session, so no lock is ever waited for.
    alone: (text) =>
      inTurn(async () => {
        await session.script(text);
      }),
    async close() {
      await inTurn(async () => {
        if (ended === null) await ask({ kind: 'close' });
      }).catch(() => {});
      await worker.terminate();
    },
  };
}
