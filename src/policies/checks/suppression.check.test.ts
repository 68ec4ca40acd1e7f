import { expect, test } from 'vitest';

import { AUDIENCE, CRM, EMAIL, factsWith, factsWithout } from '../gate.fixture.ts';
import { suppressionCheck } from './suppression.check.ts';

const SUPPRESSED = factsWith({
  suppressions: [
    { scope: 'domain', reason: 'Ada Lovelace asked for it' },
    { scope: 'account', reason: 'legal' },
    { scope: 'domain', reason: 'again' },
  ],
});

test.each([
  ['an e-mail', EMAIL],
  ['an audience', AUDIENCE],
])('an entry denies %s, and says no more than the scopes', (_, request) => {
  expect(suppressionCheck(request, factsWith({}))).toMatchObject({ outcome: 'pass' });
  expect(suppressionCheck(request, SUPPRESSED)).toMatchObject({
    outcome: 'deny',
    code: 'suppressed',
    comparison: 'suppressed by account, domain',
    inputs: { entries: 3, scopes: 'account, domain' },
  });
});

test('a list that could not be read holds', () => {
  expect(suppressionCheck(EMAIL, factsWithout('suppressions'))).toMatchObject({
    outcome: 'hold',
    code: 'suppression_unknown',
  });
});

test('what reaches nobody is not concerned', () => {
  for (const facts of [SUPPRESSED, factsWithout('suppressions')]) {
    expect(suppressionCheck(CRM, facts)).toMatchObject({ outcome: 'pass' });
    expect(suppressionCheck(CRM, facts).comparison).toMatch(/^not applicable/);
  }
});
