/** Sandbox deliveries in the database. */
import type { SandboxDelivery, SandboxStore } from '../../channels/sandbox/sandbox-store.port.ts';
import type { TenantId } from '../../domain/ids.ts';
import { columns } from '../sql/columns.ts';
import { only } from '../sql/only.ts';
import type { Sql } from '../sql/sql.port.ts';

export function createSandboxStore(sql: Sql): SandboxStore {
  return {
    async record(deliveries: readonly SandboxDelivery[]) {
      const tenants = [...new Set(deliveries.map((delivery) => delivery.tenant as TenantId))];
      // The receipt stands on the ledger later than this in the log of the database, so no receipt can outlive its delivery.
      await sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true, unhurried: true }, (session) =>
        only(
          session,
          `INSERT INTO sandbox_deliveries (tenant, idempotency_key, receipt, at, action_type, channel, recipient, content_digest)
           SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[]) ON CONFLICT DO NOTHING`,
          columns(deliveries, [
            (d) => d.tenant,
            (d) => d.idempotencyKey,
            (d) => d.receipt,
            (d) => d.at,
            (d) => d.actionType,
            (d) => d.channel,
            (d) => d.recipient,
            (d) => d.contentDigest,
          ]),
        ),
      );
      // The receipt follows from the key alone, so a repeated delivery has the receipt of the first.
      return deliveries.map((delivery) => delivery.receipt);
    },
    async forget(tenant, recipient) {
      await sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant as TenantId] }, (session) =>
        session.query(
          `UPDATE sandbox_deliveries SET recipient = '', content_digest = '' WHERE tenant = $1 AND recipient = $2`,
          [tenant, recipient],
        ),
      );
    },
    async find(tenant, keys) {
      const rows = await sql.transaction(
        { role: 'gatehouse_runtime', tenants: [tenant as TenantId], keyed: true },
        (session) =>
          only<{ idempotency_key: string; receipt: string }>(
            session,
            'SELECT idempotency_key, receipt FROM sandbox_deliveries WHERE tenant = $1 AND idempotency_key = ANY ($2::text[])',
            [tenant, [...keys]],
          ),
      );
      const receipts = new Map(rows.map((row) => [row.idempotency_key, row.receipt]));
      return keys.map((key) => receipts.get(key) ?? null);
    },
  };
}
