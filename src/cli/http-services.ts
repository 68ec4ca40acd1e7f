/**
 * The services of a running server, over its REST interface. A problem that it answers becomes the same error as in process, and a
 * server that has too much to do is asked again.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

import { ERRORS, GatehouseError } from '../domain/errors.ts';
import type { ErrorCode, Fault } from '../domain/errors.ts';
import { isoOf } from '../domain/instant.ts';
import type {
  AnchorView,
  BackupView,
  HealthView,
  ImportRecord,
  ImportView,
  KnownStateView,
  LoopReport,
  Page,
  RebuildReport,
  ReplayAllReport,
  ReplayView,
  ParkedView,
  UncertainView,
  TraceStep,
  TraceView,
  TrustView,
  UndoReport,
  VerifyReport,
} from '../gateway/services.port.ts';
import type { CommandServices } from './command.ts';
import { httpCadence } from './http-cadence.ts';
import { httpGateFacts } from './http-gate-facts.ts';
import { httpIdentities } from './http-identities.ts';
import { httpKeyGenerations } from './http-key-generations.ts';
import { httpNoteServices } from './http-note-services.ts';
import { httpOutcomeServices } from './http-outcome-services.ts';
import { httpOwnership } from './http-ownership.ts';
import { httpPast } from './http-past.ts';
import { httpPatterns } from './http-patterns.ts';
import { httpPlays } from './http-plays.ts';
import { httpPolicies } from './http-policies.ts';
import { httpReviews, httpSchedule } from './http-reviews.ts';
import { httpSearchServices } from './http-search-services.ts';
import { httpSenders } from './http-senders.ts';
import { httpSessions } from './http-sessions.ts';
import { httpSuppressions } from './http-suppressions.ts';
import { httpViewServices } from './http-view-services.ts';
import { httpWhatIf } from './http-what-if.ts';
import { queryOf, withoutNulls } from './query.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Seconds, from `Retry-After`; null when the server does not say. */
  readonly retryAfter: number | null;
}

export interface HttpOptions {
  /** How often a busy server is asked again. */
  readonly attempts?: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

const ATTEMPTS = 6;
const RETRY_S_MAX = 30;
/** The server did nothing with the request, so it may be sent again whatever it was. */
const BUSY: ReadonlySet<ErrorCode> = new Set(['overloaded', 'rate_limited']);

export type HttpCall = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

/** One request of the API. Nothing here has a time limit: an audit of a large ledger takes as long as it takes, and Ctrl-C ends it. */
export function httpCall(url: string, key: string, options: HttpOptions = {}): HttpCall {
  const { attempts = ATTEMPTS, sleep: wait = sleep } = options;
  return async <Result>(method: string, path: string, body?: unknown): Promise<Result> => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send(url, path, method, key, text);
      if (answer.status < 400) return resultOf<Result>(answer, url);
      const error = errorOf(answer, url);
      if (!BUSY.has(error.code) || attempt >= attempts) throw error;
      await wait(Math.min(RETRY_S_MAX, answer.retryAfter ?? attempt) * 1_000);
    }
  };
}

export function httpServices(url: string, key: string, options: HttpOptions = {}): CommandServices {
  const call = httpCall(url, key, options);
  const part = encodeURIComponent;
  return {
    identities: httpIdentities(call),
    ownership: httpOwnership(call),
    senders: httpSenders(call),
    gateFacts: httpGateFacts(call),
    suppressions: httpSuppressions(call),
    keyGenerations: httpKeyGenerations(call),
    past: httpPast(call),
    whatIf: httpWhatIf(call),
    cadence: httpCadence(call),
    plays: httpPlays(call),
    patterns: httpPatterns(call),
    policies: httpPolicies(call),
    sessions: httpSessions(call),
    traceDecision: (_caller, id) => call<TraceView>('GET', `/v1/decisions/${part(id)}/trace`),
    traceCorrelation: async (_caller, correlation) =>
      (await call<Page<TraceStep>>('GET', `/v1/traces/${part(correlation)}`)).items,
    replayDecision: (_caller, id) => call<ReplayView>('POST', `/v1/decisions/${part(id)}/replay`),
    replayAll: () => call<ReplayAllReport>('POST', '/v1/replay-all'),
    writeBackup: () => call<BackupView>('POST', '/v1/backups'),
    writeAnchor: (_caller, request) => call<AnchorView>('POST', '/v1/anchors', withoutNulls(request)),
    verify: () => call<VerifyReport>('POST', '/v1/verify'),
    getKnownState: (_caller, subject, asOf) =>
      call<KnownStateView>('GET', `/v1/known-state${queryOf({ subject, as_of: isoOf(asOf) })}`),
    rebuildCheck: () => call<RebuildReport>('POST', '/v1/rebuild-check'),
    exportSubject: (_caller, subject) => call('GET', `/v1/subjects/${part(subject)}`),
    objectSubject: (_caller, subject, reason) => call('POST', `/v1/subjects/${part(subject)}/objection`, { reason }),
    holdSubject: (_caller, subject, reason) => call('POST', `/v1/subjects/${part(subject)}/hold`, { reason }),
    releaseSubject: (_caller, subject, reason) => call('POST', `/v1/subjects/${part(subject)}/release`, { reason }),
    eraseSubject: (_caller, subject, reason) => call('POST', `/v1/subjects/${part(subject)}/erasure`, { reason }),
    purgeSubject: (_caller, subject) => call('POST', `/v1/subjects/${part(subject)}/purge`),
    getEgress: () => call('GET', '/v1/egress'),
    getRetention: () => call('GET', '/v1/retention'),
    runRetention: () => call('POST', '/v1/retention/runs'),
    proveErasure: (_caller, subject) => call('GET', `/v1/subjects/${part(subject)}/erasure-proof`),
    checkErasureProof: (_caller, document) => call('POST', '/v1/verify-erasure-proof', document),
    putContact: (_caller, externalId, facts) => call('PUT', `/v1/contacts/${part(externalId)}`, facts),
    listUncertain: (_caller, { limit, cursor }) =>
      call<Page<UncertainView>>('GET', `/v1/uncertain${queryOf({ limit: String(limit), cursor })}`),
    settleUncertain: (_caller, permit, input) =>
      call('POST', `/v1/uncertain/${part(permit)}/findings`, withoutNulls(input)),
    listParked: (_caller, { limit, cursor }) =>
      call<Page<ParkedView>>('GET', `/v1/parked${queryOf({ limit: String(limit), cursor })}`),
    getParked: (_caller, id) => call<ParkedView>('GET', `/v1/parked/${part(id)}`),
    decideParked: (_caller, id, input) => call('POST', `/v1/parked/${part(id)}/decisions`, withoutNulls(input)),
    ...httpNoteServices(call),
    ...httpOutcomeServices(call),
    ...httpViewServices(call),
    ...httpSearchServices(call),
    listTrust: async () => (await call<Page<TrustView>>('GET', '/v1/trust')).items,
    trustHistory: (_caller, cell, { limit, cursor }) =>
      call('GET', `/v1/trust/${part(cell)}/history${queryOf({ limit: String(limit), cursor })}`),
    ...httpReviews(call),
    ...httpSchedule(call),
    loopReport: (_caller, { dimension }) => call<LoopReport>('GET', `/v1/reports/loop${queryOf({ dimension })}`),
    setKillSwitch: (_caller, engaged, reason) => call('POST', '/v1/kill-switch', { engaged, reason }),
    getPolicy: (_caller, asOf) =>
      call('GET', `/v1/policy${queryOf({ as_of: asOf === undefined ? null : isoOf(asOf) })}`),
    applyPolicy: (_caller, policy) => call('PUT', '/v1/policy', policy),
    createKey: (_caller, input) => call('POST', '/v1/keys', input),
    revokeKey: (_caller, id) => call('DELETE', `/v1/keys/${part(id)}`),
    startImport: (_caller, start) => call<ImportView>('POST', '/v1/imports', withoutNulls(start)),
    applyImport: (_caller, id, records) =>
      call<ImportView>('POST', `/v1/imports/${part(id)}/records`, `[${records.map(recordText).join(',')}]`),
    finishImport: (_caller, id) => call<ImportView>('POST', `/v1/imports/${part(id)}/finish`),
    undoImport: (_caller, id) => call<UndoReport>('POST', `/v1/imports/${part(id)}/undo`),
    listImports: async () => (await call<Page<ImportView>>('GET', '/v1/imports')).items,
    async health() {
      const answer = await send(url, '/readyz', 'GET', key, undefined);
      // A server that is not ready says why in the same shape, as 503.
      return answer.status < 400 || answer.status === 503 ? resultOf<HealthView>(answer, url) : refuse(answer, url);
    },
  };
}

/** The data member is written as it was mapped, so that the server seals exactly these bytes. */
function recordText({ dataText, data: _data, window_ms: windowMs, ...rest }: ImportRecord): string {
  const head = JSON.stringify({ ...rest, ...(windowMs === null ? {} : { window_ms: windowMs }) });
  return `${head.slice(0, -1)},"data":${dataText}}`;
}

function send(base: string, path: string, method: string, key: string, body: string | undefined): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const fail = (error: unknown): void =>
    reject(
      new GatehouseError('unavailable', `The server at ${base} does not answer${reasonOf(error)}. Is it running?`, {
        cause: error,
      }),
    );
  const url = new URL(path, base);
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = {
    authorization: `Bearer ${key}`,
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const request = start(url, { method, headers, agent: false }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', fail);
    response.on('end', () => {
      const retryAfter = Number(response.headers['retry-after'] ?? Number.NaN);
      resolve({
        status: response.statusCode ?? 0,
        text: Buffer.concat(chunks).toString('utf8'),
        retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
      });
    });
  });
  request.on('error', fail);
  request.end(body);
  return promise;
}

function resultOf<Result>({ text, status }: Answer, url: string): Result {
  try {
    return (text === '' ? {} : JSON.parse(text)) as Result;
  } catch (error) {
    throw notOurs(url, status, error);
  }
}

function refuse(answer: Answer, url: string): never {
  throw errorOf(answer, url);
}

/** Source: RFC 9457. */
interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly instance?: string;
  readonly errors?: readonly Fault[];
}

function errorOf({ status, text }: Answer, url: string): GatehouseError {
  let problem: Problem;
  try {
    problem = JSON.parse(text) as Problem;
  } catch (error) {
    return notOurs(url, status, error);
  }
  const code = problem.type?.replace('/problems/', '') ?? '';
  const known: ErrorCode = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'unavailable';
  const detail = problem.detail ?? problem.title ?? `The server answered ${status}.`;
  const instance = known === 'internal' && problem.instance !== undefined ? ` (${problem.instance})` : '';
  return new GatehouseError(known, `${detail}${instance}`, { faults: problem.errors ?? [] });
}

function notOurs(url: string, status: number, cause: unknown): GatehouseError {
  const detail = `What answers at ${url} is no Gatehouse: status ${status}, and no JSON.`;
  return new GatehouseError('unavailable', detail, { cause });
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
}
