/**
 * Who calls. A key is looked up once and the answer is kept for a few seconds, because a lookup per request costs a query; it is kept
 * no longer, so that a revoked key stops working quickly. Keys that were refused are never remembered: a new key works at once.
 */
import { hash } from 'node:crypto';

import { GatehouseError } from '../domain/errors.ts';
import type { Caller, Services } from './services.port.ts';

/** What the two ways to say who one is are checked with. */
type Known = Pick<Services, 'authenticate' | 'sessions'>;

export const CALLER_CACHE_MS = 5_000;
const CALLER_CACHE_MAX = 1_000;

/** Visible ASCII only, so that nothing else reaches the lookup. The scheme's name has no case (RFC 9110, section 11.1). */
const BEARER = /^bearer +([\x21-\x7e]{1,512}) *$/i;

interface Entry {
  readonly caller: Caller;
  readonly until: number;
}

export class Authenticator {
  readonly #services: Known;
  readonly #now: () => number;
  /** By digest, so that no key lies around in memory. Oldest first. */
  readonly #callers = new Map<string, Entry>();

  constructor(services: Known, now: () => number) {
    this.#services = services;
    this.#now = now;
  }

  /** Throws `unauthorized`. */
  async authenticate(authorization: string | undefined): Promise<Caller> {
    if (authorization === undefined) {
      throw new GatehouseError('unauthorized', 'The request has no key. Send `Authorization: Bearer <key>`.');
    }
    const key = BEARER.exec(authorization)?.[1];
    if (key === undefined) {
      throw new GatehouseError('unauthorized', 'The header `Authorization` is not of the form `Bearer <key>`.');
    }
    const caller = await this.#lookUp(hash('sha256', key), () => this.#services.authenticate(key));
    if (caller === null) throw new GatehouseError('unauthorized', 'The key is unknown, revoked or expired.');
    return caller;
  }

  /** Throws `unauthorized`. */
  async authenticateSession(secret: string): Promise<Caller> {
    const digest = `session ${hash('sha256', secret)}`;
    const caller = await this.#lookUp(digest, () => this.#services.sessions.authenticate(secret));
    if (caller === null) throw new GatehouseError('unauthorized', 'The session is over. Sign in again.');
    return caller;
  }

  async #lookUp(digest: string, ask: () => Promise<Caller | null>): Promise<Caller | null> {
    const known = this.#callers.get(digest);
    if (known !== undefined && this.#now() < known.until) return known.caller;

    this.#callers.delete(digest);
    const askedAt = this.#now();
    const caller = await ask();
    if (caller !== null) this.#remember(digest, { caller, until: askedAt + CALLER_CACHE_MS });
    return caller;
  }

  /** After a key was revoked or a session ended here. */
  forget(keyId: string): void {
    for (const [digest, { caller }] of this.#callers) {
      if (caller.keyId === keyId) this.#callers.delete(digest);
    }
  }

  #remember(digest: string, entry: Entry): void {
    this.#callers.set(digest, entry);
    if (this.#callers.size <= CALLER_CACHE_MAX) return;
    const [oldest] = this.#callers.keys();
    if (oldest !== undefined) this.#callers.delete(oldest);
  }
}
