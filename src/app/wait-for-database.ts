/** Waits, for a bounded time, for a database server that is started together with the hosts and may come up after them. */
import type { FastifyBaseLogger } from 'fastify';

import type { Clock } from '../actors/clock.port.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { Sql } from '../memory/sql/sql.port.ts';

export interface DatabaseWait {
  /** Host and port, as it is told to people. */
  readonly database: string;
  /** How long it is tried again after the first attempt; an attempt itself may take ten seconds where nobody answers at all. */
  readonly waitMs: number;
  readonly clock: Clock;
  readonly logger: Pick<FastifyBaseLogger, 'info' | 'warn'>;
  /** Ends the wait. */
  readonly stopping: AbortSignal;
  /** Once, when the first attempt failed and there is time for another. */
  readonly waiting: () => Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
const TOLD_AGAIN_MS = 10_000;

/**
 * Resolves when the server answers. Throws `unavailable` when it did not within the time, or when it is told to stop; what the server
 * itself refuses, such as a wrong password, is thrown at once.
 */
export async function waitForDatabase(sql: Sql, wait: DatabaseWait): Promise<void> {
  const { database, waitMs, clock, logger, stopping } = wait;
  const began = clock.now();
  let told: number | null = null;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const error = await missing(sql);
    const now = clock.now();
    if (error === null) {
      if (told !== null) logger.info({ database, seconds: seconds(now - began) }, 'the database answers now');
      return;
    }
    const left = began + waitMs - now;
    if (left <= 0 || stopping.aborted) throw givenUp(wait, now - began, error);
    if (told === null) await wait.waiting();
    if (told === null || now - told >= TOLD_AGAIN_MS) {
      told = now;
      logger.warn(
        { database, reason: reasonOf(error), seconds_left: seconds(left) },
        `the database at ${database} cannot be reached; it is tried for ${seconds(left)} more seconds (GATEHOUSE_START_WAIT_SECONDS changes how long)`,
      );
    }
    await clock.sleep(Math.min(pause, left), stopping);
  }
}

async function missing(sql: Sql): Promise<GatehouseError | null> {
  try {
    await sql.asOwner((session) => session.query('SELECT 1'));
    return null;
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'unavailable') return error;
    throw error;
  }
}

function givenUp({ database, stopping }: DatabaseWait, waitedMs: number, error: GatehouseError): GatehouseError {
  const detail = stopping.aborted
    ? `The database at ${database} could not be reached before this was stopped.`
    : `The database at ${database} cannot be reached (${reasonOf(error)}); it was tried for ${seconds(waitedMs)} seconds. Check that it runs and that DATABASE_URL is right. GATEHOUSE_START_WAIT_SECONDS says how long a server waits for it.`;
  return new GatehouseError('unavailable', detail, { cause: error });
}

function reasonOf({ cause }: GatehouseError): string {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.message : 'no answer';
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1_000));
}
