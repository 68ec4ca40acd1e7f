import { expect, test } from 'vitest';

import type { TenantCommands } from '../actors/tenant-commands.ts';
import { asId } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import { UsageMeter } from './usage-meter.ts';

const acme = asId<TenantId>('acme');

function world() {
  const written: unknown[] = [];
  let now = 0;
  let isDown = false;
  const commands = {
    record: (tenant: TenantId, id: string, _type: string, data: unknown) => {
      if (isDown) return Promise.reject(new Error('no database'));
      written.push([tenant, id, data]);
      return Promise.resolve(0);
    },
  } as unknown as Pick<TenantCommands, 'record'>;
  const meter = new UsageMeter({ now: () => now, sleep: () => Promise.resolve() }, 'h');
  return {
    written,
    meter,
    async flushAt(at: number, down = false) {
      now = at;
      isDown = down;
      await meter.flush(commands);
    },
  };
}

test('writes one event for each tenant that used something, and nothing where nothing was used', async () => {
  const { meter, written, flushAt } = world();
  meter.count(acme, 'signal', 2);
  meter.count(acme, 'signal', 3);
  meter.count(acme, 'api.call', 1);
  await flushAt(60);
  await flushAt(120);
  expect(written).toEqual([['acme', 'meter:h:0', { from: 0, to: 60, counts: { signal: 5, 'api.call': 1 } }]]);
});

test('writes later what it could not write, under the id that it would have had', async () => {
  const { meter, written, flushAt } = world();
  meter.count(acme, 'signal', 2);
  await expect(flushAt(60, true)).rejects.toThrow('no database');
  meter.count(acme, 'signal', 7);
  await flushAt(120);
  expect(written).toEqual([
    ['acme', 'meter:h:0', { from: 0, to: 60, counts: { signal: 2 } }],
    ['acme', 'meter:h:60', { from: 60, to: 120, counts: { signal: 7 } }],
  ]);
});

test('two flushes at a time write everything once', async () => {
  const { meter, written, flushAt } = world();
  meter.count(acme, 'decision', 1);
  await Promise.all([flushAt(60), flushAt(60)]);
  expect(written).toHaveLength(1);
});
