/**
 * The cookie that carries a person's session. Pages cannot read it, other sites cannot have it sent, and what it is sent with and changes something
 * must also carry a header that only our own page can set.
 */
import { GatehouseError } from '../domain/errors.ts';

export const SESSION_COOKIE = 'gatehouse_session';
/** A page of another site cannot set it without asking first, which is never allowed here. */
export const CONSOLE_HEADER = 'x-gatehouse-console';

const SECRET = /^[A-Za-z0-9_-]{16,128}$/;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Headers {
  readonly cookie?: string | undefined;
  readonly [name: string]: string | readonly string[] | undefined;
}

/** The secret of the session that a request carries; null when it has none. */
export function sessionSecretOf({ cookie }: Headers): string | null {
  if (cookie === undefined) return null;
  const pairs = cookie.split(';').map((pair) => pair.trim().split('='));
  const value = pairs.find(([name]) => name === SESSION_COOKIE)?.[1] ?? '';
  return SECRET.test(value) ? value : null;
}

/** Throws `forbidden` when a request with a session could have been sent by the page of another site. */
export function requireOwnPage(method: string, headers: Headers): void {
  if (SAFE_METHODS.has(method) || headers[CONSOLE_HEADER] === '1') return;
  throw new GatehouseError(
    'forbidden',
    `A request with a session that changes something needs \`${CONSOLE_HEADER}: 1\`.`,
  );
}

export function sessionCookie(secret: string, seconds: number, secure: boolean): string {
  return `${SESSION_COOKIE}=${secret}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

export const ENDED_COOKIE = sessionCookie('', 0, false);
