/**
 * What an installation is recognised by and what it hashes names with, for ever: ids, aliases, suppressions and signatures follow from it. It
 * is made from the first key that personal data was wrapped with, and that key does not follow from it, so that key can be destroyed. It is kept
 * in the database, sealed with each generation of the wrapping key that is in use.
 */
import { hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { hmacFrom, hmacState, STATE_BYTES } from './sha256-state.ts';

const SEED_BYTES = 32;

export class InstallationSecret {
  /** The seed of the Ed25519 key that signs anchors, archives and proofs. */
  readonly signingSeed: Buffer;
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  private constructor(inner: Buffer, outer: Buffer, signingSeed: Buffer) {
    this.#inner = inner;
    this.#outer = outer;
    this.signingSeed = signingSeed;
  }

  static of(firstKey: KeyObject): InstallationSecret {
    const { inner, outer } = hmacState(firstKey.export());
    const seed = Buffer.from(hkdfSync('sha256', firstKey, '', 'gatehouse ledger signing key', SEED_BYTES));
    return new InstallationSecret(inner, outer, seed);
  }

  static read(text: string): InstallationSecret {
    const bytes = Buffer.from(text, 'base64');
    const [inner, outer, seed] = [0, 1, 2].map((i) => bytes.subarray(i * STATE_BYTES, (i + 1) * STATE_BYTES));
    if (bytes.length !== 2 * STATE_BYTES + SEED_BYTES || !inner || !outer || !seed)
      throw new Error('the secret of the installation has another length');
    return new InstallationSecret(inner, outer, seed);
  }

  /** As it is sealed. */
  text(): string {
    return Buffer.concat([this.#inner, this.#outer, this.signingSeed]).toString('base64');
  }

  /** In hex. What is hashed for one purpose never equals what is hashed for another. */
  hash(purpose: string, value: string): string {
    const message = Buffer.from(`${purpose}\n${value}`, 'utf8');
    return hmacFrom({ inner: this.#inner, outer: this.#outer }, message).toString('hex');
  }
}
