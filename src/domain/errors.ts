/**
 * The catalogue of errors that people and programs meet. Codes are stable. Nothing here knows about HTTP except the status that a
 * gateway would answer with; every error says what to do about it.
 */

export const ERRORS = {
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_request: { status: 400, title: 'The request does not have the required shape' },
  unknown_type: { status: 400, title: 'The type is not in the catalogue' },
  too_deep: { status: 400, title: 'The JSON is nested too deeply' },
  time_in_future: { status: 400, title: 'The time is more than 24 hours ahead' },
  unauthorized: { status: 401, title: 'The key is missing, unknown, revoked or expired' },
  forbidden: { status: 403, title: 'The role of this key does not allow this' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'The same id was used before with different content' },
  state_conflict: { status: 409, title: 'The state has changed or does not allow this' },
  reserved: { status: 409, title: 'Another person works on it' },
  content_changed: { status: 409, title: 'The draft is not the one that was read' },
  too_large: { status: 413, title: 'The body is too large' },
  too_many_events: { status: 413, title: 'The batch has too many events' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  overloaded: { status: 503, title: 'Too much work is waiting' },
  storage_full: { status: 503, title: 'The database cannot store more' },
  unavailable: { status: 503, title: 'The service is not ready' },
  usage: { status: 400, title: 'The command cannot be run like this' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong, and where: `pointer` is a JSON pointer into the body. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

export class GatehouseError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];
  constructor(code: ErrorCode, detail: string, options: { faults?: readonly Fault[]; cause?: unknown } = {}) {
    super(detail, { cause: options.cause });
    this.name = 'GatehouseError';
    this.code = code;
    this.faults = options.faults ?? [];
  }
}

/** The attempt failed and may be made again: the channel did not act. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
}

/** The channel itself cannot be used now: it did not act, and no other request would fare better. */
export class ChannelUnavailableError extends RetryableError {}

/** Another host holds these partitions, or took them since: nothing was written. */
export class LeaseLostError extends RetryableError {
  readonly partitions: readonly number[];
  constructor(partitions: readonly number[], detail: string) {
    super(detail);
    this.partitions = partitions;
  }
}

/** The attempt failed and must not be made again. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** A bug in this program if it ever fires. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

export function must<Value>(value: Value | null | undefined, message: string): Value {
  if (value === null || value === undefined) throw new Error(`assertion failed: ${message}`);
  return value;
}
