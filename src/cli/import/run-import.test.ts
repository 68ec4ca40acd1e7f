import { describe, expect, test } from 'vitest';

import { asId } from '../../domain/ids.ts';
import type { Caller, ImportRecord, ImportStart, ImportView } from '../../gateway/services.port.ts';
import { runImport } from './run-import.ts';
import type { ImportProgress, ImportServices, RunResult } from './run-import.ts';

const CALLER: Caller = { tenant: asId('t-1'), identity: 'test', kind: 'person', role: 'admin', keyId: 'key' };

function recordsOf(count: number): readonly ImportRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    kind: 'signal',
    id: `row-${index}`,
    type: 'web.form_submitted',
    subject: `lead/${index}`,
    time: index,
    data: {},
    dataText: '{}',
    window_ms: null,
  }));
}

/** Keeps one import the way the services do: it knows an import again by its digest and refuses gaps. */
class FakeImports implements ImportServices {
  readonly starts: ImportStart[] = [];
  readonly chunks: number[][] = [];
  finished = 0;
  /** Fails on this call of `applyImport`, counted from 1. */
  failAt = 0;
  /** Called after each chunk. */
  afterChunk: () => void = () => {};
  #view: ImportView | null = null;
  #applies = 0;

  async startImport(_caller: Caller, start: ImportStart): Promise<ImportView> {
    this.starts.push(start);
    const { name, mode, total } = start;
    const at = '2026-11-21T10:00:00.000Z';
    this.#view ??= { id: 'imp_1', name, mode, state: 'running', total, applied: 0, counts: {}, started_at: at };
    return this.#view;
  }

  async applyImport(_caller: Caller, _id: string, records: readonly ImportRecord[]): Promise<ImportView> {
    this.#applies += 1;
    if (this.#applies === this.failAt) throw new Error('the connection broke');
    const view = this.#current();
    if (records[0]?.index !== view.applied) throw new Error(`a gap at ${view.applied}`);
    this.chunks.push(records.map(({ index }) => index));
    this.#view = {
      ...view,
      applied: view.applied + records.length,
      counts: { signals: view.applied + records.length },
    };
    this.afterChunk();
    return this.#view;
  }

  async finishImport(): Promise<ImportView> {
    this.finished += 1;
    this.#view = { ...this.#current(), state: 'completed' };
    return this.#view;
  }

  #current(): ImportView {
    if (this.#view === null) throw new Error('no import was started');
    return this.#view;
  }
}

interface Run {
  readonly result: RunResult;
  readonly progress: readonly ImportProgress[];
}

async function run(services: ImportServices, count: number, signal = new AbortController().signal): Promise<Run> {
  const progress: ImportProgress[] = [];
  let now = 0;
  const result = await runImport({
    services,
    caller: CALLER,
    prepared: { digest: 'd', name: 'small', policy: null, records: recordsOf(count) },
    mode: 'history',
    dryRunDigest: null,
    progress: (item) => progress.push(item),
    signal,
    elapsed: () => (now += 1_000),
  });
  return { result, progress };
}

test('applies everything in chunks of 500 and finishes', async () => {
  const services = new FakeImports();
  const { result, progress } = await run(services, 1_200);
  expect(services.chunks.map((chunk) => chunk.length)).toEqual([500, 500, 200]);
  expect(services.starts).toEqual([
    { name: 'small', mode: 'history', digest: 'd', total: 1_200, policy: null, dry_run: null },
  ]);
  expect(result).toMatchObject({ changed: true, outcome: 'completed', resumedFrom: 0, view: { state: 'completed' } });
  expect(progress).toEqual([
    { applied: 0, total: 1_200, rate: null, eta: null },
    { applied: 500, total: 1_200, rate: 500, eta: 1_400 },
    { applied: 1_000, total: 1_200, rate: 500, eta: 400 },
    { applied: 1_200, total: 1_200, rate: 400, eta: 0 },
  ]);
});

describe('an import that was begun before', () => {
  test('goes on where a broken connection left it', async () => {
    const services = new FakeImports();
    services.failAt = 2;
    await expect(run(services, 1_200)).rejects.toThrow('the connection broke');
    const { result, progress } = await run(services, 1_200);
    expect(services.chunks.flat()).toEqual(recordsOf(1_200).map(({ index }) => index));
    expect(result).toMatchObject({ changed: true, outcome: 'completed', resumedFrom: 500 });
    // The rate is that of this run, not of what was there before.
    expect(progress[1]).toMatchObject({ applied: 1_000, rate: 500 });
  });

  test('stops between two chunks when it is asked to, and goes on later', async () => {
    const services = new FakeImports();
    const controller = new AbortController();
    services.afterChunk = () => controller.abort();
    const { result } = await run(services, 1_200, controller.signal);
    expect(result).toMatchObject({ changed: true, outcome: 'interrupted', view: { applied: 500, state: 'running' } });
    expect(services.finished).toBe(0);
    const again = await run(services, 1_200);
    expect(again.result).toMatchObject({ outcome: 'completed', resumedFrom: 500 });
  });

  test('is only finished when every row was applied', async () => {
    const services = new FakeImports();
    services.finishImport = async () => {
      throw new Error('the connection broke');
    };
    await expect(run(services, 10)).rejects.toThrow('the connection broke');
    Reflect.deleteProperty(services, 'finishImport');
    const { result } = await run(services, 10);
    expect(services.chunks).toHaveLength(1);
    expect(result).toMatchObject({ changed: true, outcome: 'completed', resumedFrom: 10 });
  });

  test('changes nothing when it is through', async () => {
    const services = new FakeImports();
    await run(services, 10);
    const { result, progress } = await run(services, 10);
    expect(result).toMatchObject({ changed: false, outcome: 'unchanged', resumedFrom: 10 });
    expect(services.chunks).toHaveLength(1);
    expect(services.finished).toBe(1);
    expect(progress).toEqual([]);
  });
});

test('an import without rows is complete', async () => {
  const services = new FakeImports();
  expect((await run(services, 0)).result).toMatchObject({ changed: true, outcome: 'completed' });
  expect(services.chunks).toEqual([]);
});
