/** Merges, splits, moves, further names and probable duplicates on real databases, as an operator meets them. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import { must } from '../src/domain/errors.ts';
import type { GuardState } from '../src/domain/guard.ts';
import { DAY_MS, HOUR_MS } from '../src/domain/instant.ts';
import type { EntityKind } from '../src/gateway/identity.port.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof GatehouseError ? `${error.code}: ${error.message}` : `not refused: ${String(error)}`;
}

describeDatabases('identities', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    await system.app.services.applyPolicy(system.caller, OPEN_POLICY);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  /** An account with one contact, about whom everything is known that the gate asks. */
  async function know(account: string): Promise<string> {
    const { app, caller } = system;
    await app.services.putAccount(caller, account, { ...PROSPECT, name: account, domain: `${account}.example` });
    const contact = `at-${account}`;
    await app.services.putContact(caller, contact, { ...REACHABLE, account, email: `x@${account}.example` });
    return contact;
  }

  const reason = 'a test';
  const act = { reason, request_id: null };
  const merge = (kind: EntityKind, from: string, into: string) =>
    system.app.services.identities.mergeInto(system.caller, kind, from, { ...act, into });
  const stateOf = async (id: string) =>
    (await system.app.services.identities.listIdentityActs(system.caller, { limit: 200, cursor: null })).items.find(
      (item) => item.id === id,
    )?.state;
  async function settled(id: string, state: string): Promise<void> {
    await until(async () => (await stateOf(id)) === state);
  }
  const codesFor = async (subject: string) =>
    (await system.app.services.checkGate(system.caller, proposal(subject))).checks.flatMap(({ code }) => code ?? []);
  /** What is under way when two become one counts on both sides, so it is waited for. */
  async function pass(subject: string): Promise<void> {
    const { decision } = await system.app.services.propose(system.caller, proposal(subject));
    const view = await system.app.services.getDecision(system.caller, decision);
    expect([view.verdict, view.reasons.map(({ code }) => code)]).toEqual(['pass', []]);
    await until(
      async () => (await system.app.services.getDecision(system.caller, decision)).action?.state === 'executed',
    );
  }
  const guardOf = async (key: string) => {
    const [row] = await system.rows<{ state: string }>('SELECT state FROM guards WHERE key = $1', [key]);
    return row === undefined ? null : (JSON.parse(row.state) as GuardState);
  };
  const idOf = async (account: string) => {
    const [row] = await system.rows<{ id: string }>('SELECT id FROM accounts WHERE external_id = $1', [account]);
    return must(row, 'an account').id;
  };

  it('reads the guards of merged accounts as one, and apart again after the split', async () => {
    const { app, caller } = system;
    const [first, second] = [await know('alpha'), await know('beta')];
    await pass(`contact/${first}`);
    expect(await codesFor(`contact/${second}`)).toEqual([]);
    const merged = await merge('account', 'alpha', 'beta');
    // From the answer on, and not only once the other side was told.
    expect(await codesFor(`contact/${second}`)).toContain('cooldown_account');
    await settled(merged.id, 'merged');
    const view = await app.services.getAccount(caller, 'alpha');
    expect(view.external_id).toBe('beta');

    await app.services.suppressions.add(caller, { scope: 'account', value: 'alpha', reason, source: 'test' });
    expect(await codesFor(`contact/${second}`)).toContain('suppressed');

    const before = await guardOf(`account:${await idOf('beta')}`);
    await app.services.identities.reverseAct(caller, merged.id, act);
    await settled(merged.id, 'split');
    expect((await app.services.getAccount(caller, 'alpha')).external_id).toBe('alpha');
    expect(await codesFor(`contact/${second}`)).toEqual([]);
    expect(await codesFor(`contact/${first}`)).toContain('cooldown_contact');
    expect(await guardOf(`account:${await idOf('beta')}`)).toEqual({ ...before, joined: undefined });
    await pass(`contact/${second}`);
  });

  it('pauses merged accounts together, by whichever name', async () => {
    const { caller } = system;
    const { setPause, releasePause } = system.app.services;
    const contact = await know('paused');
    await know('halted');
    await merge('account', 'halted', 'paused');
    for (const value of ['halted', 'paused']) {
      const pause = await setPause(caller, { scope: 'account', value, reason });
      expect(await codesFor(`contact/${contact}`)).toEqual(['paused']);
      expect(await codesFor('contact/at-halted')).toEqual(['paused']);
      await releasePause(caller, pause.id);
      expect(await codesFor(`contact/${contact}`)).toEqual([]);
    }
  });

  it('lets what happened while both were one count on both sides', async () => {
    const { app, caller } = system;
    const [first, second] = [await know('gamma'), await know('delta')];
    const merged = await merge('account', 'gamma', 'delta');
    await pass(`contact/${second}`);
    await app.services.identities.reverseAct(caller, merged.id, act);
    await settled(merged.id, 'split');
    expect(await codesFor(`contact/${first}`)).toContain('cooldown_account');
  });

  it('lets a deal that was lost while both were one count on both sides', async () => {
    const { app, caller } = system;
    await app.services.applyPolicy(caller, {
      ...OPEN_POLICY,
      name: 'reengagement',
      reengagement: { rejected_ms: DAY_MS, lost_ms: DAY_MS },
    });
    const contacts = [await know('kappa'), await know('lambda')];
    const merged = await merge('account', 'kappa', 'lambda');
    await settled(merged.id, 'merged');
    await app.services.acceptOutcomes(caller, [event('lost', 'account/lambda')]);
    for (const contact of contacts) expect(await codesFor(`contact/${contact}`)).toContain('reengagement_lost');
    await app.services.identities.reverseAct(caller, merged.id, act);
    await settled(merged.id, 'split');
    for (const contact of contacts) expect(await codesFor(`contact/${contact}`)).toContain('reengagement_lost');
    await app.services.applyPolicy(caller, OPEN_POLICY);
  });

  it('answers signals, proposals and outcomes of the merged one by the survivor', async () => {
    const { app, caller, rows } = system;
    await know('old');
    await know('new');
    await app.services.acceptSignals(caller, [event('web.form_submitted', 'account/old', { form: 'demo' })]);
    const merged = await merge('account', 'old', 'new');
    await settled(merged.id, 'merged');
    const survivor = await idOf('new');
    await app.services.acceptSignals(caller, [event('web.page_viewed', 'account/old', { page: 'pricing' })]);
    await app.services.acceptOutcomes(caller, [event('meeting_booked', 'account/old')]);
    await until(async () => {
      const found = await rows<{ type: string }>(
        `SELECT type FROM ledger WHERE actor_id = $1 AND type IN ('signal.received', 'outcome.recorded')`,
        [survivor],
      );
      return found.length === 2;
    });
    // The decision was made before the merge, by the one that was merged away.
    await until(
      async () =>
        (await rows(`SELECT 1 FROM outcomes WHERE subject_id = $1 AND status = 'linked'`, [survivor])).length === 1,
    );
    const { decision } = await app.services.propose(caller, proposal('account/old', { action_type: 'crm_update' }));
    await until(async () =>
      (await app.services.listDecisions(caller, { limit: 200, cursor: null, account: 'new' })).items.some(
        ({ id }) => id === decision,
      ),
    );
    const check = await app.services.checkGate(caller, proposal('account/old', { action_type: 'crm_update' }));
    expect(check.checks).toHaveLength(21);
  });

  it('links what follows for the survivor to what the merged one did only after the merge', async () => {
    const { app, caller, rows } = system;
    const review = { veto_ms: { crm_update: HOUR_MS } };
    await app.services.applyPolicy(caller, { ...OPEN_POLICY, name: 'veto', review });
    await know('polar');
    await know('solar');
    const made = await app.services.propose(caller, proposal('account/polar', { action_type: 'crm_update' }));
    const merged = await merge('account', 'polar', 'solar');
    await settled(merged.id, 'merged');
    await app.services.sendNow(caller, made.action, { reason: null });
    await until(async () => (await app.services.getDecision(caller, made.decision)).action?.state === 'executed');
    await app.services.acceptOutcomes(caller, [event('meeting_booked', 'account/polar')]);
    const survivor = await idOf('solar');
    await until(
      async () =>
        (
          await rows(
            `SELECT 1 FROM outcomes WHERE subject_id = $1 AND status = 'linked' AND decision = $2 AND action = $3`,
            [survivor, made.decision, made.action],
          )
        ).length === 1,
    );
    await app.services.applyPolicy(caller, OPEN_POLICY);
  });

  it('links what follows for the survivor to what the merged one had done before', async () => {
    const { app, caller, rows } = system;
    await know('delta');
    await know('gamma');
    const made = await app.services.propose(caller, proposal('account/delta', { action_type: 'crm_update' }));
    await until(async () => (await app.services.getDecision(caller, made.decision)).action?.state === 'executed');
    const merged = await merge('account', 'delta', 'gamma');
    await settled(merged.id, 'merged');
    await app.services.acceptOutcomes(caller, [event('meeting_booked', 'account/gamma')]);
    await until(
      async () =>
        (await rows(`SELECT 1 FROM outcomes WHERE decision = $1 AND action = $2`, [made.decision, made.action]))
          .length === 1,
    );
  });

  it('merges people at different accounts, and never reaches one past the objection of the other', async () => {
    const { app, caller } = system;
    const [first, second] = [await know('east'), await know('west')];
    await app.services.acceptOutcomes(caller, [event('unsubscribe', `contact/${first}`)]);
    expect(await codesFor(`contact/${second}`)).toEqual([]);
    const merged = await merge('contact', first, second);
    expect(await codesFor(`contact/${second}`)).toEqual(expect.arrayContaining(['suppressed', 'opted_out']));
    await settled(merged.id, 'merged');
    await app.services.identities.reverseAct(caller, merged.id, act);
    await settled(merged.id, 'split');
    expect(await codesFor(`contact/${second}`)).toEqual([]);
  });

  it('moves a person to another account, with what touched them, and back', async () => {
    const { app, caller } = system;
    const { identities } = app.services;
    const [moving, staying] = [await know('left'), await know('right')];
    await pass(`contact/${moving}`);
    const moved = await identities.moveContact(caller, moving, { ...act, account: 'right' });
    expect(moved).toMatchObject({ act: 'reparent', state: 'done', previous: { external_id: 'left' } });
    expect((await app.services.getContact(caller, moving)).account).toBe('right');
    expect(await codesFor(`contact/${staying}`)).toContain('cooldown_account');
    await app.services.acceptSignals(caller, [event('web.page_viewed', `contact/${moving}`, { page: 'pricing' })]);
    const right = await idOf('right');
    await until(
      async () =>
        (await system.rows(`SELECT 1 FROM ledger WHERE actor_id = $1 AND type = 'signal.observed'`, [right])).length ===
        1,
    );
    await identities.reverseAct(caller, moved.id, act);
    expect(await stateOf(moved.id)).toBe('reversed');
    expect((await app.services.getContact(caller, moving)).account).toBe('left');
  });

  it('waits for a person when its recipient was merged, through another, into somebody of another account', async () => {
    const { app, caller } = system;
    await app.services.applyPolicy(caller, {
      ...OPEN_POLICY,
      name: 'veto',
      review: { veto_ms: { outreach_push: HOUR_MS } },
    });
    const first = await know('start');
    const third = await know('end');
    const second = 'beside';
    await app.services.putContact(caller, second, { ...REACHABLE, account: 'start', email: 'y@start.example' });
    await app.services.putAccount(caller, 'end', { relations: { customer: true } });
    const made = await app.services.propose(caller, proposal(`contact/${first}`));
    expect((await app.services.getDecision(caller, made.decision)).action?.state).toBe('scheduled');
    await merge('contact', first, second);
    await merge('contact', second, third);
    await app.services.sendNow(caller, made.action, { reason: null });
    const view = await app.services.getDecision(caller, made.decision);
    expect([view.verdict, view.reasons.map(({ code }) => code)]).toEqual(['hold', ['scope_unlinked']]);
    await app.services.applyPolicy(caller, OPEN_POLICY);
  });

  it('refuses what is not possible, says what to do instead, and takes a request once', async () => {
    const { app, caller, rows } = system;
    for (const name of ['one', 'two', 'three']) await know(name);
    const input = { into: 'two', reason, request_id: 'dup-1' };
    const first = await app.services.identities.mergeInto(caller, 'account', 'one', input);
    expect((await app.services.identities.mergeInto(caller, 'account', 'one', input)).id).toBe(first.id);
    expect(
      await rows(`SELECT 1 FROM ledger WHERE type = 'identity.merged' AND actor_id = $1`, [await idOf('one')]),
    ).toHaveLength(1);
    expect(
      await refusalOf(app.services.identities.mergeInto(caller, 'account', 'one', { ...input, into: 'three' })),
    ).toMatch(/^conflict/);
    expect(await refusalOf(merge('account', 'one', 'three'))).toMatch(/state_conflict: .*split that first/);
    expect(await refusalOf(merge('account', 'three', 'one'))).toMatch(/merge into that/);
    expect(await refusalOf(merge('account', 'two', 'two'))).toMatch(/into itself/);
    expect(await refusalOf(merge('account', 'nobody', 'two'))).toMatch(/^not_found/);
    // A chain: one went into two, and two goes into three. The group is read as one, and each merge can be taken back.
    const second = await merge('account', 'two', 'three');
    await settled(second.id, 'merged');
    expect((await app.services.getAccount(caller, 'one')).external_id).toBe('three');
    await app.services.identities.reverseAct(caller, second.id, act);
    await settled(second.id, 'split');
    expect((await app.services.getAccount(caller, 'one')).external_id).toBe('two');
    expect((await guardOf(`account:${await idOf('three')}`))?.joined).toBeUndefined();
    expect(await refusalOf(app.services.identities.reverseAct(caller, second.id, act))).toMatch(/not in force/);
  });

  it('lets one of two merges that cross each other win, and a reply to the old name stop the other at once', async () => {
    const { app, caller } = system;
    const [first, second] = [await know('north'), await know('south')];
    const crossed = await Promise.allSettled([merge('account', 'north', 'south'), merge('account', 'south', 'north')]);
    expect(crossed.map(({ status }) => status).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['fulfilled', 'rejected']);
    await merge('contact', first, second);
    expect(await codesFor(`contact/${second}`)).toEqual([]);
    await app.services.acceptOutcomes(caller, [event('reply_positive', `contact/${first}`)]);
    expect(await codesFor(`contact/${second}`)).toContain('replied');
  });

  it('finds by further names, and names the merge when one is taken', async () => {
    const { app, caller } = system;
    const { identities } = app.services;
    await know('named');
    const crm = { kind: 'external' as const, system: 'crm', value: '00Q1' };
    const added = await identities.addAlias(caller, 'account', 'named', { ...crm, reason });
    expect(added).toMatchObject({ kind: 'external', value: 'crm:00Q1' });
    await identities.addAlias(caller, 'account', 'named', { kind: 'domain', system: null, value: 'Named.ORG', reason });
    expect(await identities.findByName(caller, 'account', crm)).toMatchObject({ external_id: 'named' });
    expect(
      await identities.findByName(caller, 'account', { kind: 'domain', system: null, value: 'named.org' }),
    ).toMatchObject({ external_id: 'named' });
    await app.services.acceptSignals(caller, [event('web.page_viewed', 'account/crm:00Q1', { page: 'blog' })]);
    expect((await app.services.getAccount(caller, 'crm:00Q1')).external_id).toBe('named');
    const address = { kind: 'email' as const, system: null, value: 'X@named.example' };
    expect((await identities.findByName(caller, 'contact', address)).id).toBe(
      (await app.services.getContact(caller, 'at-named')).id,
    );
    await know('other-named');
    expect(await refusalOf(identities.addAlias(caller, 'account', 'other-named', { ...crm, reason }))).toMatch(
      /belongs to named.*gatehouse identity merge account other-named --into named/,
    );
    expect(
      await refusalOf(
        identities.addAlias(caller, 'account', 'named', { kind: 'domain', system: null, value: 'gmail.com', reason }),
      ),
    ).toMatch(/free mail/);
    await identities.removeAlias(caller, 'account', 'named', added.id, reason);
    expect((await identities.listAliases(caller, 'account', 'named')).map(({ id }) => id)).not.toContain(added.id);
    expect(await refusalOf(identities.findByName(caller, 'account', crm))).toMatch(/^not_found/);
    const [texts] = await system.rows<{ body: string }>(
      `SELECT string_agg(body, ' ') AS body FROM ledger WHERE type = 'identity.alias_added'`,
    );
    expect(texts?.body).not.toMatch(/00Q1|named\.org/i);
  });

  it('suggests probable duplicates with reasons, and a dismissed pair only on other evidence', async () => {
    const { app, caller } = system;
    const { identities } = app.services;
    await app.services.putAccount(caller, 'initech', { name: 'Initech GmbH', domain: 'initech.example' });
    await app.services.putAccount(caller, 'initech-2', { name: 'INITECH', domain: 'initech.example' });
    const find = async () =>
      (await identities.listSuggestions(caller, 'account', { limit: 200, cursor: null })).items.find(({ one, other }) =>
        [one, other].every(({ external_id: name }) => name === 'initech' || name === 'initech-2'),
      );
    const found = must(await find(), 'a suggestion');
    expect(found.score).toBe(100);
    expect(found.reasons.map(({ code }) => code)).toEqual(['same_domain', 'same_name']);
    await identities.dismissSuggestion(caller, 'account', { one: found.one.id, other: found.other.id, reason });
    expect(await find()).toBeUndefined();
    await app.services.putAccount(caller, 'initech-2', { name: 'Initech Ltd.', domain: 'initech.example' });
    expect(await find()).toBeUndefined();
    await app.services.putAccount(caller, 'initech-2', { name: 'Initech Europe', domain: 'initech.example' });
    expect((await find())?.reasons.map(({ code }) => code)).toContain('same_domain');
    await merge('account', 'initech-2', 'initech');
    expect(await find()).toBeUndefined();
    const page = await identities.listSuggestions(caller, 'contact', { limit: 200, cursor: null });
    expect(page.items).toEqual([]);
    await app.services.putContact(caller, 'twin-1', {
      email: 'twin@initech.example',
      name: 'Kim Doe',
      account: 'initech',
    });
    await app.services.putContact(caller, 'twin-2', {
      email: 'twin@initech.example',
      name: 'Kim Doe',
      account: 'initech',
    });
    const [twins] = (await identities.listSuggestions(caller, 'contact', { limit: 1, cursor: null })).items;
    expect(twins?.reasons.map(({ code }) => code)).toEqual(['same_address', 'same_name', 'same_account']);
  });

  it('verifies, rebuilds and replays all of it', async () => {
    const { app, caller, rows } = system;
    expect(await app.services.verify(caller)).toMatchObject({ ok: true, faults: [] });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    const replay = await app.services.replayAll(caller);
    expect(replay).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
    expect(replay.evaluations).toBeGreaterThan(5);
    expect(await rows(`SELECT error FROM inbox WHERE state = 'parked'`)).toEqual([]);
  });
});
