import type { KeyObject } from 'node:crypto';
/** The installation's key: wraps the data keys of subjects and keys every hash of a name. Losing it loses all sealed data. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { GatehouseError } from '../domain/errors.ts';
import { KEY_BYTES, keyOfBytes, newKeyBytes } from '../memory/vault/cipher.ts';

/** From the configuration, or from a file of the data folder that is made on first use. */
export function masterKey(configured: string | null, dataDir: string): KeyObject {
  if (configured !== null) return checked(Buffer.from(configured, 'base64'), 'GATEHOUSE_MASTER_KEY');
  const path = join(dataDir, 'keys', 'master.key');
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, newKeyBytes().toString('base64'), { mode: 0o600, flag: 'wx' });
  }
  return checked(Buffer.from(readFileSync(path, 'utf8').trim(), 'base64'), path);
}

/** The key that exists already. Throws `usage` when there is none: a new one would open nothing that an old one sealed. */
export function existingMasterKey(configured: string | null, dataDir: string): KeyObject {
  const path = join(dataDir, 'keys', 'master.key');
  if (configured === null && !existsSync(path)) {
    throw new GatehouseError(
      'usage',
      `There is no master key. It is never part of a backup: set GATEHOUSE_MASTER_KEY, or put the key of the installation into ${path}.`,
    );
  }
  return masterKey(configured, dataDir);
}

function checked(key: Buffer, source: string): KeyObject {
  if (key.length !== KEY_BYTES)
    throw new GatehouseError(
      'usage',
      `${source} must be ${KEY_BYTES} bytes in base64; make one with: openssl rand -base64 32`,
    );
  return keyOfBytes(key);
}

/** A secret that is shown to the operator and kept in a file of the data folder, so that a restart shows the same one. */
export function keptSecret(dataDir: string, name: string, make: () => string): string {
  const path = join(dataDir, 'keys', name);
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const secret = make();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, secret, { mode: 0o600 });
  return secret;
}
