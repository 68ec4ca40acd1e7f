/** The services of a running server, over its REST interface. A problem that it answers becomes the same error as in process. */
import { ERRORS, GatehouseError } from '../domain/errors.ts';
import type { ErrorCode, Fault } from '../domain/errors.ts';
import type {
  ImportView,
  LoopReport,
  Page,
  RebuildReport,
  ReplayAllReport,
  ReplayView,
  ReviewView,
  TraceStep,
  TraceView,
  UndoReport,
  VerifyReport,
} from '../gateway/services.port.ts';
import type { CommandServices } from './command.ts';

interface ProblemBody {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
}

function errorOf(status: number, body: ProblemBody): GatehouseError {
  const code = body.type?.replace('/problems/', '') ?? '';
  const known: ErrorCode = code in ERRORS ? (code as ErrorCode) : 'internal';
  return new GatehouseError(known, body.detail ?? body.title ?? `the server answered ${status}`, {
    faults: body.errors ?? [],
  });
}

/** `timeoutMs` bounds one request; audits of a large ledger take minutes. */
export function httpServices(url: string, key: string, timeoutMs = 600_000): CommandServices {
  async function call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    let response: Response;
    try {
      response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw new GatehouseError('unavailable', `The server at ${url} cannot be reached. Is it running?`, {
        cause: error,
      });
    }
    const text = await response.text();
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    if (!response.ok) throw errorOf(response.status, parsed as ProblemBody);
    return parsed as Result;
  }
  const part = encodeURIComponent;
  return {
    traceDecision: (_caller, id) => call<TraceView>('GET', `/v1/decisions/${part(id)}/trace`),
    traceCorrelation: async (_caller, correlation) =>
      (await call<Page<TraceStep>>('GET', `/v1/traces/${part(correlation)}`)).items,
    replayDecision: (_caller, id) => call<ReplayView>('POST', `/v1/decisions/${part(id)}/replay`, {}),
    replayAll: () => call<ReplayAllReport>('POST', '/v1/replay-all', {}),
    verify: () => call<VerifyReport>('POST', '/v1/verify', {}),
    rebuildCheck: () => call<RebuildReport>('POST', '/v1/rebuild-check', {}),
    listReviews: (_caller, query) =>
      call<Page<ReviewView>>(
        'GET',
        `/v1/reviews?limit=${query.limit}${query.cursor === null ? '' : `&cursor=${part(query.cursor)}`}${query.state === undefined ? '' : `&state=${part(query.state)}`}`,
      ),
    getReview: (_caller, id) => call<ReviewView>('GET', `/v1/reviews/${part(id)}`),
    decideReview: (_caller, id, input) =>
      call(
        'POST',
        `/v1/reviews/${part(id)}/decisions`,
        Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)),
      ),
    loopReport: (_caller, { dimension }) =>
      call<LoopReport>('GET', `/v1/reports/loop${dimension === null ? '' : `?dimension=${part(dimension)}`}`),
    setKillSwitch: (_caller, engaged, reason) => call('POST', '/v1/kill-switch', { engaged, reason }),
    getPolicy: () => call('GET', '/v1/policy'),
    applyPolicy: (_caller, policy) => call('PUT', '/v1/policy', policy),
    createKey: (_caller, input) => call('POST', '/v1/keys', input),
    revokeKey: (_caller, id) => call('DELETE', `/v1/keys/${part(id)}`),
    startImport: (_caller, start) =>
      call<ImportView>(
        'POST',
        '/v1/imports',
        Object.fromEntries(Object.entries(start).filter(([, value]) => value !== null)),
      ),
    applyImport: (_caller, id, records) =>
      // The data member is written as it was read, so that the server seals exactly these bytes.
      call<ImportView>(
        'POST',
        `/v1/imports/${part(id)}/records`,
        `[${records
          .map(({ dataText, data: _data, window_ms: windowMs, ...rest }) => {
            const head = JSON.stringify({ ...rest, ...(windowMs === null ? {} : { window_ms: windowMs }) });
            return `${head.slice(0, -1)},"data":${dataText}}`;
          })
          .join(',')}]`,
      ),
    finishImport: (_caller, id) => call<ImportView>('POST', `/v1/imports/${part(id)}/finish`, {}),
    undoImport: (_caller, id) => call<UndoReport>('POST', `/v1/imports/${part(id)}/undo`, {}),
    listImports: async () => (await call<Page<ImportView>>('GET', '/v1/imports')).items,
    async health() {
      const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
      return (await ready.json()) as Awaited<ReturnType<CommandServices['health']>>;
    },
  };
}
