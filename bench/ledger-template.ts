/**
 * Makes a long ledger quickly: a real installation takes in signals, decides and executes; then what it wrote is appended again and again,
 * turn by turn, each row with its place in the chain and its real hash.
 */
import { openApp } from '../src/app.ts';
import type { Hash } from '../src/domain/ids.ts';
import { ledgerHash } from '../src/domain/ledger-event.ts';
import type { LedgerRow } from '../src/domain/ledger-event.ts';
import { createLedgerReader } from '../src/memory/read/ledger-reader.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { sha256 } from '../src/memory/sha256.ts';
import { columns } from '../src/memory/sql/columns.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { BENCH_POLICY } from './server.ts';

const SIGNALS = 4_000;
const SIGNALS_AT_ONCE = 200;
const LEADS = 400;
const ROWS_AT_ONCE = 5_000;
const QUIET_MS = 3_000;

export interface Place {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly masterKey: string;
}

/** Lets an installation live for a while. */
export async function liveForAWhile(place: Place): Promise<void> {
  const app = await openApp({
    ...place,
    natsUrl: null,
    smtpUrl: null,
    mailFrom: 'Gatehouse <gatehouse@localhost>',
    adminKey: null,
    host: '127.0.0.1',
    port: 0,
    drainMs: 0,
    logLevel: 'error',
    workers: true,
  });
  try {
    const caller = await app.caller('default');
    await app.services.applyPolicy(caller, BENCH_POLICY);
    for (let from = 0; from < SIGNALS; from += SIGNALS_AT_ONCE) {
      const events = Array.from({ length: SIGNALS_AT_ONCE }, (_, index) => {
        const n = from + index;
        const data = n % 2 === 0 ? { form: 'demo', dimensions: { origin: `o${n % 8}` } } : { page: 'pricing' };
        const type = n % 2 === 0 ? 'web.form_submitted' : 'web.page_viewed';
        const text = JSON.stringify(data);
        return { source: '/bench', id: `b${n}`, type, subject: `lead/${n % LEADS}`, time: null, data, dataText: text };
      });
      await app.services.acceptSignals(caller, events);
    }
    // What has a permit is executed meanwhile.
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  } finally {
    await app.close();
  }
}

/** Appends copies of what the ledger holds until it has `events` rows. */
export async function growTo(sql: Sql, events: number, progress: (rows: number) => void): Promise<void> {
  const reader = createLedgerReader(sql, new PolicyCache());
  const heads = await reader.heads();
  let total = heads.reduce((sum, head) => sum + head.seq, 0);
  const chains: { readonly rows: readonly LedgerRow[]; next: number; seq: number; hash: Hash }[] = [];
  for (const head of heads) {
    const rows = await reader.slice({ partition: head.partition, after: 0, limit: 1_000_000 });
    if (rows.length > 0) chains.push({ rows, next: 0, seq: head.seq, hash: head.hash as Hash });
  }
  let batch: LedgerRow[] = [];
  const flush = async (): Promise<void> => {
    await append(sql, batch);
    batch = [];
    progress(total);
  };
  while (total < events) {
    for (const chain of chains) {
      do {
        const row = copyOf(chain);
        batch.push(row);
        total += 1;
      } while (chain.rows[chain.next]?.turnLength === 0);
    }
    if (batch.length >= ROWS_AT_ONCE) await flush();
  }
  await flush();
  await sql.asOwner((session) => session.script('ANALYZE ledger'));
}

function copyOf(chain: { readonly rows: readonly LedgerRow[]; next: number; seq: number; hash: Hash }): LedgerRow {
  const row = chain.rows[chain.next];
  if (row === undefined) throw new Error('a chain without rows');
  chain.next = (chain.next + 1) % chain.rows.length;
  chain.seq += 1;
  const header = { ...row, seq: chain.seq, prevHash: chain.hash };
  chain.hash = ledgerHash(header, row.body, row.sealed, chain.hash, sha256);
  return { ...header, hash: chain.hash };
}

async function append(sql: Sql, rows: readonly LedgerRow[]): Promise<void> {
  const heads = new Map(rows.map((row) => [row.partition, row]));
  await sql.asOwner(async (session) => {
    await session.query(
      `INSERT INTO ledger (partition, seq, tenant, type, schema_version, actor_kind, actor_id, actor_seq, scope, at, causation, correlation, batch,
         body, sealed, sealed_subject, prev_hash, hash, turn_length)
       SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::bigint[], $9::text[],
         $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::smallint[])`,
      columns(rows, [
        (r) => r.partition,
        (r) => r.seq,
        (r) => r.tenant,
        (r) => r.type,
        (r) => r.schemaVersion,
        (r) => r.actor.kind,
        (r) => r.actor.id,
        (r) => r.actorSeq,
        (r) => r.scope,
        (r) => r.at,
        (r) => r.causation,
        (r) => r.correlation,
        (r) => r.batch,
        (r) => r.body,
        (r) => r.sealed,
        (r) => r.sealedSubject,
        (r) => r.prevHash,
        (r) => r.hash,
        (r) => r.turnLength,
      ]),
    );
    await session.query(
      `UPDATE partition_heads h SET seq = w.seq, hash = w.hash FROM unnest($1::smallint[], $2::bigint[], $3::text[]) AS w (partition, seq, hash)
       WHERE h.partition = w.partition`,
      columns([...heads.values()], [(r) => r.partition, (r) => r.seq, (r) => r.hash]),
    );
  });
}
