/** What people and other systems tell the gate, on real databases. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { NO_RELATIONS } from '../src/domain/entity.ts';
import { DAY_MS, HOUR_MS, isoOf, MINUTE_MS } from '../src/domain/instant.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('what the gate is told', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: false });
    await system.app.services.applyPolicy(system.caller, OPEN_POLICY);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const facts = () => system.app.services.gateFacts;
  const ago = (ms: number) => isoOf(Date.now() - ms);

  async function know(name: string): Promise<string> {
    const { app, caller } = system;
    await app.services.putAccount(caller, name, { ...PROSPECT, name, domain: `${name}.example` });
    await app.services.putContact(caller, `at-${name}`, { ...REACHABLE, account: name, email: `x@${name}.example` });
    return `at-${name}`;
  }
  const codesFor = async (contact: string) =>
    (await system.app.services.checkGate(system.caller, proposal(`contact/${contact}`))).checks.flatMap(
      ({ code }) => code ?? [],
    );

  it('counts touches made elsewhere once, by whomever they are reported', async () => {
    const contact = await know('touched');
    const touch = (id: string, source: string, ms: number) => ({
      id,
      source,
      subject: `contact/${contact}`,
      channel: 'email' as const,
      direction: 'outbound' as const,
      at: ago(ms),
    });
    const first = touch('m-1', 'mailbox', 4 * DAY_MS);
    expect(await facts().recordTouches(system.caller, [first])).toEqual([{ id: 'm-1', duplicate: false }]);
    expect(await facts().recordTouches(system.caller, [first])).toEqual([{ id: 'm-1', duplicate: true }]);
    // The CRM tells of the same message, a minute off.
    await facts().recordTouches(system.caller, [touch('c-1', 'crm', 4 * DAY_MS - MINUTE_MS)]);
    await facts().recordTouches(system.caller, [touch('m-2', 'mailbox', 5 * DAY_MS)]);
    expect(await codesFor(contact)).toEqual([]);
    await facts().recordTouches(system.caller, [touch('m-3', 'mailbox', 6 * DAY_MS)]);
    expect(await codesFor(contact)).toEqual(['touch_cap']);
  });

  it('stops what sells after a reply elsewhere', async () => {
    const contact = await know('replied');
    const reply = { id: 'r-1', source: 'mailbox', subject: `contact/${contact}`, channel: 'email' as const };
    await facts().recordTouches(system.caller, [{ ...reply, direction: 'inbound', at: ago(HOUR_MS) }]);
    expect(await codesFor(contact)).toEqual(['replied']);
  });

  it('makes an account with an open opportunity none to sell to, until all are closed', async () => {
    const contact = await know('dealing');
    let count = 0;
    const tell = (opportunity: string, stage: string) => {
      count += 1;
      const data = { opportunity, stage };
      const event = { source: 'crm', id: `o-${count}`, type: 'crm.opportunity_updated', subject: 'account/dealing' };
      return system.app.services.acceptSignals(system.caller, [
        { ...event, time: Date.now() + count, data, dataText: JSON.stringify(data) },
      ]);
    };
    await tell('one', 'discovery');
    await tell('two', 'proposal');
    await tell('one', 'lost');
    await expect.poll(() => codesFor(contact), { timeout: 20_000 }).toEqual(['do_not_prospect']);
    await tell('two', 'lost');
    await expect.poll(() => codesFor(contact), { timeout: 20_000 }).toEqual([]);
    await tell('three', 'won');
    await expect.poll(() => codesFor(contact), { timeout: 20_000 }).toEqual(['do_not_prospect']);
  });

  it('takes facts for those of the account that they name, not of the one at which the person is known', async () => {
    const { app, caller } = system;
    const contact = await know('former');
    await app.services.putAccount(caller, 'former', { ...PROSPECT, relations: { ...NO_RELATIONS, customer: true } });
    expect(await codesFor(contact)).toEqual(['do_not_prospect']);
    const tell = (account: string, relations: JsonObject) =>
      app.services.acceptSignals(caller, [
        event('crm.contact_updated', `contact/${contact}`, {
          contact: { account, title: 'CFO' },
          account: { name: `The ${account}`, relations },
        }),
      ]);
    await tell('present', { ...NO_RELATIONS });
    expect(await codesFor(contact)).toEqual(['do_not_prospect']);
    expect((await app.services.getAccount(caller, 'former')).facts.name).toBe('Example');
    expect((await app.services.getAccount(caller, 'present')).facts.name).toBe('The present');

    // They follow the person to where an operator moves them.
    await app.services.identities.moveContact(caller, contact, {
      account: 'present',
      reason: 'a new job',
      request_id: null,
    });
    await app.services.putAccount(caller, 'present', PROSPECT);
    await tell('former', { ...NO_RELATIONS, competitor: true });
    expect(await codesFor(contact)).toEqual([]);
    await tell('present', { ...NO_RELATIONS, competitor: true });
    expect(await codesFor(contact)).toEqual(['do_not_prospect']);
  });

  it('loosens nothing by what is heard of an earlier time', async () => {
    const contact = await know('changed');
    const { services } = system.app;
    await services.putContact(system.caller, contact, { consent: { basis: 'withdrawn', source: 'telephone' } });
    await services.putAccount(system.caller, 'changed', { relations: { customer: true } });
    const data = {
      contact: { consent: { basis: 'consent' as const, source: 'old form' } },
      account: { relations: { customer: false, partner: true } },
    };
    const past = event('crm.contact_updated', `contact/${contact}`, data, { time: Date.now() - 400 * DAY_MS });
    await services.acceptSignals(system.caller, [past]);
    expect(await codesFor(contact)).toEqual(['opted_out', 'do_not_prospect']);
    await services.putContact(system.caller, contact, { consent: { basis: 'consent', source: 'form' } });
    await services.putAccount(system.caller, 'changed', { relations: { customer: false } });
    expect(await codesFor(contact)).toEqual(['do_not_prospect']);
    await services.putAccount(system.caller, 'changed', { relations: { partner: false } });
    expect(await codesFor(contact)).toEqual([]);
  });

  it('keeps a basis per purpose, the later dated one', async () => {
    const contact = await know('lawful');
    const record = (basis: 'consent' | 'withdrawn', ms: number) =>
      facts().recordBasis(system.caller, contact, {
        purpose: 'sales',
        basis,
        source: 'a form',
        since: ago(ms),
        jurisdiction: 'DE',
        evidence: 'I agree.',
      });
    await record('withdrawn', DAY_MS);
    expect((await record('consent', 2 * DAY_MS)).purposes).toMatchObject([{ basis: 'withdrawn', proven: true }]);
    expect(await codesFor(contact)).toEqual(['opted_out']);
    expect((await record('consent', HOUR_MS)).purposes).toMatchObject([{ basis: 'consent', jurisdiction: 'DE' }]);
    expect(await codesFor(contact)).toEqual([]);
  });

  it('takes a corrected address for one that did not bounce', async () => {
    const contact = await know('bounced');
    const event = { source: 'mail', id: 'b-1', type: 'bounce', subject: `contact/${contact}` };
    await system.app.services.acceptOutcomes(system.caller, [{ ...event, time: null, data: {}, dataText: '{}' }]);
    await expect.poll(() => codesFor(contact), { timeout: 20_000 }).toEqual(['address_bounced']);
    await facts().clearBounce(system.caller, contact, 'misspelled');
    expect(await codesFor(contact)).toEqual([]);
    await expect(facts().clearBounce(system.caller, contact, 'misspelled')).rejects.toMatchObject({
      code: 'state_conflict',
    });
  });

  it('waits for a source that is older than the policy allows', async () => {
    const contact = await know('waiting');
    await system.app.services.applyPolicy(system.caller, { ...OPEN_POLICY, syncs: { crm: HOUR_MS } });
    expect(await codesFor(contact)).toEqual(['sync_stale']);
    await facts().reportSync(system.caller, 'crm', ago(2 * HOUR_MS));
    expect(await codesFor(contact)).toEqual(['sync_stale']);
    expect(await facts().reportSync(system.caller, 'crm', ago(0))).toMatchObject([{ source: 'crm', stale: false }]);
    expect(await codesFor(contact)).toEqual([]);
    expect((await system.app.services.verify(system.caller)).ok).toBe(true);
    expect((await system.app.services.rebuildCheck(system.caller)).ok).toBe(true);
  });
});
