/** Reads what patterns of corrections are found in: decided reviews with their reasons, and which patterns were dismissed. */
import type { DecidedReview } from '../../domain/correction.ts';
import type { TenantId } from '../../domain/ids.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';

/** Reviews that are looked at; beyond it, those that were decided last. */
const REVIEWS_MAX = 20_000;

interface ReviewRow {
  readonly id: string;
  readonly action: string;
  readonly correlation: string | null;
  readonly decided_at: number;
  readonly state: DecidedReview['state'];
  readonly action_type: DecidedReview['actionType'];
  readonly attributes: string | null;
}

export class CorrectionReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Reviews that were decided from `since` on. A rejection whose event has left for the archive has no reason any more. */
  decided(tenant: TenantId, since: number): Promise<readonly DecidedReview[]> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<ReviewRow>(
        `SELECT r.id, r.action, r.correlation, r.decided_at, r.state, r.action_type, a.context::json #>> '{proposal,attributes}' AS attributes
         FROM reviews r JOIN actor_state a ON a.tenant = r.tenant AND a.kind = 'action' AND a.id = r.action
         WHERE r.tenant = $1 AND r.decided_at IS NOT NULL AND r.decided_at >= $2 AND r.state IN ('approved', 'edited', 'rejected')
         ORDER BY r.decided_at DESC, r.id LIMIT $3`,
        [tenant, since, REVIEWS_MAX],
      );
      const lives = rows.flatMap(({ state, correlation }) =>
        state === 'rejected' && correlation !== null ? [correlation] : [],
      );
      const said = await session.query<{ action: string; reason: string | null }>(
        `SELECT DISTINCT ON (actor_id) actor_id AS action, body::json #>> '{data,reason}' AS reason FROM ledger_events
         WHERE tenant = $1 AND correlation = ANY ($2::text[]) AND type = 'action.reviewed' ORDER BY actor_id, actor_seq DESC`,
        [tenant, [...new Set(lives)]],
      );
      const reasons = new Map(said.map(({ action, reason }) => [action, reason]));
      return rows.map((row): DecidedReview => ({
        id: row.id,
        at: row.decided_at,
        state: row.state,
        actionType: row.action_type,
        attributes: row.attributes === null ? {} : (JSON.parse(row.attributes) as DecidedReview['attributes']),
        reason: row.state === 'rejected' ? (reasons.get(row.action) ?? null) : null,
      }));
    });
  }

  /** When each of these patterns was dismissed last. A dismissal goes by the id of its pattern in the ledger. */
  dismissals(tenant: TenantId, patterns: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<{ pattern: string; at: number }>(
        `SELECT correlation AS pattern, max(at) AS at FROM ledger_events
         WHERE tenant = $1 AND correlation = ANY ($2::text[]) AND type = 'pattern.dismissed' GROUP BY 1`,
        [tenant, [...patterns]],
      );
      return new Map(rows.map(({ pattern, at }) => [pattern, at]));
    });
  }
}
