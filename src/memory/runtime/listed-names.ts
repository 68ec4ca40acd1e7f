/**
 * Who is suppressed under a name that the directory has for them now. A message says by which names its subject was known when it was made, and may have
 * waited for a person, or come from a host that had not heard of the latest address.
 */
import type { Suppression } from '../../actors/runtime-store.port.ts';
import type { TenantId } from '../../domain/ids.ts';
import { tenantKey } from '../../domain/keys.ts';
import { columns } from '../sql/columns.ts';
import type { SqlSession } from '../sql/sql.port.ts';

/** A person or an account by its guard, and the version of the registry as of which it is asked about; null for now. */
export interface Listed {
  readonly tenant: TenantId;
  readonly guard: string;
  readonly version: number | null;
}

export type ListedName = Suppression & Pick<Listed, 'tenant' | 'guard'>;

const OF_A_SUBJECT = /^(?:contact|account):/;

/** Guards of budgets and the like belong to nobody, and are left out. What suppresses an account is asked of the account that its person has now. */
export async function listedNames(session: SqlSession, subjects: readonly Listed[]): Promise<readonly ListedName[]> {
  const each = new Map(subjects.map((item) => [tenantKey(item.tenant, item.guard), item]));
  const asked = [...each.values()].filter(({ guard }) => OF_A_SUBJECT.test(guard));
  if (asked.length === 0) return [];
  return session.query<ListedName>(
    `SELECT w.tenant, w.guard, s.key, s.scope, s.reason
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS w (tenant, guard, id, version)
     CROSS JOIN LATERAL (SELECT suppression_keys FROM directory WHERE tenant = w.tenant AND id = w.id OFFSET 0) d
     CROSS JOIN LATERAL unnest(d.suppression_keys) AS k (key)
     JOIN suppressions s ON s.tenant = w.tenant AND s.key = k.key
       AND CASE WHEN w.version IS NULL THEN s.removed_version IS NULL
         ELSE s.added_version <= w.version AND (s.removed_version IS NULL OR s.removed_version > w.version) END
     WHERE k.key NOT LIKE 'account:%'`,
    columns(asked, [
      (item) => item.tenant,
      (item) => item.guard,
      (item) => item.guard.slice(item.guard.indexOf(':') + 1),
      (item) => item.version,
    ]),
  );
}
