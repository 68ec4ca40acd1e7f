/**
 * Brings prepared records into a tenant. The services remember how far an import came, so the same import started again goes on there
 * and one that is through changes nothing. Chunks are cut by the records alone, which makes a run that was interrupted end in the same
 * state as one that was not.
 */
import type { Caller, ImportMode, ImportView, Services } from '../../gateway/services.port.ts';
import { chunksOf } from './merge-by-time.ts';
import type { PreparedImport } from './prepare.ts';

export type ImportServices = Pick<Services, 'startImport' | 'applyImport' | 'finishImport'>;

export interface ImportProgress {
  readonly applied: number;
  readonly total: number;
  /** Records per second since this run began; null before the first chunk. */
  readonly rate: number | null;
  /** Milliseconds that are left at this rate. */
  readonly eta: number | null;
}

export interface RunRequest {
  readonly services: ImportServices;
  readonly caller: Caller;
  readonly prepared: Pick<PreparedImport, 'digest' | 'name' | 'policy' | 'records'>;
  readonly mode: ImportMode;
  /** For `live`: digest of the dry-run report that was read. */
  readonly dryRunDigest: string | null;
  readonly progress: (progress: ImportProgress) => void;
  /** Aborted between two chunks: what was applied stays, and the same import goes on later. */
  readonly signal: AbortSignal;
  /** Milliseconds on a clock that only goes forward. */
  readonly elapsed?: () => number;
}

export interface RunResult {
  readonly view: ImportView;
  /** False when the import was through before. */
  readonly changed: boolean;
  /** Rows that an earlier run had applied. */
  readonly resumedFrom: number;
  readonly outcome: 'completed' | 'unchanged' | 'interrupted';
}

export async function runImport(request: RunRequest): Promise<RunResult> {
  const { services, caller, prepared, mode, progress, signal, elapsed = () => performance.now() } = request;
  const { records } = prepared;
  const started = await services.startImport(caller, {
    name: prepared.name,
    mode,
    digest: prepared.digest,
    total: records.length,
    policy: prepared.policy,
    dry_run: request.dryRunDigest,
  });
  const resumedFrom = started.applied;
  if (started.state === 'completed') return { view: started, changed: false, resumedFrom, outcome: 'unchanged' };

  const total = records.length;
  const begin = elapsed();
  let view = started;
  progress({ applied: resumedFrom, total, rate: null, eta: null });
  for (const chunk of chunksOf(records)) {
    const pending = chunk.filter((record) => record.index >= view.applied);
    if (pending.length === 0) continue;
    if (signal.aborted) return { view, changed: view.applied > resumedFrom, resumedFrom, outcome: 'interrupted' };
    view = await services.applyImport(caller, view.id, pending);
    progress(progressOf(view.applied, total, view.applied - resumedFrom, elapsed() - begin));
  }
  view = await services.finishImport(caller, view.id);
  return { view, changed: true, resumedFrom, outcome: 'completed' };
}

function progressOf(applied: number, total: number, here: number, ms: number): ImportProgress {
  if (ms <= 0 || here <= 0) return { applied, total, rate: null, eta: null };
  return { applied, total, rate: (here / ms) * 1_000, eta: ((total - applied) * ms) / here };
}
