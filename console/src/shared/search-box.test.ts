import { expect, test } from 'vitest';

import { filtersIn, searchText } from './search-box.tsx';

const FIELDS = ['account', 'channel'];

test('fields and a word of its own are found', () => {
  expect(filtersIn('channel:email acme', FIELDS, 'account')).toEqual({ channel: 'email', account: 'acme' });
  expect(filtersIn('account:"Acme Ltd"', FIELDS, 'account')).toEqual({ account: 'Acme Ltd' });
});

test('what looks like a field and is none is searched for, instead of finding everything', () => {
  const found = filtersIn('crm:42', FIELDS, 'account');
  expect(found).toEqual({ account: 'crm:42' });
  expect(filtersIn(searchText(found, FIELDS), FIELDS, 'account')).toEqual(found);
});
