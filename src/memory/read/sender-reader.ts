/** What was sent by whom, and what of it bounced or was marked as spam. */
import type { SenderSendsRow } from '../../actors/replay/memory-reader.port.ts';
import type { Channel } from '../../domain/action-types.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { SenderHarm, SenderHour } from '../../domain/sender-health.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';

export class SenderReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Since the beginning of an hour, over all partitions. */
  async counts(
    tenant: TenantId,
    since: number,
  ): Promise<{ readonly hours: readonly SenderHour[]; readonly harms: readonly SenderHarm[] }> {
    return asTenant(this.#sql, tenant, async (session) => {
      const hours = await session.query<{ channel: Channel; sender: string; hour: number; sent: number }>(
        `SELECT channel, sender, hour, sum(sent)::int AS sent FROM sender_sends WHERE tenant = $1 AND hour >= $2
         GROUP BY channel, sender, hour ORDER BY channel, sender, hour`,
        [tenant, since],
      );
      // What came of a message comes after it, so outcomes since then have all that came of messages since then.
      const harms = await session.query<{
        channel: Channel;
        sender: string;
        type: SenderHarm['type'];
        sent_at: number;
      }>(
        `SELECT x.context #>> '{proposal,channel}' AS channel, x.context #>> '{proposal,sender}' AS sender, o.type, e.at AS sent_at
         FROM outcomes o
         JOIN actor_state a ON a.tenant = o.tenant AND a.kind = 'action' AND a.id = o.action
         CROSS JOIN LATERAL (SELECT a.context::json AS context) x
         JOIN executions e ON e.tenant = o.tenant AND e.permit = x.context ->> 'permit' AND e.state = 'sent'
         WHERE o.tenant = $1 AND o.occurred_at >= $2 AND o.type IN ('bounce', 'complaint') AND o.action IS NOT NULL AND NOT o.undone`,
        [tenant, since],
      );
      return {
        hours,
        harms: harms.map(({ channel, sender, type, sent_at: sentAt }) => ({ channel, sender, type, sentAt })),
      };
    });
  }

  /** Counts of hours before this one. Returns how many rows it deleted. */
  async forget(tenant: TenantId, before: number): Promise<number> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, async (session) => {
      const rows = await session.query('DELETE FROM sender_sends WHERE tenant = $1 AND hour < $2 RETURNING 1 AS one', [
        tenant,
        before,
      ]);
      return rows.length;
    });
  }
}

/** Everything that is counted of all tenants, for a rebuild to compare with. */
export function keptSends(sql: Sql): Promise<readonly SenderSendsRow[]> {
  return sql.asOwner((session) =>
    session.query<SenderSendsRow>('SELECT tenant, partition, channel, sender, hour, sent FROM sender_sends'),
  );
}
