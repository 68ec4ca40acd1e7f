import { expect, it } from 'vitest';

import type { Bus } from '../actors/bus.port.ts';
import { GatehouseError, RetryableError } from '../domain/errors.ts';
import type { Message } from '../domain/message.ts';
import { describeBus } from './bus-contract.fixture.ts';
import { createInProcessBus } from './in-process-bus.ts';
import { openLateBus } from './late-bus.ts';
import type { LateBusOptions } from './late-bus.ts';

const impatient: LateBusOptions['clock'] = {
  now: () => 0,
  sleep: (_ms, signal) =>
    new Promise((resolve) => {
      setImmediate(resolve);
      signal.addEventListener('abort', () => resolve());
    }),
};

/** A broker that is missed as often as told before it comes. */
function brokerAfter(misses: number, changes: Partial<LateBusOptions> = {}) {
  const told = { missed: 0, came: 0, closed: 0 };
  const inner = createInProcessBus();
  const options: LateBusOptions = {
    open: () =>
      told.missed < misses
        ? Promise.reject(new RetryableError('nobody there'))
        : Promise.resolve({
            ...inner,
            close: () => {
              told.closed += 1;
              return inner.close();
            },
          }),
    clock: impatient,
    missed: () => {
      told.missed += 1;
    },
    came: () => {
      told.came += 1;
    },
    ...changes,
  };
  return { told, open: () => openLateBus(options) };
}

const note = { id: 'm', partition: 1 } as unknown as Message;

describeBus('a bus whose broker came on the third attempt', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const bus = await brokerAfter(2, { came: resolve }).open();
  await promise;
  return bus;
});

it('is the bus itself where the broker is there', async () => {
  const { told, open } = brokerAfter(0);
  const bus = await open();
  await bus.close();
  expect(told).toEqual({ missed: 0, came: 0, closed: 1 });
});

it('lets its host go on without the broker, and brings what is published once it is there', async () => {
  const { promise: until, resolve: letCome } = Promise.withResolvers<void>();
  const { told, open } = brokerAfter(1, { clock: { now: () => 0, sleep: () => until } });
  const bus = await open();
  const came: string[] = [];
  const subscribed = bus.subscribe(1, async (messages) => {
    came.push(...messages.map(({ id }) => id));
  });
  await bus.publish([note]);
  expect(told).toEqual({ missed: 1, came: 0, closed: 0 });
  letCome();
  await subscribed;
  await bus.publish([{ ...note, id: 'later' }]);
  await expect.poll(() => came).toEqual(['later']);
  await bus.close();
  expect(told.closed).toBe(1);
});

it('does not say that it dropped what it cannot reach', async () => {
  const { open } = brokerAfter(Infinity);
  const bus = await open();
  await expect(bus.drop()).rejects.toThrow(/NATS_URL cannot be reached/);
  await bus.close();
});

it('looks no further when it is closed', async () => {
  const { told, open } = brokerAfter(Infinity);
  const bus: Bus = await open();
  await bus.close();
  const { missed } = told;
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(told).toEqual({ missed, came: 0, closed: 0 });
});

it('refuses at the start a broker that must not be used', async () => {
  const { told, open } = brokerAfter(0, {
    open: () => Promise.reject(new GatehouseError('unavailable', 'too old')),
  });
  await expect(open()).rejects.toThrow('too old');
  expect(told.missed).toBe(0);
});
