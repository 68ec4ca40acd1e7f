/**
 * Moves the old part of the ledger into files: writes them, reads them back and checks their chains, signs the manifest, and only then has the
 * database take the rows out, which insists that it held exactly that. When anything fails before, the table is as it was.
 */
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import type { ChainPosition } from '../../actors/replay/chain-position.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { asId, PARTITION_COUNT, partitionOf } from '../../domain/ids.ts';
import { GENESIS_HASH } from '../../domain/ledger-event.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import {
  archiveFolderName,
  ledgerManifestFileText,
  ledgerManifestSchema,
  ledgerManifestText,
} from '../../domain/ledger-manifest.ts';
import type { LedgerManifest, SignedLedgerManifest } from '../../domain/ledger-manifest.ts';
import type { Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import type { Signer } from '../anchors/signing-key.ts';
import { sha256 } from '../sha256.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { digestOf, rowsOfFile } from './archive-files.ts';
import { readArchives } from './read-archives.ts';

export interface WriteArchive {
  /** A folder; the archive becomes a folder in it. */
  readonly folder: string;
  /** Milliseconds: everything recorded before it may leave. */
  readonly before: number;
  readonly signer: Signer;
  readonly installation: string;
  readonly by: string;
  /** Checks the rows of one partition, which must follow `start`; what is wrong with them, or null. */
  readonly check: (
    start: ChainPosition & { readonly partition: number },
    rows: AsyncIterable<LedgerRow>,
  ) => Promise<string | null>;
  readonly progress: (step: string, rows: number) => void;
}

export interface Archived {
  readonly folder: string;
  readonly manifest: SignedLedgerManifest;
}

type Part = LedgerManifest['partitions'][number];

/** Rows that are read at once. */
const FETCH_ROWS = 2_000;
const GZIP_LEVEL = 6;

/**
 * The last position of a partition that may leave. The cut lies between two turns, before everything that is recorded too late, and before the
 * proposal of every action that has not ended: its draft is read from the ledger until then.
 */
const LAST_TO_LEAVE = `SELECT coalesce(max(l.seq), 0) - 1 AS seq FROM ledger l WHERE l.partition = $1 AND l.turn_length > 0 AND l.seq <= least(
    (SELECT h.seq FROM partition_heads h WHERE h.partition = $1),
    (SELECT min(seq) FROM ledger WHERE partition = $1 AND appended_on >= to_timestamp($2::float8 / 1000)),
    (SELECT min(content_seq) FROM permits WHERE partition = $1 AND state IN ('granted', 'claimed', 'uncertain')),
    (SELECT min(content_seq) FROM reviews WHERE partition = $1 AND state = 'open'),
    (SELECT min((context::json ->> 'content_seq')::bigint) FROM actor_state
      WHERE partition = $1 AND kind = 'action' AND value NOT IN ('executed', 'failed', 'denied', 'rejected', 'cancelled', 'expired', 'shadowed')))`;

/** Throws `state_conflict` when nothing may leave, or what would leave is damaged. */
export async function writeArchive(sql: Sql, request: WriteArchive): Promise<Archived> {
  const { signer, installation } = request;
  const before = await readArchives(sql, { publicKey: signer.publicKey, installation });
  const [fault] = before.faults;
  if (fault !== undefined)
    throw new GatehouseError(
      'state_conflict',
      `The archives so far cannot be trusted: ${fault.file}: ${fault.detail}.`,
    );
  const number = before.manifests.length + 1;
  const folder = join(resolve(request.folder), archiveFolderName(number));
  if (existsSync(folder))
    throw new GatehouseError(
      'usage',
      `${folder} exists already, and the database does not know it: an export that failed, or a restore, has left it. Move it away.`,
    );
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  try {
    const partitions: Part[] = [];
    for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
      const start = before.ends.get(partition) ?? { seq: 0, hash: GENESIS_HASH };
      const part = await writePart(sql, request, unfinished, partition, start);
      if (part !== null) partitions.push(part);
    }
    if (partitions.length === 0)
      throw new GatehouseError(
        'state_conflict',
        'Nothing may leave: no turn that ended was recorded before that time.',
      );
    const manifest = ledgerManifestSchema.parse({
      format: 1,
      installation,
      number,
      previous: before.digest,
      before: new Date(request.before).toISOString(),
      events: partitions.reduce((sum, part) => sum + part.rows, 0),
      partitions,
      public_key: signer.publicKey,
    } satisfies LedgerManifest);
    const signed = { ...manifest, signature: signer.sign(ledgerManifestText(manifest)) };
    const text = ledgerManifestFileText(signed);
    writeFileSync(join(unfinished, 'manifest.json'), text, { mode: 0o600, flush: true });
    renameSync(unfinished, folder);
    request.progress('taking out', manifest.events);
    await sql.asOwner(async (session) => {
      await session.query('SELECT gatehouse_archive_ledger($1, $2)', [sha256(text), text]);
      await tell(session, signed, sha256(text), request.by);
    });
    return { folder, manifest: signed };
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function writePart(
  sql: Sql,
  { before, check, progress }: WriteArchive,
  folder: string,
  partition: number,
  start: ChainPosition,
): Promise<Part | null> {
  const [last] = await sql.asOwner((session) => session.query<{ seq: number }>(LAST_TO_LEAVE, [partition, before]));
  if (last === undefined || last.seq <= start.seq) return null;
  const file = `p${String(partition).padStart(2, '0')}.jsonl.gz`;
  const path = join(folder, file);
  progress('writing', last.seq - start.seq);
  await pipeline(
    Readable.from(linesOf(sql, partition, start.seq, last.seq)),
    createGzip({ level: GZIP_LEVEL }),
    createWriteStream(path, { mode: 0o600, flush: true }),
  );
  // What was written is read back: only what can be read may leave.
  const seen: { rows: number; hash: string } = { rows: 0, hash: start.hash };
  const wrong = await check({ ...start, partition }, counted(path, seen));
  if (wrong !== null || seen.rows !== last.seq - start.seq)
    throw new GatehouseError(
      'state_conflict',
      `Nothing has left the database: partition ${partition}: ${wrong ?? `${seen.rows} of ${last.seq - start.seq} rows were written`}. Run gatehouse verify.`,
    );
  return {
    partition,
    first_seq: start.seq + 1,
    last_seq: last.seq,
    rows: seen.rows,
    before_hash: start.hash,
    last_hash: seen.hash,
    file,
    bytes: statSync(path).size,
    sha256: await digestOf(path),
  };
}

async function* counted(path: string, seen: { rows: number; hash: string }): AsyncGenerator<LedgerRow> {
  for await (const { row } of rowsOfFile(path)) {
    seen.rows += 1;
    seen.hash = row.hash;
    yield row;
  }
}

async function* linesOf(sql: Sql, partition: number, after: number, last: number): AsyncGenerator<string> {
  for (let from = after; from < last; from += FETCH_ROWS) {
    const rows = await sql.asOwner((session) =>
      session.query<{ line: string }>(
        'SELECT row_to_json(l)::text AS line FROM ledger l WHERE partition = $1 AND seq > $2 AND seq <= $3 ORDER BY seq',
        [partition, from, Math.min(last, from + FETCH_ROWS)],
      ),
    );
    yield `${rows.map((row) => row.line).join('\n')}\n`;
  }
}

/** The ledger itself says that a part of it has left. A host takes the message in. */
async function tell(session: SqlSession, manifest: SignedLedgerManifest, digest: string, by: string): Promise<void> {
  const tenant = asId<Message['tenant']>('default');
  const scope = asId<Message['scope']>(tenant);
  const message: Message = {
    type: 'ledger.archived',
    data: { archive: digest, number: manifest.number, before: manifest.before, events: manifest.events, by },
    tenant,
    source: 'ledger',
    id: `archive:${manifest.number}`,
    scope,
    partition: partitionOf(scope),
    actor: { kind: 'tenant', id: tenant },
    refs: NO_REFS,
    at: Date.now(),
    sealed: null,
    profiles: [],
    causation: null,
    correlation: null,
    batch: null,
    history: false,
    contentDigest: '',
  };
  await session.query(
    `INSERT INTO inbox (tenant, source, id, partition, digest, state, body) VALUES ($1, $2, $3, $4, '', 'pending', $5)`,
    [tenant, message.source, message.id, message.partition, JSON.stringify(message)],
  );
}
