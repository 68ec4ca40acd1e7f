/**
 * Terms as they stand in the tables: numbers that only the installation's key can make from words. Who reads the database cannot read
 * what notes say, and after an erasure no page of an index holds a word of the person.
 */

import type { TenantId } from '../../domain/ids.ts';
import type { InstallationSecret } from '../vault/installation-secret.ts';

/** 52 bits are exact in a number of JavaScript. Two of a million terms meet with a chance of one in ten thousand. */
const HEX_DIGITS = 13;
/** Hashes that stay in memory; when there are more, all are forgotten. */
const CACHE_MAX = 200_000;

export class KeyHashes {
  readonly #secret: InstallationSecret;
  readonly #cache = new Map<string, number>();

  constructor(secret: InstallationSecret) {
    this.#secret = secret;
  }

  of(tenant: TenantId, key: string): number {
    const name = `${tenant}\n${key}`;
    const known = this.#cache.get(name);
    if (known !== undefined) return known;
    const hex = this.#secret.hash('retrieval', name);
    const hash = Number.parseInt(hex.slice(0, HEX_DIGITS), 16);
    if (this.#cache.size >= CACHE_MAX) this.#cache.clear();
    this.#cache.set(name, hash);
    return hash;
  }
}
