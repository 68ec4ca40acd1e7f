/** Messages that come at a wrong time: put off to the first right one, and replayed to the same verdict. */
import { expect, it } from 'vitest';

import { replayAll } from '../src/actors/replay/replay.ts';
import type { Evaluation } from '../src/actors/replay/replay.ts';
import { DAY_MS } from '../src/domain/instant.ts';
import type { Policy } from '../src/domain/policy.ts';
import { createRunners } from '../src/machines/catalogue.ts';
import { createLedgerReader } from '../src/memory/read/ledger-reader.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { sha256 } from '../src/memory/sha256.ts';
import { OPEN_POLICY, proposal, PROSPECT, REACHABLE, testApp } from './app.fixture.ts';
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
});
