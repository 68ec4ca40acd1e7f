import { expect, test } from 'vitest';

import { ACCOUNT, accountWith, EMAIL, FACTS, factsWith, factsWithout, guardWithout, NURTURE } from '../gate.fixture.ts';
import { abmBackstopCheck } from './abm-backstop.check.ts';

test('nurture passes outside ABM programs and is denied inside', () => {
  expect(abmBackstopCheck(NURTURE, FACTS).outcome).toBe('pass');
  expect(abmBackstopCheck(NURTURE, accountWith({ abm_active: true }))).toMatchObject({
    outcome: 'deny',
    code: 'abm_backstop',
  });
});

test('an account of which nobody has said holds', () => {
  const silent = factsWith({ account: guardWithout(ACCOUNT, 'abm_active') });
  for (const facts of [silent, factsWithout('account')]) {
    expect(abmBackstopCheck(NURTURE, facts)).toMatchObject({ outcome: 'hold', code: 'fact_missing' });
  }
});

test('without account there is no program, and other actions are not concerned', () => {
  expect(abmBackstopCheck({ ...NURTURE, account: null }, factsWithout('account')).outcome).toBe('pass');
  expect(abmBackstopCheck(EMAIL, accountWith({ abm_active: true })).outcome).toBe('pass');
});
