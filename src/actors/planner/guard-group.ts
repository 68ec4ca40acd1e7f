/** Guards that a merge joined, as the gate and triage read them: always all of them, under their locks, or not at all. */
import { RetryableError } from '../../domain/errors.ts';
import type { GuardKey, GuardState } from '../../domain/guard.ts';
import type { TenantId } from '../../domain/ids.ts';
import { asOne } from '../../domain/stricter-guard.ts';
import type { StoredActor, StoredGuard } from '../runtime-store.port.ts';
import type { PlanBuilder } from './plan-builder.ts';

/** This guard and those that are read with it. Throws when a merge was committed after the batch had chosen what to lock. */
export function guardGroup(
  builder: PlanBuilder,
  tenant: TenantId,
  key: GuardKey,
): readonly [StoredGuard, ...StoredGuard[]] {
  const own = builder.guard(tenant, key);
  const peers = (own.state.joined ?? []).map((peer) => {
    const guard = builder.guard(tenant, peer.key as GuardKey);
    if (guard.version === 0)
      throw new RetryableError(`${peer.key} was joined to ${key} a moment ago and is not locked`);
    return guard;
  });
  return [own, ...peers];
}

export function unitedGuard(builder: PlanBuilder, tenant: TenantId, key: GuardKey, at: number): GuardState {
  return asOne(guardGroup(builder, tenant, key), at);
}

/** The account that answers for this one: itself, or the one that it was merged into in the end, with its scope. */
export function survivorOf(
  builder: PlanBuilder,
  tenant: TenantId,
  account: string,
): { readonly id: string; readonly scope: string } {
  let survivor = { id: account, scope: account };
  const seen = new Set<string>();
  for (;;) {
    const { into } = builder.guardState(tenant, `account:${survivor.id}`);
    if (into === undefined || seen.has(into.id)) return survivor;
    seen.add(into.id);
    survivor = { id: into.id, scope: into.scope };
  }
}

/** What is known of the account that answers for this one. */
export function survivingAccount(builder: PlanBuilder, tenant: TenantId, account: string): StoredActor | null {
  const { id } = survivorOf(builder, tenant, account);
  return builder.actor(tenant, 'account', id) ?? builder.actor(tenant, 'account', account);
}
