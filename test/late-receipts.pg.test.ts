/** A worker that was held up for longer than its lease: what it did after it was given up is on record as done. */
import { expect, it } from 'vitest';

import type { ActionChannel } from '../src/actors/channel.port.ts';
import { RetryableError } from '../src/domain/errors.ts';
import { knowProspect, OPEN_POLICY, proposal, testApp, until } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('a receipt', (database) => {
  it(
    'that comes after the attempt was found absent ends permit and attempt all the same',
    { timeout: 30_000 },
    async () => {
      let givenUp = async () => {};
      let calls = 0;
      const channel: ActionChannel = {
        name: 'slow',
        forgetting: { kind: 'keeps_nothing', why: 'it is a test' },
        carries: (_channel, mode) => mode === 'sandbox',
        async send(requests) {
          calls += 1;
          await givenUp();
          return requests.map(({ idempotencyKey }) => ({
            status: 'fulfilled' as const,
            value: { receipt: `slow:${idempotencyKey}` },
          }));
        },
        lookup: async (_tenant, keys) => keys.map(() => 'absent' as const),
      };
      await using system = await testApp(database, { workers: true, channels: [channel] });
      // As another worker leaves it that asked the channel before the message was there.
      givenUp = async () => {
        await system.rows(`UPDATE executions SET state = 'absent'`);
        await system.rows(`UPDATE permits SET state = 'granted', due_at = expires_at`);
      };
      await knowProspect(system);
      await system.app.services.applyPolicy(system.caller, OPEN_POLICY);
      await system.app.services.propose(system.caller, proposal('contact/someone'));
      await until(async () => (await system.rows(`SELECT FROM permits WHERE state = 'used'`)).length === 1);
      const attempts = await system.rows('SELECT state, attempt, receipt IS NOT NULL AS has_receipt FROM executions');
      expect(attempts).toEqual([{ state: 'sent', attempt: 1, has_receipt: true }]);
      expect(calls).toBe(1);
    },
  );
});

describeDatabases('a worker that was given up', (database) => {
  it('does not set free the attempt that another one makes by then', { timeout: 30_000 }, async () => {
    let givenUp = async () => {};
    let calls = 0;
    const second = Promise.withResolvers<void>();
    const channel: ActionChannel = {
      name: 'slow',
      forgetting: { kind: 'keeps_nothing', why: 'it is a test' },
      carries: (_channel, mode) => mode === 'sandbox',
      async send(requests) {
        calls += 1;
        if (calls === 1) {
          await givenUp();
          await until(async () => calls > 1);
          throw new RetryableError('it did not act');
        }
        if (calls === 2) await second.promise;
        return requests.map(({ idempotencyKey }) => ({
          status: 'fulfilled' as const,
          value: { receipt: `slow:${idempotencyKey}` },
        }));
      },
      lookup: async (_tenant, keys) => keys.map(() => 'absent' as const),
    };
    await using system = await testApp(database, { workers: true, channels: [channel] });
    // As another worker leaves it that asked the channel before the first one reached it.
    givenUp = async () => {
      await system.rows(`UPDATE executions SET state = 'absent'`);
      await system.rows(`UPDATE permits SET state = 'granted', due_at = granted_at`);
    };
    await knowProspect(system);
    await system.app.services.applyPolicy(system.caller, OPEN_POLICY);
    await system.app.services.propose(system.caller, proposal('contact/someone'));
    await until(async () => calls === 2);
    // Longer than the wait before a third attempt would be.
    await new Promise((resolve) => {
      setTimeout(resolve, 3_000);
    });
    second.resolve();
    await until(async () => (await system.rows(`SELECT FROM permits WHERE state = 'used'`)).length === 1);
    expect(calls).toBe(2);
    expect(await system.rows('SELECT state, attempt FROM executions')).toEqual([{ state: 'sent', attempt: 2 }]);
  });
});
