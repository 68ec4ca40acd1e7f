/** Data keys per subject: made on first use, kept wrapped with a generation of the wrapping key, cached in memory, destroyed by erasure. */
import type { KeyObject } from 'node:crypto';

import { GatehouseError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { columns } from '../sql/columns.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { keyOfBytes, newKeyBytes, seal, unseal } from './cipher.ts';
import type { WrappingKeys } from './generations.ts';

/** Keys that stay in memory, about a kilobyte each; the least recently used leave first. */
const CACHE_MAX = 200_000;
/** How often it is looked again which generation is in use, when it changed meanwhile. */
const ATTEMPTS = 3;

export interface SubjectRef {
  readonly tenant: TenantId;
  readonly subject: string;
}

/** Under which a subject's data key is found in a map of keys. */
export const subjectKeyOf = (ref: SubjectRef) => `${ref.tenant}/${ref.subject}`;

/** A data key in base64, as it is kept. */
export function wrapKey(wrapping: KeyObject, ref: SubjectRef, dataKey: string): string {
  return seal(wrapping, subjectKeyOf(ref), dataKey);
}

/** Throws when it was wrapped with another key, or for somebody else. */
export function unwrapKey(wrapping: KeyObject, ref: SubjectRef, wrapped: string): string {
  return unseal(wrapping, subjectKeyOf(ref), wrapped);
}

export class SubjectVault {
  readonly #wrapping: WrappingKeys;
  readonly #cache = new Map<string, KeyObject>();
  /** Up to when other hosts' erasures are known; the first look takes in all. */
  #forgotten = new Date(0);
  #lately: ReadonlySet<string> = new Set();

  constructor(wrapping: WrappingKeys) {
    this.#wrapping = wrapping;
  }

  /** The keys of these subjects; a subject that was erased has none. Makes missing ones when `create` is set. */
  async keys(
    session: SqlSession,
    refs: readonly SubjectRef[],
    create: boolean,
  ): Promise<ReadonlyMap<string, KeyObject>> {
    const found = new Map<string, KeyObject>();
    const missing = new Map<string, SubjectRef>();
    for (const ref of refs) {
      const key = subjectKeyOf(ref);
      const cached = this.#cache.get(key);
      if (cached === undefined) missing.set(key, ref);
      else found.set(key, cached);
    }
    if (missing.size === 0) return found;
    let wanted: readonly SubjectRef[] = [...missing.values()];
    for (let attempt = 1; ; attempt += 1) {
      wanted = await this.#load(session, wanted, create, found);
      if (wanted.length === 0) return found;
      if (attempt === ATTEMPTS)
        throw new GatehouseError(
          'unavailable',
          'This host does not have the key with which a key of personal data is wrapped. Give it the keys of the other hosts: gatehouse keys list names them.',
        );
      await this.#wrapping.refresh(session);
    }
  }

  /** Adds the keys that can be had to `found`, and returns whose key must be looked for again. */
  async #load(
    session: SqlSession,
    wanted: readonly SubjectRef[],
    create: boolean,
    found: Map<string, KeyObject>,
  ): Promise<readonly SubjectRef[]> {
    const rows = await session.query<{ tenant: TenantId; subject: string; wrapped: string | null; generation: number }>(
      `SELECT k.tenant, k.subject, k.wrapped, k.generation FROM unnest($1::text[], $2::text[]) AS w (tenant, subject)
       JOIN subject_keys k ON k.tenant = w.tenant AND k.subject = w.subject`,
      [wanted.map((ref) => ref.tenant), wanted.map((ref) => ref.subject)],
    );
    const unopened: SubjectRef[] = [];
    for (const row of rows) {
      if (row.wrapped === null) continue;
      const key = this.#unwrap(row, row.wrapped);
      if (key === undefined) unopened.push(row);
      else found.set(subjectKeyOf(row), key);
    }
    const stored = new Set(rows.map(subjectKeyOf));
    const missing = wanted.filter((ref) => !stored.has(subjectKeyOf(ref)));
    return create && missing.length > 0 ? [...unopened, ...(await this.#make(session, missing, found))] : unopened;
  }

  /** Makes keys, and returns who got none: another host was quicker, or the generation has retired since this process looked. */
  async #make(
    session: SqlSession,
    wanted: readonly SubjectRef[],
    found: Map<string, KeyObject>,
  ): Promise<readonly SubjectRef[]> {
    const { number, key: wrapping } = this.#wrapping.current();
    const fresh = wanted.map((ref) => {
      const bytes = newKeyBytes();
      const wrapped = wrapKey(wrapping, ref, bytes.toString('base64'));
      return { ...ref, key: keyOfBytes(bytes), wrapped };
    });
    // The share lock makes a rotation wait for what is being added, and what comes after it sees that the generation has retired.
    const inserted = await session.query<SubjectRef>(
      `WITH g AS MATERIALIZED (SELECT number FROM key_generations WHERE number = $4 AND retired_on IS NULL FOR SHARE)
       INSERT INTO subject_keys (tenant, subject, wrapped, generation)
       SELECT w.tenant, w.subject, w.wrapped, g.number FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, subject, wrapped), g
       ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING tenant, subject`,
      [...columns(fresh, [(item) => item.tenant, (item) => item.subject, (item) => item.wrapped]), number],
    );
    const added = new Set(inserted.map(subjectKeyOf));
    for (const item of fresh) if (added.has(subjectKeyOf(item))) found.set(subjectKeyOf(item), item.key);
    return wanted.filter((ref) => !added.has(subjectKeyOf(ref)));
  }

  #unwrap(ref: SubjectRef & { readonly generation: number }, wrapped: string): KeyObject | undefined {
    const wrapping = this.#wrapping.find(ref.generation);
    return wrapping === undefined ? undefined : keyOfBytes(Buffer.from(unwrapKey(wrapping, ref, wrapped), 'base64'));
  }

  /** Keeps keys whose rows are committed. Never called for a transaction that may still roll back. */
  remember(keys: ReadonlyMap<string, KeyObject>): void {
    for (const [key, value] of keys) {
      this.#cache.delete(key);
      this.#cache.set(key, value);
    }
    for (const key of this.#cache.keys()) {
      if (this.#cache.size <= CACHE_MAX) break;
      this.#cache.delete(key);
    }
  }

  /** Forgets the keys that were destroyed since the last call, by whatever host, and names them once. */
  async forgetErased(sql: Sql): Promise<readonly (SubjectRef & { readonly at: number })[]> {
    const rows = await sql.asOwner((session) =>
      session.query<SubjectRef & { readonly on: Date }>(
        `SELECT tenant, subject, destroyed_on AS on FROM subject_keys WHERE destroyed_on > $1::timestamptz - interval '1 minute' ORDER BY destroyed_on`,
        [this.#forgotten],
      ),
    );
    this.forget(rows);
    this.#forgotten = rows.at(-1)?.on ?? this.#forgotten;
    // A look overlaps the one before, because what was committed late may have an earlier time.
    const fresh = rows.filter((row) => !this.#lately.has(subjectKeyOf(row)));
    this.#lately = new Set(rows.map(subjectKeyOf));
    return fresh.map(({ tenant, subject, on }) => ({ tenant, subject, at: on.getTime() }));
  }

  /** Erased subjects: their keys must not stay in memory either. */
  forget(refs: readonly SubjectRef[]): void {
    for (const ref of refs) this.#cache.delete(subjectKeyOf(ref));
  }

  sealWith(keys: ReadonlyMap<string, KeyObject>, ref: SubjectRef, place: string, text: string): string | null {
    const key = keys.get(subjectKeyOf(ref));
    return key === undefined ? null : seal(key, place, text);
  }

  /** Null when the subject was erased. */
  async open(session: SqlSession, ref: SubjectRef, place: string, sealed: string): Promise<string | null> {
    const keys = await this.keys(session, [ref], false);
    const key = keys.get(subjectKeyOf(ref));
    return key === undefined ? null : unseal(key, place, sealed);
  }

  openWith(keys: ReadonlyMap<string, KeyObject>, ref: SubjectRef, place: string, sealed: string): string | null {
    const key = keys.get(subjectKeyOf(ref));
    return key === undefined ? null : unseal(key, place, sealed);
  }
}
