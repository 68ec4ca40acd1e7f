import type { KeyObject } from 'node:crypto';

/** Data keys per subject: made on first use, kept wrapped with the installation's key, cached in memory, destroyed by erasure. */
import type { TenantId } from '../../domain/ids.ts';
import { columns } from '../sql/columns.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { keyOfBytes, newKeyBytes, seal, unseal } from './cipher.ts';

/** Keys that stay in memory; the least recently used leave first. */
const CACHE_MAX = 50_000;

export interface SubjectRef {
  readonly tenant: TenantId;
  readonly subject: string;
}

/** Under which a subject's data key is found in a map of keys. */
export const subjectKeyOf = (ref: SubjectRef) => `${ref.tenant}/${ref.subject}`;

export class SubjectVault {
  readonly #master: KeyObject;
  readonly #cache = new Map<string, KeyObject>();
  /** Up to when other hosts' erasures are known; the first look takes in all. */
  #forgotten = new Date(0);
  #lately: ReadonlySet<string> = new Set();

  constructor(master: KeyObject) {
    this.#master = master;
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
    const wanted = [...missing.values()];
    const fresh = create
      ? wanted.map((ref) => {
          const bytes = newKeyBytes();
          const wrapped = seal(this.#master, subjectKeyOf(ref), bytes.toString('base64'));
          return { ...ref, key: keyOfBytes(bytes), wrapped };
        })
      : [];
    const created =
      fresh.length === 0
        ? Promise.resolve([])
        : session.query(
            `INSERT INTO subject_keys (tenant, subject, wrapped)
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
            columns(fresh, [(item) => item.tenant, (item) => item.subject, (item) => item.wrapped]),
          );
    const ours = new Map(fresh.map((item) => [item.wrapped, item.key]));
    const [rows] = await Promise.all([
      session.query<{ tenant: TenantId; subject: string; wrapped: string | null }>(
        `SELECT k.tenant, k.subject, k.wrapped FROM unnest($1::text[], $2::text[]) AS w (tenant, subject)
         JOIN subject_keys k ON k.tenant = w.tenant AND k.subject = w.subject`,
        [wanted.map((ref) => ref.tenant), wanted.map((ref) => ref.subject)],
      ),
      created,
    ]);
    for (const row of rows) {
      if (row.wrapped === null) continue;
      found.set(
        subjectKeyOf(row),
        ours.get(row.wrapped) ??
          keyOfBytes(Buffer.from(unseal(this.#master, subjectKeyOf(row), row.wrapped), 'base64')),
      );
    }
    return found;
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
