/** What is listed about identities: acts, further names, who answers for whom. Read as a request of its tenant. */

import type { SubjectKind } from '../../actors/intake/directory.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { AliasKind } from '../../domain/identity.ts';
import { asId } from '../../domain/ids.ts';
import type { ScopeId, TenantId } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import type { AliasView, IdentityActView, NamedEntity } from '../../gateway/identity.port.ts';
import type { Page, PageQuery } from '../../gateway/services.port.ts';
import { decodeCursor, pageOf } from '../read/cursor.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlValue } from '../sql/sql.port.ts';
import type { InstallationSecret } from '../vault/installation-secret.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';
import { externalIdHash, nameHash } from './name-hashes.ts';

export interface ActRecord {
  readonly id: string;
  readonly act: IdentityActView['act'];
  readonly subject_kind: IdentityActView['subject_kind'];
  readonly subject: string;
  readonly scope: string;
  readonly target: string | null;
  readonly previous: string | null;
  readonly state: IdentityActView['state'];
  readonly by: string;
  readonly reason: string;
  readonly at: number;
  readonly subject_name: string | null;
  readonly target_name: string | null;
  readonly previous_name: string | null;
}

const ACT_SELECT = `SELECT i.id, i.act, i.subject_kind, i.subject, i.scope, i.target, i.previous, i.state, i.by, i.reason, i.at,
  s.external_id AS subject_name, t.external_id AS target_name, p.external_id AS previous_name
  FROM identity_acts i LEFT JOIN accounts s ON s.tenant = i.tenant AND s.id = i.subject LEFT JOIN accounts t ON t.tenant = i.tenant AND t.id = i.target
  LEFT JOIN accounts p ON p.tenant = i.tenant AND p.id = i.previous WHERE i.tenant = $1`;

function named(id: string | null, externalId: string | null): NamedEntity | null {
  return id === null ? null : { id, external_id: externalId };
}

export function actView(row: ActRecord): IdentityActView {
  return {
    id: row.id,
    act: row.act,
    subject_kind: row.subject_kind,
    subject: { id: row.subject, external_id: row.subject_name },
    target: named(row.target, row.target_name),
    previous: named(row.previous, row.previous_name),
    state: row.state,
    by: row.by,
    reason: row.reason,
    at: isoOf(row.at),
  };
}

export class IdentityBook {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;
  readonly #secret: InstallationSecret;

  constructor(sql: Sql, vault: SubjectVault, secret: InstallationSecret) {
    this.#sql = sql;
    this.#vault = vault;
    this.#secret = secret;
  }

  #acts(tenant: TenantId, rest: string, params: readonly SqlValue[]): Promise<readonly ActRecord[]> {
    return asTenant(this.#sql, tenant, (session) =>
      session.query<ActRecord>(`${ACT_SELECT} ${rest}`, [tenant, ...params]),
    );
  }

  /** Newest first. */
  async acts(tenant: TenantId, { cursor, limit }: PageQuery): Promise<Page<IdentityActView>> {
    const [at = null, id = null] = cursor === null ? [] : decodeCursor(cursor, 2);
    const rows = await this.#acts(
      tenant,
      'AND ($2::bigint IS NULL OR (i.at, i.id) < ($2::bigint, $3::text)) ORDER BY i.at DESC, i.id DESC LIMIT $4',
      [at, id, limit + 1],
    );
    return pageOf(rows, limit, actView, (row) => [row.at, row.id]);
  }

  /** Null when there is none. */
  async act(tenant: TenantId, id: string): Promise<ActRecord | null> {
    const [row] = await this.#acts(tenant, 'AND i.id = $2', [id]);
    return row ?? null;
  }

  /** Who answers for an account or person: itself, or the one that it was merged into in the end. */
  async survivor(tenant: TenantId, id: string): Promise<string> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ id: string }>(
        `WITH RECURSIVE way AS (
           SELECT $2::text AS id, 0 AS steps
           UNION ALL SELECT i.target, way.steps + 1 FROM way JOIN identity_acts i ON i.tenant = $1 AND i.subject = way.id AND i.act = 'merge' AND i.state IN ('joining', 'merged')
             WHERE way.steps < 100
         ) SELECT id FROM way ORDER BY steps DESC LIMIT 1`,
        [tenant, id],
      ),
    );
    return row?.id ?? id;
  }

  /** What a name is looked up by. */
  hashOf(tenant: TenantId, entityKind: SubjectKind, kind: AliasKind, value: string): string {
    return kind === 'external'
      ? externalIdHash(this.#secret, tenant, entityKind, value)
      : nameHash(this.#secret, tenant, kind, value);
  }

  /** Whose name this is; null when it is nobody's. */
  async ownerOf(
    tenant: TenantId,
    kind: AliasKind,
    entityKind: 'account' | 'person',
    hash: string,
  ): Promise<string | null> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ id: string }>(
        `SELECT entity AS id FROM identity_aliases WHERE tenant = $1 AND alias_kind = $2 AND alias = $4
         UNION ALL SELECT id FROM directory WHERE $2 = 'external' AND tenant = $1 AND kind = $3 AND alias = $4 LIMIT 1`,
        [tenant, kind, entityKind, hash],
      ),
    );
    return row?.id ?? null;
  }

  /** Name of an account in the caller's own system; null for people and for what was never written. */
  async nameOf(tenant: TenantId, id: string): Promise<NamedEntity> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ external_id: string }>('SELECT external_id FROM accounts WHERE tenant = $1 AND id = $2', [
        tenant,
        id,
      ]),
    );
    return { id, external_id: row?.external_id ?? null };
  }

  /** The scope, and with it the partition, that was given to an account or person when it was first named. */
  async scopeOf(tenant: TenantId, id: string): Promise<ScopeId> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ scope: string }>('SELECT scope FROM directory WHERE tenant = $1 AND id = $2 LIMIT 1', [
        tenant,
        id,
      ]),
    );
    return asId<ScopeId>(row?.scope ?? id);
  }

  aliases(tenant: TenantId, entity: string): Promise<readonly AliasView[]> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<{
        alias_kind: AliasKind;
        alias: string;
        sealed: string | null;
        added_at: number | null;
      }>(
        'SELECT alias_kind, alias, sealed, added_at FROM identity_aliases WHERE tenant = $1 AND entity = $2 ORDER BY alias_kind, alias',
        [tenant, entity],
      );
      const views: AliasView[] = [];
      for (const row of rows) {
        const text =
          row.sealed === null
            ? null
            : await this.#vault.open(session, { tenant, subject: entity }, `alias:${row.alias}`, row.sealed);
        views.push({
          id: row.alias,
          kind: row.alias_kind,
          value: text === null ? null : (JSON.parse(text) as { readonly value: string }).value,
          added_at: row.added_at === null ? null : isoOf(row.added_at),
        });
      }
      return views;
    });
  }

  /** Throws `not_found` when it is not a further name of this one. */
  async alias(tenant: TenantId, entity: string, id: string): Promise<AliasView> {
    const found = (await this.aliases(tenant, entity)).find((alias) => alias.id === id);
    if (found === undefined) throw new GatehouseError('not_found', `There is no further name ${id} here.`);
    return found;
  }
}
