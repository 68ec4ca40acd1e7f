import { describe, expect, it } from 'vitest';

import { GIVE_UP_MS, queuedUntil, QUEUE_SPREAD_MS, sequenceTypeOf } from '../domain/cadence.ts';
import type { CheckResult, GateCheck } from '../domain/gate.ts';
import { DAY_MS, HOUR_MS } from '../domain/instant.ts';
import type { GateReason } from '../domain/reason-codes.ts';
import { coordinateTouch } from './cadence.ts';
import type { DueTouch } from './cadence.ts';
import { denied, held, passed, scheduled } from './gate-check.ts';

const AT = 100 * DAY_MS;
const TOUCH: DueTouch = {
  sequenceType: 'standard',
  abmActive: undefined,
  hasAccount: true,
  score: 50,
  dueAt: AT,
  at: AT,
};
const finding = (code: GateReason) => ({ code, comparison: '', inputs: {} });
const decide = (checks: readonly CheckResult[], changes: Partial<DueTouch> = {}) =>
  coordinateTouch([passed('channel', ''), ...checks], { ...TOUCH, ...changes });
const CAP = scheduled('touch_cap', finding('touch_cap'), AT + DAY_MS);
const COOLDOWN = scheduled('cooldown', finding('cooldown_contact'), AT + 2 * DAY_MS);
const NO_CONSENT = held('consent', finding('consent_unknown'));

describe('the coordinator', () => {
  it('proposes what nothing stops, and what waits for hours, money or a person like every action', () => {
    expect(decide([])).toEqual({ kind: 'propose' });
    const waits: readonly (readonly [GateCheck, CheckResult])[] = [
      ['quiet_hours', scheduled('quiet_hours', finding('quiet_hours'), AT + 1)],
      ['budget', scheduled('budget', finding('budget_exhausted'), AT + 1)],
      ['kill_switch', scheduled('kill_switch', finding('paused'), AT + 1)],
      ['trust', held('trust', finding('trust_needs_approval'))],
      ['tenant_rules', held('tenant_rules', finding('tenant_rule_held'))],
    ];
    for (const [name, check] of waits) expect([name, decide([check])]).toEqual([name, { kind: 'propose' }]);
  });

  it('looks at compliance first, then the ABM backstop, the cap, and conflicts', () => {
    const nurture = { sequenceType: 'nurture', abmActive: true } as const;
    const reasonOf = (checks: readonly CheckResult[], changes: Partial<DueTouch> = nurture) => {
      const made = decide(checks, changes);
      return made.kind === 'suppress' ? made.reason : made.kind;
    };
    expect(reasonOf([COOLDOWN, CAP, NO_CONSENT])).toBe('compliance_block');
    expect(reasonOf([COOLDOWN, CAP])).toBe('abm_active_suppression');
    expect(reasonOf([COOLDOWN, CAP], {})).toBe('touch_cap_exceeded');
    expect(reasonOf([COOLDOWN], {})).toBe('conflict_resolved_queued');
  });

  it('stops nurture of ABM accounts and nothing else of them; where nobody has told, it waits', () => {
    expect(decide([], { abmActive: true, sequenceType: 'abm_bespoke' })).toEqual({ kind: 'propose' });
    expect(decide([], { abmActive: true })).toEqual({ kind: 'propose' });
    expect(decide([], { abmActive: false, sequenceType: 'nurture' })).toEqual({ kind: 'propose' });
    expect(decide([], { hasAccount: false, sequenceType: 'nurture' })).toEqual({ kind: 'propose' });
    expect(decide([], { sequenceType: 'nurture' })).toMatchObject({
      reason: 'compliance_block',
      reasons: ['fact_missing'],
    });
  });

  it('ends at once what waiting cannot change', () => {
    const customer = denied('do_not_prospect', finding('do_not_prospect'));
    expect(decide([customer])).toEqual({ kind: 'end', because: 'compliance_block', reasons: ['do_not_prospect'] });
    expect(decide([denied('suppression', finding('suppressed'))])).toMatchObject({ because: 'compliance_block' });
    const replied = held('reply_stop', finding('replied'), AT + DAY_MS);
    expect(decide([replied, CAP])).toEqual({ kind: 'end', because: 'replied', reasons: ['replied'] });
  });

  it('tries again when the gate says it could pass, or after a while', () => {
    expect(decide([CAP])).toMatchObject({ againAt: AT + DAY_MS });
    expect(decide([NO_CONSENT])).toMatchObject({ againAt: AT + DAY_MS });
    const open = denied('duplicate', finding('duplicate_open'));
    expect(decide([open], { score: 100 })).toMatchObject({ againAt: AT + 4 * HOUR_MS });
  });

  it('tries queued touches again by their score, the highest first and those without one last', () => {
    const again = (score: number | null) => {
      const made = decide([COOLDOWN], { score });
      return made.kind === 'suppress' ? made.againAt : null;
    };
    const free = AT + 2 * DAY_MS;
    expect([again(100), again(75), again(null)]).toEqual([free, free + QUEUE_SPREAD_MS / 4, free + QUEUE_SPREAD_MS]);
    expect(queuedUntil(0, 0)).toBe(QUEUE_SPREAD_MS);
  });

  it('gives up what has been due for a month', () => {
    expect(decide([CAP], { dueAt: AT - GIVE_UP_MS })).toMatchObject({ kind: 'suppress' });
    expect(decide([CAP], { dueAt: AT - GIVE_UP_MS - 1 })).toMatchObject({ kind: 'end', because: 'gave_up' });
  });
});

it('names a sequence after the program that the account is in', () => {
  expect(sequenceTypeOf('nurture', { abm_active: true })).toBe('nurture');
  expect(sequenceTypeOf('standard', {})).toBe('standard');
  expect(sequenceTypeOf('standard', { abm_active: true, abm_tier: '1:1' })).toBe('abm_bespoke');
  expect(sequenceTypeOf('standard', { abm_active: true })).toBe('abm_cluster');
});
