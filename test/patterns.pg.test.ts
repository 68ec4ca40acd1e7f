/** Patterns of corrections through the whole system: found, confirmed as a policy, dismissed, and back when they recur. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Authority } from '../src/domain/authority.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const HELD: Policy = { ...OPEN_POLICY, name: 'held', grants: [] };

describeDatabases('patterns of corrections', (database) => {
  let system: TestApp;
  let made = 0;
  const patterns = () => system.app.services.patterns;
  const person = (identity: string, ...authorities: Authority[]): Caller => ({
    ...system.caller,
    identity,
    kind: 'person',
    authorities,
  });

  beforeAll(async () => {
    system = await testApp(database);
    await system.app.services.applyPolicy(system.caller, HELD);
  });
  afterAll(async () => system[Symbol.asyncDispose]());

  /** The action of a draft to somebody new. */
  async function draft(play: string): Promise<string> {
    made += 1;
    const { services } = system.app;
    const domain = `a${made}.example`;
    await services.putAccount(system.caller, `a${made}`, { ...PROSPECT, name: `Company ${made}`, domain });
    await services.putContact(system.caller, `c${made}`, {
      ...REACHABLE,
      email: `kim@${domain}`,
      account: `a${made}`,
    });
    return (await services.propose(system.caller, proposal(`contact/c${made}`, { play }))).action;
  }

  /** Decides a new draft of this play; returns the review. */
  async function decided(play: string, decision: 'approve' | 'edit' | 'reject', reason: string | null = null) {
    const action = await draft(play);
    const { services } = system.app;
    const page = await services.listReviews(person('rea'), { limit: 200, cursor: null });
    const review = page.items.find((item) => item.action === action);
    if (review === undefined) throw new Error(`${action} is not held`);
    const content = decision === 'edit' ? { subject: 'Better', body: `A better question, ${made}.` } : null;
    await services.decideReview(person('rea'), review.id, {
      decision,
      fingerprint: review.fingerprint,
      reason,
      content,
    });
    return review.id;
  }

  it('become a proposed policy that holds the next one, once its owner has approved it', async () => {
    const { services } = system.app;
    await decided('other', 'approve');
    const evidence = [
      await decided('students', 'reject', 'Wrong person'),
      await decided('students', 'reject', 'wrong person.'),
    ];
    expect(await patterns().list(system.caller)).toEqual([]);
    evidence.unshift(await decided('students', 'reject', 'Wrong  person!'));
    const [found, ...others] = await patterns().list(system.caller);
    expect(others).toEqual([]);
    if (found === undefined) throw new Error('there is no pattern');
    expect(found).toMatchObject({
      state: 'open',
      class: { action_type: 'outreach_push', attribute: 'play', value: 'students' },
      correction: 'rejected',
      corrections: 3,
      reviews: 3,
    });
    expect(found.evidence.toSorted()).toEqual(evidence.toSorted());
    // Where trust lets mail go by itself, the rule takes back what this play sent.
    await services.applyPolicy(system.caller, OPEN_POLICY);
    const { backtest } = await patterns().get(system.caller, found.id);
    expect(backtest).toMatchObject({ decisions: 4, counts: { held: 3, same: 1 } });

    const input = { rule: null, reason: null };
    await expect(patterns().confirm({ ...person('bot'), kind: 'agent' }, found.id, input)).rejects.toThrow('people');
    const another = { ...found.rule, id: 'another' };
    await expect(patterns().confirm(person('ana'), found.id, { ...input, rule: another })).rejects.toThrow('keeps');
    const edited = { ...found.rule, title: 'No students' };
    const proposed = await patterns().confirm(person('ana'), found.id, { ...input, rule: edited });
    expect(proposed).toMatchObject({ state: 'open', by: 'ana', sections: [{ section: 'rules' }] });
    expect(await patterns().list(system.caller)).toMatchObject([{ state: 'proposed', proposal: proposed.id }]);
    await expect(patterns().confirm(person('ana'), found.id, input)).rejects.toThrow(proposed.id);

    await services.policies.approve(person('bo', 'RevOps'), proposed.id);
    const { policy } = await services.getPolicy(system.caller);
    expect(policy.rules).toEqual([edited]);
    expect(await patterns().list(system.caller)).toEqual([]);
    const held = await services.getDecision(system.caller, await draft('students'));
    expect(held.action).toMatchObject({ state: 'held' });
    expect(JSON.stringify(held)).toContain('tenant_rule_held');
    expect((await services.getDecision(system.caller, await draft('other'))).action?.state).not.toBe('held');
    await services.applyPolicy(system.caller, { ...HELD, rules: policy.rules });
  });

  it('stay away when they were dismissed, until they recur', async () => {
    for (let count = 0; count < 3; count += 1) await decided('news', 'edit');
    const [found, ...others] = await patterns().list(system.caller);
    expect(others).toEqual([]);
    if (found === undefined) throw new Error('there is no pattern');
    expect(found).toMatchObject({ correction: 'edited', reason: null, rule: { then: 'hold' } });
    await expect(patterns().dismiss({ ...person('bot'), kind: 'agent' }, found.id, 'no')).rejects.toThrow('people');
    await patterns().dismiss(person('rea'), found.id, 'a bad week');
    expect(await patterns().list(system.caller)).toEqual([]);
    await expect(patterns().get(system.caller, found.id)).rejects.toThrow('dismissed');
    const events = await system.rows<{ body: string }>(`SELECT body FROM ledger WHERE type = 'pattern.dismissed'`);
    expect(events.map(({ body }) => (JSON.parse(body) as { data: unknown }).data)).toEqual([
      { pattern: found.id, corrections: 3, by: 'rea', reason: 'a bad week' },
    ]);

    for (let count = 0; count < 2; count += 1) await decided('news', 'edit');
    expect(await patterns().list(system.caller)).toEqual([]);
    await decided('news', 'edit');
    expect(await patterns().list(system.caller)).toMatchObject([{ id: found.id, corrections: 6 }]);
  });

  it('leave the ledger whole and what is derived as it was', async () => {
    const { services } = system.app;
    expect(await services.verify(system.caller)).toMatchObject({ ok: true });
    expect(await services.rebuildCheck(system.caller)).toMatchObject({ ok: true });
  });
});
