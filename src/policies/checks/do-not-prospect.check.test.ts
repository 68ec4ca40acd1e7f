import { expect, test } from 'vitest';

import { NO_RELATIONS } from '../../domain/entity.ts';
import { RELATIONS } from '../../domain/entity.ts';
import {
  ACCOUNT,
  accountWith,
  AUDIENCE,
  CRM,
  EMAIL,
  FACTS,
  factsWith,
  factsWithout,
  guardWithout,
} from '../gate.fixture.ts';
import { doNotProspectCheck } from './do-not-prospect.check.ts';

test('an account without any relation may be prospected', () => {
  expect(doNotProspectCheck(EMAIL, FACTS).outcome).toBe('pass');
});

test.each(RELATIONS)('an account that is %s may not, by mail or audience', (relation) => {
  const facts = accountWith({ relations: { ...NO_RELATIONS, [relation]: true } });
  for (const request of [EMAIL, AUDIENCE]) {
    expect(doNotProspectCheck(request, facts)).toMatchObject({
      outcome: 'deny',
      code: 'do_not_prospect',
      inputs: { relations: relation },
    });
  }
  expect(doNotProspectCheck(CRM, facts).comparison).toMatch(/^not applicable/);
});

test.each(RELATIONS)('one whose relation %s nobody stated holds', (relation) => {
  const { [relation]: _, ...relations } = NO_RELATIONS;
  expect(doNotProspectCheck(EMAIL, accountWith({ relations }))).toMatchObject({
    outcome: 'hold',
    code: 'relation_unknown',
    inputs: { unknown: relation },
  });
});

test('a known exclusion goes before an unknown one', () => {
  expect(doNotProspectCheck(EMAIL, accountWith({ relations: { partner: true } })).outcome).toBe('deny');
});

test('no relations and no account guard hold', () => {
  const bare = factsWith({ account: guardWithout(ACCOUNT, 'relations') });
  for (const facts of [bare, factsWithout('account')]) {
    expect(doNotProspectCheck(EMAIL, facts)).toMatchObject({ outcome: 'hold', code: 'relation_unknown' });
  }
});

test('a person without account has no relation to ask about', () => {
  expect(doNotProspectCheck({ ...EMAIL, account: null }, factsWithout('account'))).toMatchObject({
    outcome: 'pass',
    comparison: 'there is no account',
  });
});
