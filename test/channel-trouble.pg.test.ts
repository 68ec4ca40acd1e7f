/** A mail server in trouble, with more to send than it is given meanwhile: it costs few attempts, and everything else goes out once. */
import { expect, it } from 'vitest';

import { must } from '../src/domain/errors.ts';
import { knowProspect, OPEN_POLICY, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { freePort } from './chaos/servers.ts';
import { describeDatabases } from './needs.ts';
import { SmtpSink } from './smtp-sink.ts';

const LETTERS = 40;
/** What a channel may hold at a time, and the few that try whether it is there again. */
const ATTEMPTS_MAX = 20 + 10;

async function liveSystem(database: Parameters<typeof testApp>[0], smtpUrl: string): Promise<TestApp> {
  const system = await testApp(database, { workers: true, smtpUrl });
  await knowProspect(system);
  await system.app.services.applyPolicy(system.caller, {
    ...OPEN_POLICY,
    cooldown: { contact_ms: 86_400_000, account_ms: 0, domain_ms: 0, channel_ms: {} },
    touch_cap: { max: 100, window_ms: 86_400_000 },
  });
  await system.app.services.setMode(system.caller, 'live', null, 'ready');
  return system;
}

async function writeLetters({ app, caller }: TestApp): Promise<void> {
  const names = Array.from({ length: LETTERS }, (_, index) => `person${index}`);
  for (const name of names)
    await app.services.putContact(caller, name, { ...REACHABLE, email: `${name}@example.com`, name: 'Maria Example' });
  await Promise.all(names.map((name) => app.services.propose(caller, proposal(`contact/${name}`))));
}

describeDatabases('a mail server', (database) => {
  it(
    'that is away is tried with little, and everything is sent once when it is back',
    { timeout: 60_000 },
    async () => {
      const port = await freePort();
      await using sink = new SmtpSink();
      await using system = await liveSystem(database, `smtp://127.0.0.1:${port}`);
      await writeLetters(system);
      const figures = async () => {
        const [row] = await system.rows<{ attempts: number; waiting: number; failed: number; sent: number }>(
          `SELECT (SELECT coalesce(sum(attempts), 0)::int FROM permits) AS attempts, (SELECT count(*)::int FROM permits WHERE state = 'granted') AS waiting,
           (SELECT count(*)::int FROM permits WHERE state = 'failed') AS failed, (SELECT count(*)::int FROM executions WHERE state = 'sent') AS sent`,
        );
        return must(row, 'one row');
      };
      await until(async () => (await figures()).attempts >= 3);
      // Long enough for every permit to have been tried, were there nothing to hold them back.
      await new Promise((resolve) => {
        setTimeout(resolve, 3_000);
      });
      const meanwhile = await figures();
      expect(meanwhile.attempts).toBeLessThanOrEqual(ATTEMPTS_MAX);
      expect(meanwhile).toMatchObject({ failed: 0, sent: 0 });
      await sink.listen(port);
      await until(async () => (await figures()).sent === LETTERS);
      expect(sink.deliveries).toHaveLength(LETTERS);
      expect(new Set(sink.deliveries.map(({ messageId }) => messageId)).size).toBe(LETTERS);
    },
  );

  it('that takes messages and hangs up leaves a few uncertain, and not all', { timeout: 60_000 }, async () => {
    let hangsUp = true;
    await using sink = new SmtpSink(() => (hangsUp ? 'cut_after' : 'take'));
    await using system = await liveSystem(database, await sink.listen());
    await writeLetters(system);
    const count = async (state: string) =>
      (await system.rows(`SELECT 1 FROM executions WHERE state = '${state}'`)).length;
    await until(async () => (await count('uncertain')) >= 3);
    await new Promise((resolve) => {
      setTimeout(resolve, 2_000);
    });
    hangsUp = false;
    await until(async () => (await count('uncertain')) + (await count('sent')) === LETTERS);
    expect(await count('uncertain')).toBeLessThanOrEqual(ATTEMPTS_MAX);
    // What may have arrived is not sent again.
    expect(sink.deliveries).toHaveLength(LETTERS);
    expect(new Set(sink.deliveries.map(({ to }) => to)).size).toBe(LETTERS);
  });

  it('that is away for longer than the permits live ends them, and says so', { timeout: 60_000 }, async () => {
    await using system = await liveSystem(database, `smtp://127.0.0.1:${await freePort()}`);
    await system.app.services.applyPolicy(system.caller, { ...OPEN_POLICY, name: 'brief', permit_ttl_ms: 4_000 });
    await system.app.services.putContact(system.caller, 'one', { ...REACHABLE, email: 'one@example.com' });
    const { decision } = await system.app.services.propose(system.caller, proposal('contact/one'));
    const state = async () => (await system.app.services.getDecision(system.caller, decision)).action?.state;
    await until(async () => ['failed', 'expired'].includes((await state()) ?? ''));
  });
});
