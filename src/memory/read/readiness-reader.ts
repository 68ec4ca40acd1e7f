/** What the gate would read of all contacts of a tenant, a page at a time. */
import { guardStateSchema } from '../../domain/guard.ts';
import type { GuardKey } from '../../domain/guard.ts';
import type { AccountId, PersonId, ScopeId, TenantId } from '../../domain/ids.ts';
import type { SubjectRefs } from '../../domain/message.ts';
import type { GuardMember } from '../../domain/stricter-guard.ts';
import { NOT_MERGED } from '../identity/duplicate-reader.ts';
import { WITH_LINKED_GUARDS } from '../runtime/load-batch.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';

export interface ContactRow {
  readonly id: PersonId;
  readonly scope: ScopeId;
  readonly refs: SubjectRefs;
}

interface DirectoryRecord {
  readonly id: PersonId;
  readonly scope: ScopeId;
  readonly account: AccountId | null;
  readonly domain: string | null;
  readonly suppression_keys: readonly string[];
  readonly has_address: boolean;
}

export interface SuppressionEntry {
  readonly key: string;
  readonly scope: string;
  readonly reason: string;
}

export class ReadinessReader {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;

  constructor(sql: Sql, vault: SubjectVault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  /** By id, those after `after`. Without those who were erased or merged into another. */
  contacts(tenant: TenantId, after: string, limit: number): Promise<readonly ContactRow[]> {
    return this.#as(tenant, async (session) => {
      const rows = await session.query<DirectoryRecord>(
        `SELECT d.id, d.scope, d.account, d.domain, d.suppression_keys, d.has_address FROM contacts e
         CROSS JOIN LATERAL (
           SELECT * FROM directory n WHERE n.tenant = e.tenant AND n.id = e.id AND n.kind = 'person' ORDER BY n.added, n.alias LIMIT 1
         ) d
         WHERE e.tenant = $1 AND e.id > $2 AND e.sealed_external_id <> '' AND ${NOT_MERGED} ORDER BY e.id LIMIT $3`,
        [tenant, after, limit],
      );
      return rows.map(({ id, scope, account, domain, suppression_keys: suppressionKeys, has_address: hasAddress }) => ({
        id,
        scope,
        refs: { account, person: id, domain, suppressionKeys, hasAddress },
      }));
    });
  }

  /** These guards and all that are read together with them, by key. One of which nothing is known is absent. */
  guards(tenant: TenantId, keys: readonly GuardKey[]): Promise<ReadonlyMap<string, GuardMember>> {
    return this.#as(tenant, async (session) => {
      const rows = await session.query<{ key: string; state: string }>(
        `${WITH_LINKED_GUARDS} SELECT g.key, g.state FROM linked w JOIN guards g ON g.tenant = w.tenant AND g.key = w.key`,
        [keys.map(() => tenant), keys],
      );
      return new Map(rows.map(({ key, state }) => [key, { key, state: guardStateSchema.parse(JSON.parse(state)) }]));
    });
  }

  /** Those in force. */
  suppressions(tenant: TenantId, keys: readonly string[]): Promise<readonly SuppressionEntry[]> {
    return this.#as(tenant, (session) =>
      session.query<SuppressionEntry>(
        'SELECT s.key, s.scope, s.reason FROM suppressions s WHERE s.tenant = $1 AND s.key = ANY ($2::text[]) AND s.removed_version IS NULL',
        [tenant, keys],
      ),
    );
  }

  /** How the tenant's own systems name these people. */
  externalIds(tenant: TenantId, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#as(tenant, async (session) => {
      const rows = await session.query<{ id: string; sealed_external_id: string }>(
        'SELECT id, sealed_external_id FROM contacts WHERE tenant = $1 AND id = ANY ($2::text[])',
        [tenant, ids],
      );
      const keys = await this.#vault.keys(
        session,
        rows.map(({ id }) => ({ tenant, subject: id })),
        false,
      );
      const names = new Map<string, string>();
      for (const { id, sealed_external_id: sealed } of rows) {
        const name =
          sealed === ''
            ? null
            : this.#vault.openWith(keys, { tenant, subject: id }, `contact:${id}:external_id`, sealed);
        if (name !== null) names.set(id, name);
      }
      return names;
    });
  }

  #as<Result>(tenant: TenantId, run: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.#sql.transaction({ role: 'gatehouse_app', tenants: [tenant], keyed: true }, run);
  }
}
