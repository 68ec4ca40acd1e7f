import { createHmac, createSecretKey } from 'node:crypto';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { InstallationSecret } from './installation-secret.ts';
import { hmacFrom, hmacState } from './sha256-state.ts';

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('the state of a key hashes as the key does', () => {
  fc.assert(
    fc.property(keys, fc.uint8Array({ maxLength: 300 }), (key, message) => {
      const expected = createHmac('sha256', key).update(message).digest('hex');
      expect(hmacFrom(hmacState(Buffer.from(key)), Buffer.from(message)).toString('hex')).toBe(expected);
    }),
  );
});

test('the secret of an installation hashes as its first key does, also when it was kept, and does not hold it', () => {
  fc.assert(
    fc.property(keys, fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (key, purpose, value) => {
      const secret = InstallationSecret.of(createSecretKey(key));
      const kept = InstallationSecret.read(secret.text());
      const expected = createHmac('sha256', key).update(purpose).update('\n').update(value, 'utf8').digest('hex');
      expect(kept.hash(purpose, value)).toBe(expected);
      expect(kept.signingSeed).toEqual(secret.signingSeed);
      expect(Buffer.from(secret.text(), 'base64').includes(Buffer.from(key))).toBe(false);
    }),
    { numRuns: 40 },
  );
});
