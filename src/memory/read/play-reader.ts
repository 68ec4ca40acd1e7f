/** Plays and what brains found, as people and brains read them. */
import type { AnalysisRow, PlayRow } from '../../actors/plays/play-store.port.ts';
import type { Brain } from '../../domain/brain.ts';
import type { TenantId } from '../../domain/ids.ts';
import { HOT_MS, WARM_MS } from '../../domain/play.ts';
import type { PlayState, RetentionTier } from '../../domain/play.ts';
import type { Page, PageQuery } from '../../gateway/services.port.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlSession, SqlValue } from '../sql/sql.port.ts';
import { keptCadence } from './cadence-reader.ts';
import { decodeCursor, pageOf } from './cursor.ts';

const PLAY_JSON = [
  'target_definition',
  'suggested_cadence',
  'success_criteria',
  'drafted',
  'edits_during_review',
  'retrospective_outcomes',
] as const;
const PLAY_PLAIN = [
  'tenant',
  'play_id',
  'state',
  'scope',
  'segment',
  'account_id',
  'name',
  'hypothesis',
  'originating_proposal_id',
  'writer_agent_id',
  'created_at',
  'picked_up_by_user_id',
  'picked_up_at',
  'revision',
  'slm_approver_user_id',
  'revops_approver_user_id',
  'activated_at',
  'active_period_start::text',
  'active_period_end::text',
  'retired_at',
  'retired_by_user_id',
  'retire_reason',
] as const;
const PLAY_SELECT = `SELECT ${[...PLAY_PLAIN, ...PLAY_JSON.map((name) => `${name}::text`)].map((name) => `p.${name}`).join(', ')} FROM plays p`;

const ANALYSIS_JSON = ['sources_read', 'proposed_actions', 'confidence_flags', 'tool_calls'] as const;
const ANALYSIS_SELECT = `SELECT l.tenant, l.proposal_id, l.created_at, l.writer_agent_id AS brain, l.account_id AS account, l.question, l.model_id, l.system_prompt_hash,
  l.narrative_output, l.data_staleness_acknowledged, l.input_tokens, l.output_tokens, l.cost_usd_estimate::text AS cost_usd_estimate, l.written_by AS by,
  ${ANALYSIS_JSON.map((name) => `l.${name}::text`).join(', ')} FROM brain_analysis_log l`;

/** The members that are kept as JSON come as text. */
function withJson<Row>(record: Readonly<Record<string, SqlValue>>, names: readonly string[]): Row {
  const parsed = Object.fromEntries(names.map((name) => [name, JSON.parse(String(record[name])) as unknown]));
  return { ...record, ...parsed } as Row;
}

async function plays(session: SqlSession, rest: string, params: readonly SqlValue[]): Promise<readonly PlayRow[]> {
  const rows = await session.query<Record<string, SqlValue>>(`${PLAY_SELECT} ${rest}`, params);
  return rows.map((row) => withJson<PlayRow>(row, PLAY_JSON));
}

async function analyses(
  session: SqlSession,
  rest: string,
  params: readonly SqlValue[],
): Promise<readonly AnalysisRow[]> {
  const rows = await session.query<Record<string, SqlValue>>(`${ANALYSIS_SELECT} ${rest}`, params);
  return rows.map((row) => withJson<AnalysisRow>(row, ANALYSIS_JSON));
}

/** Everything that is kept of all tenants, for a rebuild to compare with. */
export async function keptPlays(sql: Sql) {
  return sql.asOwner(async (session) => ({
    plays: await plays(session, '', []),
    analyses: await analyses(session, '', []),
    cadence: await keptCadence(session),
  }));
}

export interface CalibrationRow {
  readonly brain: Brain;
  readonly quarter: string;
  readonly drafts: number;
  readonly activated: number;
  /** Drafts about which nobody has decided yet. */
  readonly undecided: number;
  readonly edits: number;
  readonly mean_edited_share: number | null;
}

const RETIRED_BY = `p.state = 'retired' AND p.retired_at <= $2 AND NOT EXISTS (
  SELECT FROM cadence_event_log s WHERE s.tenant = p.tenant AND s.play_id = p.play_id AND s.kind = 'started' AND NOT EXISTS (
    SELECT FROM cadence_event_log e WHERE e.tenant = s.tenant AND e.sequence = s.sequence AND e.state = 'ended'))`;

export class PlayReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Newest first. `writer` limits the answer to one brain. */
  async list(
    tenant: TenantId,
    query: PageQuery & {
      readonly state: PlayState | null;
      readonly segment: string | null;
      readonly tier: RetentionTier | null;
      readonly writer: Brain | null;
    },
    at: number,
  ): Promise<Page<PlayRow>> {
    const { cursor, limit, state, segment, tier, writer } = query;
    const [before = null, id = null] = cursor === null ? [] : decodeCursor(cursor, 2);
    const rows = await asTenant(this.#sql, tenant, (session) =>
      plays(
        session,
        `WHERE p.tenant = $1 AND ($2::text IS NULL OR p.state = $2) AND ($3::text IS NULL OR p.segment = $3) AND ($4::text IS NULL OR p.writer_agent_id = $4)
           AND ($5::text IS NULL OR $5 = CASE WHEN p.retired_at IS NULL OR $6::bigint - p.retired_at <= $7::bigint THEN 'hot'
             WHEN $6::bigint - p.retired_at <= $8::bigint THEN 'warm' ELSE 'cold' END)
           AND ($9::bigint IS NULL OR (p.created_at, p.play_id) < ($9::bigint, $10::text))
         ORDER BY p.created_at DESC, p.play_id DESC LIMIT $11`,
        [tenant, state, segment, writer, tier, at, HOT_MS, WARM_MS, before, id, limit + 1],
      ),
    );
    return pageOf(
      rows,
      limit,
      (row) => row,
      (row) => [row.created_at, row.play_id],
    );
  }

  /** Those that the cadence coordinator may see: no others are carried out. */
  async active(tenant: TenantId): Promise<readonly PlayRow[]> {
    return asTenant(this.#sql, tenant, (session) =>
      plays(session, `WHERE p.tenant = $1 AND p.state = 'active' ORDER BY p.activated_at, p.play_id`, [tenant]),
    );
  }

  /** Those with anything to carry out. */
  async tenantsWithActive(): Promise<readonly TenantId[]> {
    const rows = await this.#sql.asOwner((session) =>
      session.query<{ tenant: TenantId }>(`SELECT DISTINCT tenant FROM plays WHERE state = 'active' ORDER BY 1`),
    );
    return rows.map(({ tenant }) => tenant);
  }

  /** Retired at or before a moment and not deleted yet, without those whose sequences still run; the oldest first. */
  async retiredBy(tenant: TenantId, until: number, limit: number): Promise<readonly PlayRow[]> {
    return asTenant(this.#sql, tenant, (session) =>
      plays(session, `WHERE p.tenant = $1 AND ${RETIRED_BY} ORDER BY p.retired_at, p.play_id LIMIT $3`, [
        tenant,
        until,
        limit,
      ]),
    );
  }

  async countRetiredBy(tenant: TenantId, until: number): Promise<number> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ count: number }>(`SELECT count(*) AS count FROM plays p WHERE p.tenant = $1 AND ${RETIRED_BY}`, [
        tenant,
        until,
      ]),
    );
    return row?.count ?? 0;
  }

  async find(tenant: TenantId, id: string): Promise<PlayRow | null> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      plays(session, 'WHERE p.tenant = $1 AND p.play_id = $2', [tenant, id]),
    );
    return row ?? null;
  }

  async listAnalyses(tenant: TenantId, { cursor, limit }: PageQuery, writer: Brain | null): Promise<Page<AnalysisRow>> {
    const [before = null, id = null] = cursor === null ? [] : decodeCursor(cursor, 2);
    const rows = await asTenant(this.#sql, tenant, (session) =>
      analyses(
        session,
        `WHERE l.tenant = $1 AND ($2::text IS NULL OR l.writer_agent_id = $2) AND ($3::bigint IS NULL OR (l.created_at, l.proposal_id) < ($3::bigint, $4::text))
         ORDER BY l.created_at DESC, l.proposal_id DESC LIMIT $5`,
        [tenant, writer, before, id, limit + 1],
      ),
    );
    return pageOf(
      rows,
      limit,
      (row) => row,
      (row) => [row.created_at, row.proposal_id],
    );
  }

  async findAnalysis(tenant: TenantId, proposal: string): Promise<AnalysisRow | null> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      analyses(session, 'WHERE l.tenant = $1 AND l.proposal_id = $2', [tenant, proposal]),
    );
    return row ?? null;
  }

  /** By brain and quarter of the draft, newest first; and how many plays are active. */
  async calibration(
    tenant: TenantId,
    watch: number,
  ): Promise<{
    readonly brains: readonly CalibrationRow[];
    readonly active: number;
    /** Since when more than `watch` are active without a break; null when no more are. */
    readonly aboveSince: number | null;
  }> {
    return asTenant(this.#sql, tenant, async (session) => {
      const brains = await session.query<CalibrationRow>(
        `SELECT p.writer_agent_id AS brain, to_char(to_timestamp(p.created_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-"Q"Q') AS quarter, count(*) AS drafts,
           count(p.activated_at) AS activated, count(*) FILTER (WHERE p.state IN ('draft', 'under_review')) AS undecided, coalesce(sum(jsonb_array_length(p.edits_during_review)), 0)::int AS edits,
           (avg(coalesce((p.edits_during_review -> -1 ->> 'edited_share')::float8, 0)) FILTER (WHERE p.picked_up_at IS NOT NULL))::float8 AS mean_edited_share
         FROM plays p WHERE p.tenant = $1 GROUP BY 1, 2 ORDER BY 2 DESC, 1`,
        [tenant],
      );
      const [active] = await session.query<{ count: number; since: number | null }>(
        `WITH steps AS (
           SELECT activated_at AS at, 1 AS step FROM plays WHERE tenant = $1 AND activated_at IS NOT NULL
           UNION ALL SELECT retired_at, -1 FROM plays WHERE tenant = $1 AND activated_at IS NOT NULL AND retired_at IS NOT NULL),
         moments AS (SELECT at, (sum(sum(step)) OVER (ORDER BY at))::bigint AS active FROM steps GROUP BY at)
         SELECT (SELECT count(*) FROM plays WHERE tenant = $1 AND state = 'active') AS count,
           (SELECT min(m.at) FROM moments m WHERE m.active > $2 AND NOT EXISTS (SELECT FROM moments l WHERE l.active <= $2 AND l.at > m.at)) AS since`,
        [tenant, watch],
      );
      return { brains, active: active?.count ?? 0, aboveSince: active?.since ?? null };
    });
  }
}
