/** Taking over and letting go on real databases, as reviewers meet it. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import type { Caller } from '../src/gateway/caller.port.ts';
import type { EntityKind } from '../src/gateway/identity.port.ts';
import { OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const reason = 'a test';

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof GatehouseError ? error.code : `not refused: ${String(error)}`;
}

describeDatabases('ownership', (database) => {
  let system: TestApp;
  let ada: Caller;
  let eve: Caller;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    await system.app.services.applyPolicy(system.caller, OPEN_POLICY);
    ada = { ...system.caller, identity: 'person-ada', kind: 'person' };
    eve = { ...system.caller, identity: 'person-eve', kind: 'person' };
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  async function know(account: string): Promise<string> {
    const { app, caller } = system;
    await app.services.putAccount(caller, account, { ...PROSPECT, name: account, domain: `${account}.example` });
    const contact = `at-${account}`;
    await app.services.putContact(caller, contact, { ...REACHABLE, account, email: `x@${account}.example` });
    return contact;
  }
  const own = () => system.app.services.ownership;
  const take = (caller: Caller, kind: EntityKind, id: string, takeover = false) =>
    own().take(caller, kind, id, { until: null, takeover, reason });
  const codesFor = async (subject: string) =>
    (await system.app.services.checkGate(system.caller, proposal(subject))).checks.flatMap(({ code }) => code ?? []);

  it('holds what lanes propose while a person owns the account, and lets it pass after the release', async () => {
    const contact = await know('taken');
    expect(await codesFor(`contact/${contact}`)).toEqual([]);
    expect((await own().show(ada, 'account', 'taken')).lock).toBeNull();

    const view = await take(ada, 'account', 'taken');
    expect(view.lock).toMatchObject({ owner: 'person-ada', person: true, until: null });
    expect(await codesFor(`contact/${contact}`)).toEqual(['owned_by_person']);
    // The contact is owned through the account.
    expect(await own().show(eve, 'contact', contact)).toMatchObject({ owned_through: 'account', lock: view.lock });

    expect((await own().release(ada, 'account', 'taken', { takeover: false, reason })).lock).toBeNull();
    expect(await codesFor(`contact/${contact}`)).toEqual([]);
  });

  it('gives what another person owns only to those who say that they overrule', async () => {
    const contact = await know('disputed');
    await take(ada, 'contact', contact);
    expect(await refusalOf(take(eve, 'account', 'disputed'))).toBe('state_conflict');
    expect(await refusalOf(own().release(eve, 'contact', contact, { takeover: false, reason }))).toBe('state_conflict');
    expect((await own().show(eve, 'account', 'disputed')).lock?.owner).toBe('person-ada');

    const before = (await own().show(eve, 'account', 'disputed')).lock?.epoch ?? 0;
    expect((await take(eve, 'account', 'disputed', true)).lock).toMatchObject({
      owner: 'person-eve',
      epoch: before + 1,
    });
    expect(await refusalOf(own().release(ada, 'account', 'disputed', { takeover: false, reason }))).toBe(
      'state_conflict',
    );
    expect((await own().release(ada, 'account', 'disputed', { takeover: true, reason })).lock).toBeNull();
  });

  it('has one owner, however many take at once', async () => {
    await know('crowded');
    const people = Array.from({ length: 20 }, (_, index): Caller => ({ ...ada, identity: `person-${index}` }));
    const results = await Promise.all(people.map((person) => refusalOf(take(person, 'account', 'crowded'))));
    expect(results.filter((result) => result === 'state_conflict')).toHaveLength(19);
    const { lock } = await own().show(ada, 'account', 'crowded');
    const owner = results.findIndex((result) => result !== 'state_conflict');
    expect(lock?.owner).toBe(`person-${owner}`);
  });

  it('ends by itself when an end was given, and refuses one that is over', async () => {
    const contact = await know('timed');
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await own().take(ada, 'account', 'timed', { until, takeover: false, reason })).lock?.until).toBe(until);
    expect(await codesFor(`contact/${contact}`)).toEqual(['owned_by_person']);
    expect(
      await refusalOf(own().take(ada, 'account', 'timed', { until: '2001-01-01T00:00:00Z', takeover: false, reason })),
    ).toBe('invalid_request');
  });

  it('stays with the person whose own message goes out', async () => {
    const contact = await know('written');
    await take(ada, 'account', 'written');
    const { decision } = await system.app.services.propose(ada, proposal(`contact/${contact}`));
    expect((await system.app.services.getDecision(ada, decision)).verdict).toBe('pass');
    expect((await own().show(ada, 'account', 'written')).lock).toMatchObject({
      owner: 'person-ada',
      person: true,
      until: null,
    });
    expect(await codesFor(`contact/${contact}`)).toContain('owned_by_person');
    await until(async () => (await system.app.services.getDecision(ada, decision)).action?.state === 'executed');
  });

  it('is for people, and for what is known', async () => {
    const agent: Caller = { ...ada, identity: 'agent-1', kind: 'agent' };
    expect(await refusalOf(take(agent, 'account', 'taken'))).toBe('forbidden');
    expect(await refusalOf(take(ada, 'account', 'nobody-knows-it'))).toBe('not_found');
  });

  it('stands on the ledger, and the states can be made again from it', async () => {
    expect((await system.app.services.verify(system.caller)).ok).toBe(true);
    const report = await system.app.services.rebuildCheck(system.caller);
    expect(report.ok).toBe(true);
  });
});
