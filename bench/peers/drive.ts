/**
 * The load: a closed loop with a fixed number of signals under way. Every hundredth signal is offered a second time, after its first
 * offer was answered, because acceptance has to be once by id. What comes out is counted from the effects that are found in the database.
 */
import type { Adapter, Findings, Settings } from './adapter.ts';
import { nowMs, signalAt } from './workload.ts';
import type { Effect } from './workload.ts';

const AGAIN_EVERY = 100;
/** So many failed calls end a run. */
const FAILURES_MAX = 20;
const NO_TIME: ProcessorTime = { own: 0, postgres: 0 };

/** Processor time in seconds, or the cores that it keeps busy. */
export interface ProcessorTime {
  /** Of the processes of the system and its driver. */
  readonly own: number;
  /** Of the processes of Postgres that serve them. */
  readonly postgres: number;
}

export interface Offered {
  readonly run: string;
  /** When the n-th signal was offered, in milliseconds since 1970. */
  readonly offeredMs: readonly number[];
  /** When it was answered. */
  readonly answeredMs: readonly number[];
  readonly keys: number;
  readonly again: number;
  /** First and last moment of the measured time. */
  readonly from: number;
  readonly to: number;
  /** Cores in use in the measured time, on average. */
  readonly cores: ProcessorTime;
}

/** Keeps `inFlight` signals under way until the time is over, then waits for those. Throws when calls keep failing. */
export async function drive(
  adapter: Adapter,
  settings: Settings,
  processorTime: () => ProcessorTime,
): Promise<Offered> {
  const run = `s${process.pid}x${Date.now().toString(36)}`;
  const offeredMs: number[] = [];
  const answeredMs: number[] = [];
  let again = 0;
  let failures = 0;
  const from = nowMs() + settings.warmupSeconds * 1_000;
  const to = from + settings.seconds * 1_000;
  let timeFrom = NO_TIME;
  let timeTo = NO_TIME;
  const timers = [
    setTimeout(() => (timeFrom = processorTime()), from - nowMs()),
    setTimeout(() => (timeTo = processorTime()), to - nowMs()),
  ];

  const lane = async () => {
    while (nowMs() < to) {
      const first = offeredMs.length;
      const signals = Array.from({ length: adapter.batch }, (_, index) => signalAt(run, first + index, settings.keys));
      const at = nowMs();
      for (const _ of signals) offeredMs.push(at);
      for (;;) {
        try {
          await adapter.handle(signals);
          break;
        } catch (error) {
          // What failed may have been accepted, so it is offered again until it is answered.
          failures += 1;
          if (failures > FAILURES_MAX) throw error;
        }
      }
      const answered = nowMs();
      for (const index of signals.keys()) answeredMs[first + index] = answered;
      const repeated = signals.filter((_, index) => (first + index) % AGAIN_EVERY === 0);
      if (repeated.length > 0) {
        again += repeated.length;
        await adapter.handle(repeated);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.round(settings.inFlight / adapter.batch)) }, lane));
  const left = to - nowMs();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left + 50));
  for (const timer of timers) clearTimeout(timer);
  const coresOf = (part: keyof ProcessorTime) => Math.max(0, timeTo[part] - timeFrom[part]) / settings.seconds;
  const cores = { own: coresOf('own'), postgres: coresOf('postgres') };
  return { run, offeredMs, answeredMs, keys: settings.keys, again, from, to, cores };
}

export interface Summary {
  /** Effects written in the measured time, each second. */
  readonly effectsPerSecond: number;
  /** Signals answered in the measured time, each second. */
  readonly answeredPerSecond: number;
  /** From offer to the row of the effect, of effects in the measured time. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cores: ProcessorTime;
  readonly accepted: number;
  readonly again: number;
  readonly effects: number;
  readonly withoutEffect: number;
  /** Accepted, and neither with an effect nor rightly without. */
  readonly lost: number;
  /** Effects of nothing that was offered, and second rows of one signal. */
  readonly doubled: number;
  /** Attempts at an effect that was there already, which its key kept from becoming a second row. */
  readonly suppressed: number;
  /** Keys whose counter is not the number of their signals. */
  readonly wrongCounters: number;
  readonly problems: readonly string[];
}

export interface Results {
  readonly offered: Offered;
  readonly effects: readonly Effect[];
  readonly counters: ReadonlyMap<string, number>;
  readonly findings: Findings;
}

/** Compares what was offered with what is in the database. */
export function summarize({ offered, effects, counters, findings }: Results): Summary {
  const prefix = `${offered.run}-`;
  const seen = new Set<number>();
  const latencies: number[] = [];
  let doubled = 0;
  for (const effect of effects) {
    const n = effect.signal.startsWith(prefix) ? Number(effect.signal.slice(prefix.length)) : Number.NaN;
    const offeredMs = offered.offeredMs[n];
    if (offeredMs === undefined || seen.has(n)) {
      doubled += 1;
      continue;
    }
    seen.add(n);
    if (effect.writtenMs >= offered.from && effect.writtenMs < offered.to) latencies.push(effect.writtenMs - offeredMs);
  }
  const expected = new Map<string, number>();
  for (const n of offered.offeredMs.keys()) {
    const { key } = signalAt(offered.run, n, offered.keys);
    expected.set(key, (expected.get(key) ?? 0) + 1);
  }
  const wrong = [...expected].filter(([key, count]) => counters.get(key) !== count).length;
  const unknown = [...counters.keys()].filter((key) => !expected.has(key)).length;

  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  const seconds = (offered.to - offered.from) / 1_000;
  const accepted = offered.offeredMs.length;
  return {
    effectsPerSecond: latencies.length / seconds,
    answeredPerSecond: offered.answeredMs.filter((ms) => ms >= offered.from && ms < offered.to).length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cores: offered.cores,
    accepted,
    again: offered.again,
    effects: seen.size,
    withoutEffect: findings.withoutEffect,
    lost: accepted - seen.size - findings.withoutEffect,
    doubled,
    suppressed: effects.reduce((sum, effect) => sum + effect.attempts - 1, 0),
    wrongCounters: wrong + unknown,
    problems: findings.problems,
  };
}
