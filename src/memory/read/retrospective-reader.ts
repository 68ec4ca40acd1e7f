/** Whom plays reached and what followed, counted per play and quarter. */
import type { Brain } from '../../domain/brain.ts';
import type { TenantId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { Cohort } from '../../domain/retrospection.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';

/** More plays than this began nothing in any quarter yet. */
export const PLAYS_MAX = 200;

export interface CohortQuery {
  readonly play: string | null;
  readonly writer: Brain | null;
  /** Sequences that began in here. */
  readonly from: number;
  readonly to: number;
  /** As of when they are old enough to count. */
  readonly at: number;
}

export interface PlayCohort extends Cohort {
  readonly name: string;
  readonly originating_proposal_id: string;
  readonly writer_agent_id: string;
  readonly success_criteria: object;
}

type Row = Omit<PlayCohort, 'success_criteria' | 'won'> & { readonly success_criteria: string; readonly won: string };

/** An outcome `o` of somebody of the cohort `m`, in time, that is linked to the play or to the proposal that it came of. */
const LINKED = `o.status = 'linked' AND o.play IN (m.play, m.origin)`;
const IN_TIME = `o.tenant = $1 AND NOT o.undone AND o.status <> 'retracted' AND o.occurred_at >= m.first_at AND o.occurred_at < m.first_at + m.evaluate_ms`;

const COHORTS = `WITH chosen AS (
    SELECT p.play_id AS play, p.name, p.originating_proposal_id AS origin, p.writer_agent_id, p.success_criteria,
      (p.success_criteria ->> 'evaluate_after_days')::bigint * ${DAY_MS} AS evaluate_ms
    FROM plays p WHERE p.tenant = $1 AND p.activated_at IS NOT NULL AND ($4::text IS NULL OR p.play_id = $4) AND ($5::text IS NULL OR p.writer_agent_id = $5)
      AND EXISTS (SELECT FROM cadence_event_log e WHERE e.tenant = $1 AND e.play_id = p.play_id AND e.kind = 'started' AND e.at >= $2 AND e.at < $3)
    ORDER BY p.activated_at DESC, p.play_id LIMIT ${PLAYS_MAX}),
  begun AS (
    SELECT c.play, c.origin, c.evaluate_ms, e.person, e.account, t.first_at, t.real
    FROM chosen c JOIN cadence_event_log e ON e.tenant = $1 AND e.play_id = c.play AND e.kind = 'started' AND e.at >= $2 AND e.at < $3
    CROSS JOIN LATERAL (SELECT min(x.at) AS first_at, bool_or(x.mode = 'live') AS real FROM cadence_event_log x
      WHERE x.tenant = $1 AND x.sequence = e.sequence AND x.kind = 'touch_ended' AND x.result IN ('executed', 'shadowed')) t),
  m AS (SELECT * FROM begun WHERE first_at IS NOT NULL AND first_at + evaluate_ms <= $6::bigint),
  counted AS (
    SELECT m.play, count(*) AS matured, count(*) FILTER (WHERE NOT coalesce(m.real, false)) AS unreal,
      count(*) FILTER (WHERE EXISTS (SELECT FROM outcomes o WHERE ${IN_TIME} AND o.subject_id = m.person AND o.type = 'meeting_booked' AND ${LINKED})) AS meetings,
      count(*) FILTER (WHERE EXISTS (SELECT FROM outcomes o WHERE ${IN_TIME} AND o.subject_id = m.person AND o.type = 'opportunity_created' AND ${LINKED})) AS opportunities,
      count(*) FILTER (WHERE EXISTS (SELECT FROM outcomes o WHERE ${IN_TIME} AND o.subject_id IN (m.person, m.account)
        AND o.type IN ('meeting_booked', 'opportunity_created', 'won') AND NOT coalesce(${LINKED}, false))) AS elsewhere
    FROM m GROUP BY 1),
  deals AS (
    SELECT m.play, json_agg(json_build_object('amount_minor', o.amount_minor, 'currency', o.currency) ORDER BY o.id) AS won
    FROM m JOIN outcomes o ON ${IN_TIME} AND o.subject_id = m.person AND o.type = 'won' AND ${LINKED} GROUP BY 1)
  SELECT c.play, c.name, c.origin AS originating_proposal_id, c.writer_agent_id, c.success_criteria::text AS success_criteria,
    (SELECT count(*) FROM begun b WHERE b.play = c.play) AS begun, (SELECT count(*) FROM begun b WHERE b.play = c.play AND b.first_at IS NOT NULL) AS reached,
    coalesce(k.matured, 0) AS matured, coalesce(k.unreal, 0) AS unreal, coalesce(k.meetings, 0) AS meetings, coalesce(k.opportunities, 0) AS opportunities,
    coalesce(k.elsewhere, 0) AS elsewhere, coalesce(d.won, '[]'::json)::text AS won
  FROM chosen c LEFT JOIN counted k ON k.play = c.play LEFT JOIN deals d ON d.play = c.play ORDER BY c.name, c.play`;

export class RetrospectiveReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Of plays that began something in the time, by name. */
  async cohorts(tenant: TenantId, { play, writer, from, to, at }: CohortQuery): Promise<readonly PlayCohort[]> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<Row>(COHORTS, [tenant, from, to, play, writer, at]),
    );
    return rows.map(({ success_criteria: criteria, won, ...row }) => ({
      ...row,
      success_criteria: JSON.parse(criteria) as object,
      won: JSON.parse(won) as Cohort['won'],
    }));
  }
}
