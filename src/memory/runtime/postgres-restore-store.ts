/** What a restored database knows of its restore. Its statements see all tenants, because a restore concerns the whole installation. */
import type { PermitFacts } from '../../actors/execution-store.port.ts';
import type { RecoveredEffect, RestoreStore } from '../../actors/restore/restore-store.port.ts';
import type { TenantId } from '../../domain/ids.ts';
import { tenantKey } from '../../domain/keys.ts';
import { policySchema } from '../../domain/policy.ts';
import { WAITS_FOR_RECONCILE } from '../backup/load-backup.ts';
import { columns } from '../sql/columns.ts';
import type { Sql, SqlValue } from '../sql/sql.port.ts';
import { PERMIT_COLUMNS, permitFactsOf } from './permit-record.ts';
import type { PermitRecord } from './permit-record.ts';

export function createRestoreStore(sql: Sql): RestoreStore {
  const rows = <Row extends object>(text: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> =>
    sql.asOwner((session) => session.query<Row>(text, params));

  async function permits(where: string, params: readonly SqlValue[]): Promise<readonly PermitFacts[]> {
    const found = await rows<PermitRecord>(
      `SELECT ${PERMIT_COLUMNS} FROM permits p ${where} ORDER BY p.granted_at, p.id`,
      params,
    );
    return found.map(permitFactsOf);
  }

  return {
    async pending() {
      const [row] = await rows<{ id: string; backup_on: Date; restored_on: Date; hosts: readonly string[] }>(
        'SELECT id, backup_on, restored_on, hosts FROM restores WHERE reconciled_on IS NULL ORDER BY restored_on DESC LIMIT 1',
      );
      if (row === undefined) return null;
      return { id: row.id, backupAt: row.backup_on.getTime(), restoredAt: row.restored_on.getTime(), hosts: row.hosts };
    },
    openPermits: () => permits(`WHERE p.state IN ('granted', 'claimed')`, []),
    uncertainPermits: (source) =>
      permits(
        `JOIN inbox i ON i.tenant = p.tenant AND i.source = $1 AND i.id = p.id || ':' || p.attempts || ':action.uncertain' WHERE p.state = 'uncertain'`,
        [source],
      ),
    async known(wanted) {
      const found = await rows<{ tenant: TenantId; id: string }>(
        'SELECT p.tenant, p.id FROM unnest($1::text[], $2::text[]) AS w (tenant, id) JOIN permits p ON p.tenant = w.tenant AND p.id = w.id',
        columns(wanted, [(item) => item.tenant, (item) => item.permit]),
      );
      return new Set(found.map((row) => tenantKey(row.tenant, row.id)));
    },
    async remember(restore, effects: readonly RecoveredEffect[]) {
      await rows(
        `INSERT INTO recovered_effects (tenant, permit, restore, at, result, receipt, detail)
         SELECT tenant, permit, $7, at, result, receipt, detail FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
           AS w (tenant, permit, at, result, receipt, detail) ON CONFLICT DO NOTHING`,
        [
          ...columns(effects, [
            (item) => item.tenant,
            (item) => item.permit,
            (item) => item.at,
            (item) => item.result,
            (item) => item.receipt,
            (item) => item.detail,
          ]),
          restore,
        ],
      );
    },
    async suppressed(keys) {
      const found = await rows<{ tenant: TenantId; key: string }>(
        `SELECT s.tenant, s.key FROM unnest($1::text[], $2::text[]) AS w (tenant, key)
         JOIN suppressions s ON s.tenant = w.tenant AND s.key = w.key AND s.removed_version IS NULL`,
        columns(keys, [(item) => item.tenant, (item) => item.key]),
      );
      return new Set(found.map((row) => tenantKey(row.tenant, row.key)));
    },
    async longestCooldownMs() {
      const found = await rows<{ body: string }>(
        `SELECT p.body FROM actor_state a JOIN policies p ON p.tenant = a.tenant AND p.hash = a.context::json ->> 'policy' WHERE a.kind = 'tenant'`,
      );
      const cooldowns = found.flatMap(({ body }) => {
        const { cooldown } = policySchema.parse(JSON.parse(body));
        const { contact_ms: contact, account_ms: account, domain_ms: domain, channel_ms: channels } = cooldown;
        return [contact, account, domain, ...Object.values(channels)];
      });
      return Math.max(0, ...cooldowns);
    },
    async tenants() {
      const found = await rows<{ id: TenantId }>(
        `SELECT tenant AS id FROM actor_state WHERE kind = 'tenant' ORDER BY tenant`,
      );
      return found.map((row) => row.id);
    },
    finish: () =>
      sql.asOwner(async (session) => {
        await session.query('UPDATE restores SET reconciled_on = clock_timestamp() WHERE reconciled_on IS NULL');
        const waiting = await session.query(
          `UPDATE inbox SET state = 'pending', error = NULL WHERE state = 'parked' AND error = $1 RETURNING 1`,
          [WAITS_FOR_RECONCILE],
        );
        return waiting.length;
      }),
  };
}
