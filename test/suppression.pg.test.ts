/** Suppressions on real databases: what is added holds, what is removed does not, and what a person asked for stays. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const reason = 'a test';

describeDatabases('suppressions', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database);
    const { app, caller } = system;
    await app.services.applyPolicy(caller, OPEN_POLICY);
    await app.services.putAccount(caller, 'acme', { ...PROSPECT, name: 'acme', domain: 'acme.example' });
    await app.services.putContact(caller, 'maria', { ...REACHABLE, account: 'acme', email: 'maria@acme.example' });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const codes = async () =>
    (await system.app.services.checkGate(system.caller, proposal('contact/maria'))).checks.flatMap(
      ({ code }) => code ?? [],
    );
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'not refused',
      (error: unknown) => (error instanceof GatehouseError ? error.code : String(error)),
    );

  it('hold from the commit on, are listed page by page, and end when an admin removes them', async () => {
    const { suppressions } = system.app.services;
    const { caller } = system;
    expect(await codes()).toEqual([]);
    await suppressions.add(caller, { scope: 'domain', value: 'acme.example', reason, source: 'test' });
    await suppressions.add(caller, { scope: 'account', value: 'acme', reason, source: 'test' });
    expect(await codes()).toEqual(['suppressed']);

    const first = await suppressions.list(caller, { limit: 1, cursor: null });
    const second = await suppressions.list(caller, { limit: 1, cursor: first.next_cursor });
    expect([...first.items, ...second.items].map(({ scope, source }) => `${scope} ${source}`)).toEqual([
      'domain test',
      'account test',
    ]);
    expect(second.next_cursor).toBeNull();

    await suppressions.remove(caller, { scope: 'domain', value: 'acme.example', reason });
    expect(await codes()).toEqual(['suppressed']);
    await suppressions.remove(caller, { scope: 'account', value: 'acme', reason });
    expect(await codes()).toEqual([]);
    expect(await refusalOf(suppressions.remove(caller, { scope: 'account', value: 'acme', reason }))).toBe('not_found');
  });

  it('know a person by every address that one request named them with', async () => {
    const { suppressions } = system.app.services;
    const { caller } = system;
    const addresses = ['jo@old.example', 'jo@new.example', 'jo@newest.example'];
    await system.app.services.acceptSignals(
      caller,
      addresses.map((email) => event('crm.contact_updated', 'contact/jo', { contact: { account: 'acme', email } })),
    );
    await system.app.services.putContact(caller, 'jo', { ...REACHABLE, account: 'acme' });
    const codesOfJo = async () =>
      (await system.app.services.checkGate(caller, proposal('contact/jo'))).checks.flatMap(({ code }) => code ?? []);
    for (const value of addresses) {
      expect(await codesOfJo()).toEqual([]);
      await suppressions.add(caller, { scope: 'email', value, reason, source: 'test' });
      expect(await codesOfJo()).toEqual(['suppressed']);
      await suppressions.remove(caller, { scope: 'email', value, reason });
    }
  });

  it('stay when the person asked for them', async () => {
    const { suppressions, objectSubject } = system.app.services;
    await objectSubject(system.caller, 'contact/maria', 'asked by letter');
    const remove = () => suppressions.remove(system.caller, { scope: 'email', value: 'maria@acme.example', reason });
    await expect.poll(() => refusalOf(remove())).toBe('state_conflict');
  });
});
