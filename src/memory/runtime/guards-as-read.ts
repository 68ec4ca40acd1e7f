/** What the second check reads of a contact or account: its guard together with those that merges joined to it. */
import { RetryableError } from '../../domain/errors.ts';
import type { GuardState } from '../../domain/guard.ts';
import type { TenantId } from '../../domain/ids.ts';
import { tenantKey } from '../../domain/keys.ts';
import { asOne } from '../../domain/stricter-guard.ts';
import type { GuardMember } from '../../domain/stricter-guard.ts';

/** Null when there is no such guard. Throws when a merge was committed after the locks were chosen. */
export function guardsAsRead(
  guards: ReadonlyMap<string, GuardState>,
  tenant: TenantId,
  key: string,
  at: number,
): {
  readonly state: GuardState;
  /** Itself first, and those that merges joined to it. */
  readonly members: readonly GuardMember[];
  readonly suppressionKeys: readonly string[];
} | null {
  const own = guards.get(tenantKey(tenant, key));
  if (own === undefined) return null;
  const joined = own.joined ?? [];
  const others = joined.map((peer): GuardMember => {
    const state = guards.get(tenantKey(tenant, peer.key));
    if (state === undefined)
      throw new RetryableError(`${peer.key} was joined to ${key} a moment ago and is not locked`);
    return { key: peer.key, state };
  });
  return {
    state: asOne([{ key, state: own }, ...others], at),
    members: [{ key, state: own }, ...others],
    suppressionKeys: joined.flatMap((peer) => peer.suppression_keys),
  };
}
