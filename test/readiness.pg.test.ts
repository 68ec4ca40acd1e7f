/** Which facts the gate misses, asked of real databases. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ContactFacts } from '../src/domain/entity.ts';
import { isGap } from '../src/policies/readiness.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

function without<Key extends keyof ContactFacts>(...names: readonly Key[]): ContactFacts {
  return Object.fromEntries(Object.entries(REACHABLE).filter(([name]) => !(names as readonly string[]).includes(name)));
}

/** The hour before midnight is closed, and it is that hour somewhere at any time, so somebody of whom nothing is known is held. */
const POLICY = { ...OPEN_POLICY, sending_hours: { ...OPEN_POLICY.sending_hours, to: 23 } };

describeDatabases('readiness', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { workers: false });
    await system.app.services.applyPolicy(system.caller, POLICY);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const report = (purpose: 'sales' | 'marketing' = 'sales') =>
    system.app.services.gateFacts.readiness(system.caller, purpose);

  async function know(contact: string, facts: ContactFacts): Promise<void> {
    await system.app.services.putContact(system.caller, contact, { ...facts, email: `${contact}@example.com` });
  }

  it('of a tenant without contacts is empty', async () => {
    expect(await report()).toMatchObject({ contacts: 0, ready: 0, held: 0, refused: 0, gaps: [] });
  });

  it('counts contacts by what is missing, as the gate itself says', async () => {
    const { services } = system.app;
    await services.putAccount(system.caller, 'example', PROSPECT);
    await services.putAccount(system.caller, 'unknown', { name: 'Unknown', domain: 'unknown.example' });
    await know('ready', REACHABLE);
    await know('country', { ...without('time_zone'), country: 'FR' });
    await know('no-zone', without('time_zone'));
    await know('no-basis', without('consent'));
    await know('nothing', without('consent', 'time_zone'));
    await know('no-relations', { ...REACHABLE, account: 'unknown' });
    await know('withdrawn', { ...without('time_zone'), consent: { basis: 'withdrawn' } });
    await know('stopped', REACHABLE);
    await services.suppressions.add(system.caller, {
      scope: 'contact',
      value: 'stopped',
      reason: 'asked',
      source: 'test',
    });

    const found = await report();
    expect(found).toMatchObject({ purpose: 'sales', contacts: 8, ready: 2, held: 4, refused: 2 });
    expect(
      found.gaps.map(({ reason, contacts, alone, share, examples }) => [
        reason,
        contacts,
        alone,
        share,
        examples.toSorted(),
      ]),
    ).toEqual([
      ['consent_unknown', 2, 1, 0.25, ['no-basis', 'nothing']],
      ['time_zone_unknown', 2, 1, 0.25, ['no-zone', 'nothing']],
      ['relation_unknown', 1, 1, 0.125, ['no-relations']],
    ]);
    for (const { reason, examples } of found.gaps) {
      for (const contact of examples) {
        const { checks } = await services.checkGate(system.caller, proposal(`contact/${contact}`));
        expect(checks.map(({ code }) => code)).toContain(reason);
      }
    }
    for (const contact of ['ready', 'country']) {
      const { checks } = await services.checkGate(system.caller, proposal(`contact/${contact}`));
      expect(checks.flatMap(({ code }) => code ?? []).filter(isGap)).toEqual([]);
    }
  });

  it('follows a contact to the account that an operator moved it to', async () => {
    const { services } = system.app;
    const move = { account: 'example', reason: 'a wrong record', request_id: null };
    await services.identities.moveContact(system.caller, 'no-relations', move);
    const found = await report();
    expect(found).toMatchObject({ contacts: 8, ready: 3 });
    expect(found.gaps.map(({ reason }) => reason)).toEqual(['consent_unknown', 'time_zone_unknown']);
  });

  it('asks before marketing what marketing needs, and says when a source is behind', async () => {
    const { services } = system.app;
    await services.putAccount(system.caller, 'bare', { ...PROSPECT, domain: 'bare.example', abm_active: true });
    await know('programmed', { ...REACHABLE, account: 'bare' });
    expect(await report('marketing')).toMatchObject({ contacts: 9, refused: 3 });
    await services.applyPolicy(system.caller, { ...POLICY, syncs: { crm: 1_000 } });
    const [gap] = (await report()).gaps;
    expect(gap).toMatchObject({ reason: 'sync_stale', contacts: 7, alone: 4 });
    expect(gap?.examples).toHaveLength(5);
  });

  it('counts those who were merged once, and nobody who was erased', async () => {
    const { services } = system.app;
    const { contacts } = await report();
    const act = { reason: 'twice in the list', request_id: null };
    await services.identities.mergeInto(system.caller, 'contact', 'country', { ...act, into: 'ready' });
    await expect.poll(async () => (await report()).contacts, { timeout: 20_000 }).toBe(contacts - 1);
    const { id } = await services.getContact(system.caller, 'nothing');
    await services.eraseSubject(system.caller, id, 'asked');
    expect(await report()).toMatchObject({ contacts: contacts - 2 });
  });

  it('counts more contacts than are read at a time', async () => {
    const many = await system.app.caller('many');
    const signals = Array.from({ length: 505 }, (_, n) => event('web.form_submitted', `contact/many-${n}`));
    await system.app.services.acceptSignals(many, signals);
    await expect
      .poll(() => system.app.services.gateFacts.readiness(many, 'sales'), { timeout: 60_000, interval: 500 })
      .toMatchObject({ contacts: 505, held: 505, gaps: [{ contacts: 505 }, { contacts: 505 }] });
  });

  it('shows another tenant nothing', async () => {
    const other = await system.app.caller('other');
    expect(await system.app.services.gateFacts.readiness(other, 'sales')).toMatchObject({ contacts: 0 });
  });
});
