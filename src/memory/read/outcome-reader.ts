/** Outcomes as they stand, found from either end of their links. Read as a request of its tenant. */
import { z } from 'zod';

import type { TenantId } from '../../domain/ids.ts';
import { asId } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import type { OutcomeType } from '../../domain/outcome-types.ts';
import type { LinkStatus, WindowSource } from '../../domain/outcome.ts';
import type { Page, PageQuery } from '../../gateway/caller.port.ts';
import type { OutcomeView } from '../../gateway/outcome-services.port.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { decodeCursor, pageOf } from './cursor.ts';

interface OutcomeRecord {
  readonly id: string;
  readonly type: OutcomeType;
  readonly subject_kind: 'account' | 'lead';
  readonly subject_id: string;
  readonly occurred_at: number;
  readonly amount_minor: number | null;
  readonly currency: string | null;
  readonly status: LinkStatus;
  readonly decision: string | null;
  readonly action: string | null;
  readonly decided_at: number | null;
  readonly sequence: string | null;
  readonly play: string | null;
  readonly window_ms: number;
  readonly window_source: WindowSource | null;
  readonly corrected: boolean;
}

/** Whose an outcome is, as the directory knows it. */
export interface OutcomeSubject {
  readonly kind: 'account' | 'lead';
  readonly id: string;
  readonly scope: string;
  readonly account: string | null;
  readonly domain: string | null;
  readonly suppressionKeys: readonly string[];
}

export interface OutcomeQuery extends PageQuery {
  readonly decision: string | null;
  readonly action: string | null;
  readonly subject: string | null;
  readonly status: LinkStatus | null;
}

/** What the state of a subject says of the outcomes that it remembers. */
const remembering = z.object({ outcome_log: z.array(z.object({ outcome: z.string() })).default([]) });

const SELECT = `SELECT id, type, subject_kind, subject_id, occurred_at, amount_minor, currency, status, decision, action, decided_at, sequence, play, window_ms, window_source,
  corrected FROM outcomes WHERE tenant = $1 AND NOT undone`;

export class OutcomeReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async list(tenant: TenantId, query: OutcomeQuery): Promise<Page<OutcomeView>> {
    const [at = null, id = null] = query.cursor === null ? [] : decodeCursor(query.cursor, 2);
    const { decision, action, subject, status, limit } = query;
    const rows = await this.#as(tenant, (session) =>
      session.query<OutcomeRecord>(
        `${SELECT} AND ($2::text IS NULL OR decision = $2) AND ($3::text IS NULL OR action = $3) AND ($4::text IS NULL OR subject_id = $4)
           AND ($5::text IS NULL OR status = $5) AND ($6::bigint IS NULL OR (occurred_at, id) < ($6::bigint, $7::text))
           ORDER BY occurred_at DESC, id DESC LIMIT $8`,
        [tenant, decision, action, subject, status, at, id, limit + 1],
      ),
    );
    return pageOf(rows, limit, outcomeView, (row) => [row.occurred_at, row.id]);
  }

  /** Null when there is none. */
  async find(tenant: TenantId, id: string): Promise<OutcomeView | null> {
    const [row] = await this.#as(tenant, (session) =>
      session.query<OutcomeRecord>(`${SELECT} AND id = $2`, [tenant, id]),
    );
    return row === undefined ? null : outcomeView(row);
  }

  /** Whose it is; null when its subject remembers it no longer, so that it cannot be corrected. */
  async subjectOf(tenant: TenantId, { id, subject }: OutcomeView): Promise<OutcomeSubject | null> {
    const [row] = await this.#as(tenant, (session) =>
      session.query<{
        context: string;
        scope: string;
        account: string | null;
        domain: string | null;
        suppression_keys: string[];
      }>(
        `SELECT a.context, d.scope, d.account, d.domain, d.suppression_keys FROM actor_state a JOIN directory d ON d.tenant = a.tenant AND d.id = a.id
         WHERE a.tenant = $1 AND a.kind = $2 AND a.id = $3 LIMIT 1`,
        [tenant, subject.kind, subject.id],
      ),
    );
    if (row === undefined) return null;
    const { outcome_log: log } = remembering.parse(JSON.parse(row.context));
    if (log.every(({ outcome }) => outcome !== id)) return null;
    const { scope, account, domain, suppression_keys: suppressionKeys } = row;
    return { ...subject, scope, account, domain, suppressionKeys };
  }

  #as<Result>(tenant: TenantId, use: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return asTenant(this.#sql, asId<TenantId>(tenant), use);
  }
}

function outcomeView(row: OutcomeRecord): OutcomeView {
  const { decided_at: from, window_ms: ms } = row;
  return {
    id: row.id,
    type: row.type,
    subject: { kind: row.subject_kind, id: row.subject_id },
    occurred_at: isoOf(row.occurred_at),
    amount:
      row.amount_minor === null || row.currency === null
        ? null
        : { amount_minor: row.amount_minor, currency: row.currency },
    corrected: row.corrected,
    link: {
      status: row.status,
      decision: row.decision,
      action: row.action,
      sequence: row.sequence,
      play: row.play,
      window: {
        ms,
        source: row.window_source,
        from: from === null ? null : isoOf(from),
        until: from === null ? null : isoOf(from + ms),
      },
    },
  };
}
