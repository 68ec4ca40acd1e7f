/** What the gateway and the command line ask about whom nobody may write to. */
import type { Caller, Page, PageQuery } from './caller.port.ts';

export type SuppressionScope = 'contact' | 'email' | 'domain' | 'account';

/** Whom it concerns: an address, a domain, or the caller's own id of an account or contact. */
export interface Suppressed {
  readonly scope: SuppressionScope;
  readonly value: string;
}

export interface SuppressionView {
  /** Of an address or a domain only a keyed hash is kept. */
  readonly key: string;
  readonly scope: SuppressionScope;
  readonly reason: string;
  readonly source: string;
}

export interface SuppressionServices {
  add(
    caller: Caller,
    input: Suppressed & { readonly reason: string; readonly source: string },
  ): Promise<{ readonly key: string }>;
  /** Those in force, oldest first. */
  list(caller: Caller, query: PageQuery): Promise<Page<SuppressionView>>;
  /** Throws `not_found`, and `state_conflict` for one that follows from an objection or an erasure. */
  remove(caller: Caller, input: Suppressed & { readonly reason: string }): Promise<{ readonly key: string }>;
}
