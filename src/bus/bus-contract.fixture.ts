/** What every bus must do. Run on each of them. */
import { describe, expect, it } from 'vitest';

import type { Bus } from '../actors/bus.port.ts';
import { asId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';

function message(partition: number, id: string, size = 0): Message {
  return {
    tenant: asId('t'),
    source: 's',
    id,
    partition,
    type: 'retriage.due',
    data: { due_at: 1 },
    contentDigest: 'x'.repeat(size),
  } as unknown as Message;
}

async function until(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (holds()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  throw new Error('nothing came within five seconds');
}

export function describeBus(name: string, open: () => Promise<Bus>): void {
  describe(name, () => {
    it('brings messages to the subscriber of their partition, in order', async () => {
      const bus = await open();
      const came: string[] = [];
      const elsewhere: string[] = [];
      await bus.subscribe(1, async (messages) => {
        came.push(...messages.map((item) => item.id));
      });
      await bus.subscribe(2, async (messages) => {
        elsewhere.push(...messages.map((item) => item.id));
      });
      const ids = Array.from({ length: 500 }, (_, index) => `m${index}`);
      await bus.publish([...ids.map((id) => message(1, id)), message(2, 'other')]);
      await until(() => came.length === ids.length && elsewhere.length === 1);
      expect(came).toEqual(ids);
      expect(elsewhere).toEqual(['other']);
      await bus.close();
    });

    it('brings again what could not be handled', async () => {
      const bus = await open();
      let calls = 0;
      const came: string[] = [];
      await bus.subscribe(3, async (messages) => {
        calls += 1;
        if (calls === 1) throw new Error('not now');
        came.push(...messages.map((item) => item.id));
      });
      await bus.publish([message(3, 'again')]);
      await until(() => came.length > 0);
      expect(came).toEqual(['again']);
      await bus.close();
    });

    it('brings nothing after a subscription has stopped, and the rest to the next subscriber or to nobody', async () => {
      const bus = await open();
      const first: string[] = [];
      const next: string[] = [];
      const subscription = await bus.subscribe(4, async (messages) => {
        first.push(...messages.map((item) => item.id));
      });
      await bus.publish([message(4, 'one')]);
      await until(() => first.length === 1);
      await subscription.stop();
      await bus.subscribe(4, async (messages) => {
        next.push(...messages.map((item) => item.id));
      });
      await bus.publish([message(4, 'two')]);
      await until(() => next.length === 1);
      expect(first).toEqual(['one']);
      expect(next).toEqual(['two']);
      await bus.close();
    });

    it('carries a large message or leaves it to the sweep, and does not stop for it', async () => {
      const bus = await open();
      const came: string[] = [];
      await bus.subscribe(5, async (messages) => {
        came.push(...messages.map((item) => item.id));
      });
      await bus.publish([message(5, 'large', 2_000_000), message(5, 'small')]);
      await until(() => came.includes('small'));
      await bus.close();
    });
  });
}
