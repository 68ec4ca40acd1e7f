/** Vectors in the database and in LanceDB, on both databases: the same neighbours, whatever happens to the projection. */
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import { asId } from '../src/domain/ids.ts';
import type { ScopeId, TenantId } from '../src/domain/ids.ts';
import { PostgresNoteReader } from '../src/memory/notes/note-reader.ts';
import type { Embedder } from '../src/memory/retrieval/embeddings/embedder.port.ts';
import { unitVector } from '../src/memory/retrieval/embeddings/http-embedder.ts';
import { LanceProjection } from '../src/memory/retrieval/embeddings/lance-projection.ts';
import { VectorMemory } from '../src/memory/retrieval/embeddings/vector-memory.ts';
import { spaceName, VectorStore } from '../src/memory/retrieval/embeddings/vector-store.ts';
import { KeyHashes } from '../src/memory/retrieval/key-hashes.ts';
import { MemorySearch } from '../src/memory/retrieval/memory-search.ts';
import { NoteIndexer } from '../src/memory/retrieval/note-indexer.ts';
import { END_OF_TIME } from '../src/memory/retrieval/postgres-source.ts';
import { onlyKey } from '../src/memory/vault/generations.ts';
import { InstallationSecret } from '../src/memory/vault/installation-secret.ts';
import { SubjectVault } from '../src/memory/vault/subject-vault.ts';
import { seededRandom } from '../src/stats/random.ts';
import { testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { storeNotes } from './stored-notes.ts';

const TENANT = asId<TenantId>('default');
const DIMENSIONS = 16;

/** Vectors that depend on the text alone; texts of one first word are near each other. */
function embedderOf(model: string, fails: { now: boolean } = { now: false }): Embedder {
  return {
    space: { provider: 'test', model, dimensions: DIMENSIONS },
    batchMax: 32,
    embed(texts) {
      if (fails.now) return Promise.reject(new GatehouseError('unavailable', 'down'));
      return Promise.resolve(
        texts.map((text) => {
          const topic = seededRandom(`${model} ${text.split(' ')[0]}`);
          const own = seededRandom(`${model} ${text}`);
          return unitVector(Array.from({ length: DIMENSIONS }, () => topic() - 0.5 + 0.2 * (own() - 0.5)));
        }),
      );
    },
  };
}

const mayLeave = () => Promise.resolve(true);

describeDatabases('vectors of notes', (database) => {
  const master = createSecretKey(randomBytes(32));
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lance-'));
  const fails = { now: false };
  const embedder = embedderOf('m1', fails);
  const space = spaceName(embedder.space);
  let test: TestApp;
  let store: VectorStore;
  let notes: PostgresNoteReader;
  let indexer: NoteIndexer;
  let projection: LanceProjection;
  let vectors: VectorMemory;
  beforeAll(async () => {
    test = await testApp(database, { masterKey: master.export().toString('base64') });
    notes = new PostgresNoteReader(test.sql, new SubjectVault(onlyKey(master)));
    indexer = new NoteIndexer(test.sql, notes, new KeyHashes(InstallationSecret.of(master)));
    store = new VectorStore(test.sql);
    projection = new LanceProjection(folder, space, store);
    vectors = new VectorMemory({ embedder, store, projection, notes, mayLeave });
    const texts = ['apples', 'bridges', 'clouds', 'drums'].flatMap((topic) =>
      Array.from({ length: 40 }, (_, index) => `${topic} number ${index}`),
    );
    await storeNotes(
      test.sql,
      master,
      TENANT,
      texts.map((text, index) => ({
        scope: index % 2 === 0 ? 'acc_v' : 'acc_w',
        text,
        seq: index + 1,
        ...(index === 0 ? { person: 'per_v' } : {}),
      })),
    );
    await indexer.catchUpAll(TENANT);
  });
  afterAll(async () => {
    await test[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  const place = { tenant: TENANT, scope: 'acc_v', asOf: END_OF_TIME };
  const questions = ['apples for tea', 'bridges of stone', 'drums at night', 'nothing of this'];
  const exact = async (query: string) => {
    const [vector] = await embedder.embed([query], 'query');
    return store.exact({ ...place, space }, vector ?? new Float32Array(DIMENSIONS), 10);
  };
  const ofProjection = async (query: string) => {
    const [vector] = await embedder.embed([query], 'query');
    return projection.nearest(place, vector ?? new Float32Array(DIMENSIONS), 10);
  };

  it('are made once for each note', async () => {
    expect(await vectors.catchUp(TENANT)).toBe(160);
    expect(await vectors.catchUp(TENANT)).toBe(0);
  });

  it('are the same neighbours in LanceDB as in the database', async () => {
    for (const question of questions) {
      const expected = await exact(question);
      const found = await ofProjection(question);
      expect(found?.map(({ document }) => document)).toEqual(expected.map(({ document }) => document));
      for (const [index, { score }] of expected.entries()) expect(found?.[index]?.score).toBeCloseTo(score, 4);
    }
  });

  it('are compared with the database and mended, without doubles', async () => {
    expect(await projection.reconcile(TENANT)).toEqual({ added: 0, removed: 0 });
    await test.rows(`DELETE FROM note_vectors WHERE scope = 'acc_v' AND seq = 3`);
    expect(await projection.reconcile(TENANT)).toEqual({ added: 0, removed: 1 });
    expect(await vectors.catchUp(TENANT)).toBe(1);
    const writers = await Promise.all([1, 2, 3].map(() => projection.reconcile(TENANT)));
    expect(writers).toEqual(writers.map(() => ({ added: 0, removed: 0 })));
  });

  it('are found exactly while the projection is missing', async () => {
    const expected = await exact('clouds in May');
    await projection.drop();
    expect(await ofProjection('clouds in May')).toBeNull();
    const answer = await vectors.nearest({ ...place, query: 'clouds in May' });
    expect(answer?.ranking.slice(0, 10)).toEqual(expected);
    expect(await projection.reconcile(TENANT)).toEqual({ added: 160, removed: 0 });
    rmSync(folder, { recursive: true, force: true });
    expect((await vectors.nearest({ ...place, query: 'clouds in May' }))?.ranking.slice(0, 10)).toEqual(expected);
    await projection.reconcile(TENANT);
    expect((await ofProjection('clouds in May'))?.map(({ document }) => document)).toEqual(
      expected.map(({ document }) => document),
    );
  });

  it('of two spaces are never compared', async () => {
    const other = embedderOf('m2');
    const otherVectors = new VectorMemory({ embedder: other, store, projection: null, notes, mayLeave });
    expect((await otherVectors.nearest({ ...place, query: 'apples' }))?.ranking).toEqual([]);
    expect(await otherVectors.catchUp(TENANT)).toBe(160);
    expect(await projection.reconcile(TENANT)).toEqual({ added: 0, removed: 0 });
  });

  it('are not made, and not asked for, where the tenant keeps texts and questions back', async () => {
    const asked: string[] = [];
    const watched: Embedder = {
      ...embedderOf('m3'),
      embed(texts, purpose) {
        asked.push(...texts);
        return embedder.embed(texts, purpose);
      },
    };
    const keptBack = new Set(['note_text', 'question']);
    const guarded = new VectorMemory({
      embedder: watched,
      store,
      projection: null,
      notes,
      mayLeave: (_tenant, what) => Promise.resolve(!keptBack.has(what)),
    });
    expect(await guarded.catchUp(TENANT)).toBe(0);
    expect(await guarded.nearest({ ...place, query: 'apples' })).toBeNull();
    expect(asked).toEqual([]);
    keptBack.delete('question');
    expect(await guarded.nearest({ ...place, query: 'apples' })).not.toBeNull();
    expect(asked).toEqual(['apples']);
  });

  it('take part in a search, which goes on without them when the provider is down', async () => {
    const memory = new MemorySearch({
      sql: test.sql,
      notes,
      hashes: new KeyHashes(InstallationSecret.of(master)),
      indexer,
      semantic: vectors,
      now: () => performance.now(),
    });
    const query = { tenant: TENANT, scope: asId<ScopeId>('acc_v'), asOf: null, budgetTokens: 500, budgetMs: 10_000 };
    const found = await memory.search({ ...query, query: 'drums unheard' });
    expect(found.space).toBe(space);
    expect(found.steps.map(({ layer }) => layer)).toContain('vectors');
    expect(found.notes[0]?.note.content?.text).toMatch(/^drums/);
    fails.now = true;
    const without = await memory.search({ ...query, query: 'drums unheard' });
    expect(without.space).toBeNull();
    expect(without.notes.length).toBeGreaterThan(0);
    fails.now = false;
  });

  it('of a person leave the projection with the person, bytes included', async () => {
    const [stored] = await store.read(TENANT, space, [{ scope: 'acc_v', seq: 1 }]);
    const bytes = Buffer.from(stored?.vector.buffer ?? new ArrayBuffer(0));
    const filesWith = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(bytes));
    expect(filesWith().length).toBeGreaterThan(0);
    expect(await projection.count(TENANT, [{ scope: 'acc_v', seq: 1 }])).toBe(1);
    // As on a second host: the first has emptied the index already, and the files are known by their age.
    expect(projection.isOlderThan(Date.now())).toBe(true);
    expect(projection.isOlderThan(Date.now() - 3_600_000)).toBe(false);
    await indexer.forget(TENANT, 'per_v');
    expect(await projection.reconcile(TENANT)).toEqual({ added: 0, removed: 1 });
    expect(await projection.count(TENANT, [{ scope: 'acc_v', seq: 1 }])).toBe(0);
    await projection.purge();
    await projection.optimise();
    expect(await ofProjection('apples for tea')).toHaveLength(10);
    expect(filesWith()).toEqual([]);
    expect(await store.read(TENANT, space, [{ scope: 'acc_v', seq: 1 }])).toEqual([]);
  });
});
