/** Reads a timeline: one row, by key. */
import type { TenantId } from '../../domain/ids.ts';
import { EMPTY_TIMELINE } from '../../domain/timeline.ts';
import type { Timeline } from '../../domain/timeline.ts';
import type { Sql } from '../sql/sql.port.ts';
import type { TimelineReader } from './timeline-reader.port.ts';

export class PostgresTimelineReader implements TimelineReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  timeline(tenant: TenantId, scope: string): Promise<Timeline> {
    return this.#sql.transaction({ role: 'gatehouse_app', tenants: [tenant], keyed: true }, async (session) => {
      const [row] = await session.query<{ body: string }>(
        'SELECT body FROM timelines WHERE tenant = $1 AND scope = $2',
        [tenant, scope],
      );
      return row === undefined ? EMPTY_TIMELINE : (JSON.parse(row.body) as Timeline);
    });
  }
}
