/**
 * The keys that wrap the keys of people, as this process has them: from GATEHOUSE_MASTER_KEY, or from files under `keys/` of the data folder, which
 * the program makes and destroys itself. Which of them is in use, and which may go, stands in the database (`generations.ts`).
 */
import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { GatehouseError } from '../../domain/errors.ts';
import { KEY_BYTES, keyOfBytes, newKeyBytes } from './cipher.ts';
import { destroyFile, syncFolder } from './destroy-file.ts';

const FIRST_FILE = 'master.key';
const KEY_FILE = /^master(?:-[0-9a-f]+)?\.key$/;
const ID_LENGTH = 12;

export interface RingKey {
  /** Follows from the key, and the key not from it. */
  readonly id: string;
  readonly key: KeyObject;
  /** `entry` counts from 1, as the keys stand in the variable. */
  readonly place:
    | { readonly kind: 'environment'; readonly entry: number }
    | { readonly kind: 'file'; readonly path: string };
}

export function generationIdOf(key: KeyObject): string {
  return createHmac('sha256', key).update('gatehouse generation').digest('hex').slice(0, ID_LENGTH);
}

export class KeyRing {
  readonly managed: 'environment' | 'files';
  readonly #folder: string;
  #keys: readonly RingKey[] = [];

  private constructor(configured: string | null, dataDir: string) {
    this.managed = configured === null ? 'files' : 'environment';
    this.#folder = join(dataDir, 'keys');
    if (configured === null) this.reload();
    else
      this.#keys = configured.split(',').map((text, i) => {
        const key = checked(Buffer.from(text.trim(), 'base64'), 'GATEHOUSE_MASTER_KEY');
        return { id: generationIdOf(key), key, place: { kind: 'environment', entry: i + 1 } };
      });
  }

  /** `configured` has keys in base64, the newest first, with commas between them; without it they lie in files, and the first is made. */
  static open(configured: string | null, dataDir: string): KeyRing {
    const ring = new KeyRing(configured, dataDir);
    if (ring.keys.length === 0) ring.#write(FIRST_FILE, newKeyBytes());
    return ring;
  }

  /** The keys that exist already. Throws `usage` when there is none: a new one would open nothing that an old one sealed. */
  static existing(configured: string | null, dataDir: string): KeyRing {
    const ring = new KeyRing(configured, dataDir);
    if (ring.keys.length > 0) return ring;
    throw new GatehouseError(
      'usage',
      `There is no master key. It is never part of a backup: set GATEHOUSE_MASTER_KEY, or put the key of the installation into ${join(ring.#folder, FIRST_FILE)}.`,
    );
  }

  /** The newest of the environment first. */
  get keys(): readonly RingKey[] {
    return this.#keys;
  }

  find(id: string): RingKey | undefined {
    return this.#keys.find((item) => item.id === id);
  }

  /** Files may have come and gone since. */
  reload(): void {
    if (this.managed === 'environment') return;
    const names = existsSync(this.#folder) ? readdirSync(this.#folder).filter((name) => KEY_FILE.test(name)) : [];
    this.#keys = names.toSorted().map((name) => {
      const path = join(this.#folder, name);
      const key = checked(Buffer.from(readFileSync(path, 'utf8').trim(), 'base64'), path);
      return { id: generationIdOf(key), key, place: { kind: 'file', path } };
    });
  }

  /** A new key in a file of its own. */
  make(): RingKey {
    const bytes = newKeyBytes();
    const id = generationIdOf(keyOfBytes(bytes));
    this.#write(`master-${id}.key`, bytes);
    const made = this.find(id);
    if (made === undefined) throw new Error('a key that was written can be read');
    return made;
  }

  /** Writes over the file of a key and removes it, and leaves a note of when that was. A key of the environment stays. */
  destroy(id: string, at: string): boolean {
    const found = this.find(id);
    if (found?.place.kind !== 'file') return false;
    destroyFile(found.place.path);
    writeFileSync(this.#noteOf(id), `${at}\n`, { mode: 0o600, flush: true });
    syncFolder(this.#folder);
    this.reload();
    return true;
  }

  /** When a key was destroyed in this folder; null for one that never was here. */
  destroyedAt(id: string): string | null {
    return existsSync(this.#noteOf(id)) ? readFileSync(this.#noteOf(id), 'utf8').trim() : null;
  }

  #noteOf(id: string): string {
    return join(this.#folder, `${id}.destroyed`);
  }

  #write(name: string, bytes: Buffer): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#folder, name), bytes.toString('base64'), { mode: 0o600, flag: 'wx', flush: true });
    syncFolder(this.#folder);
    this.reload();
  }
}

function checked(key: Buffer, source: string): KeyObject {
  if (key.length !== KEY_BYTES)
    throw new GatehouseError(
      'usage',
      `${source} must be ${KEY_BYTES} bytes in base64; make one with: openssl rand -base64 32`,
    );
  return keyOfBytes(key);
}
