/** One link and the session of one reviewer. Notes every call. */
import { asId } from '../domain/ids.ts';
import type { Caller } from './caller.port.ts';
import type { SessionServices } from './session.port.ts';

export const FAKE_TOKEN = 'token-of-sixteen';
export const FAKE_SECRET = 'secret-of-sixteen';
const ENDS = '2026-11-21T22:00:00.000Z';
const REVIEWER: Caller = {
  tenant: asId('t-1'),
  identity: 'person:reviewer-1',
  kind: 'person',
  role: 'reviewer',
  keyId: 'session_1',
};

export function fakeSessions(note: (name: string, ...args: readonly unknown[]) => void): SessionServices {
  return {
    async createLink(_caller, input) {
      note('createLink', input);
      return { token: FAKE_TOKEN, expires_at: '2026-11-21T10:30:00.000Z' };
    },
    async begin(token) {
      note('begin', token);
      return token === FAKE_TOKEN ? { secret: FAKE_SECRET, expires_at: ENDS } : null;
    },
    async authenticate(secret) {
      return secret === FAKE_SECRET ? REVIEWER : null;
    },
    async view({ identity, role, authorities = [], tenant, keyId }) {
      return { identity, role, authorities, tenant, expires_at: keyId === 'session_1' ? ENDS : null };
    },
    async end({ keyId }) {
      note('end', keyId);
    },
  };
}
