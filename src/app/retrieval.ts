/** Puts together what searches notes: the index, the provider of embeddings if one is configured, and the work that keeps both up to date. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { TenantId } from '../domain/ids.ts';
import type { NoteReader } from '../memory/notes/note-reader.port.ts';
import type { Embedder } from '../memory/retrieval/embeddings/embedder.port.ts';
import { LanceProjection } from '../memory/retrieval/embeddings/lance-projection.ts';
import { VectorMemory } from '../memory/retrieval/embeddings/vector-memory.ts';
import type { MayLeave } from '../memory/retrieval/embeddings/vector-memory.ts';
import { spaceName, VectorStore } from '../memory/retrieval/embeddings/vector-store.ts';
import type { NotePlace } from '../memory/retrieval/embeddings/vector-store.ts';
import { KeyHashes } from '../memory/retrieval/key-hashes.ts';
import { MemorySearch } from '../memory/retrieval/memory-search.ts';
import { NoteIndexer } from '../memory/retrieval/note-indexer.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';
import type { ModelCall } from '../observability/model-call.ts';
import { watchedEmbedder } from './watched-embedder.ts';

export interface ErasedPerson {
  readonly tenant: TenantId;
  readonly subject: string;
  /** When their key was destroyed. */
  readonly at: number;
}

export interface Retrieval {
  readonly memory: MemorySearch;
  readonly indexer: NoteIndexer;
  /** Null when no provider of embeddings is configured. */
  readonly vectors: VectorMemory | null;
  /** Indexes and embeds what is new, of all tenants, and tidies the projection now and then. Does nothing while it is at it already, and ends early when asked to. */
  keep(stopping: AbortSignal): Promise<void>;
  /** Takes out of all indexes what erased people put into them. */
  forget(people: readonly ErasedPerson[]): Promise<void>;
  /** Makes the files of this host again, or deletes those that nothing uses any more. */
  purge(): Promise<void>;
  /** How many vectors of these notes are in the files of this host. */
  projected(tenant: TenantId, places: readonly NotePlace[]): Promise<number>;
}

const OPTIMISE_MS = 3_600_000;

export function openRetrieval(
  sql: Sql,
  secret: InstallationSecret,
  notes: NoteReader,
  {
    embeddings,
    dataDir,
    mayLeave,
    called,
  }: {
    readonly embeddings: Embedder | null;
    readonly dataDir: string;
    readonly mayLeave: MayLeave;
    /** Is told of each call of a provider. */
    readonly called: (call: ModelCall) => void;
  },
): Retrieval {
  const now = () => performance.now();
  const hashes = new KeyHashes(secret);
  const indexer = new NoteIndexer(sql, notes, hashes);
  const folder = join(dataDir, 'vectors');
  const semantic = embeddings === null ? null : openVectors(sql, notes, embeddings, folder, mayLeave, called);
  const vectors = semantic?.vectors ?? null;
  let optimisedAt = now();
  let working = false;

  async function keep(stopping: AbortSignal): Promise<void> {
    if (working) return;
    working = true;
    try {
      const tenants = await sql.asOwner((session) =>
        session.query<{ id: TenantId }>('SELECT id FROM tenants ORDER BY id'),
      );
      for (const { id } of tenants) {
        await indexer.catchUpAll(id, stopping);
        await vectors?.catchUp(id, stopping);
      }
      if (!stopping.aborted && semantic !== null && now() - optimisedAt > OPTIMISE_MS) {
        optimisedAt = now();
        await semantic.projection.optimise();
      }
    } finally {
      working = false;
    }
  }

  async function forget(people: readonly ErasedPerson[]): Promise<void> {
    for (const { tenant, subject } of people) await indexer.forget(tenant, subject);
    // Another host may have emptied the index before, so what this host's files hold follows from their age alone.
    if (semantic !== null && people.some(({ at }) => semantic.projection.isOlderThan(at)))
      await semantic.projection.purge();
  }

  async function purge(): Promise<void> {
    if (semantic === null) rmSync(folder, { recursive: true, force: true });
    else await semantic.projection.purge();
  }

  return {
    forget,
    purge,
    projected: async (tenant, places) => (await semantic?.projection.count(tenant, places)) ?? 0,
    memory: new MemorySearch({ sql, notes, hashes, indexer, semantic: vectors, now }),
    indexer,
    vectors,
    keep,
  };
}

function openVectors(
  sql: Sql,
  notes: NoteReader,
  provider: Embedder,
  folder: string,
  mayLeave: MayLeave,
  called: (call: ModelCall) => void,
) {
  const embedder = watchedEmbedder(provider, called, () => Date.now());
  const store = new VectorStore(sql);
  const projection = new LanceProjection(folder, spaceName(embedder.space), store);
  return { projection, vectors: new VectorMemory({ embedder, store, projection, notes, mayLeave }) };
}
