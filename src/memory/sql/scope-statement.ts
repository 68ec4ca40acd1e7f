/** The statements that prepare a scoped transaction. */
import type { SqlScope } from './sql.port.ts';

const SAFE_TENANT = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * What the planner is kept from counts as very dear, which would have each such statement compiled first, and planned anew every time: a look-up by key
 * has one plan whatever the keys are.
 */
const KEYED: Readonly<Record<string, string>> = {
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_bitmapscan: 'off',
  enable_material: 'off',
};

/**
 * Statements that bring a session's planner to look-ups by key, or back. They outlast the transaction, because nearly all transactions look up by
 * key: a connection is told once, and not ten thousand times an hour.
 */
export const PLANNER: Readonly<Record<'keyed' | 'free', string>> = {
  keyed: Object.entries(KEYED)
    .map(([name, value]) => `SET ${name} = ${value}`)
    .join('; '),
  free: Object.keys(KEYED)
    .map((name) => `RESET ${name}`)
    .join('; '),
};

/** Begins, takes the role and names the tenants. Tenant ids are checked because they stand in the text. */
export function openStatement(scope: SqlScope): string {
  for (const tenant of scope.tenants) {
    if (!SAFE_TENANT.test(tenant)) throw new Error(`not a tenant id: ${JSON.stringify(tenant)}`);
  }
  const commit = scope.unhurried === true ? '; SET LOCAL synchronous_commit = off' : '';
  return `BEGIN; SET LOCAL ROLE ${scope.role}; SET LOCAL "gatehouse.tenants" = '${scope.tenants.join(',')}'${commit}`;
}
