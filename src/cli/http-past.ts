/** The past of a running server, over its REST interface. */
import { isoOf } from '../domain/instant.ts';
import type { CheckpointView, PastServices } from '../gateway/past.port.ts';
import type { Page } from '../gateway/services.port.ts';
import { queryOf } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

const timeText = (at: number | null) => (at === null ? null : isoOf(at));

export function httpPast(call: Call): PastServices {
  const part = encodeURIComponent;
  return {
    createCheckpoint: (_caller, name) => call('POST', '/v1/checkpoints', { name }),
    listCheckpoints: async () => (await call<Page<CheckpointView>>('GET', '/v1/checkpoints')).items,
    getCheckpoint: (_caller, name) => call('GET', `/v1/checkpoints/${part(name)}`),
    restoreCheckpoint: (_caller, name, dryRun) =>
      call('POST', `/v1/checkpoints/${part(name)}/restore`, { dry_run: dryRun }),
    difference: (_caller, { asOf, checkpoint, subject }) =>
      call('GET', `/v1/difference${queryOf({ as_of: timeText(asOf), checkpoint, subject })}`),
    hindsight: (_caller, decision) => call('GET', `/v1/decisions/${part(decision)}/hindsight`),
    hindsightReport: (_caller, { since, until }) =>
      call('GET', `/v1/hindsight${queryOf({ since: timeText(since), until: timeText(until) })}`),
  };
}
