import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { PERSONAS } from './entity.ts';
import { personaOfTitle } from './persona.ts';

test('any text has a persona, and the same one every time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
      const persona = personaOfTitle(title);
      expect(PERSONAS).toContain(persona);
      expect(personaOfTitle(title)).toBe(persona);
    }),
  );
});

test('text without any letter says nothing', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9 .,;:!?()/&-]*$/), (title) => {
      expect(personaOfTitle(title)).toBe('unclear');
    }),
  );
});

test('a word that is not known changes nothing', () => {
  const known = fc.constantFrom('VP Sales', 'Head of Marketing', 'CTO', 'Business Analyst', 'SDR', 'Nurse');
  fc.assert(
    fc.property(known, fc.stringMatching(/^[xzq]{3,8}$/), (title, word) => {
      expect(personaOfTitle(`${title} ${word}`)).toBe(personaOfTitle(title));
    }),
  );
});
