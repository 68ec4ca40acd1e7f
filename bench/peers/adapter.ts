/**
 * What a system of the comparison has to offer, and the process that drives it. An adapter is a process of its own, started by `run.ts`
 * with its settings as one JSON argument; it sends one message back and ends.
 */
import { drive, summarize } from './drive.ts';
import type { Summary } from './drive.ts';
import { postgresPids, processorSeconds } from './processor-time.ts';
import type { Effect, Signal } from './workload.ts';

export interface Settings {
  /** A database of this run's own, empty. */
  readonly databaseUrl: string;
  /** Signals that are under way at any time. */
  readonly inFlight: number;
  /** How many distinct keys there are. */
  readonly keys: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** A folder of this run's own, empty. */
  readonly folder: string;
}

export interface Adapter {
  /** How many signals one call of `handle` takes; 1 unless the system has a request for several. */
  readonly batch: number;
  /** Takes signals and resolves when their work is done. Called again with the same signal it must change nothing. */
  handle(signals: readonly Signal[]): Promise<void>;
  /** Resolves when nothing is under way any more. */
  settle(): Promise<void>;
  effects(): Promise<readonly Effect[]>;
  /** The counter of each key, read back from where the system keeps it. */
  counters(): Promise<ReadonlyMap<string, number>>;
  /** Processes that the adapter started and that share in the work. */
  readonly pids: readonly number[];
  /** Signals that end without an effect on purpose, and checks that only this system has. */
  readonly findings?: () => Promise<Findings>;
  close(): Promise<void>;
}

export interface Findings {
  /** Signals that were decided and rightly had no effect. */
  readonly withoutEffect: number;
  /** Problems that the system's own checks found; empty when all is well. */
  readonly problems: readonly string[];
}

export type Report = { readonly ok: true; readonly summary: Summary } | { readonly ok: false; readonly error: string };

async function measure(open: (settings: Settings) => Promise<Adapter>, settings: Settings): Promise<Summary> {
  const adapter = await open(settings);
  try {
    const offered = await drive(adapter, settings, () => ({
      own: processorSeconds([process.pid, ...adapter.pids]),
      postgres: processorSeconds(postgresPids(settings.databaseUrl)),
    }));
    await adapter.settle();
    const [effects, counters] = [await adapter.effects(), await adapter.counters()];
    const findings = (await adapter.findings?.()) ?? { withoutEffect: 0, problems: [] };
    return summarize({ offered, effects, counters, findings });
  } finally {
    await adapter.close();
  }
}

/** Runs an adapter as the whole of a process. */
export async function runAdapter(open: (settings: Settings) => Promise<Adapter>): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? '') as Settings;
  const report = await measure(open, settings).then(
    (summary): Report => ({ ok: true, summary }),
    (error: unknown): Report => ({
      ok: false,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  );
  process.send?.(report, () => process.exit(report.ok ? 0 : 1));
}
