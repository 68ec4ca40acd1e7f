/** Starts the loader and hears what it says. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { KEY } from './server.ts';
import type { BenchServer } from './server.ts';

export interface LoadSummary {
  readonly events: number;
  readonly finished_ms: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** `options` are those of the loader without their dashes; `onWarm` runs when the warm-up is over. Throws when the loader gave no result. */
export async function load(
  server: BenchServer,
  options: Readonly<Record<string, string>>,
  onWarm: () => Promise<void> = () => Promise.resolve(),
): Promise<LoadSummary> {
  const given = Object.entries({ url: server.url, key: KEY, ...options }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]);
  const loader = spawn(process.execPath, ['bench/loader.ts', ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  let summary: LoadSummary | null = null;
  for await (const line of createInterface({ input: loader.stdout })) {
    const message = JSON.parse(line) as { readonly warm?: boolean; readonly done?: boolean };
    if (message.warm === true) await onWarm();
    if (message.done === true) summary = JSON.parse(line) as LoadSummary;
  }
  if (summary === null) throw new Error('the loader gave no result');
  return summary;
}
