/** Sign-in, and the session that follows it, for the gateway and the command line. */
import { GatehouseError } from '../domain/errors.ts';
import { isoOf } from '../domain/instant.ts';
import type { SessionServices } from '../gateway/session.port.ts';
import type { SessionStore } from '../memory/identity/sessions.ts';

const SESSION_ID = /^session_/;

export function createSessionServices(store: SessionStore): SessionServices {
  return {
    async createLink(caller, { name, role, authorities }) {
      const made = await store.createLink({ tenant: caller.tenant, name, role, authorities, by: caller.identity });
      return { token: made.token, expires_at: isoOf(made.expiresAt) };
    },
    async begin(token) {
      const begun = await store.begin(token);
      return begun === null ? null : { secret: begun.secret, expires_at: isoOf(begun.session.expiresAt) };
    },
    async authenticate(secret) {
      const found = await store.find(secret);
      if (found === null) return null;
      const { tenant, id, identity, role, authorities } = found;
      return { tenant, keyId: id, identity, kind: 'person', role, authorities, brain: null };
    },
    async view({ tenant, keyId, identity, role, authorities = [] }) {
      const endsAt = SESSION_ID.test(keyId) ? await store.endOf(tenant, keyId) : null;
      return { identity, role, authorities, tenant, expires_at: endsAt === null ? null : isoOf(endsAt) };
    },
    async end({ tenant, keyId }) {
      if (!SESSION_ID.test(keyId))
        throw new GatehouseError('state_conflict', 'A key has no session. `DELETE /v1/keys/{id}` revokes it.');
      await store.revoke(tenant, keyId);
    },
  };
}
