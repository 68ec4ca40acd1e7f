/** Messages that come at a wrong time: put off to the first right one, and replayed to the same verdict. */
import { expect, it } from 'vitest';

import type { ActionChannel } from '../src/actors/channel.port.ts';
import { replayAll } from '../src/actors/replay/replay.ts';
import type { Evaluation } from '../src/actors/replay/replay.ts';
import { ACTION_TYPE_SPECS } from '../src/domain/action-types.ts';
import type { GuardState } from '../src/domain/guard.ts';
import { DAY_MS } from '../src/domain/instant.ts';
import type { Policy } from '../src/domain/policy.ts';
import { createRunners } from '../src/machines/catalogue.ts';
import { createLedgerReader } from '../src/memory/read/ledger-reader.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { sha256 } from '../src/memory/sha256.ts';
import { OPEN_POLICY, proposal, PROSPECT, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Every hour of every day, but not today in UTC, which is a holiday in Iceland, whose clock is UTC. */
function policyAt(now: number): Policy {
  return {
    ...OPEN_POLICY,
    name: 'holidays',
    sending: {
      holidays: {
        unlisted: 'send',
        lists: {
          IS: { source: 'test', from: dayOf(now), to: dayOf(now + 2 * DAY_MS), days: { [dayOf(now)]: 'Today' } },
        },
      },
    },
  };
}

async function know({ app, caller }: TestApp, contact: string, facts: object): Promise<void> {
  await app.services.putAccount(caller, contact, { ...PROSPECT, domain: `${contact}.example` });
  const { time_zone: _, ...reachable } = REACHABLE;
  await app.services.putContact(caller, contact, {
    ...reachable,
    email: `someone@${contact}.example`,
    account: contact,
    ...facts,
  });
}

/** Takes one message at a time, and acts when it is let go. */
function slowChannel() {
  const begun: string[] = [];
  const waits = Promise.withResolvers<void>();
  const channel: ActionChannel = {
    name: 'slow',
    capacity: 1,
    carries: (name) => name === 'email',
    send: async (requests) => {
      begun.push(...requests.map(({ idempotencyKey }) => idempotencyKey));
      await waits.promise;
      return requests.map(({ idempotencyKey }) => ({ status: 'fulfilled', value: { receipt: idempotencyKey } }));
    },
    lookup: async (_tenant, keys) => keys.map(() => 'unknown'),
  };
  return { channel, begun, letGo: () => waits.resolve() };
}

describeDatabases('sending times', (database) => {
  it('put a message off over a holiday, and a replay with other time zone data says so', async () => {
    await using system = await testApp(database);
    const { app, caller } = system;
    // A test that begins right before midnight would see two days.
    const now = Date.now();
    const margin = Math.ceil(now / DAY_MS) * DAY_MS - now;
    if (margin < 60_000)
      await new Promise((resolve) => {
        setTimeout(resolve, margin);
      });
    const policy = policyAt(Date.now());
    await app.services.applyPolicy(caller, policy);
    await know(system, 'icelander', { country: 'IS' });
    await know(system, 'dane', { country: 'DK' });
    await know(system, 'anybody', {});

    const verdictOf = async (contact: string) => {
      const { decision } = await app.services.propose(caller, proposal(`contact/${contact}`));
      return app.services.getDecision(caller, decision);
    };
    const midnight = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
    const [icelander, dane, anybody] = [
      await verdictOf('icelander'),
      await verdictOf('dane'),
      await verdictOf('anybody'),
    ];
    expect([icelander.verdict, dane.verdict, anybody.verdict]).toEqual(['schedule', 'pass', 'schedule']);
    const dueOf = async (action: string) => {
      const [row] = await system.rows<{ due: number }>(
        'SELECT due_at AS due FROM timers WHERE actor_id = $1 ORDER BY due_at LIMIT 1',
        [action],
      );
      return Number(row?.due);
    };
    expect(await dueOf(icelander.action?.id ?? '')).toBe(midnight);
    // Iceland shares its clock with half of West Africa, so somebody of whom nothing is known may be there.
    expect(await dueOf(anybody.action?.id ?? '')).toBe(midnight);

    expect(await app.services.replayAll(caller)).toMatchObject({ ok: true, different: 0, other_time_zone_data: 0 });
    const found: Evaluation[] = [];
    const reader = createLedgerReader(system.sql, new PolicyCache());
    await replayAll({ reader, runners: createRunners(), digest: sha256, timeZoneData: 'another' }, null, (one) =>
      found.push(one),
    );
    expect(found.map(({ otherTimeZoneData }) => otherTimeZoneData)).toEqual(
      found.map(() => process.versions['tz'] ?? 'unknown'),
    );
    expect(found.length).toBe(3);
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
  });

  it('give a permit back when the hour ends before it is used, and the gate says when it comes again', async () => {
    const slow = slowChannel();
    await using system = await testApp(database, { workers: true, channels: [slow.channel] });
    const { app, caller } = system;
    await app.services.applyPolicy(caller, OPEN_POLICY);
    await know(system, 'first', { country: 'IS' });
    await know(system, 'second', { country: 'IS' });
    // The channel takes one at a time, so the second permit has to wait.
    const first = await app.services.propose(caller, proposal('contact/first'));
    await until(async () => slow.begun.length === 1);
    const second = await app.services.propose(caller, proposal('contact/second'));
    expect((await app.services.getDecision(caller, second.decision)).verdict).toBe('pass');
    await app.services.applyPolicy(caller, policyAt(Date.now()));
    slow.letGo();
    const stateOf = async (decision: string) => (await app.services.getDecision(caller, decision)).action?.state;
    await until(async () => (await stateOf(first.decision)) === 'executed');
    await until(async () => (await stateOf(second.decision)) === 'scheduled');
    expect(slow.begun).toHaveLength(1);
    expect((await app.services.getDecision(caller, second.decision)).verdict).toBe('schedule');
    // Its touch was given back with the permit: nothing else is in the way when the hour comes.
    const { checks } = await app.services.checkGate(caller, proposal('contact/second'));
    expect(checks.find(({ check }) => check === 'cooldown')?.outcome).toBe('pass');
    // And its money, which is given back once: what the other message cost stays spent when this one is cancelled.
    await app.services.cancelScheduled(caller, second.action, 'not needed any more');
    expect(await stateOf(second.decision)).toBe('cancelled');
    const budgets = await system.rows<{ state: string }>(`SELECT state FROM guards WHERE key LIKE 'budget:%'`);
    const spent = budgets.flatMap(({ state }) => Object.values((JSON.parse(state) as GuardState).spent_minor));
    expect(spent.reduce((sum, minor) => sum + minor, 0)).toBe(ACTION_TYPE_SPECS.outreach_push.costMinor);
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect(await app.services.replayAll(caller)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
  });
});
