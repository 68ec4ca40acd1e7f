/** The cadence event log, and what the coordinator must know before it begins sequences. */
import type { CadenceRow } from '../../actors/cadence/cadence-store.port.ts';
import type { Brain } from '../../domain/brain.ts';
import type { CadenceEventKind, SuppressedReason } from '../../domain/cadence.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Page, PageQuery } from '../../gateway/services.port.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlSession, SqlValue } from '../sql/sql.port.ts';
import { decodeCursor, pageOf } from './cursor.ts';

const COLUMNS = `e.tenant, e.partition, e.seq, e.at, e.kind, e.sequence, e.state, e.play_id, e.originating_proposal_id, e.person, e.account, e.sequence_type, e.step,
  e.channel, e.action, e.priority_score_at_queue, e.suppressed_reason, e.reasons::text AS reasons, e.again_at, e.result, e.mode, e.ended_because, e.actor_kind`;

type Stored = Omit<CadenceRow, 'reasons'> & { readonly reasons: string };

async function rowsOf(session: SqlSession, rest: string, params: readonly SqlValue[]): Promise<readonly CadenceRow[]> {
  const rows = await session.query<Stored>(`SELECT ${COLUMNS} FROM cadence_event_log e ${rest}`, params);
  return rows.map((row) => ({ ...row, reasons: JSON.parse(row.reasons) as readonly string[] }));
}

/** The log of all tenants, for a rebuild to compare with. */
export async function keptCadence(session: SqlSession): Promise<readonly CadenceRow[]> {
  return rowsOf(session, '', []);
}

export interface CadenceFilter {
  readonly play: string | null;
  readonly sequence: string | null;
  readonly proposal: string | null;
  readonly person: string | null;
  readonly kind: CadenceEventKind | null;
  readonly suppressedReason: SuppressedReason | null;
  /** Limits the answer to the plays of one brain. */
  readonly writer: Brain | null;
}

/** How far the sequences of a play have come. */
export interface SequenceCounts {
  readonly play_id: string;
  readonly started: number;
  readonly running: number;
  readonly completed: number;
  readonly replied: number;
  readonly touches: number;
  readonly suppressed: number;
}

/** What is known of an account or person, from the state of its actor. */
export interface SubjectState {
  readonly id: string;
  readonly value: string;
  readonly context: JsonObject;
}

export class CadenceReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Newest first. */
  async list(tenant: TenantId, query: PageQuery & CadenceFilter): Promise<Page<CadenceRow>> {
    const { cursor, limit, play, sequence, proposal, person, kind, suppressedReason, writer } = query;
    const [at = null, partition = null, seq = null] = cursor === null ? [] : decodeCursor(cursor, 3);
    const rows = await asTenant(this.#sql, tenant, (session) =>
      rowsOf(
        session,
        `WHERE e.tenant = $1 AND ($2::text IS NULL OR e.play_id = $2) AND ($3::text IS NULL OR e.sequence = $3) AND ($4::text IS NULL OR e.originating_proposal_id = $4)
           AND ($5::text IS NULL OR e.person = $5) AND ($6::text IS NULL OR e.kind = $6) AND ($7::text IS NULL OR e.suppressed_reason = $7)
           AND ($8::text IS NULL OR EXISTS (SELECT FROM plays p WHERE p.tenant = e.tenant AND p.play_id = e.play_id AND p.writer_agent_id = $8))
           AND ($9::bigint IS NULL OR (e.at, e.partition, e.seq) < ($9::bigint, $10::smallint, $11::bigint))
         ORDER BY e.at DESC, e.partition DESC, e.seq DESC LIMIT $12`,
        [tenant, play, sequence, proposal, person, kind, suppressedReason, writer, at, partition, seq, limit + 1],
      ),
    );
    return pageOf(
      rows,
      limit,
      (row) => row,
      (row) => [row.at, row.partition, row.seq],
    );
  }

  counts(tenant: TenantId, plays: readonly string[]): Promise<readonly SequenceCounts[]> {
    return asTenant(this.#sql, tenant, (session) =>
      session.query<SequenceCounts>(
        `SELECT e.play_id, count(*) FILTER (WHERE e.kind = 'started') AS started,
           count(*) FILTER (WHERE e.kind = 'started') - count(*) FILTER (WHERE e.state = 'ended') AS running,
           count(*) FILTER (WHERE e.ended_because = 'completed') AS completed, count(*) FILTER (WHERE e.ended_because = 'replied') AS replied,
           count(*) FILTER (WHERE e.result = 'executed') AS touches, count(*) FILTER (WHERE e.kind = 'touch_suppressed') AS suppressed
         FROM cadence_event_log e WHERE e.tenant = $1 AND e.play_id = ANY ($2::text[]) AND e.actor_kind = 'sequence' GROUP BY 1`,
        [tenant, plays],
      ),
    );
  }

  /** Which of these people each of these plays has begun a sequence for, as `play/person`. */
  async started(tenant: TenantId, plays: readonly string[], people: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ key: string }>(
        `SELECT e.play_id || '/' || e.person AS key FROM cadence_event_log e
         WHERE e.tenant = $1 AND e.kind = 'started' AND e.play_id = ANY ($2::text[]) AND e.person = ANY ($3::text[])`,
        [tenant, plays, people],
      ),
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** By id. */
  async subjects(
    tenant: TenantId,
    kind: 'lead' | 'account',
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, SubjectState>> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ id: string; value: string; context: string }>(
        'SELECT id, value, context FROM actor_state WHERE tenant = $1 AND kind = $2 AND id = ANY ($3::text[])',
        [tenant, kind, ids],
      ),
    );
    return new Map(
      rows.map(({ id, value, context }) => [id, { id, value, context: JSON.parse(context) as JsonObject }]),
    );
  }
}
