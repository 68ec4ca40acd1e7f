/** Which pairs are suggested as one, and for which reasons. */
import { describe, expect, it } from 'vitest';

import { normalisedName, similarity, suggestDuplicates } from './duplicate-score.ts';
import type { DuplicateCandidate } from './duplicate-score.ts';

function account(id: string, changes: Partial<DuplicateCandidate> = {}): DuplicateCandidate {
  return { kind: 'account', id, name: null, externalId: null, domain: null, addresses: [], account: null, ...changes };
}

describe('names', () => {
  it.each([
    ['Müller & Söhne GmbH', 'muller sohne'],
    ['ACME, Inc.', 'acme'],
    ['AG', 'ag'],
    ['日本 株式会社', '日本 株式会社'],
    ['  ', ''],
  ])('%s', (name, plain) => {
    expect(normalisedName(name)).toBe(plain);
  });

  it('are similar by the letter pairs that they share', () => {
    expect(similarity('night', 'nacht')).toBe(0.25);
    expect(similarity('acme', 'acme')).toBe(1);
    expect(similarity('a', 'b')).toBe(0);
  });
});

describe('suggestions', () => {
  it('name their reasons, the most probable pair first', () => {
    const found = suggestDuplicates([
      account('acc_3', { name: 'Globex Corporation' }),
      account('acc_1', { name: 'Acme GmbH', domain: 'acme.com' }),
      account('acc_2', { name: 'ACME', domain: 'acme.com' }),
      account('acc_4', { name: 'Globex', externalId: 'x' }),
      account('acc_5', { name: 'Something else', externalId: 'y' }),
    ]);
    expect(found.map(({ one, other, score, reasons }) => [one, other, score, reasons])).toEqual([
      ['acc_1', 'acc_2', 100, ['same_domain', 'same_name']],
      ['acc_3', 'acc_4', 40, ['same_name']],
    ]);
  });

  it('come once for a pair, with the same evidence in any order', () => {
    const pair = [
      account('acc_1', { name: 'Acme', domain: 'acme.com', addresses: ['h1', 'h2'] }),
      account('acc_2', { name: 'Acme Ltd', domain: 'acme.com', addresses: ['h2', 'h1'] }),
    ];
    const [first, second] = [suggestDuplicates(pair), suggestDuplicates(pair.toReversed())];
    expect(first).toHaveLength(1);
    expect(second).toEqual(first);
    expect(first[0]?.reasons).toContain('shared_people');
  });

  it('need more than a name that is a little similar, and more than what everybody shares', () => {
    expect(
      suggestDuplicates([account('acc_1', { name: 'Northwind' }), account('acc_2', { name: 'Northwend' })]),
    ).toEqual([]);
    const crowd = Array.from({ length: 60 }, (_, index) => account(`acc_${index}`, { domain: 'shared.example' }));
    expect(suggestDuplicates(crowd)).toEqual([]);
  });

  it('of people rest on addresses, names and the account', () => {
    const person = (id: string, changes: Partial<DuplicateCandidate>) => ({
      ...account(id, changes),
      kind: 'contact' as const,
    });
    const [found] = suggestDuplicates([
      person('con_1', { name: 'Kim Doe', addresses: ['h'], account: 'acc_1' }),
      person('con_2', { name: 'Kim Döe', addresses: ['h'], account: 'acc_1' }),
    ]);
    expect(found?.reasons).toEqual(['same_address', 'same_name', 'same_account']);
  });
});
