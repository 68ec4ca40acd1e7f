/**
 * Sessions of people in the console. A link that is used once begins a session; both are secrets of which only the digest is kept, both end
 * by the clock of the database, and what has ended is deleted when the next one begins.
 */
import { hash, randomBytes } from 'node:crypto';

import type { Authority } from '../../domain/authority.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { PersonRole } from '../../gateway/session.port.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';

export const LINK_MINUTES = 30;
export const SESSION_HOURS = 12;

export interface SessionIdentity {
  readonly id: string;
  readonly tenant: TenantId;
  readonly identity: string;
  readonly role: PersonRole;
  readonly authorities: readonly Authority[];
  /** Milliseconds. */
  readonly expiresAt: number;
}

export interface NewLink {
  readonly tenant: TenantId;
  /** What people call them; their identity is `person:<name>` at every sign-in. */
  readonly name: string;
  readonly role: PersonRole;
  readonly authorities: readonly Authority[];
  readonly by: string;
}

const EXPIRES_AT = 'floor(extract(epoch FROM expires_on) * 1000)::bigint AS "expiresAt"';
const SESSION = `id, tenant, identity, role, authorities, ${EXPIRES_AT}`;

export class SessionStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The token is returned once and cannot be read again. */
  async createLink(link: NewLink): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const token = randomBytes(24).toString('base64url');
    const identity = `person:${link.name}`;
    return asTenant(this.#sql, link.tenant, async (session) => {
      await session.query(
        `INSERT INTO identities (tenant, id, kind, role, label, authorities) VALUES ($1, $2, 'person', $3, $4, $5::text[]) ON CONFLICT DO NOTHING`,
        [link.tenant, identity, link.role, link.name, link.authorities],
      );
      await session.query('DELETE FROM sign_in_links WHERE tenant = $1 AND expires_on < clock_timestamp()', [
        link.tenant,
      ]);
      const [row] = await session.query<{ expiresAt: number }>(
        `INSERT INTO sign_in_links (tenant, secret_hash, identity, role, authorities, made_by, expires_on)
         VALUES ($1, $2, $3, $4, $5::text[], $6, clock_timestamp() + make_interval(mins => $7::int)) RETURNING ${EXPIRES_AT}`,
        [link.tenant, digestOf(token), identity, link.role, link.authorities, link.by, LINK_MINUTES],
      );
      if (row === undefined) throw new Error('a link was inserted and not returned');
      return { token, expiresAt: row.expiresAt };
    });
  }

  /** Uses a link up. Null when it is unknown, used or too old. Found before a tenant is known, so past row-level security. */
  async begin(token: string): Promise<{ readonly secret: string; readonly session: SessionIdentity } | null> {
    const secret = randomBytes(32).toString('base64url');
    return this.#sql.asOwner(async (session) => {
      const [begun] = await session.query<SessionIdentity>(
        `WITH used AS (
           UPDATE sign_in_links SET used_on = clock_timestamp() WHERE secret_hash = $1 AND used_on IS NULL AND expires_on > clock_timestamp()
           RETURNING tenant, identity, role, authorities)
         INSERT INTO sessions (tenant, id, secret_hash, identity, role, authorities, expires_on)
         SELECT tenant, $2, $3, identity, role, authorities, clock_timestamp() + make_interval(hours => $4::int) FROM used RETURNING ${SESSION}`,
        [digestOf(token), `session_${randomBytes(6).toString('hex')}`, digestOf(secret), SESSION_HOURS],
      );
      if (begun === undefined) return null;
      await session.query('DELETE FROM sessions WHERE tenant = $1 AND expires_on < clock_timestamp()', [begun.tenant]);
      return { secret, session: begun };
    });
  }

  /** Whose session it is; null when it is unknown, revoked or over. */
  async find(secret: string): Promise<SessionIdentity | null> {
    const [row] = await this.#sql.asOwner((session) =>
      session.query<SessionIdentity>(
        `SELECT ${SESSION} FROM sessions WHERE secret_hash = $1 AND revoked_on IS NULL AND expires_on > clock_timestamp()`,
        [digestOf(secret)],
      ),
    );
    return row ?? null;
  }

  /** When the session ends, in milliseconds; null when it has. */
  async endOf(tenant: TenantId, id: string): Promise<number | null> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ expiresAt: number }>(
        `SELECT ${EXPIRES_AT} FROM sessions WHERE tenant = $1 AND id = $2 AND revoked_on IS NULL`,
        [tenant, id],
      ),
    );
    return row?.expiresAt ?? null;
  }

  /** True when the session was in force. */
  async revoke(tenant: TenantId, id: string): Promise<boolean> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query(
        'UPDATE sessions SET revoked_on = clock_timestamp() WHERE tenant = $1 AND id = $2 AND revoked_on IS NULL RETURNING 1',
        [tenant, id],
      ),
    );
    return rows.length > 0;
  }
}

function digestOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}
