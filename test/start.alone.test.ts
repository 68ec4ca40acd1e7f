/** What a newcomer does first: start, post a signal, read the decision, stop, start again. */
import { createInterface } from 'node:readline';

import { afterAll, expect, it } from 'vitest';

import { demoSignal } from '../src/cli/demo-world.ts';
import { must } from '../src/domain/errors.ts';
import { SIGNAL_TYPE_NAMES } from '../src/domain/signal-types.ts';
import type { DecisionView, TraceView } from '../src/gateway/services.port.ts';
import { Workplace } from './process.fixture.ts';

const place = new Workplace();
afterAll(() => place[Symbol.dispose]());

interface Started {
  readonly url: string;
  readonly key: string;
  stop(): Promise<number | null>;
}

async function start(): Promise<Started> {
  const child = place.spawn(['demo', '--json'], { GATEHOUSE_PORT: '0' });
  const closed = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  const lines = createInterface({ input: must(child.stdout, 'a pipe') });
  const [first] = (await Promise.race([
    new Promise<string[]>((resolve) => lines.once('line', (line) => resolve([line]))),
    closed.then(() => []),
  ])) as string[];
  const { url, key } = JSON.parse(must(first, 'a line with the address')) as { url: string; key: string };
  return {
    url,
    key,
    stop() {
      child.kill('SIGTERM');
      return closed;
    },
  };
}

it(
  'answers within 15 seconds, decides a posted signal within 2, and keeps it over a restart',
  { timeout: 60_000 },
  async () => {
    const began = performance.now();
    const server = await start();
    expect(performance.now() - began).toBeLessThan(15_000);
    const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' };
    const posted = performance.now();
    const response = await fetch(`${server.url}/v1/signals`, {
      method: 'POST',
      headers: { ...headers, prefer: 'wait=10' },
      body: JSON.stringify({
        specversion: '1.0',
        id: 'first-1',
        source: '/test',
        type: 'web.page_viewed',
        subject: 'contact/me',
        data: { page: 'pricing' },
      }),
    });
    const { decisions } = (await response.json()) as { decisions: DecisionView[] };
    const [decision] = decisions;
    const trace = (await (
      await fetch(`${server.url}/v1/decisions/${decision?.id}/trace`, { headers })
    ).json()) as TraceView;
    expect(performance.now() - posted).toBeLessThan(2_000);
    expect(trace.steps.map((step) => step.step)).toEqual(
      expect.arrayContaining(['signal', 'triage', 'decision', 'proposal', 'permit']),
    );
    expect(await server.stop()).toBe(0);

    const again = await start();
    const kept = await fetch(`${again.url}/v1/decisions/${decision?.id}`, { headers });
    expect(kept.status).toBe(200);
    expect(again.key).toBe(server.key);
    expect(await again.stop()).toBe(0);
  },
);

it('has a world that produces every type of signal', () => {
  const types = new Set(Array.from({ length: 20 }, (_, n) => demoSignal(n).type));
  expect([...types].toSorted()).toEqual([...SIGNAL_TYPE_NAMES].toSorted());
});
