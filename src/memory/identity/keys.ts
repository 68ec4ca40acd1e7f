/** Tenants, identities and API keys. Only the digest of a key is kept. */
import { hash, randomBytes } from 'node:crypto';

import type { Actor, Authority, Role } from '../../domain/authority.ts';
import type { Brain } from '../../domain/brain.ts';
import type { TenantId } from '../../domain/ids.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';

export interface KeyIdentity {
  readonly tenant: TenantId;
  readonly keyId: string;
  readonly identity: string;
  readonly kind: Actor['kind'];
  readonly role: Role;
  readonly authorities: readonly Authority[];
  readonly brain: Brain | null;
}

export interface NewKey {
  readonly tenant: TenantId;
  readonly label: string;
  readonly role: Role;
  readonly kind: Actor['kind'];
  /** What its person may decide in the business; nothing when left out. */
  readonly authorities?: readonly Authority[] | undefined;
  /** Which brain it belongs to, for one of kind `brain`. */
  readonly brain?: Brain | undefined;
}

export class KeyStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async ensureTenant(id: TenantId, name: string, kind: 'customer' | 'demo'): Promise<void> {
    await this.#sql.asOwner((session) =>
      session.query('INSERT INTO tenants (id, name, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        id,
        name,
        kind,
      ]),
    );
  }

  async tenantKind(id: TenantId): Promise<'customer' | 'demo' | null> {
    const [row] = await this.#sql.asOwner((session) =>
      session.query<{ kind: 'customer' | 'demo' }>('SELECT kind FROM tenants WHERE id = $1', [id]),
    );
    return row?.kind ?? null;
  }

  /** Who a key belongs to; null when it is unknown, revoked or expired. Looked up before a tenant is known, so past row-level security. */
  async authenticate(key: string): Promise<KeyIdentity | null> {
    const [row] = await this.#sql.asOwner((session) =>
      session.query<KeyIdentity>(
        `SELECT k.tenant, k.id AS "keyId", i.id AS identity, i.kind, i.role, i.authorities, i.brain FROM api_keys k JOIN identities i ON i.tenant = k.tenant AND i.id = k.identity
         WHERE k.secret_hash = $1 AND k.revoked_on IS NULL AND (k.expires_on IS NULL OR k.expires_on > clock_timestamp())`,
        [digestOf(key)],
      ),
    );
    return row ?? null;
  }

  /** Makes a key for a new identity. The key is returned once and cannot be read again. */
  async create(request: NewKey): Promise<{ readonly id: string; readonly key: string }> {
    const id = randomBytes(6).toString('hex');
    const key = `gh_${request.tenant}_${id}_${randomBytes(24).toString('base64url')}`;
    await this.#store(request, `key_${id}`, `${request.kind}:${request.label}:${id}`, key);
    return { id: `key_${id}`, key };
  }

  /** Registers a key that was made elsewhere, such as the first admin key of an installation. Safe to repeat. */
  async adopt(request: NewKey, key: string): Promise<void> {
    const id = digestOf(key).slice(0, 12);
    await this.#store(request, `key_${id}`, `${request.kind}:${request.label}`, key);
  }

  async #store(request: NewKey, id: string, identity: string, key: string): Promise<void> {
    await asTenant(this.#sql, request.tenant, async (session) => {
      await session.query(
        `INSERT INTO identities (tenant, id, kind, role, label, authorities, brain) VALUES ($1, $2, $3, $4, $5, $6::text[], $7)
         ON CONFLICT DO NOTHING`,
        [
          request.tenant,
          identity,
          request.kind,
          request.role,
          request.label,
          request.authorities ?? [],
          request.brain ?? null,
        ],
      );
      await session.query(
        'INSERT INTO api_keys (id, tenant, identity, secret_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
        [id, request.tenant, identity, digestOf(key)],
      );
    });
  }

  /** True when the key existed and was in force. */
  async revoke(tenant: TenantId, id: string): Promise<boolean> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query(
        'UPDATE api_keys SET revoked_on = clock_timestamp() WHERE tenant = $1 AND id = $2 AND revoked_on IS NULL RETURNING 1',
        [tenant, id],
      ),
    );
    return rows.length > 0;
  }
}

function digestOf(key: string): string {
  return hash('sha256', key, 'hex');
}
