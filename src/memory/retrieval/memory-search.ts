/**
 * Searches the memory of one account: brings the index up to date, goes through the layers, leaves out what does not stand at the asked
 * moment, opens the texts, and stops when the budget of tokens is spent. While the index of a scope is missing or behind, the notes themselves are
 * read and searched the same way in memory.
 */
import { partitionOf } from '../../domain/ids.ts';
import type { ScopeId, TenantId } from '../../domain/ids.ts';
import type { StoredNote } from '../../domain/note.ts';
import type { NoteReader } from '../notes/note-reader.port.ts';
import { KNOWN_AT, STANDS } from '../notes/note-reader.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { createDocumentIndex } from './document-index.ts';
import type { KeyHashes } from './key-hashes.ts';
import type { NoteIndexer } from './note-indexer.ts';
import { createPostgresSource, END_OF_TIME } from './postgres-source.ts';
import { search } from './search.ts';
import type { Layer, SearchItem, SearchOptions, SearchResult, SearchStep, StopReason } from './search.ts';
import type { SemanticIndex } from './semantic.port.ts';

export interface MemoryQuery {
  readonly tenant: TenantId;
  readonly scope: ScopeId;
  readonly query: string;
  /** What was known then; null for the present. */
  readonly asOf: number | null;
  readonly budgetTokens: number;
  readonly budgetMs: number;
}

export interface FoundNote {
  readonly note: StoredNote;
  readonly score: number;
  readonly layer: Layer;
  readonly tokens: number;
}

export interface MemoryResult {
  readonly notes: readonly FoundNote[];
  readonly steps: readonly SearchStep[];
  readonly stopped: StopReason | 'token_budget';
  /** Where the notes were searched: in the index, or one by one because it was not up to date. */
  readonly searched: 'index' | 'notes';
  readonly tokens: number;
  /** The space of the vectors that were asked; null when no semantic provider is configured, or it did not answer. */
  readonly space: string | null;
}

/** Batches that a search indexes by itself before it reads the notes instead. */
const CATCH_UP_BATCHES = 4;
/** Notes of one page when there is no index and all are read. */
const PAGE = 1_000;
const RESULTS_MAX = 50;
const ALL_LAYERS: readonly Layer[] = ['lexical', 'neighbours', 'links', 'vectors'];
/** English text has about four characters a token. */
const CHARACTERS_PER_TOKEN = 4;

/** An estimate from the length, for budgets; models count differently. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

export class MemorySearch {
  readonly #sql: Sql;
  readonly #notes: NoteReader;
  readonly #hashes: KeyHashes;
  readonly #indexer: NoteIndexer;
  readonly #semantic: SemanticIndex | null;
  readonly #now: () => number;

  constructor(parts: {
    readonly sql: Sql;
    readonly notes: NoteReader;
    readonly hashes: KeyHashes;
    readonly indexer: NoteIndexer;
    readonly semantic: SemanticIndex | null;
    /** Milliseconds of a clock that only goes forward. */
    readonly now: () => number;
  }) {
    this.#sql = parts.sql;
    this.#notes = parts.notes;
    this.#hashes = parts.hashes;
    this.#indexer = parts.indexer;
    this.#semantic = parts.semantic;
    this.#now = parts.now;
  }

  async search(query: MemoryQuery): Promise<MemoryResult> {
    const indexed = await this.#indexer.catchUp(query.tenant, partitionOf(query.scope), CATCH_UP_BATCHES);
    const semantic = indexed ? await this.#nearest(query) : null;
    const { result, notes } = indexed
      ? await this.#inIndex(query, semantic?.nearest ?? null)
      : await this.#inNotes(query);
    const space = semantic?.space ?? null;
    return { ...withinBudget(result, notes, query.budgetTokens), searched: indexed ? 'index' : 'notes', space };
  }

  /** Asked before the transaction begins, so that none is held open while a service of somebody else thinks. */
  async #nearest({ tenant, scope, query, asOf }: MemoryQuery) {
    const answer = (await this.#semantic?.nearest({ tenant, scope, query, asOf: asOf ?? END_OF_TIME })) ?? null;
    return answer === null ? null : { space: answer.space, nearest: async () => answer.ranking };
  }

  async #inIndex(query: MemoryQuery, nearest: SearchOptions['nearest']): Promise<Found> {
    const { tenant, scope } = query;
    const asOf = query.asOf ?? END_OF_TIME;
    const { result, ids } = await this.#sql.transaction(
      { role: 'gatehouse_app', tenants: [tenant], keyed: true },
      async (session) => {
        const source = createPostgresSource(session, { tenant, scope, asOf }, this.#hashes);
        const found = await search(source, query.query, this.#options(query, nearest));
        return { result: found, ids: await standingOf(session, query, found.items) };
      },
    );
    const byId = new Map((await this.#notes.byIds(tenant, [...ids.values()])).map((note) => [note.id as string, note]));
    const notes = new Map(
      [...ids].flatMap(([document, id]) => {
        const note = byId.get(id);
        return note === undefined ? [] : [[document, note] as const];
      }),
    );
    return { result, notes };
  }

  async #inNotes(query: MemoryQuery): Promise<Found> {
    const list: StoredNote[] = [];
    for (let page: readonly StoredNote[] = []; ;) {
      const last = page.at(-1);
      page = await this.#notes.list(query.tenant, {
        scope: query.scope,
        asOf: query.asOf ?? undefined,
        after: last === undefined ? undefined : [last.recordedAt, last.id],
        limit: PAGE,
      });
      list.push(...page);
      if (page.length < PAGE) break;
    }
    const readable = list.filter((note) => note.content !== null);
    const inOrder = readable.toSorted((a, b) => a.ordinal - b.ordinal);
    const source = createDocumentIndex(
      inOrder.map(({ id, source: group, content }) => ({ id, text: content?.text ?? '', group })),
    );
    const result = await search(source, query.query, this.#options(query, null));
    return { result, notes: new Map(readable.map((note) => [note.id as string, note])) };
  }

  #options(query: MemoryQuery, nearest: SearchOptions['nearest']): SearchOptions {
    return { layers: ALL_LAYERS, budgetMs: query.budgetMs, now: this.#now, nearest };
  }
}

interface Found {
  readonly result: SearchResult;
  /** The notes that stand at the asked moment, by the name that the search gave them. */
  readonly notes: ReadonlyMap<string, StoredNote>;
}

/** The best documents that stand at the asked moment: the id of each note by its position. */
async function standingOf(
  session: SqlSession,
  { tenant, scope, asOf }: MemoryQuery,
  items: readonly SearchItem[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ seq: number; id: string }>(
    `SELECT n.seq, n.id FROM notes n WHERE n.tenant = $1 AND n.partition = $3::smallint AND n.seq = ANY ($4::bigint[])
       AND ${asOf === null ? `${STANDS} AND $2::bigint IS NULL` : KNOWN_AT.replaceAll('$2', '$2::bigint')}`,
    [tenant, asOf, partitionOf(scope), items.map(({ document }) => Number(document))],
  );
  const standing = new Map(rows.map(({ seq, id }) => [String(seq), id]));
  const best = items.flatMap(({ document }) => {
    const id = standing.get(document);
    return id === undefined ? [] : [[document, id] as const];
  });
  return new Map(best.slice(0, RESULTS_MAX));
}

function withinBudget(
  { items, steps, stopped }: SearchResult,
  notes: ReadonlyMap<string, StoredNote>,
  budgetTokens: number,
): Pick<MemoryResult, 'notes' | 'steps' | 'stopped' | 'tokens'> {
  const found: FoundNote[] = [];
  let tokens = 0;
  for (const { document, score, layer } of items) {
    const note = notes.get(document);
    const text = note?.content?.text;
    if (note === undefined || text === undefined) continue;
    if (found.length === RESULTS_MAX) break;
    const cost = tokensOf(text);
    if (tokens + cost > budgetTokens) return { notes: found, steps, stopped: 'token_budget', tokens };
    tokens += cost;
    found.push({ note, score, layer, tokens: cost });
  }
  return {
    notes: found,
    steps,
    stopped: found.length === 0 && stopped === 'all_layers_done' ? 'nothing_found' : stopped,
    tokens,
  };
}
