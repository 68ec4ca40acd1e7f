/**
 * Turns what a route says about itself into what fastify and the API description need: one place gives every operation its id, its
 * permission, its answers and the errors that any caller has to expect.
 */
import { z } from 'zod';

import { ERRORS } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { OPERATIONS } from './permissions.ts';
import type { OperationId } from './permissions.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { problemSchema } from './schemas/problem.ts';

export const TAGS = {
  ingest: 'What comes in: signals and outcomes as CloudEvents.',
  governance: 'Proposals, the gate, decisions, and why they were made.',
  memory: 'Accounts, contacts and what happened to them.',
  identity: 'Who is who: merges, moves, further names, and probable duplicates.',
  review: 'Held actions that wait for a person.',
  plays: 'Sales plays: drafted by brains, worked out and approved by people; and the log of what brains found.',
  reports: 'Trust, and the loop from signal to outcome.',
  administration: 'Kill switch, modes, policy and its changes, suppressions and keys.',
  audit: 'Proofs that the ledger is whole and that decisions can be run again.',
  past: 'Checkpoints, what changed since a time, and what today would have decided.',
  imports: 'History from elsewhere, in bulk, with undo.',
  system: 'Health, metrics and this description.',
} as const;
export type Tag = keyof typeof TAGS;

export interface Answer {
  readonly description: string;
  /** Null when the answer has no body. */
  readonly schema: z.ZodType | null;
  readonly type?: string;
}

/** What a route may take; each part is checked before the handler runs. */
export interface RequestShape {
  readonly params?: z.ZodType;
  readonly querystring?: z.ZodType;
  readonly body?: z.ZodType;
  readonly headers?: z.ZodType;
}

interface Description<Shape extends RequestShape> {
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  readonly request: Shape;
  /** Where the body differs by content type; `request.body` then is what all of them have in common. */
  readonly bodyByType?: Readonly<Record<string, z.ZodType>>;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes beside those that every operation of its kind has. */
  readonly errors?: readonly ErrorCode[];
}

/** What the hooks of the server read from a route. */
export interface RouteConfig {
  readonly operation: OperationId;
  /** Whether the handler takes the bytes of the body itself. */
  readonly rawBody: boolean;
  readonly accepts: readonly string[];
  /** The most bytes of a body; null for the server's own limit. */
  readonly bodyLimit: number | null;
  /** The member of the body whose exact text the handler wants. */
  readonly exactMember: string;
}

const JSON_ONLY = ['application/json'] as const;

export function operation<const Shape extends RequestShape>(
  id: OperationId,
  description: Description<Shape>,
  config: Partial<Omit<RouteConfig, 'operation'>> = {},
) {
  const { tag, summary, request } = description;
  const isOpen = OPERATIONS[id] === 'open';
  const routeConfig: RouteConfig = {
    operation: id,
    rawBody: config.rawBody ?? false,
    accepts: config.accepts ?? JSON_ONLY,
    bodyLimit: config.bodyLimit ?? null,
    exactMember: config.exactMember ?? '',
  };
  const document: DocumentFields = {
    operationId: id,
    tags: [tag],
    summary,
    description: isOpen ? description.description : `${description.description} Permission: \`${OPERATIONS[id]}\`.`,
    ...(isOpen ? { security: [] } : {}),
    ...(request.body === undefined ? {} : { consumes: [...routeConfig.accepts] }),
    ...(description.bodyByType === undefined ? {} : { bodyByType: description.bodyByType }),
    response: { ...answersOf(description.answers), ...problemsOf(codesOf(description, isOpen)) },
  };
  return { schema: { ...request, ...document }, config: routeConfig };
}

interface DocumentFields {
  readonly operationId: string;
  readonly tags: string[];
  readonly summary: string;
  readonly description: string;
  readonly security?: Record<string, string[]>[];
  readonly consumes?: string[];
  readonly bodyByType?: Readonly<Record<string, z.ZodType>>;
  readonly response: unknown;
}

function codesOf(description: Description<RequestShape>, isOpen: boolean): readonly ErrorCode[] {
  const { params, querystring, body } = description.request;
  const takesInput = params !== undefined || querystring !== undefined || body !== undefined;
  const codes = new Set<ErrorCode>(description.errors);
  if (takesInput) codes.add('invalid_request');
  if (body !== undefined) {
    for (const code of ['malformed_json', 'too_deep', 'too_large', 'unsupported_media_type'] as const) codes.add(code);
  }
  if (!isOpen) for (const code of ['unauthorized', 'forbidden', 'overloaded', 'unavailable'] as const) codes.add(code);
  return [...codes.add('internal')];
}

function answersOf(answers: Readonly<Record<number, Answer>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, type = 'application/json' }]) => [
      status,
      schema === null ? z.undefined().describe(description) : { description, content: { [type]: { schema } } },
    ]),
  );
}

/** Several codes share a status; the answer names them all. */
function problemsOf(codes: readonly ErrorCode[]): Record<string, unknown> {
  const byStatus = Object.groupBy(codes, (code) => ERRORS[code].status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
        content: { [PROBLEM_TYPE]: { schema: problemSchema } },
      },
    ]),
  );
}
