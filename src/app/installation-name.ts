/** A short name that all hosts of an installation share and no other installation has. */
import type { KeyObject } from 'node:crypto';

import { keyedHash } from '../memory/vault/cipher.ts';

const LENGTH = 12;

export function installationName(master: KeyObject, purpose: string): string {
  return keyedHash(master, 'installation', purpose).slice(0, LENGTH);
}
