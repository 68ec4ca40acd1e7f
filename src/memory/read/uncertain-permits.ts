/** Permits of which it is not known whether their action happened, as people read them and as their actions are told. */
import type { PermitFacts } from '../../actors/execution-store.port.ts';
import type { PermitDetail } from '../../actors/runtime-store.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import type { Page, PageQuery, UncertainView } from '../../gateway/services.port.ts';
import { PERMIT_COLUMNS, permitFactsOf } from '../runtime/permit-record.ts';
import type { PermitRecord } from '../runtime/permit-record.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlValue } from '../sql/sql.port.ts';
import { decodeCursor, pageOf } from './cursor.ts';

type UncertainRecord = PermitRecord & { readonly attempted_at: number | null };

const SELECT = `SELECT ${PERMIT_COLUMNS}, e.at AS attempted_at
  FROM permits p LEFT JOIN executions e ON e.tenant = p.tenant AND e.permit = p.id WHERE p.tenant = $1 AND p.uncertain_since IS NOT NULL`;

function viewOf(row: UncertainRecord): UncertainView {
  const { decision, actionType, channel, recipient } = JSON.parse(row.detail) as PermitDetail;
  return {
    permit: row.id,
    action: row.action,
    decision,
    action_type: actionType,
    channel,
    mode: row.mode,
    recipient,
    attempted_at: isoOf(row.attempted_at ?? row.granted_at),
  };
}

export class UncertainPermits {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Oldest first. */
  async list(tenant: TenantId, { cursor, limit }: PageQuery): Promise<Page<UncertainView>> {
    const [at = null, id = null] = cursor === null ? [] : decodeCursor(cursor, 2);
    const rows = await this.#rows(
      tenant,
      'AND ($2::bigint IS NULL OR (p.uncertain_since, p.id) > ($2::bigint, $3::text)) ORDER BY p.uncertain_since, p.id LIMIT $4',
      [at, id, limit + 1],
    );
    return pageOf(rows, limit, viewOf, (row) => [row.granted_at, row.id]);
  }

  /** Throws `not_found` when there is no such permit, or its fate is known. */
  async find(tenant: TenantId, id: string): Promise<PermitFacts> {
    const [row] = await this.#rows(tenant, 'AND p.id = $2', [id]);
    if (row === undefined)
      throw new GatehouseError(
        'not_found',
        `There is no permit ${id} whose fate is unknown. It may have been settled a moment ago.`,
      );
    return permitFactsOf(row);
  }

  /** Those of these actions that a worker has begun to carry out, and that have not certainly failed to happen. */
  async begun(tenant: TenantId, actions: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ action: string }>(
        `SELECT p.action FROM permits p JOIN executions e ON e.tenant = p.tenant AND e.permit = p.id
         WHERE p.tenant = $1 AND p.action = ANY ($2::text[]) AND e.state IN ('open', 'sent', 'uncertain')`,
        [tenant, [...actions]],
      ),
    );
    return new Set(rows.map((row) => row.action));
  }

  #rows(tenant: TenantId, rest: string, params: readonly SqlValue[]): Promise<readonly UncertainRecord[]> {
    return asTenant(this.#sql, tenant, (session) =>
      session.query<UncertainRecord>(`${SELECT} ${rest}`, [tenant, ...params]),
    );
  }
}
