import type { ScopeId, TenantId } from '../../domain/ids.ts';
import type { RetentionClass } from '../../domain/retention.ts';
/** Finds and deletes what was kept long enough, by the clock of the database, in small transactions. */
import { EMPTY_TIMELINE } from '../../domain/timeline.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlSession, SqlValue } from '../sql/sql.port.ts';

/** Rows of one transaction: short enough that nobody waits for it. */
const BATCH = 5_000;
const DUE_BEFORE = 'now() - make_interval(days => $2::int)';
/** What cannot be opened any more is known by this. Source: `cipher.ts` and `ledgerHash`, which hash the text as UTF-8. */
const DIGEST_OF = (text: string) => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
/** Whose rows a legal hold keeps: people under one, and what belongs to the account that they work for. */
const HELD = '$3::text[]';

/** When the event at a position was recorded; for one that has left the table, a time after that. */
const recordedOn = (partition: string, seq: string) =>
  `coalesce((SELECT l.appended_on FROM ledger l WHERE l.partition = ${partition} AND l.seq = ${seq}),
     (SELECT a.archived_on FROM ledger_archive_ends e JOIN ledger_archives a ON a.digest = e.archive WHERE e.partition = ${partition} AND e.seq >= ${seq} ORDER BY e.seq LIMIT 1))`;

/** Nothing can be old as long as no event is. Asked once, so that a young installation looks at no row. */
const SOMETHING_IS_OLD = `(EXISTS (SELECT FROM ledger o WHERE o.appended_on < ${DUE_BEFORE}) OR EXISTS (SELECT FROM ledger_archive_ends))`;

interface Expired {
  readonly table: string;
  readonly key: readonly string[];
  /** Of the table as `t`; `$1` is the tenant, `$2` the number of days, `$3` whom and what a legal hold keeps. */
  readonly where: string;
  /** What is done to the rows that are due, `due`, as further parts of the statement; the last is `gone`, with a row for each. */
  readonly change: string;
}

/** What is deleted row by row. Plays and timelines are deleted by an event each, because a rebuild derives them from events. */
export type RowClass = Exclude<RetentionClass, 'retired_plays' | 'timelines'>;

const EXPIRED: Readonly<Record<RowClass, Expired>> = {
  processed_messages: {
    table: 'inbox',
    key: ['source', 'id'],
    where: `t.state IN ('processed', 'skipped') AND t.received_on < ${DUE_BEFORE} AND ${HELD} IS NOT NULL`,
    change:
      'gone AS (DELETE FROM inbox g USING due w WHERE g.tenant = $1 AND g.source = w.source AND g.id = w.id RETURNING 1)',
  },
  // An attempt whose action was not told of it yet is still needed, and so is one at a person under a legal hold.
  ended_attempts: {
    table: 'executions',
    key: ['permit'],
    where: `t.state IN ('sent', 'absent', 'refused') AND t.lease_until_on < ${DUE_BEFORE}
      AND EXISTS (SELECT FROM permits p WHERE p.tenant = t.tenant AND p.id = t.permit AND p.due_at IS NULL AND p.state IN ('used', 'failed', 'revoked', 'expired')
        AND coalesce(p.detail::json ->> 'person', '') <> ALL (${HELD}))`,
    change: 'gone AS (DELETE FROM executions g USING due w WHERE g.tenant = $1 AND g.permit = w.permit RETURNING 1)',
  },
  // The draft of an action that has not ended will be sent, or decided about.
  event_texts: {
    table: 'ledger',
    key: ['partition', 'seq'],
    where: `t.sealed IS NOT NULL AND t.type <> 'note.recorded' AND t.appended_on < ${DUE_BEFORE}
      AND t.scope <> ALL (${HELD}) AND t.sealed_subject <> ALL (${HELD})
      AND NOT EXISTS (SELECT FROM actor_state s WHERE t.actor_kind = 'action' AND s.tenant = t.tenant AND s.kind = 'action' AND s.id = t.actor_id
        AND s.value NOT IN ('executed', 'failed', 'denied', 'rejected', 'cancelled', 'expired', 'shadowed'))`,
    change: `gone AS (UPDATE ledger g SET sealed = NULL, sealed_digest = ${DIGEST_OF('g.sealed')} FROM due w
      WHERE g.tenant = $1 AND g.partition = w.partition AND g.seq = w.seq RETURNING 1)`,
  },
  notes: {
    table: 'notes',
    key: ['id', 'scope', 'partition', 'seq'],
    where: `${SOMETHING_IS_OLD} AND t.sealed IS NOT NULL AND to_timestamp(t.last_verified_at / 1000.0) < ${DUE_BEFORE} AND ${recordedOn('t.partition', 't.seq')} < ${DUE_BEFORE}
      AND t.scope <> ALL (${HELD}) AND coalesce(t.person, '') <> ALL (${HELD})`,
    change: `texts AS (UPDATE ledger g SET sealed = NULL, sealed_digest = ${DIGEST_OF('g.sealed')} FROM due w
        WHERE g.tenant = $1 AND g.partition = w.partition AND g.seq = w.seq AND g.sealed IS NOT NULL),
      vectors AS (DELETE FROM note_vectors g USING due w WHERE g.tenant = $1 AND g.scope = w.scope AND g.seq = w.seq),
      postings AS (DELETE FROM note_postings g USING due w WHERE g.tenant = $1 AND g.scope = w.scope AND g.seq = w.seq),
      found AS (DELETE FROM note_index g USING due w WHERE g.tenant = $1 AND g.scope = w.scope AND g.seq = w.seq RETURNING g.scope, g.length),
      totals AS (UPDATE note_index_totals g SET notes = g.notes - f.notes, terms = g.terms - f.terms
        FROM (SELECT scope, count(*) AS notes, sum(length) AS terms FROM found GROUP BY scope) f WHERE g.tenant = $1 AND g.scope = f.scope),
      gone AS (UPDATE notes g SET sealed = NULL FROM due w WHERE g.tenant = $1 AND g.id = w.id RETURNING 1)`,
  },
  snapshots: {
    table: 'snapshot_parts',
    key: ['hash'],
    where: `t.written_on < ${DUE_BEFORE} AND coalesce(t.body::json -> 'request' ->> 'person', '') <> ALL (${HELD})
      AND coalesce(t.body::json -> 'request' ->> 'account', '') <> ALL (${HELD})`,
    change: 'gone AS (DELETE FROM snapshot_parts g USING due w WHERE g.tenant = $1 AND g.hash = w.hash RETURNING 1)',
  },
};

/** A timeline that still says something, whose last event is old, and in which no action waits. */
const TIMELINE_DUE = `t.tenant = $1 AND t.body <> $4 AND position('"kind":"action"' in t.body) = 0 AND t.scope <> ALL (${HELD})
  AND ${SOMETHING_IS_OLD}
  AND coalesce((SELECT l.appended_on FROM ledger l WHERE l.tenant = t.tenant AND l.scope = t.scope AND l.turn_length > 0 ORDER BY l.seq DESC LIMIT 1),
    (SELECT max(a.archived_on) FROM ledger_archive_ends e JOIN ledger_archives a ON a.digest = e.archive WHERE e.partition = t.partition)) < ${DUE_BEFORE}`;

/** A timeline is that of an account, or of a person without one. */
export interface TimelineOf {
  readonly scope: ScopeId;
  readonly kind: 'account' | 'lead';
}

export class ExpiredRows {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async count(tenant: TenantId, name: RowClass, days: number): Promise<number> {
    const { table, where } = EXPIRED[name];
    return asTenant(this.#sql, tenant, async (session) => {
      const [row] = await session.query<{ rows: number }>(
        `SELECT count(*) AS rows FROM ${table} t WHERE t.tenant = $1 AND ${where}`,
        [tenant, days, await heldOf(session, tenant)],
      );
      return row?.rows ?? 0;
    });
  }

  /** Returns how many rows were deleted, or lost their text. */
  async delete(tenant: TenantId, name: RowClass, days: number): Promise<number> {
    const { table, key, where, change } = EXPIRED[name];
    const keys = key.map((column) => `t.${column}`).join(', ');
    for (let deleted = 0; ;) {
      const rows = await this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, async (session) => {
        const [row] = await session.query<{ rows: number }>(
          `WITH due AS (SELECT ${keys} FROM ${table} t WHERE t.tenant = $1 AND ${where} LIMIT ${BATCH} FOR UPDATE OF t SKIP LOCKED), ${change}
           SELECT count(*) AS rows FROM gone`,
          [tenant, days, await heldOf(session, tenant)],
        );
        return row?.rows ?? 0;
      });
      deleted += rows;
      if (rows < BATCH) return deleted;
    }
  }

  /** Whose timelines are due, at most `limit`. */
  timelines(tenant: TenantId, days: number, limit: number): Promise<readonly TimelineOf[]> {
    const kind = `CASE WHEN EXISTS (SELECT FROM accounts a WHERE a.tenant = t.tenant AND a.id = t.scope) THEN 'account' ELSE 'lead' END AS kind`;
    return this.#timelines<TimelineOf>(tenant, days, `t.scope, ${kind}`, `ORDER BY t.scope LIMIT ${limit}`);
  }

  async countTimelines(tenant: TenantId, days: number): Promise<number> {
    const [row] = await this.#timelines<{ rows: number }>(tenant, days, 'count(*) AS rows', '');
    return row?.rows ?? 0;
  }

  #timelines<Row extends object>(tenant: TenantId, days: number, what: string, rest: string): Promise<readonly Row[]> {
    return asTenant(this.#sql, tenant, async (session) => {
      const params: readonly SqlValue[] = [tenant, days, await heldOf(session, tenant), JSON.stringify(EMPTY_TIMELINE)];
      return session.query<Row>(`SELECT ${what} FROM timelines t WHERE ${TIMELINE_DUE} ${rest}`, params);
    });
  }
}

/** Ids of the people under a legal hold, and of the accounts that they belong to. */
async function heldOf(session: SqlSession, tenant: TenantId): Promise<readonly string[]> {
  const rows = await session.query<{ id: string; account: string | null }>(
    `SELECT s.id, s.context::json ->> 'account' AS account FROM actor_state s
     WHERE s.tenant = $1 AND s.kind = 'lead' AND position('"hold"' in s.context) > 0 AND s.context::json -> 'hold' IS NOT NULL`,
    [tenant],
  );
  return rows.flatMap(({ id, account }) => (account === null ? [id] : [id, account]));
}
