/** What a database error means to the rest of the system. */
import { GatehouseError } from '../../domain/errors.ts';

interface CodedError {
  readonly code?: string;
  readonly message: string;
}

export function sqlStateOf(error: unknown): string | null {
  const { code } = error as CodedError;
  return typeof code === 'string' ? code : null;
}

/** Classes 53 (insufficient resources) and an operating system that has no space left. */
export function isStorageFull(error: unknown): boolean {
  const state = sqlStateOf(error);
  const message = error instanceof Error ? error.message : '';
  return state === '53100' || state === 'ENOSPC' || /No space left on device|ENOSPC/.test(message);
}

/** Deadlock, serialization failure, lock not available: the same transaction may succeed when it is run again. */
export function isTransient(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40P01' || state === '40001' || state === '55P03';
}

/** What the network says when there is no server, or no longer one. */
const NETWORK_FAILURES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What a server says that has no connection left to give. */
const TOO_MANY_CONNECTIONS = '53300';

/** The connection is gone, or the server gives none or is shutting down. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlStateOf(error) ?? '';
  const message = error instanceof Error ? error.message : '';
  return (
    state.startsWith('08') ||
    state.startsWith('57P') ||
    state === TOO_MANY_CONNECTIONS ||
    NETWORK_FAILURES.has(state) ||
    /Connection terminated|timeout exceeded|not currently accepting connections/.test(message)
  );
}

/** Turns what callers must react to into the catalogue's own errors; anything else is passed on as it is. */
export function translated(error: unknown): unknown {
  if (error instanceof GatehouseError) return error;
  if (isStorageFull(error))
    return new GatehouseError(
      'storage_full',
      'The database has no space left. Nothing of this request was stored; free space and send it again.',
      { cause: error },
    );
  if (isConnectionLost(error))
    return new GatehouseError(
      'unavailable',
      'The database cannot be reached. Send it again with the same id: what was stored is not stored twice.',
      { cause: error },
    );
  return error;
}
