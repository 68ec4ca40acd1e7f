/** What happens by itself, later: second looks, scheduled actions, retries, and what changed between a permit and its use. */
import { expect, it } from 'vitest';

import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import { event, knowProspect, OPEN_POLICY, proposal, testApp, until } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('in time', (database) => {
  it('looks again at weak interest with fresh context', async () => {
    await using system = await testApp(database, { workers: true });
    const { app, caller, rows } = system;
    await app.services.applyPolicy(caller, {
      ...DEFAULT_POLICY,
      name: 'eager',
      triage: { ...DEFAULT_POLICY.triage, later_ms: 1_000 },
    });
    const [accepted] = await app.services.acceptSignals(caller, [
      event('web.page_viewed', 'lead/slow', { page: 'docs' }),
    ]);
    const correlation = accepted?.status === 'accepted' ? (accepted.correlation ?? '') : '';
    const triage = async () => {
      const steps = await app.services.traceCorrelation(caller, correlation);
      return steps
        .filter((step) => step.type === 'signal.triaged')
        .map((step) => step.data as { verdict: string; trigger: string });
    };
    expect(await triage()).toMatchObject([{ verdict: 'later', trigger: 'signal' }]);
    await until(async () => (await triage()).some((step) => step.trigger === 'retriage'));
    expect(await rows(`SELECT count(*) AS count FROM snapshot_parts`)).toEqual([{ count: 0 }]);
  });

  it('sends a scheduled action when its time has come', async () => {
    await using system = await testApp(database, { workers: true });
    const { app, caller } = system;
    await knowProspect(system);
    await app.services.applyPolicy(caller, {
      ...OPEN_POLICY,
      name: 'short',
      cooldown: { contact_ms: 1_500, account_ms: 0, domain_ms: 0, channel_ms: {} },
    });
    const first = await app.services.propose(caller, proposal('contact/someone'));
    await until(async () => (await app.services.getDecision(caller, first.decision)).action?.state === 'executed');
    const second = await app.services.propose(caller, proposal('contact/someone'));
    expect((await app.services.getDecision(caller, second.decision)).verdict).toBe('schedule');
    await until(async () => (await app.services.getDecision(caller, second.decision)).action?.state === 'executed');
  });
});
