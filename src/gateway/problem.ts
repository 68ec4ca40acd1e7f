/**
 * The one form in which an error leaves the gateway: `application/problem+json` (RFC 9457). The type is a reference that resolves on
 * this very server, and the instance is the request's id, which the log knows too. What is not in the catalogue of errors is a fault
 * of ours: it is logged whole and told as `internal`, without a word about why.
 */
import { STATUS_CODES } from 'node:http';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { ERRORS, GatehouseError } from '../domain/errors.ts';
import type { ErrorCode, Fault } from '../domain/errors.ts';
import type { CheckResult } from '../domain/gate.ts';

export const PROBLEM_TYPE = 'application/problem+json';

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly Fault[];
  readonly reasons?: readonly CheckResult[];
}

/** Seconds after which trying again makes sense. */
const RETRY_AFTER_S: Partial<Record<ErrorCode, number>> = {
  rate_limited: 1,
  overloaded: 1,
  unavailable: 5,
  storage_full: 60,
};

const INTERNAL_DETAIL =
  'The request could not be finished because of a fault in the server. Quote the instance when you report it.';

/** Answers with the problem that an error stands for, and logs it as loudly as it deserves. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = asGatehouseError(error);
  const { status } = ERRORS[known.code];
  if (known.code === 'internal') request.log.error({ err: error }, 'request failed');
  else if (status >= 500) request.log.warn({ err: error, code: known.code }, 'request refused');
  else request.log.debug({ code: known.code }, 'request refused');

  const retryAfter = RETRY_AFTER_S[known.code];
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (known.code === 'unauthorized') reply.header('www-authenticate', challengeOf(request));
  reply.code(status).header('content-type', PROBLEM_TYPE);
  reply.send(JSON.stringify(problemOf(known, request.id)));
}

export function problemOf(error: GatehouseError, requestId: string): ProblemDocument {
  const { status, title } = ERRORS[error.code];
  const reasons = reasonsOf(error);
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.code === 'internal' ? INTERNAL_DETAIL : error.message,
    instance: `urn:uuid:${requestId}`,
    ...(error.faults.length > 0 ? { errors: error.faults } : {}),
    ...(reasons.length > 0 ? { reasons } : {}),
  };
}

/** A problem that HTTP itself has a name for, such as a request that came too slowly; the catalogue has no code for it. */
export function plainProblem(status: number, detail: string): Omit<ProblemDocument, 'instance'> {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
}

function asGatehouseError(error: unknown): GatehouseError {
  if (error instanceof GatehouseError) return error;
  return fromFramework(error) ?? new GatehouseError('internal', INTERNAL_DETAIL, { cause: error });
}

/** Fastify refuses some requests by itself; its errors carry a code and a status. Anything else with a status is not trusted. */
function fromFramework(error: unknown): GatehouseError | null {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return null;
  const { code, statusCode } = error;
  if (typeof code !== 'string' || !code.startsWith('FST_ERR_') || typeof statusCode !== 'number') return null;
  if (code === 'FST_ERR_BAD_URL') return new GatehouseError('invalid_request', 'The path is not a valid URL path.');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return new GatehouseError('not_found', 'A part of the path is too long.');
  if (statusCode === 413) return new GatehouseError('too_large', 'The body is too large.');
  if (statusCode === 415) return new GatehouseError('unsupported_media_type', 'The content type is not supported.');
  if (statusCode >= 400 && statusCode < 500)
    return new GatehouseError('invalid_request', 'The request cannot be read.');
  return null;
}

/** An error may carry the checks of the gate that led to it. */
function reasonsOf(error: GatehouseError): readonly CheckResult[] {
  return 'reasons' in error && Array.isArray(error.reasons) ? (error.reasons as readonly CheckResult[]) : [];
}

function challengeOf(request: FastifyRequest): string {
  const given = request.headers.authorization !== undefined;
  return given ? 'Bearer realm="gatehouse", error="invalid_token"' : 'Bearer realm="gatehouse"';
}
