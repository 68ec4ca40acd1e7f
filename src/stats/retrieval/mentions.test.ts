import { describe, expect, test } from 'vitest';

import { mentionsIn, mentionsOf } from './mentions.ts';

const keysOf = (text: string) => mentionsOf(text).map(({ key }) => key);
const kindOf = (text: string, key: string) => mentionsOf(text).find((mention) => mention.key === key)?.kind;

describe('names', () => {
  test('are runs of capitalised words, as a whole and word by word', () => {
    const text = 'Yesterday Tova Brenn of Larkfield Mills called.';
    expect(kindOf(text, 'n:tova brenn')).toBe('name');
    expect(kindOf(text, 'n:larkfield mills')).toBe('name');
    expect(kindOf('We met Tova Brenn there', 'n:tova brenn')).toBe('name');
    expect(kindOf('We met Tova Brenn there', 'tova')).toBe('part_of_name');
  });

  test('lose possessives, legal forms and accents', () => {
    expect(keysOf('the price at Larkfield Inc. fell')).toContain('larkfield');
    expect(keysOf('the price at Larkfield Inc. fell')).not.toContain('n:larkfield inc');
    expect(keysOf('It is Mélior’s')).toContain('melior');
  });

  test('do not reach over the end of a sentence or line', () => {
    expect(keysOf('We met Tova. Later Brenn came.')).not.toContain('n:tova later brenn');
    expect(keysOf('About Larkfield\nLarkfield is old')).not.toContain('n:larkfield larkfield');
    expect(keysOf('Then Dr. Brenn and J. Brenn came')).toContain('brenn');
  });

  test('a capital at the start of a sentence proves nothing', () => {
    expect(kindOf('Renewal is near', 'renew')).toBe('word');
    expect(kindOf('Larkfield called. We like Larkfield', 'larkfield')).toBe('name');
    expect(kindOf('Larkfield: we are late', 'larkfield')).toBe('name');
    expect(kindOf('We met on Monday', 'mondai')).toBe('word');
  });
});

describe('other things', () => {
  test('identifiers are the same with other separators', () => {
    expect(keysOf('see SUP-1042')).toContain('n:sup1042');
    expect(keysOf('see sup 1042 or #SUP1042')).toContain('n:sup1042');
  });

  test('addresses name their domain', () => {
    expect(keysOf('write to tova@larkfield.com')).toEqual(
      expect.arrayContaining(['n:tova@larkfield.com', 'larkfield']),
    );
  });

  test('a quoted term is the same as a name', () => {
    expect(keysOf('they call it “night owl”')).toContain('n:night owl');
    expect(keysOf('in Night Owl mode')).toContain('n:night owl');
  });

  test.each([
    ['due 2026-03-05', 'n:2026-03-05'],
    ['due March 5, 2026', 'n:2026-03-05'],
    ['due 5 March 2026', 'n:2026-03-05'],
    ['due on March 5th', 'n:-03-05'],
    ['in Q3 2026', 'n:2026-q3'],
    ['for $48,000', 'n:amount 48000'],
    ['for 48k', 'n:amount 48000'],
    ['for EUR 1.2 million', 'n:amount 1200000'],
  ])('%s mentions %s', (text, key) => {
    expect(keysOf(text)).toContain(key);
  });
});

test('counts, and says what stands at the beginning', () => {
  const text = `Larkfield pays. ${'and so on '.repeat(12)} The budget of Larkfield is small.`;
  const found = new Map(mentionsOf(text).map((mention) => [mention.key, mention]));
  expect(found.get('larkfield')).toMatchObject({ count: 2, leading: true });
  expect(found.get('budget')).toMatchObject({ count: 1, leading: false });
});

test('a piece mentions its source', () => {
  expect(mentionsIn('text', 'mail 7').at(-1)).toEqual({ key: 's:mail 7', kind: 'source', count: 1, leading: false });
  expect(mentionsIn('text', null)).toEqual(mentionsOf('text'));
});

test('a long text takes no more than its share of time', () => {
  const text = 'Tova met Brenn in Larkfield, and “night owl” was late. '.repeat(4_000);
  expect(mentionsOf(text).length).toBeGreaterThan(5);
});
