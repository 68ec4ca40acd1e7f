/**
 * What each error means to whoever meets it, and what to do about it: the text behind `GET /problems/{code}`. The catalogue of codes
 * is the domain's; the advice is about HTTP, so it stands here.
 */
import { ERRORS } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';

const HELP: Record<ErrorCode, string> = {
  malformed_json:
    'The body could not be read as JSON in UTF-8. Nothing was stored. `detail` says where reading stopped, if that is known. Send RFC 8259 JSON, encoded as UTF-8.',
  invalid_request:
    'The JSON was read, but members are missing, have a wrong type or a wrong value. Nothing was stored, also when only one event of a batch is wrong. `errors` lists each fault with a JSON pointer into the body.',
  unknown_type:
    'The `type` of an event is not in the catalogue. Nothing was stored. `GET /openapi.json` lists the types under `components.schemas` (`SignalType` and `OutcomeType`).',
  too_deep: 'The body nests objects and arrays more than 64 levels deep. Nothing was stored. Send flatter data.',
  time_in_future:
    'The `time` of an event lies more than 24 hours ahead of the clock here. Nothing was stored. Check the clock and the time zone of the sender; old times are accepted.',
  unauthorized:
    'Send `Authorization: Bearer <key>` with a key that is neither revoked nor expired. An admin makes keys with `POST /v1/keys`.',
  forbidden:
    'The key is valid, but its role may not do this. `detail` names the permission and the roles that have it.',
  not_found:
    'There is nothing under this path or id, or it belongs to another tenant. `GET /openapi.json` lists the paths.',
  method_not_allowed: 'The path exists, but not with this method. The header `Allow` lists the methods that it has.',
  conflict:
    'An event with this `source` and `id` was accepted before with different content. Nothing of this request was stored. Use a new id for a new event; repeat an old event exactly as it was sent.',
  state_conflict:
    'The thing has changed since it was read, or its state does not allow this. Read it again and decide anew.',
  reserved:
    'Somebody else works on this item; `detail` names who and until when. Wait, take another one, or ask them to let it go.',
  content_changed:
    'The `fingerprint` is not that of the draft as it is now: somebody changed it. Read the draft again before deciding.',
  too_large:
    'The body is larger than this path accepts: 1 MiB, and 16 MiB for the records of an import. Nothing was stored. Send smaller batches.',
  too_many_events:
    'A batch holds at most 1,000 events (10,000 records for an import). Nothing was stored. Split the batch; ids make it safe to send again.',
  unsupported_media_type:
    'Send JSON in UTF-8 without compression: `application/json`, and for events also `application/cloudevents+json` or `application/cloudevents-batch+json`.',
  rate_limited: 'Wait for the seconds in `Retry-After`, then send again.',
  internal:
    'This is a fault of the server, not of the request. The log of the server has the cause under the `instance` of this answer. It is safe to repeat a request that carries an id.',
  overloaded:
    'More work is waiting than the server accepts. Nothing was stored. Wait for the seconds in `Retry-After`, then send again.',
  storage_full:
    'The database has no space left. Nothing was stored. The operator has to free or add space; then send again.',
  unavailable:
    'The server is starting, stopping, or cannot reach its database. Wait for the seconds in `Retry-After`, then send again.',
  usage: 'The command does not take these arguments. `gatehouse help` explains each command.',
};

export interface ProblemHelp {
  readonly code: ErrorCode;
  readonly status: number;
  readonly title: string;
  readonly description: string;
}

/** Null when there is no such code. */
export function problemHelp(code: string): ProblemHelp | null {
  if (!isErrorCode(code)) return null;
  return { code, ...ERRORS[code], description: HELP[code] };
}

export function problemMarkdown(help: ProblemHelp): string {
  return `# ${help.title}\n\n\`${help.code}\`, HTTP status ${help.status}\n\n${help.description}\n`;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
