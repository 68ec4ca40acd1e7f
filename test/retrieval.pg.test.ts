/** Searching stored notes, on both databases: the tables answer as the index in memory does, at any moment, for one tenant and account. */
import { createSecretKey, randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { gtmSet } from '../bench/retrieval/gtm-set.ts';
import { asId, partitionOf } from '../src/domain/ids.ts';
import type { ScopeId, TenantId } from '../src/domain/ids.ts';
import { PostgresNoteReader } from '../src/memory/notes/note-reader.ts';
import { createDocumentIndex } from '../src/memory/retrieval/document-index.ts';
import { KeyHashes } from '../src/memory/retrieval/key-hashes.ts';
import { MemorySearch } from '../src/memory/retrieval/memory-search.ts';
import { NoteIndexer } from '../src/memory/retrieval/note-indexer.ts';
import { search } from '../src/memory/retrieval/search.ts';
import type { Sql, SqlValue } from '../src/memory/sql/sql.port.ts';
import { onlyKey } from '../src/memory/vault/generations.ts';
import { InstallationSecret } from '../src/memory/vault/installation-secret.ts';
import { SubjectVault } from '../src/memory/vault/subject-vault.ts';
import { testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { noteIdOf, storeNotes } from './stored-notes.ts';
import type { NoteToStore } from './stored-notes.ts';

const TENANT = asId<TenantId>('default');
const OTHER = asId<TenantId>('other');
const ASK = { asOf: null, budgetTokens: 2_000, budgetMs: 10_000 } as const;

describeDatabases('memory search', (database) => {
  const master = createSecretKey(randomBytes(32));
  let test: TestApp;
  let indexer: NoteIndexer;
  let memory: MemorySearch;
  beforeAll(async () => {
    test = await testApp(database, { masterKey: master.export().toString('base64') });
    await test.app.caller('other');
    const notes = new PostgresNoteReader(test.sql, new SubjectVault(onlyKey(master)));
    const hashes = new KeyHashes(InstallationSecret.of(master));
    indexer = new NoteIndexer(test.sql, notes, hashes);
    memory = new MemorySearch({ sql: test.sql, notes, hashes, indexer, semantic: null, now: () => performance.now() });
  });
  afterAll(() => test[Symbol.asyncDispose]());
  const store = (notes: readonly NoteToStore[], tenant = TENANT) => storeNotes(test.sql, master, tenant, notes);
  const ask = (scope: string, query: string, more: object = {}) =>
    memory.search({ tenant: TENANT, scope: asId<ScopeId>(scope), query, ...ASK, ...more });
  const texts = async (...args: Parameters<typeof ask>) =>
    (await ask(...args)).notes.map(({ note }) => note.content?.text);

  it('ranks as the index in memory does', async () => {
    const set = gtmSet('parity');
    const docs = set.flatMap((line) => (line.kind === 'doc' ? [line.text] : [])).slice(0, 1_200);
    const notes = docs.map((text, index) => ({
      scope: 'acc_parity',
      text,
      seq: index + 1,
      source: `mail ${index >> 2}`,
      ordinal: index,
    }));
    await store(notes);
    await indexer.catchUpAll(TENANT);
    const index = createDocumentIndex(notes.map(({ seq, text, source }) => ({ id: String(seq), text, group: source })));
    const options = {
      layers: ['lexical', 'neighbours', 'links'],
      budgetMs: 10_000,
      now: () => 0,
      nearest: null,
    } as const;
    const queries = set.flatMap((line) => (line.kind === 'query' ? [line.text] : [])).filter((_, at) => at % 12 === 0);
    for (const query of queries) {
      const inMemory = (await search(index, query, options)).items;
      const stored = await ask('acc_parity', query, { budgetTokens: 1e6 });
      expect(stored.searched).toBe('index');
      const expected = inMemory.slice(0, 50).map(({ document }) => noteIdOf('acc_parity', Number(document)));
      expect(stored.notes.map(({ note }) => note.id)).toEqual(expected);
    }
  });

  it('shows what was known at a moment, and nothing that fell since', async () => {
    const scope = 'acc_time';
    await store([
      { scope, seq: 11, text: 'The budget is 10 k.', recordedAt: 100, supersededAt: 300 },
      { scope, seq: 12, text: 'The budget is 20 k.', recordedAt: 300 },
      { scope, seq: 13, text: 'The budget is a secret.', recordedAt: 150, retractedAt: 200 },
    ]);
    expect(await texts(scope, 'budget')).toEqual(['The budget is 20 k.']);
    expect(await texts(scope, 'budget', { asOf: 160 })).toEqual(['The budget is 10 k.', 'The budget is a secret.']);
    expect(await texts(scope, 'budget', { asOf: 250 })).toEqual(['The budget is 10 k.']);
    expect(await texts(scope, 'budget', { asOf: 99 })).toEqual([]);
  });

  it('keeps accounts and tenants apart', async () => {
    await store([{ scope: 'acc_a', seq: 21, text: 'Zirkon is the code word.' }]);
    await store([{ scope: 'acc_b', seq: 22, text: 'Zirkon is not said here.' }]);
    await store([{ scope: 'acc_a', seq: 23, text: 'Zirkon of another tenant.' }], OTHER);
    await indexer.catchUpAll(OTHER);
    expect(await texts('acc_a', 'zirkon')).toEqual(['Zirkon is the code word.']);
    expect(await texts('acc_a', 'zirkon', { tenant: OTHER })).toEqual(['Zirkon of another tenant.']);
    const rows = await test.sql.transaction({ role: 'gatehouse_app', tenants: [OTHER] }, (session) =>
      session.query<{ tenant: string }>(
        'SELECT DISTINCT tenant FROM note_postings UNION SELECT DISTINCT tenant FROM note_index',
      ),
    );
    expect(rows).toEqual([{ tenant: 'other' }]);
  });

  it('finds a note at once, without anybody having indexed it', async () => {
    await store([{ scope: 'acc_new', seq: 31, text: 'Fresh tulips arrived.' }]);
    expect(await ask('acc_new', 'tulips')).toMatchObject({ searched: 'index', stopped: 'all_layers_done' });
    expect(await texts('acc_new', 'tulips')).toHaveLength(1);
  });

  it('follows stated links', async () => {
    const scope = 'acc_links';
    await store([
      { scope, seq: 41, text: 'Procurement wants three bids.' },
      { scope, seq: 42, text: 'Somebody said so on the phone.' },
    ]);
    await test.rows(
      `INSERT INTO note_links (tenant, from_note, to_note, type, weight, partition) VALUES ('default', $1, $2, 'supports', 1, 0)`,
      [noteIdOf(scope, 42), noteIdOf(scope, 41)],
    );
    const { notes } = await ask(scope, 'procurement bids');
    expect(notes.map(({ note, layer }) => [note.content?.text, layer])).toEqual([
      ['Procurement wants three bids.', 'lexical'],
      ['Somebody said so on the phone.', 'links'],
    ]);
  });

  it('stops when the tokens are spent, and says so', async () => {
    const scope = 'acc_budget';
    await store(
      [1, 2, 3].map((n) => ({ scope, seq: 50 + n, text: `Orchid number ${n} is ${'very '.repeat(10)}rare.` })),
    );
    const { notes, stopped, tokens } = await ask(scope, 'orchid', { budgetTokens: 45 });
    expect([notes.length, stopped]).toEqual([2, 'token_budget']);
    expect(tokens).toBe(notes.reduce((sum, note) => sum + note.tokens, 0));
    expect(await ask(scope, 'unheard')).toMatchObject({ notes: [], stopped: 'nothing_found' });
  });

  describe('the index', () => {
    const scope = 'acc_index';
    const partition = partitionOf(asId<ScopeId>(scope));
    const many = Array.from({ length: 2_600 }, (_, index) => ({
      scope,
      seq: 1_000 + index,
      text: `Line ${index} about pelicans ${index % 7 === 0 ? 'and herons' : ''}.`,
    }));

    it('is made again from nothing, and searches go on meanwhile', async () => {
      await store(many);
      // So much is left that a search does not wait for it.
      const first = await ask(scope, 'herons', { budgetTokens: 1e6 });
      expect(first.searched).toBe('notes');
      await indexer.catchUpAll(TENANT);
      const second = await ask(scope, 'herons', { budgetTokens: 1e6 });
      expect(second.searched).toBe('index');
      expect(new Set(second.notes.map(({ note }) => note.content?.text?.includes('herons')))).toEqual(new Set([true]));
      expect(second.notes).toHaveLength(first.notes.length);
      const rows = () =>
        test.rows(
          'SELECT scope, key, seq, count, length, leads FROM note_postings WHERE scope = $1 ORDER BY key, seq',
          [scope],
        );
      const before = await rows();
      await indexer.clear(TENANT);
      expect(await rows()).toEqual([]);
      await indexer.catchUpAll(TENANT);
      expect(await rows()).toEqual(before);
    });

    it('is written once when two bring it up to date at the same time', async () => {
      await indexer.clear(TENANT);
      await Promise.all([1, 2, 3].map(() => indexer.catchUp(TENANT, partition, Number.POSITIVE_INFINITY)));
      const [totals] = await test.rows<{ notes: number }>('SELECT notes FROM note_index_totals WHERE scope = $1', [
        scope,
      ]);
      expect(Number(totals?.notes)).toBe(many.length);
    });

    it('is read by key, however large the account is', async () => {
      await indexer.catchUpAll(TENANT);
      await test.sql.asOwner((session) => session.script('ANALYZE'));
      const leftOut: [number, string][] = [];
      const sql = explained(test.sql, (rows, text) => leftOut.push([rows, text]));
      const notes = new PostgresNoteReader(sql, new SubjectVault(onlyKey(master)));
      const hashes = new KeyHashes(InstallationSecret.of(master));
      const own = new NoteIndexer(sql, notes, hashes);
      const search = new MemorySearch({ sql, notes, hashes, indexer: own, semantic: null, now: () => 0 });
      const found = await search.search({ tenant: TENANT, scope: asId(scope), query: 'pelicans and herons', ...ASK });
      expect(found).toMatchObject({ searched: 'index' });
      expect(leftOut.length).toBeGreaterThan(8);
      // A statement that went through the account, or its partition, would leave out thousands.
      expect(leftOut.filter(([rows]) => rows > 150)).toEqual([]);
    });

    it('forgets a person, and holds no word of anybody', async () => {
      await store([{ scope, seq: 9_001, text: 'Ottokar prefers mornings.', person: 'per_o' }]);
      expect(await texts(scope, 'Ottokar')).toHaveLength(1);
      const words = await test.rows(
        `SELECT 1 FROM note_index n WHERE n::text ILIKE '%ottokar%' UNION ALL SELECT 1 FROM note_postings p WHERE p::text ILIKE '%ottokar%'`,
      );
      expect(words).toEqual([]);
      expect(await indexer.forget(TENANT, 'per_o')).toBe(1);
      const left = await test.rows('SELECT 1 FROM note_postings WHERE scope = $1 AND seq = 9001', [scope]);
      expect(left).toEqual([]);
      expect(await texts(scope, 'Ottokar')).toEqual([]);
      const [totals] = await test.rows<{ notes: number }>('SELECT notes FROM note_index_totals WHERE scope = $1', [
        scope,
      ]);
      expect(Number(totals?.notes)).toBe(many.length);
    });
  });
});

interface PlanNode {
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

/** Tells of each statement how many rows the database looked at and left out. */
function explained(sql: Sql, tell: (rows: number, text: string) => void): Sql {
  const leftOut = (node: PlanNode): number =>
    (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'] +
    (node.Plans ?? []).reduce((all, plan) => all + leftOut(plan), 0);
  return {
    ...sql,
    transaction: (scope, run) =>
      sql.transaction(scope, (session) =>
        run({
          async query<Row extends object>(text: string, params?: readonly SqlValue[]) {
            const [row] = await session.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
              `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
              params,
            );
            tell(leftOut(row!['QUERY PLAN'][0].Plan), text);
            return session.query<Row>(text, params);
          },
          finish: () => session.finish(),
        }),
      ),
  };
}
