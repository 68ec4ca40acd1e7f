/** The statement that opens a scoped transaction. */
import type { SqlScope } from './sql.port.ts';

const SAFE_TENANT = /^[a-z][a-z0-9-]{0,39}$/;

/** One round trip: begin, take the role, name the tenants. Tenant ids are checked because they stand in the text. */
export function openStatement(scope: SqlScope): string {
  for (const tenant of scope.tenants) {
    if (!SAFE_TENANT.test(tenant)) throw new Error(`not a tenant id: ${JSON.stringify(tenant)}`);
  }
  return `BEGIN; SET LOCAL ROLE ${scope.role}; SET LOCAL "gatehouse.tenants" = '${scope.tenants.join(',')}'`;
}
