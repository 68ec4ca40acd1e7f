/** What the gateway and the command line ask about people who sign in to the console. */
import type { Authority, Role } from '../domain/authority.ts';
import type { Caller } from './caller.port.ts';

/** A session belongs to a person, never to a program. */
export type PersonRole = Exclude<Role, 'agent' | 'brain'>;

export interface NewSignInLink {
  /** The person is `person:<name>` on the ledger, at every sign-in. */
  readonly name: string;
  readonly role: PersonRole;
  readonly authorities: readonly Authority[];
}

export interface SignInLink {
  /** Good for one sign-in: whoever has it is that person. */
  readonly token: string;
  readonly expires_at: string;
}

export interface SessionView {
  readonly identity: string;
  readonly role: Role;
  readonly authorities: readonly Authority[];
  readonly tenant: string;
  /** Null for a key, which has no session that ends. */
  readonly expires_at: string | null;
}

export interface SessionServices {
  createLink(caller: Caller, input: NewSignInLink): Promise<SignInLink>;
  /** Uses the link up and begins a session. Null when the link is unknown, used or too old. */
  begin(token: string): Promise<{ readonly secret: string; readonly expires_at: string } | null>;
  /** Who has this session; null when it is unknown, revoked or over. */
  authenticate(secret: string): Promise<Caller | null>;
  view(caller: Caller): Promise<SessionView>;
  /** Throws `state_conflict` for a key, which is revoked and not signed out. */
  end(caller: Caller): Promise<void>;
}
