/**
 * Sealing of personal data: AES-256-GCM with a data key per subject. The nonce is derived from the key and the place of the text, so
 * sealing the same text at the same place twice gives the same bytes, and no nonce serves two texts.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { GatehouseError } from '../../domain/errors.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** Base64 of nonce, tag and ciphertext. `place` names where the text stands and is authenticated with it. */
export function seal(key: KeyObject, place: string, text: string): string {
  const nonce = createHmac('sha256', key)
    .update(place)
    .update('\n')
    .update(text, 'utf8')
    .digest()
    .subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(place, 'utf8'));
  // JSON text may hold lone surrogates only as escapes, so UTF-8 keeps every character.
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

/** The sealed text. Throws when the bytes, the place or the key are not the ones it was sealed with. */
export function unseal(key: KeyObject, place: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(place, 'utf8'));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new GatehouseError(
      'internal',
      `the sealed text at ${place} cannot be opened: it was altered, moved, or sealed with another key`,
      { cause: error },
    );
  }
}

export function newKeyBytes(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** Node prepares a key once here instead of at every use, which costs more than the use. */
export function keyOfBytes(bytes: Buffer): KeyObject {
  return createSecretKey(bytes);
}
