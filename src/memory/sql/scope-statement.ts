/** The statement that opens a scoped transaction. */
import type { SqlScope } from './sql.port.ts';

const SAFE_TENANT = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * What the planner is kept from counts as very dear, which would have each such statement compiled first, and planned anew every time: a look-up by key
 * has one plan whatever the keys are.
 */
const KEYED_ONLY =
  '; SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_material = off';

/** One round trip: begin, take the role, name the tenants. Tenant ids are checked because they stand in the text. */
export function openStatement(scope: SqlScope): string {
  for (const tenant of scope.tenants) {
    if (!SAFE_TENANT.test(tenant)) throw new Error(`not a tenant id: ${JSON.stringify(tenant)}`);
  }
  const planner = scope.keyed === true ? KEYED_ONLY : '';
  const commit = scope.unhurried === true ? '; SET LOCAL synchronous_commit = off' : '';
  return `BEGIN; SET LOCAL ROLE ${scope.role}; SET LOCAL "gatehouse.tenants" = '${scope.tenants.join(',')}'${planner}${commit}`;
}
