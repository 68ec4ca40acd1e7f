/** Reads what probable duplicates are found by, without those that were merged, and what was said about pairs before. */
import type { DuplicateCandidate } from '../../domain/duplicate-score.ts';
import { FREE_MAIL_DOMAINS } from '../../domain/entity.ts';
import type { TenantId } from '../../domain/ids.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';

/** Accounts or people that are compared; beyond it, those that changed last. */
export const COMPARED_MAX = 20_000;

/** Of `e`, an account or contact of the tenant $1. */
export const NOT_MERGED = `NOT EXISTS (SELECT FROM identity_acts i WHERE i.tenant = $1 AND i.subject = e.id AND i.act = 'merge' AND i.state IN ('joining', 'merged', 'splitting'))`;

export class DuplicateReader {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;

  constructor(sql: Sql, vault: SubjectVault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  accounts(tenant: TenantId): Promise<readonly DuplicateCandidate[]> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<{ id: string; external_id: string; name: string | null; domain: string | null }>(
        `SELECT e.id, e.external_id, e.name, e.domain FROM accounts e WHERE e.tenant = $1 AND ${NOT_MERGED} ORDER BY e.updated_at DESC, e.id LIMIT $2`,
        [tenant, COMPARED_MAX],
      );
      const addresses = await this.#addresses(session, tenant, 'account');
      return rows.map((row): DuplicateCandidate => ({
        kind: 'account',
        id: row.id,
        name: row.name,
        externalId: row.external_id,
        domain: row.domain === null || FREE_MAIL_DOMAINS.has(row.domain) ? null : row.domain,
        addresses: addresses.get(row.id) ?? [],
        account: null,
      }));
    });
  }

  /** Names of people are opened for the comparison and go nowhere else. */
  contacts(tenant: TenantId): Promise<readonly DuplicateCandidate[]> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<{
        id: string;
        account: string | null;
        sealed_external_id: string;
        sealed_name: string | null;
      }>(
        `SELECT e.id, e.account, e.sealed_external_id, e.sealed_name FROM contacts e WHERE e.tenant = $1 AND ${NOT_MERGED} ORDER BY e.updated_at DESC, e.id LIMIT $2`,
        [tenant, COMPARED_MAX],
      );
      const addresses = await this.#addresses(session, tenant, 'id');
      const keys = await this.#vault.keys(
        session,
        rows.map((row) => ({ tenant, subject: row.id })),
        false,
      );
      const open = (id: string, field: string, sealed: string | null) =>
        sealed === null || sealed === ''
          ? null
          : this.#vault.openWith(keys, { tenant, subject: id }, `contact:${id}:${field}`, sealed);
      return rows.map((row): DuplicateCandidate => ({
        kind: 'contact',
        id: row.id,
        name: open(row.id, 'name', row.sealed_name),
        externalId: open(row.id, 'external_id', row.sealed_external_id),
        domain: null,
        addresses: addresses.get(row.id) ?? [],
        account: row.account,
      }));
    });
  }

  /** Hashes of addresses by person, or by the account of the person. */
  async #addresses(
    session: SqlSession,
    tenant: TenantId,
    by: 'id' | 'account',
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await session.query<{ owner: string; addresses: string }>(
      `SELECT d.${by} AS owner, string_agg(DISTINCT k.key, ' ') AS addresses FROM directory d CROSS JOIN LATERAL unnest(d.suppression_keys) AS k (key)
       WHERE d.tenant = $1 AND d.kind = 'person' AND d.${by} IS NOT NULL AND k.key LIKE 'email:%' GROUP BY 1`,
      [tenant],
    );
    return new Map(rows.map((row) => [row.owner, row.addresses.split(' ')]));
  }

  /** What pairs were dismissed for, by `one other`. */
  dismissals(tenant: TenantId): Promise<ReadonlyMap<string, string>> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<{ one: string; other: string; evidence: string }>(
        'SELECT one, other, evidence FROM identity_dismissals WHERE tenant = $1',
        [tenant],
      );
      return new Map(rows.map((row) => [`${row.one} ${row.other}`, row.evidence]));
    });
  }
}
