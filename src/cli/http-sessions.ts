/** Sign-in links of a running server, over its REST interface. Sessions themselves belong to browsers. */
import type { SessionServices } from '../gateway/session.port.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpSessions(call: Call): Pick<SessionServices, 'createLink'> {
  return {
    async createLink(_caller, input) {
      const made = await call<{ url: string; expires_at: string }>('POST', '/v1/sign-in-links', input);
      return { token: new URL(made.url).searchParams.get('token') ?? '', expires_at: made.expires_at };
    },
  };
}
