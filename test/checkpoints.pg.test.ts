/** A restore takes accounts and leads back to a checkpoint by events: nothing is taken out, nothing is sent, nobody's protection is loosened. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ActionChannel } from '../src/actors/channel.port.ts';
import type { RestoreView } from '../src/gateway/past.port.ts';
import { event, knowProspect, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const DAY_MS = 86_400_000;
/** Sends on one day of the week only, which is not today anywhere on earth. */
const ANOTHER_DAY = {
  ...OPEN_POLICY,
  name: 'another day',
  sending_hours: { from: 0, to: 24, days: [((new Date(Date.now() + 3 * DAY_MS).getUTCDay() + 6) % 7) + 1] },
};

interface ActorRecord {
  readonly kind: string;
  readonly id: string;
  readonly value: string;
  readonly context: Record<string, unknown>;
}

describeDatabases('a checkpoint', (database) => {
  let system: TestApp;
  const people = ['sent', 'held', 'scheduled', 'left', 'forgotten', 'quiet'];
  const ids = new Map<string, string>();
  let before: readonly ActorRecord[];
  let dryRun: RestoreView;

  const actors = async (): Promise<readonly ActorRecord[]> =>
    (
      await system.rows<{ kind: string; id: string; value: string; context: string }>(
        `SELECT kind, id, value, context FROM actor_state WHERE tenant = 'default' ORDER BY kind, id`,
      )
    ).map((row) => ({ ...row, context: JSON.parse(row.context) as Record<string, unknown> }));
  const stateOf = (of: readonly ActorRecord[], name: string) => of.find(({ id }) => id === ids.get(name));
  const registryOf = (of: readonly ActorRecord[]) => of.filter(({ kind }) => kind === 'trust' || kind === 'tenant');
  const heads = () => system.rows('SELECT partition, seq, hash FROM partition_heads ORDER BY partition');
  const guards = () => system.rows<{ key: string; state: string }>('SELECT key, state FROM guards ORDER BY key');
  const deliveries = async () => (await system.rows('SELECT 1 FROM sandbox_deliveries')).length;
  const visit = (who: string) =>
    system.app.services.acceptSignals(system.caller, [event('web.page_viewed', `contact/${who}`, { page: 'blog' })]);
  const propose = async (who: string) =>
    (await system.app.services.propose(system.caller, proposal(`contact/${who}`))).action;
  const restore = (name: string, isDryRun = false) =>
    system.app.services.past.restoreCheckpoint(system.caller, name, isDryRun);
  const proofs = async () => {
    const { services } = system.app;
    return [
      (await services.verify(system.caller)).ok,
      (await services.rebuildCheck(system.caller)).differences,
      (await services.replayAll(system.caller)).ok,
    ];
  };

  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    const { services } = system.app;
    const { caller } = system;
    await services.applyPolicy(caller, OPEN_POLICY);
    for (const who of people) {
      await services.putAccount(caller, `${who}-co`, { ...PROSPECT, name: who, domain: `${who}.example` });
      const contact = await services.putContact(caller, who, {
        ...REACHABLE,
        email: `${who}@${who}.example`,
        account: `${who}-co`,
      });
      ids.set(who, contact.id);
    }
    await visit('quiet');
    await services.past.createCheckpoint(caller, 'monday');
    before = await actors();

    await services.putAccount(caller, 'held-co', { ...PROSPECT, employees: 4_000 });
    for (const who of people) if (who !== 'quiet') await visit(who);
    await propose('sent');
    await until(async () => (await deliveries()) === 1);
    await services.applyPolicy(caller, { ...OPEN_POLICY, name: 'by hand', grants: [] });
    await propose('held');
    await services.applyPolicy(caller, ANOTHER_DAY);
    await propose('scheduled');
    await services.acceptOutcomes(caller, [event('unsubscribe', 'contact/left')]);
    await services.eraseSubject(caller, 'contact/forgotten', 'asked by letter');
    await services.putContact(caller, 'late', { ...REACHABLE, email: 'late@late.example', account: 'late-co' });
    await visit('late');
    await system.app.services.rebuildCheck(system.caller);
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  it('is listed, and its name is taken', async () => {
    const { past } = system.app.services;
    expect(await past.listCheckpoints(system.caller)).toMatchObject([{ name: 'monday', restored: [] }]);
    await expect(past.createCheckpoint(system.caller, 'monday')).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(past.getCheckpoint(system.caller, 'sunday')).rejects.toMatchObject({ code: 'not_found' });
    await expect(restore('sunday')).rejects.toMatchObject({ code: 'not_found' });
    await expect(past.restoreCheckpoint({ ...system.caller, kind: 'agent' }, 'monday', true)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('says what changed since', async () => {
    const difference = await system.app.services.past.difference(system.caller, {
      asOf: null,
      checkpoint: 'monday',
      subject: null,
    });
    expect(difference.policy).toMatchObject({ then: { name: 'open' }, now: { name: 'another day' } });
    expect(difference.policy.members).toEqual(['sending_hours']);
    expect(difference.suppressions.now).toBeGreaterThan(difference.suppressions.then);
    expect(difference.counts.action.then).toEqual({});
    expect(difference.counts.action.now).toMatchObject({ executed: 1, held: 1, scheduled: 1 });
    expect(difference.changes.find(({ id }) => id === ids.get('forgotten'))).toMatchObject({ now: 'erased' });
    expect(difference.changes.map(({ id }) => id)).not.toContain(ids.get('quiet'));
    const ofOne = await system.app.services.past.difference(system.caller, {
      asOf: null,
      checkpoint: 'monday',
      subject: 'account/held-co',
    });
    expect(ofOne.changes.map(({ kind }) => kind).toSorted()).toEqual(['account', 'action', 'lead']);
    expect(ofOne.policy).toEqual(difference.policy);
  });

  it('is restored by a dry run in words only', async () => {
    const stood = await heads();
    dryRun = await restore('monday', true);
    expect(await heads()).toEqual(stood);
    expect(dryRun.actions).toBe(2);
    expect(new Map(dryRun.kept.map(({ id, state }) => [id, state]))).toEqual(
      new Map([
        [ids.get('left'), 'opted_out'],
        [ids.get('forgotten'), 'erased'],
      ]),
    );
  });

  it('takes accounts and leads back, and nothing else', async () => {
    const guardsBefore = await guards();
    const sent = await deliveries();
    const suppressions = await system.rows('SELECT * FROM suppressions ORDER BY key');
    const now = await actors();
    const report = await restore('monday');
    expect(report).toEqual({ ...dryRun, dry_run: false });
    const after = await actors();
    for (const who of ['sent', 'held', 'scheduled', 'quiet']) {
      const { decisions, ...then } = stateOf(before, who)?.context ?? {};
      const { decisions: kept, ...now } = stateOf(after, who)?.context ?? {};
      expect([who, stateOf(after, who)?.value, now]).toEqual([who, stateOf(before, who)?.value, then]);
      expect((kept as readonly unknown[]).length).toBe(
        (decisions as readonly unknown[]).length + (who === 'quiet' ? 0 : 1),
      );
    }
    expect(stateOf(after, 'left')?.value).toBe('opted_out');
    expect(stateOf(after, 'forgotten')?.value).toBe('erased');
    expect(registryOf(after)).toEqual(registryOf(now));
    // What the gate reads stays, but for the place that the cancelled actions held.
    const open = (rows: readonly { readonly key: string; readonly state: string }[]) =>
      rows.map(({ key, state }) => ({ key, state: { ...(JSON.parse(state) as object), open: [] } }));
    expect(open(await guards())).toEqual(open(guardsBefore));
    expect(await system.rows('SELECT * FROM suppressions ORDER BY key')).toEqual(suppressions);
    expect(await system.rows(`SELECT 1 FROM reviews WHERE state = 'open'`)).toEqual([]);
    // The look that was due at the checkpoint and still is, and the one of somebody who does not go back.
    const timers = await system.rows<{ id: string }>('SELECT actor_id AS id FROM timers');
    expect(new Set(timers.map(({ id }) => id))).toEqual(new Set([ids.get('quiet'), ids.get('left')]));
    expect(await system.rows(`SELECT 1 FROM permits WHERE state IN ('granted', 'claimed')`)).toEqual([]);
    expect(await deliveries()).toBe(sent);
    expect(await proofs()).toEqual([true, [], true]);
  });

  it('stands in the timeline, and in the list', async () => {
    const { services } = system.app;
    const { entries } = await services.accountTimeline(system.caller, 'held-co');
    expect(entries.map(({ type }) => type)).toContain('state.restored');
    expect(await services.past.getCheckpoint(system.caller, 'monday')).toMatchObject({
      restored: [{ by: system.caller.identity }],
    });
  });

  it('changes nothing when it is restored again', async () => {
    const stood = await heads();
    expect(await restore('monday')).toMatchObject({ accounts: 0, leads: 0, actions: 0, changes: [] });
    expect(await heads()).toEqual(stood);
  });

  it('is restored again after more has come, and what was sent is still linked and still counts', async () => {
    const { services } = system.app;
    await services.applyPolicy(system.caller, OPEN_POLICY);
    await services.acceptOutcomes(system.caller, [event('meeting_booked', 'contact/sent')]);
    await system.app.services.rebuildCheck(system.caller);
    expect(await system.rows(`SELECT status FROM outcomes WHERE type = 'meeting_booked'`)).toEqual([
      { status: 'linked' },
    ]);
    const sent = await deliveries();
    const { verdict } = await services.checkGate(system.caller, proposal('contact/sent'));
    expect(verdict).not.toBe('pass');
    expect(await restore('monday')).toMatchObject({ leads: 1 });
    expect(stateOf(await actors(), 'sent')?.value).toBe(stateOf(before, 'sent')?.value);
    expect(await deliveries()).toBe(sent);
    expect(await proofs()).toEqual([true, [], true]);
  });
});

/** A channel that takes its time: it answers when it is let go. */
function slowChannel() {
  const waits = Promise.withResolvers<void>();
  const begun: string[] = [];
  const channel: ActionChannel = {
    name: 'slow',
    carries: (of) => of === 'email',
    async send(requests) {
      for (const { idempotencyKey } of requests) begun.push(idempotencyKey);
      await waits.promise;
      return requests.map(({ idempotencyKey: key }) => ({ status: 'fulfilled', value: { receipt: key } }) as never);
    },
    lookup: async (_tenant, keys) => keys.map(() => 'unknown'),
  };
  return { channel, begun, letGo: () => waits.resolve() };
}

describeDatabases('an action that a worker has begun', (database) => {
  const slow = slowChannel();
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true, channels: [slow.channel] });
    await system.app.services.applyPolicy(system.caller, OPEN_POLICY);
    await system.app.services.putAccount(system.caller, 'example', PROSPECT);
    await system.app.services.putContact(system.caller, 'ann', REACHABLE);
    await system.app.services.past.createCheckpoint(system.caller, 'monday');
  });
  afterAll(async () => {
    slow.letGo();
    await system[Symbol.asyncDispose]();
  });

  it('is left alone, and ends as it would have', async () => {
    const { action } = await system.app.services.propose(system.caller, proposal('contact/ann'));
    await until(async () => slow.begun.length === 1);
    const report = await system.app.services.past.restoreCheckpoint(system.caller, 'monday', false);
    expect([report.actions, report.kept]).toEqual([
      0,
      [{ kind: 'action', id: action, state: 'permitted', why: 'a worker has begun to carry it out' }],
    ]);
    slow.letGo();
    await until(
      async () =>
        (await system.rows(`SELECT 1 FROM actor_state WHERE id = $1 AND value = 'executed'`, [action])).length === 1,
    );
  });
});

describeDatabases('an action that a worker begins while a restore is under way', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database);
    await knowProspect(system);
    await system.app.services.past.createCheckpoint(system.caller, 'monday');
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  /** Runs `act` once, right after the restore has looked at what workers have begun. */
  function afterTheLook(act: () => Promise<unknown>): void {
    const { sql } = system;
    const transaction = sql.transaction.bind(sql);
    let isOver = false;
    Object.assign(sql, {
      transaction: async (scope: never, work: never) => {
        const result: unknown = await transaction(scope, work);
        if (!isOver && String(work).includes('JOIN executions e')) {
          isOver = true;
          await act();
        }
        return result;
      },
    });
  }

  it('still counts as a touch', async () => {
    const { services } = system.app;
    const { action } = await services.propose(system.caller, proposal('contact/someone'));
    const touches = async () =>
      (await system.rows<{ state: string }>(`SELECT state FROM guards WHERE key LIKE 'contact:%'`)).flatMap(
        ({ state }) => (JSON.parse(state) as { touches: readonly { readonly action: string | null }[] }).touches,
      );
    expect(await touches()).toMatchObject([{ action }]);
    afterTheLook(async () => {
      await system.rows(
        `INSERT INTO executions (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state)
         SELECT tenant, id, 1, granted_at, fingerprint, 'w', clock_timestamp() + interval '1 minute', 'open' FROM permits WHERE action = $1`,
        [action],
      );
      await system.rows(`UPDATE permits SET state = 'claimed' WHERE action = $1`, [action]);
    });
    expect(await services.past.restoreCheckpoint(system.caller, 'monday', false)).toMatchObject({ actions: 1 });
    expect(await touches()).toMatchObject([{ action: null, source: 'checkpoint' }]);
    expect((await services.rebuildCheck(system.caller)).differences).toEqual([]);
  });
});
