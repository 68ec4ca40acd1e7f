/** Reads the ledger and what was derived from it, past row-level security: for audit, rebuild and replay of the whole installation. */
import type { LedgerReader } from '../../actors/replay/ledger-reader.port.ts';
import { guardStateSchema } from '../../domain/guard.ts';
import { asId, PARTITION_COUNT } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { EXAMPLE_COLUMNS, exampleOf } from '../examples/load-examples.ts';
import type { ExampleRow } from '../examples/load-examples.ts';
import { storedActor } from '../runtime/load-batch.ts';
import type { ActorRow } from '../runtime/load-batch.ts';
import type { PolicyCache } from '../runtime/policy-cache.ts';
import { columns } from '../sql/columns.ts';
import type { Sql, SqlSession, SqlValue } from '../sql/sql.port.ts';

export const LEDGER_COLUMNS =
  'partition, seq, tenant, type, schema_version, actor_kind, actor_id, actor_seq, scope, at, causation, correlation, batch, body, sealed, sealed_subject, sealed_digest, prev_hash, hash, turn_length';

interface LedgerRecord {
  readonly partition: number;
  readonly seq: number;
  readonly tenant: string;
  readonly type: LedgerRow['type'];
  readonly schema_version: number;
  readonly actor_kind: LedgerRow['actor']['kind'];
  readonly actor_id: string;
  readonly actor_seq: number;
  readonly scope: string;
  readonly at: number;
  readonly causation: string | null;
  readonly correlation: string;
  readonly batch: string | null;
  readonly body: string;
  readonly sealed: string | null;
  readonly sealed_subject: string | null;
  /** Left out of archives of before texts were deleted by age. */
  readonly sealed_digest?: string | null;
  readonly prev_hash: string;
  readonly hash: string;
  readonly turn_length: number;
}

export function ledgerRow(record: LedgerRecord): LedgerRow {
  return {
    partition: record.partition,
    seq: record.seq,
    tenant: asId(record.tenant),
    type: record.type,
    schemaVersion: record.schema_version,
    actor: { kind: record.actor_kind, id: record.actor_id },
    actorSeq: record.actor_seq,
    scope: asId(record.scope),
    at: record.at,
    causation: record.causation === null ? null : asId(record.causation),
    correlation: asId(record.correlation),
    batch: record.batch === null ? null : asId(record.batch),
    body: record.body,
    sealed: record.sealed,
    sealedSubject: record.sealed_subject,
    sealedDigest: record.sealed_digest ?? null,
    prevHash: asId(record.prev_hash),
    hash: asId(record.hash),
    turnLength: record.turn_length,
  };
}

/** Rows of the ledger, or of the view that finds them by what they share with their turn. */
export async function ledgerQuery(
  session: SqlSession,
  source: 'ledger' | 'ledger_events',
  where: string,
  params: readonly SqlValue[],
): Promise<readonly LedgerRow[]> {
  const rows = await session.query<LedgerRecord>(`SELECT ${LEDGER_COLUMNS} FROM ${source} ${where}`, params);
  return rows.map(ledgerRow);
}

/** Ids come from keyed hashes today; a key is taken as it stands whatever it holds. */
function escaped(key: string): string {
  return key.replaceAll(/[^a-z0-9]/giu, String.raw`\$&`);
}

export function createLedgerReader(sql: Sql, policies: PolicyCache): LedgerReader {
  return {
    heads: () =>
      sql.asOwner((session) =>
        session.query<{ partition: number; seq: number; hash: string }>(
          'SELECT partition, seq, hash FROM partition_heads ORDER BY partition',
        ),
      ),
    slice: ({ partition, after, limit }) =>
      sql.asOwner((session) =>
        ledgerQuery(session, 'ledger', 'WHERE partition = $1 AND seq > $2 ORDER BY seq LIMIT $3', [
          partition,
          after,
          limit,
        ]),
      ),
    strays: () =>
      sql.asOwner((session) =>
        session.query<{ partition: number; seq: number }>(
          `(SELECT partition, seq FROM ledger WHERE partition < 0 OR partition >= $1)
           UNION (SELECT l.partition, l.seq FROM ledger_archive_ends e JOIN ledger l ON l.partition = e.partition AND l.seq <= e.seq)
           ORDER BY partition, seq LIMIT 100`,
          [PARTITION_COUNT],
        ),
      ),
    registryEvents: (tenants) =>
      sql.asOwner((session) =>
        ledgerQuery(
          session,
          'ledger',
          `WHERE actor_kind IN ('tenant', 'trust') AND ($1::text[] IS NULL OR tenant = ANY ($1)) ORDER BY partition, seq`,
          [tenants === null ? null : [...tenants]],
        ),
      ),
    identityEvents: (tenants) =>
      sql.asOwner((session) =>
        ledgerQuery(
          session,
          'ledger',
          `WHERE type LIKE 'identity.%' AND ($1::text[] IS NULL OR tenant = ANY ($1)) ORDER BY partition, seq`,
          [tenants === null ? null : [...tenants]],
        ),
      ),
    sharedGuardEvents: (tenants, keys) =>
      sql.asOwner((session) =>
        ledgerQuery(session, 'ledger', `WHERE body ~ $2 AND ($1::text[] IS NULL OR tenant = ANY ($1))`, [
          tenants === null ? null : [...tenants],
          `"key":"(domain:|sender:${keys.map((key) => `|${escaped(key)}"`).join('')})`,
        ]),
      ),
    scopeEvents: (tenant, scope, partition) =>
      sql.asOwner((session) =>
        ledgerQuery(
          session,
          'ledger',
          `WHERE partition = $1 AND tenant = $2 AND (scope = $3 OR position('"key":"budget:' in body) > 0) ORDER BY seq`,
          [partition, tenant, scope],
        ),
      ),
    scopeUpTo: (tenant, scope, { at, clock }) => {
      const isLater = clock === 'virtual' ? 'at > $3' : 'appended_on > to_timestamp($3::float8 / 1000)';
      return sql.asOwner((session) =>
        ledgerQuery(
          session,
          'ledger_events',
          `WHERE tenant = $1 AND scope = $2 AND seq < coalesce((SELECT min(seq) FROM ledger_events WHERE tenant = $1 AND scope = $2 AND ${isLater}), 9223372036854775807)
           ORDER BY turn_seq, seq`,
          [tenant, scope, at],
        ),
      );
    },
    positionsAt: (tenant, { at, clock }) => {
      const isLater = clock === 'virtual' ? 'at > $2' : 'appended_on > to_timestamp($2::float8 / 1000)';
      return sql.asOwner(async (session) => {
        const rows = await session.query<{ partition: number; seq: number }>(
          `SELECT h.partition, coalesce((SELECT min(l.seq) - 1 FROM ledger l WHERE l.partition = h.partition AND l.tenant = $1 AND ${isLater}), h.seq) AS seq
           FROM partition_heads h`,
          [tenant, at],
        );
        const ends = new Map(rows.map(({ partition, seq }) => [partition, seq]));
        return Array.from({ length: PARTITION_COUNT }, (_, partition) => ends.get(partition) ?? 0);
      });
    },
    async parts(tenant: TenantId, hashes) {
      const rows = await sql.asOwner((session) =>
        session.query<{ hash: string; body: string }>(
          'SELECT hash, body FROM snapshot_parts WHERE tenant = $1 AND hash = ANY ($2::text[])',
          [tenant, [...new Set(hashes)]],
        ),
      );
      return new Map(rows.map((row) => [row.hash, row.body]));
    },
    async examples(tenant, ids) {
      if (ids.length === 0) return new Map();
      const rows = await sql.asOwner((session) =>
        session.query<ExampleRow>(
          `SELECT ${EXAMPLE_COLUMNS} FROM examples e WHERE e.tenant = $1 AND e.id = ANY ($2::text[])`,
          [tenant, [...new Set(ids)]],
        ),
      );
      return new Map(rows.map((row) => [row.id, exampleOf(row)]));
    },
    policies: (wanted) => sql.asOwner((session) => policies.load(session, wanted)),
    actorsOf: (partition) =>
      sql.asOwner(async (session) => {
        const rows = await session.query<ActorRow>(
          'SELECT tenant, kind, id, partition, machine_version, value, context, seq FROM actor_state WHERE partition = $1',
          [partition],
        );
        return rows.map(storedActor);
      }),
    guards: (keys) =>
      sql.asOwner(async (session) => {
        const rows = await session.query<{ tenant: TenantId; key: string; version: number; state: string }>(
          `SELECT g.tenant, g.key, g.version, g.state FROM unnest($1::text[], $2::text[]) AS w (tenant, key) JOIN guards g ON g.tenant = w.tenant AND g.key = w.key`,
          columns(keys, [(k) => k.tenant, (k) => k.key]),
        );
        return rows.map((row) => ({ ...row, state: guardStateSchema.parse(JSON.parse(row.state)) }));
      }),
    guardCount: async () => {
      const rows = await sql.asOwner((session) =>
        session.query<{ count: number }>('SELECT count(*) AS count FROM guards'),
      );
      return rows[0]?.count ?? 0;
    },
  };
}
