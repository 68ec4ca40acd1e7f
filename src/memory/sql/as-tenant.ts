import type { TenantId } from '../../domain/ids.ts';
import type { Sql, SqlSession } from './sql.port.ts';

/** A transaction of a request: it sees one tenant and no other. */
export function asTenant<Result>(
  sql: Pick<Sql, 'transaction'>,
  tenant: TenantId,
  run: (session: SqlSession) => Promise<Result>,
): Promise<Result> {
  return sql.transaction({ role: 'gatehouse_app', tenants: [tenant] }, run);
}
