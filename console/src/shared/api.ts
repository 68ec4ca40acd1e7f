/** Calls of the API with the session of the person who is signed in. A refusal becomes an error that says what to do, as the API says it. */
import type { CheckResult } from './types.ts';

interface ProblemDocument {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly status?: number;
  readonly instance?: string;
  readonly reasons?: readonly CheckResult[];
}

export class Problem extends Error {
  readonly status: number;
  /** The code of the catalogue of errors, such as `content_changed`. */
  readonly code: string;

  constructor(status: number, document: ProblemDocument) {
    super(document.detail ?? document.title ?? `The server answered ${status}.`);
    this.name = 'Problem';
    this.status = status;
    this.code = document.type?.replace('/problems/', '') ?? 'unknown';
  }
}

export type Query = Readonly<Record<string, string | number | null | undefined>>;

export function pathOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return search === '' ? path : `${path}?${search}`;
}

export async function call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        'x-gatehouse-console': '1',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Problem(0, { type: 'unreachable', detail: 'The server cannot be reached. It is tried again by itself.' });
  }
  const text = await response.text();
  const json = parsed(text);
  if (!response.ok) throw new Problem(response.status, json ?? {});
  return json as Result;
}

export function get<Result>(path: string, query: Query = {}): Promise<Result> {
  return call<Result>('GET', pathOf(path, query));
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

export const id = encodeURIComponent;
