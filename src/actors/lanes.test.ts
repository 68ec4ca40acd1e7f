/** What a batch is made of: whoever waits for an answer does not wait for all results that came at once, and results never starve. */
import { describe, expect, it } from 'vitest';

import { Lanes } from './lanes.ts';
import type { MessageResult } from './lanes.ts';
import type { Delivery } from './runtime-store.port.ts';

const processed: MessageResult = { status: 'processed', event: 'evt', correlation: 'cor', decisions: [] };
const delivery = (id: string) => ({ message: { id, partition: 0 }, committed: false }) as unknown as Delivery;
const deliveries = (kind: string, count: number) => Array.from({ length: count }, (_, n) => delivery(`${kind}${n}`));

/** A lane whose commits end when the test says so. */
function heldLane(maxBatch: number) {
  const batches: (readonly string[])[] = [];
  const ends: (() => void)[] = [];
  const lanes = new Lanes(
    { lanes: 1, maxBatch },
    async (_lane, batch) => {
      batches.push(batch.map(({ message }) => message.id));
      await new Promise<void>((resolve) => ends.push(resolve));
      return batch.map(() => processed);
    },
    async () => processed,
    () => {},
  );
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  return {
    lanes,
    batches,
    async endBatch() {
      await tick();
      ends.shift()?.();
      await tick();
    },
  };
}

describe('the next batch', () => {
  it('has what is new although many results came at once', async () => {
    const { lanes, batches, endBatch } = heldLane(500);
    void lanes.deliver([delivery('first')], 'new');
    await Promise.resolve();
    const results = lanes.deliver(deliveries('r', 200), 'result');
    void lanes.deliver(deliveries('n', 3), 'new');
    await endBatch();
    expect(batches[1]?.filter((id) => id.startsWith('n'))).toEqual(['n0', 'n1', 'n2']);
    expect(batches[1]).toHaveLength(100 + 3);
    for (let end = 0; end < 12; end += 1) await endBatch();
    expect(await results).toHaveLength(200);
    expect(batches.flat().filter((id) => id.startsWith('r'))).toEqual(deliveries('r', 200).map((d) => d.message.id));
  });

  it('has all results when more is new than it can take', async () => {
    const { lanes, batches, endBatch } = heldLane(100);
    void lanes.deliver(deliveries('n', 1_000), 'new');
    void lanes.deliver(deliveries('r', 30), 'result');
    for (let end = 0; end < 3; end += 1) await endBatch();
    expect(batches.slice(0, 3).map((batch) => batch.filter((id) => id.startsWith('r')).length)).toEqual([30, 0, 0]);
    expect(batches.slice(0, 3).map((batch) => batch.length)).toEqual([100, 100, 100]);
  });
});
