/** Makes the bodies of brain-ready views out of what follows from the ledger, and keeps them with the time at which they were made. */
import type { ViewBody } from '../../domain/brain-view.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { isoOf } from '../../domain/instant.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Timeline } from '../../domain/timeline.ts';
import type { Sql, SqlSession, SqlValue } from '../sql/sql.port.ts';

export interface StoredView {
  readonly refreshedAt: Instant;
  readonly body: ViewBody;
}

interface DueView {
  readonly tenant: TenantId;
  readonly name: string;
  readonly key: string;
}

/** One more than any part keeps, so that a cut can say that there is more. */
const ITEMS_READ = 51;
const SEGMENTS_MAX = 20;

export class ViewReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Null when it was never made. */
  async find(tenant: TenantId, name: string, key: string, now: Instant): Promise<StoredView | null> {
    return this.#as(tenant, async (session) => {
      const [row] = await session.query<{ refreshed_at: number; body: string }>(
        'UPDATE brain_views SET read_at = $4 WHERE tenant = $1 AND name = $2 AND key = $3 RETURNING refreshed_at, body',
        [tenant, name, key, now],
      );
      return row === undefined ? null : { refreshedAt: row.refreshed_at, body: JSON.parse(row.body) as ViewBody };
    });
  }

  async keep(tenant: TenantId, name: string, key: string, body: ViewBody, now: Instant): Promise<void> {
    await this.#as(tenant, (session) =>
      session.query(
        `INSERT INTO brain_views (tenant, name, key, refreshed_at, read_at, body) VALUES ($1, $2, $3, $4, $4, $5)
         ON CONFLICT (tenant, name, key) DO UPDATE SET refreshed_at = EXCLUDED.refreshed_at, body = EXCLUDED.body
         WHERE brain_views.refreshed_at <= EXCLUDED.refreshed_at`,
        [tenant, name, key, now, JSON.stringify(body)],
      ),
    );
  }

  /** Views that were made before a time and read since another, of all tenants, the oldest first. */
  async due(name: string, madeBefore: Instant, readSince: Instant, limit: number): Promise<readonly DueView[]> {
    return this.#sql.asOwner((session) =>
      session.query<DueView>(
        `SELECT tenant, name, key FROM brain_views WHERE name = $1 AND refreshed_at < $2 AND read_at >= $3 ORDER BY refreshed_at, tenant, key LIMIT $4`,
        [name, madeBefore, readSince, limit],
      ),
    );
  }

  /** `account` and `scope` are ids of this system. */
  async accountComposite(tenant: TenantId, account: string, scope: string): Promise<ViewBody> {
    return this.#as(tenant, async (session) => {
      const [own] = await session.query<{ value: string; context: string }>(
        `SELECT value, context FROM actor_state WHERE tenant = $1 AND kind = 'account' AND id = $2`,
        [tenant, account],
      );
      const people = await session.query<{ id: string; value: string; context: string }>(
        `SELECT l.id, a.value, a.context FROM leads l JOIN actor_state a ON a.tenant = l.tenant AND a.kind = 'lead' AND a.id = l.id
         WHERE l.tenant = $1 AND l.account = $2 AND a.value <> 'erased' ORDER BY (a.context::json ->> 'last_signal_at')::bigint DESC NULLS LAST, l.id LIMIT $3`,
        [tenant, account, ITEMS_READ],
      );
      const [line] = await session.query<{ body: string }>(
        'SELECT body FROM timelines WHERE tenant = $1 AND scope = $2',
        [tenant, scope],
      );
      const timeline = line === undefined ? null : (JSON.parse(line.body) as Timeline);
      const outcomes = await session.query<JsonObject & { readonly occurred_at: number }>(
        `SELECT id, type, subject_id AS subject, occurred_at, amount_minor, currency, status, decision FROM outcomes
         WHERE tenant = $1 AND NOT undone AND status <> 'retracted'
           AND (subject_id = $2 OR subject_id IN (SELECT id FROM leads WHERE tenant = $1 AND account = $2)) ORDER BY occurred_at DESC, id LIMIT $3`,
        [tenant, account, ITEMS_READ],
      );
      const notes = await session.query<JsonObject>(
        `SELECT id, kind, predicate, confidence FROM notes WHERE tenant = $1 AND scope = $2 AND retracted_at IS NULL AND superseded_at IS NULL
         ORDER BY observed_at DESC, id LIMIT $3`,
        [tenant, scope, ITEMS_READ],
      );
      const decisions = await session.query<JsonObject & { readonly at: number }>(
        `SELECT id, at, subject_id AS subject, action_type, verdict, confidence FROM decisions WHERE tenant = $1 AND scope = $2 AND NOT undone
         ORDER BY at DESC, id LIMIT $3`,
        [tenant, scope, ITEMS_READ],
      );
      return {
        account: own === undefined ? [] : [accountItem(own.value, JSON.parse(own.context) as JsonObject)],
        people: people.map(({ id, value, context }) => personItem(id, value, JSON.parse(context) as JsonObject)),
        open_threads: (timeline?.open ?? [])
          .toSorted((a, b) => a.at - b.at)
          .map(({ at, ...thread }) => ({ since: isoOf(at), ...thread })),
        outcomes: outcomes.map(({ occurred_at: at, ...outcome }) => ({ ...outcome, occurred_at: isoOf(at) })),
        notes,
        decisions: decisions.map(({ at, ...decision }) => ({ ...decision, at: isoOf(at) })),
        history: (timeline?.entries ?? [])
          .toReversed()
          .map(({ at, to, ref: _, ...entry }) => ({ at: isoOf(to ?? at), ...entry })),
      };
    });
  }

  async pipelineBySegment(tenant: TenantId, dimension: string): Promise<ViewBody> {
    return this.#as(tenant, async (session) => ({
      total: await segments(session, 'NULL::text', [tenant], 1),
      segments: await this.#segments(session, tenant, dimension),
    }));
  }

  async #segments(session: SqlSession, tenant: TenantId, dimension: string): Promise<readonly JsonValue[]> {
    const largest = await session.query<{ segment: string }>(
      `SELECT dimensions::json ->> $2 AS segment FROM leads WHERE tenant = $1 AND dimensions::json ->> $2 IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT $3`,
      [tenant, dimension, SEGMENTS_MAX - 1],
    );
    const named = largest.map(({ segment }) => segment);
    const value = `CASE WHEN l.dimensions::json ->> $2 = ANY ($3::text[]) THEN l.dimensions::json ->> $2 END`;
    return segments(session, value, [tenant, dimension, named], SEGMENTS_MAX);
  }

  #as<Result>(tenant: TenantId, use: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, use);
  }
}

function accountItem(state: string, context: JsonObject): JsonObject {
  const { intent, signals, opportunity_stage: stage, account_facts: facts, outcomes, last_signal_at: at } = context;
  const { relations = null } = (facts ?? {}) as JsonObject;
  return {
    state,
    interest: (intent as { readonly score: number } | undefined)?.score ?? 0,
    signals: signals ?? 0,
    last_signal_at: typeof at === 'number' ? isoOf(at) : null,
    stage: stage ?? null,
    relations,
    outcomes: outcomes ?? {},
  };
}

function personItem(id: string, state: string, context: JsonObject): JsonObject {
  const { intent, contact_facts: facts, last_signal_at: at } = context;
  const { persona = null } = (facts ?? {}) as JsonObject;
  const interest = (intent as { readonly score: number } | undefined)?.score ?? 0;
  return { id, state, persona, interest, last_signal_at: typeof at === 'number' ? isoOf(at) : null };
}

interface CountRow {
  readonly segment: string | null;
  readonly what: 'people' | 'outcomes' | 'won';
  readonly name: string;
  readonly count: number;
}

/** People by state, outcomes by type, and amounts won by currency; the largest segments first, and what has none at the end. */
async function segments(
  session: SqlSession,
  value: string,
  params: readonly SqlValue[],
  limit: number,
): Promise<readonly JsonValue[]> {
  const rows = await session.query<CountRow>(
    `WITH people AS (SELECT l.id, ${value} AS segment FROM leads l WHERE l.tenant = $1),
       happened AS (SELECT p.segment, o.type, o.amount_minor, o.currency FROM people p JOIN outcomes o ON o.tenant = $1 AND o.subject_id = p.id
         WHERE NOT o.undone AND o.status <> 'retracted')
     SELECT p.segment, 'people' AS what, a.value AS name, count(*) AS count FROM people p JOIN actor_state a ON a.tenant = $1 AND a.kind = 'lead' AND a.id = p.id GROUP BY 1, 3
     UNION ALL SELECT segment, 'outcomes', type, count(*) FROM happened GROUP BY 1, 3
     UNION ALL SELECT segment, 'won', currency, sum(amount_minor)::bigint FROM happened WHERE type = 'won' AND currency IS NOT NULL GROUP BY 1, 3
     ORDER BY 1, 2, 3`,
    params,
  );
  const bySegment = Map.groupBy(rows, ({ segment }) => segment);
  const items = [...bySegment].map(([segment, counts]) => {
    const of = (what: CountRow['what']) =>
      Object.fromEntries(counts.filter((row) => row.what === what).map(({ name, count }) => [name, count]));
    const people = of('people');
    const total = Object.values(people).reduce((sum, count) => sum + count, 0);
    return { segment, total, people_by_state: people, outcomes: of('outcomes'), won_minor_by_currency: of('won') };
  });
  return items
    .toSorted(
      (a, b) =>
        Number(a.segment === null) - Number(b.segment === null) ||
        b.total - a.total ||
        ((a.segment ?? '') < (b.segment ?? '') ? -1 : 1),
    )
    .slice(0, limit);
}
