/**
 * The vectors of one space once more in LanceDB, which finds the nearest without reading all of them. It is never the truth: it is made from
 * the database, compared with it, and may be deleted at any time. All writes go through one queue, because two writers of one table lose or
 * double rows.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { connect } from '@lancedb/lancedb';
import type { Connection, Table } from '@lancedb/lancedb';

import type { TenantId } from '../../../domain/ids.ts';
import type { Ranked } from '../../../stats/retrieval/ranking.ts';
import { compareIds } from '../../../stats/retrieval/ranking.ts';
import type { NotePlace, VectorStore } from './vector-store.ts';

/** Rows of one write; many small ones make many small files. */
const BATCH = 1_000;
/** How far the clocks of hosts and database may differ. */
const CLOCK_MARGIN_MS = 60_000;
/** Filters are text, so nothing may stand in one that is not a name of ours. */
const NAME = /^[A-Za-z0-9_.:-]{1,128}$/;

interface LanceRow extends Record<string, unknown> {
  readonly tenant: string;
  readonly scope: string;
  readonly seq: number;
  readonly recorded_at: number;
  readonly vector: number[];
}

export interface Reconciled {
  readonly added: number;
  readonly removed: number;
}

export class LanceProjection {
  readonly #folder: string;
  readonly #space: string;
  readonly #store: VectorStore;
  readonly #table: string;
  #connection: Promise<Connection> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  /** Tenants whose rows are those of the database, as far as this process has written them. */
  readonly #complete = new Set<TenantId>();

  constructor(folder: string, space: string, store: VectorStore) {
    this.#folder = folder;
    this.#space = space;
    this.#store = store;
    this.#table = `vectors_${createHash('sha256').update(space).digest('hex').slice(0, 16)}`;
  }

  /** Makes the rows of a tenant those of the database: adds what is missing, removes what is too much or doubled. */
  reconcile(tenant: TenantId): Promise<Reconciled> {
    return this.#write(async () => {
      const table = await this.#open();
      const wanted = new Map((await this.#store.places(tenant, this.#space)).map((place) => [keyOf(place), place]));
      const present = new Map<string, number>();
      const rows =
        table === null
          ? []
          : await table
              .query()
              .where(`tenant = '${named(tenant)}'`)
              .select(['scope', 'seq'])
              .toArray();
      for (const row of rows as readonly NotePlace[]) present.set(keyOf(row), (present.get(keyOf(row)) ?? 0) + 1);
      const wrong = [...present].filter(([key, count]) => count > 1 || !wanted.has(key)).map(([key]) => key);
      if (table !== null) await this.#remove(table, tenant, wrong.map(placeOf));
      for (const key of wrong) present.delete(key);
      const missing = [...wanted].filter(([key]) => !present.has(key)).map(([, place]) => place);
      for (let at = 0; at < missing.length; at += BATCH) await this.#add(tenant, missing.slice(at, at + BATCH));
      this.#complete.add(tenant);
      return { added: missing.length, removed: wrong.length };
    });
  }

  /** Makes the table again from the database. Merging files keeps the bytes of removed rows where few of a file were removed, so this is what an erasure asks for. */
  async purge(): Promise<void> {
    const tenants = [...this.#complete];
    await this.drop();
    for (const tenant of tenants) await this.reconcile(tenant);
  }

  /** Whether there are files of before a time, which may hold the bytes of rows that were removed at that time. */
  isOlderThan(at: number): boolean {
    if (!existsSync(this.#folder)) return false;
    return readdirSync(this.#folder).some(
      (name) => statSync(join(this.#folder, name)).birthtimeMs < at + CLOCK_MARGIN_MS,
    );
  }

  /** How many rows there are of these notes. */
  async count(tenant: TenantId, places: readonly NotePlace[]): Promise<number> {
    const table = await this.#open();
    if (table === null) return 0;
    let rows = 0;
    for (const filter of filtersOf(tenant, places)) rows += await table.countRows(filter);
    return rows;
  }

  /** Merges small files and drops old versions of the table. */
  optimise(): Promise<void> {
    return this.#write(async () => {
      const table = await this.#open();
      await table?.optimize({ cleanupOlderThan: new Date(), deleteUnverified: true });
    });
  }

  /** Deletes the rows of every tenant, and the tables of spaces that are no longer in use. Searches compare the vectors of the database until it is made again. */
  drop(): Promise<void> {
    this.#complete.clear();
    return this.#write(async () => {
      await (await this.#connected()).dropAllTables();
    });
  }

  /** The nearest notes of a scope by cosine; null when the projection cannot answer, and the database has to. */
  async nearest(
    query: { readonly tenant: TenantId; readonly scope: string; readonly asOf: number },
    vector: Float32Array,
    limit: number,
  ): Promise<readonly Ranked[] | null> {
    if (!this.#complete.has(query.tenant)) return null;
    try {
      const table = await this.#open();
      if (table === null) return null;
      const filter = `tenant = '${named(query.tenant)}' AND scope = '${named(query.scope)}' AND recorded_at <= ${Math.trunc(query.asOf)}`;
      const rows = (await table
        .vectorSearch(vector)
        .distanceType('cosine')
        .where(filter)
        .select(['seq', '_distance'])
        .limit(limit)
        .toArray()) as readonly { readonly seq: number; readonly _distance: number }[];
      return rows
        .map(({ seq, _distance: distance }) => ({ document: String(seq), score: 1 - distance }))
        .toSorted((a, b) => b.score - a.score || compareIds(a.document, b.document));
    } catch {
      // A folder that was deleted or damaged under our feet. It is made again by the next comparison.
      this.#complete.delete(query.tenant);
      this.#connection = null;
      return null;
    }
  }

  async #add(tenant: TenantId, places: readonly NotePlace[]): Promise<void> {
    const vectors = await this.#store.read(tenant, this.#space, places);
    const rows = vectors.map(({ scope, seq, recordedAt, vector }): LanceRow => ({
      tenant,
      scope,
      seq,
      recorded_at: recordedAt,
      vector: [...vector],
    }));
    if (rows.length === 0) return;
    const table = await this.#open();
    if (table === null) await (await this.#connected()).createTable(this.#table, rows);
    else await table.add(rows);
  }

  async #remove(table: Table, tenant: TenantId, places: readonly NotePlace[]): Promise<void> {
    for (const filter of filtersOf(tenant, places)) await table.delete(filter);
  }

  /** Null when there is no table yet. */
  async #open(): Promise<Table | null> {
    return (await this.#exists()) ? (await this.#connected()).openTable(this.#table) : null;
  }

  async #exists(): Promise<boolean> {
    const connection = await this.#connected();
    for (let pageToken: string | undefined; ;) {
      const page = await connection.listTables(pageToken === undefined ? {} : { pageToken });
      if (page.tables.includes(this.#table)) return true;
      pageToken = page.pageToken;
      if (pageToken === undefined || pageToken === '') return false;
    }
  }

  #connected(): Promise<Connection> {
    this.#connection ??= connect(this.#folder);
    return this.#connection;
  }

  #write<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

/** One filter per scope. */
function filtersOf(tenant: TenantId, places: readonly NotePlace[]): readonly string[] {
  return [...Map.groupBy(places, (place) => place.scope)].map(([scope, group]) => {
    const seqs = group.map(({ seq }) => Math.trunc(seq)).join(', ');
    return `tenant = '${named(tenant)}' AND scope = '${named(scope)}' AND seq IN (${seqs})`;
  });
}

function keyOf({ scope, seq }: NotePlace): string {
  return `${scope}/${seq}`;
}

function placeOf(key: string): NotePlace {
  const cut = key.lastIndexOf('/');
  return { scope: key.slice(0, cut), seq: Number(key.slice(cut + 1)) };
}

function named(name: string): string {
  if (!NAME.test(name)) throw new Error(`not a name for a filter: ${JSON.stringify(name)}`);
  return name;
}
