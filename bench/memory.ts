/**
 * Measures the memory of accounts on Postgres with row-level security on: the first look, which reads a timeline, and a full walk, which asks a
 * question. One tenant has 100,000 notes in 1,000 accounts of very different size, over a ledger of a million events.
 *
 *   npm run bench:memory -- [--notes 100000] [--events 1000000] [--asks 2000] [--write]
 */
import { createSecretKey, randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { openRetrieval } from '../src/app/retrieval.ts';
import { asId, PARTITION_COUNT, partitionOf } from '../src/domain/ids.ts';
import type { ScopeId, TenantId } from '../src/domain/ids.ts';
import { EMPTY_TIMELINE } from '../src/domain/timeline.ts';
import { PostgresNoteReader } from '../src/memory/notes/note-reader.ts';
import { PostgresTimelineReader } from '../src/memory/notes/timeline-reader.ts';
import { migrate } from '../src/memory/sql/migrate.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { StatisticsKeeper } from '../src/memory/sql/statistics-keeper.ts';
import { onlyKey } from '../src/memory/vault/generations.ts';
import { InstallationSecret } from '../src/memory/vault/installation-secret.ts';
import { SubjectVault } from '../src/memory/vault/subject-vault.ts';
import { createDatabase } from '../test/postgres-database.ts';
import { storeNotes } from '../test/stored-notes.ts';
import { writeSection } from './page-section.ts';
import { gtmSet } from './retrieval/gtm-set.ts';
import { Draws } from './retrieval/set-parts.ts';
import { SERVER_URL } from './server.ts';

const { values } = parseArgs({
  options: {
    notes: { type: 'string', default: '100000' },
    events: { type: 'string', default: '1000000' },
    asks: { type: 'string', default: '2000' },
    write: { type: 'boolean', default: false },
  },
});
const TENANT = asId<TenantId>('default');
const ACCOUNTS = 1_000;
const CHUNK = 2_000;
/** The least share that an account has of the tenant is far below its average: sizes fall as one over the rank. */
const SIZE_EXPONENT = 1;

interface Asked {
  readonly scope: string;
  readonly query: string;
}

/** Notes of the labelled sets, spread over accounts; questions are asked of the account that has their notes. */
async function fill(sql: Sql, master: ReturnType<typeof createSecretKey>, total: number): Promise<readonly Asked[]> {
  const draws = new Draws('memory');
  const weights = Array.from({ length: ACCOUNTS }, (_, rank) => 1 / (rank + 1) ** SIZE_EXPONENT);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const asked: Asked[] = [];
  const notes: { scope: string; seq: number; text: string; source: string; ordinal: number }[] = [];
  const seqs = Array.from({ length: PARTITION_COUNT }, () => 0);
  let texts: { text: string; query: string | null }[] = [];
  let round = 0;
  for (const [rank, weight] of weights.entries()) {
    const scope = `acc_${String(rank).padStart(24, '0')}`;
    const partition = partitionOf(asId<ScopeId>(scope));
    for (let left = Math.max(1, Math.round((total * weight) / sum)); left > 0; left -= 1) {
      if (texts.length === 0) {
        round += 1;
        texts = textsOf(`memory ${round}`);
      }
      const { text, query } = texts.pop() ?? { text: '', query: null };
      const seq = (seqs[partition] ?? 0) + 1;
      seqs[partition] = seq;
      // A few notes share a source, as those of one call do.
      notes.push({ scope, seq, text, source: `${scope}/${seq >> 2}`, ordinal: seq });
      if (query !== null) asked.push({ scope, query });
    }
  }
  for (let at = 0; at < notes.length; at += CHUNK) await storeNotes(sql, master, TENANT, notes.slice(at, at + CHUNK));
  const body = JSON.stringify({
    ...EMPTY_TIMELINE,
    entries: Array.from({ length: 50 }, (_, index) => ({
      at: index,
      type: 'signal.page_view',
      ref: `p1-${index}`,
      lane: 'inbound',
    })),
  });
  await sql.asOwner((session) =>
    session.query(
      `INSERT INTO timelines (tenant, scope, partition, body) SELECT $1, u.scope, u.partition, $4 FROM unnest($2::text[], $3::smallint[]) AS u (scope, partition)`,
      [
        TENANT,
        weights.map((_, rank) => `acc_${String(rank).padStart(24, '0')}`),
        weights.map((_, rank) => partitionOf(asId<ScopeId>(`acc_${String(rank).padStart(24, '0')}`))),
        body,
      ],
    ),
  );
  return draws.shuffled(asked);
}

/** In the order in which they are popped: the notes of a set, each with a question that it answers, if it answers any. */
function textsOf(seed: string) {
  const set = gtmSet(seed);
  const questions = new Map(
    set.flatMap((line) => (line.kind === 'query' ? [[line.relevant[0] ?? '', line.text] as const] : [])),
  );
  return set.flatMap((line) =>
    line.kind === 'doc' ? [{ text: line.text, query: questions.get(line.id) ?? null }] : [],
  );
}

/** Rows of the size of real ones. What the memory reads does not depend on what they say. */
async function fillLedger(sql: Sql, events: number): Promise<void> {
  await sql.asOwner(async (session) => {
    await session.script(
      LEDGER_ROWS.replaceAll('$EVENTS', String(events)).replaceAll('$PARTITIONS', String(PARTITION_COUNT)),
    );
  });
}

/** Turns of four events each, as a signal makes them: the first is indexed, and the others are found through it. */
const LEDGER_ROWS = `INSERT INTO ledger (partition, seq, tenant, type, schema_version, actor_kind, actor_id, actor_seq, scope, at, correlation, body, prev_hash, hash, turn_length)
  SELECT n % $PARTITIONS, 1 + n / $PARTITIONS, 'default', 'signal.page_view', 1, 'account', 'acc_' || lpad((n % 1000)::text, 24, '0'), n, 'acc_' || lpad((n % 1000)::text, 24, '0'),
    1700000000000 + n, 'cor_' || md5((n / $PARTITIONS / 4)::text || '/' || (n % $PARTITIONS)::text), '{"data":{"path":"' || repeat('x', 300) || '"}}', md5(n::text) || md5(n::text), md5((n + 1)::text) || md5((n + 1)::text),
    CASE WHEN (n / $PARTITIONS) % 4 = 0 THEN 4 ELSE 0 END
  FROM generate_series(0, $EVENTS - 1) AS n`;

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

const database = await createDatabase(SERVER_URL);
const sql = createPostgres(database.url, { maxConnections: 4 });
try {
  await migrate(sql);
  await sql.asOwner((session) =>
    session.query(`INSERT INTO tenants (id, name, kind) VALUES ($1, 'bench', 'customer') ON CONFLICT DO NOTHING`, [
      TENANT,
    ]),
  );
  // As the first start of a server leaves it.
  await sql.asOwner((session) =>
    session.query(`INSERT INTO key_generations (number, id, secret, active_on) VALUES (1, 'bench', 'none', now())`),
  );
  const master = createSecretKey(randomBytes(32));
  const notes = new PostgresNoteReader(sql, new SubjectVault(onlyKey(master)));
  const { memory, indexer } = openRetrieval(sql, InstallationSecret.of(master), notes, {
    embeddings: null,
    dataDir: '',
    mayLeave: () => Promise.resolve(true),
    called: () => {},
  });
  const say = (what: string) => process.stdout.write(`${new Date().toISOString()} ${what}\n`);
  const asked = await fill(sql, master, Number(values.notes));
  say(`${values.notes} notes, ${asked.length} questions`);
  await fillLedger(sql, Number(values.events));
  say(`${values.events} events`);
  const indexBegan = performance.now();
  await indexer.catchUpAll(TENANT);
  const indexed = (await indexer.count(TENANT)) / ((performance.now() - indexBegan) / 1_000);
  say(`indexed ${indexed.toFixed(0)} notes a second`);
  await sql.asOwner((session) => session.script('ANALYZE'));
  // As a server does by itself now and then.
  say(`vacuumed ${(await new StatisticsKeeper(sql).vacuum()).join(', ')}`);

  const timelines = new PostgresTimelineReader(sql);
  const count = Number(values.asks);
  const looks: number[] = [];
  const walks: number[] = [];
  const searches: number[] = [];
  let found = 0;
  const WARM_UP = 200;
  for (let index = 0; index < count + WARM_UP; index += 1) {
    const { scope, query } = asked[index % asked.length] ?? { scope: '', query: '' };
    const lookBegan = performance.now();
    await timelines.timeline(TENANT, scope);
    const looked = performance.now() - lookBegan;
    const walkBegan = performance.now();
    const result = await memory.search({
      tenant: TENANT,
      scope: asId<ScopeId>(scope),
      query,
      asOf: null,
      budgetTokens: 4_000,
      budgetMs: 10_000,
    });
    const walked = performance.now() - walkBegan;
    if (result.searched !== 'index') throw new Error('the index was not used');
    if (index < WARM_UP) continue;
    looks.push(looked);
    walks.push(walked);
    searches.push(result.steps.reduce((all, step) => all + step.milliseconds, 0));
    found += result.notes.length;
  }
  const [largest] = await sql.asOwner((session) =>
    session.query<{ notes: number }>('SELECT max(notes) AS notes FROM note_index_totals'),
  );
  const [events] = await sql.asOwner((session) =>
    session.query<{ rows: number }>('SELECT count(*) AS rows FROM ledger_events'),
  );
  const row = (name: string, times: readonly number[]) =>
    `| ${name} | ${times.length} | ${[0.5, 0.95, 0.99, 1].map((share) => quantile(times, share).toFixed(1)).join(' | ')} |`;
  const table = `| | n | p50 ms | p95 ms | p99 ms | longest ms |
|---|---|---|---|---|---|
${row('first look: the timeline', looks)}
${row('full walk: words, neighbours, links, opened texts', walks)}
${row('of which the layers', searches)}`;
  process.stdout.write(`${table}\n`);
  if (values.write) {
    writeSection(
      'bench:memory',
      `## Memory of an account

Written by \`npm run bench:memory -- --write\`. One tenant with ${(await indexer.count(TENANT)).toLocaleString('en-US')} notes in ${ACCOUNTS.toLocaleString('en-US')} accounts, the largest with ${largest?.notes.toLocaleString('en-US')}; ${events?.rows.toLocaleString('en-US')} ledger
events; Postgres with row-level security on, ${cpus().length} cores that database and caller share, one question after the other after ${WARM_UP} to warm up. An account is asked in proportion to its notes, so the
large ones weigh most. A full walk brings the index up to date, goes through all layers without a limit of time, and opens the texts of the notes, ${(found / count).toFixed(0)} on
average. The indexer wrote ${indexed.toFixed(0)} notes a second.

${table}`,
    );
  }
} finally {
  await sql.close();
  await database.drop();
}
