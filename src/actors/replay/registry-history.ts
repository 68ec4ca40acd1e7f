/** The registry and the trust cells of tenants as they were at every version. */
import type { EventData } from '../../domain/event-types.ts';
import { actorKey, tenantKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { TenantContext } from '../../machines/tenant/tenant.machine.ts';
import { LedgerFold, parseRow } from './ledger-fold.ts';
import type { FoldedActor } from './ledger-fold.ts';

interface SuppressionSpan {
  readonly scope: string;
  readonly reason: string;
  readonly from: number;
  until: number;
}

export class RegistryHistory {
  readonly #states = new Map<string, (FoldedActor & { readonly at: number })[]>();
  readonly #policies = new Map<string, { readonly hash: string; readonly at: number }[]>();
  readonly #suppressions = new Map<string, SuppressionSpan[]>();

  constructor(rows: readonly LedgerRow[], runners: Runners) {
    const fold = new LedgerFold(runners);
    for (const row of rows) {
      const parsed = parseRow(row);
      fold.apply({ ...parsed, guards: [] });
      const key = actorKey(row.tenant, row.actor.kind, row.actor.id);
      const state = fold.actors.get(key);
      if (state !== undefined) this.#states.set(key, [...(this.#states.get(key) ?? []), { ...state, at: row.at }]);
      if (row.type === 'policy.applied' || row.type === 'tenant.created') {
        const { policy: hash } = parsed.data as EventData<'policy.applied'>;
        this.#policies.set(row.tenant, [...(this.#policies.get(row.tenant) ?? []), { hash, at: row.at }]);
      }
      this.#noteSuppression(row, parsed.data);
    }
  }

  #noteSuppression(row: LedgerRow, data: unknown): void {
    if (row.type === 'suppression.added') {
      const { key, scope, reason } = data as EventData<'suppression.added'>;
      const full = tenantKey(row.tenant, key);
      this.#suppressions.set(full, [
        ...(this.#suppressions.get(full) ?? []),
        { scope, reason, from: row.actorSeq, until: Infinity },
      ]);
    }
    if (row.type === 'suppression.removed') {
      const { key } = data as EventData<'suppression.removed'>;
      for (const span of this.#suppressions.get(tenantKey(row.tenant, key)) ?? [])
        if (span.until === Infinity) span.until = row.actorSeq;
    }
  }

  #at(key: string, version: number): FoldedActor | null {
    return this.#states.get(key)?.findLast((state) => state.seq <= version) ?? null;
  }

  registry(
    tenant: LedgerRow['tenant'],
    version: number,
  ): { readonly stopped: boolean; readonly context: TenantContext } | null {
    const state = this.#at(actorKey(tenant, 'tenant', tenant), version);
    return state === null
      ? null
      : { stopped: state.value === 'stopped', context: state.context as unknown as TenantContext };
  }

  trust(tenant: LedgerRow['tenant'], cell: string, version: number): FoldedActor | null {
    return version === 0 ? null : this.#at(actorKey(tenant, 'trust', cell), version);
  }

  /** A trust cell as it was at a time, where it is not recorded which version was read. */
  trustAt(tenant: LedgerRow['tenant'], cell: string, at: number): FoldedActor | null {
    return this.#states.get(actorKey(tenant, 'trust', cell))?.findLast((state) => state.at <= at) ?? null;
  }

  registryAt(tenant: LedgerRow['tenant'], at: number): TenantContext | null {
    const state = this.#states.get(actorKey(tenant, 'tenant', tenant))?.findLast((known) => known.at <= at);
    return (state?.context as TenantContext | undefined) ?? null;
  }

  /** Hashes of all policies that were ever in force: the one that was at this time first, then back in time, then later ones. */
  policiesAround(tenant: LedgerRow['tenant'], at: number): readonly string[] {
    const known = this.#policies.get(tenant) ?? [];
    const before = known.filter((policy) => policy.at <= at).toReversed();
    const after = known.filter((policy) => policy.at > at);
    return [...new Set([...before, ...after].map((policy) => policy.hash))];
  }

  suppressions(
    tenant: LedgerRow['tenant'],
    keys: readonly string[],
    version: number,
  ): readonly { readonly scope: string; readonly reason: string }[] {
    const found = [];
    for (const key of keys) {
      const span = this.#suppressions
        .get(tenantKey(tenant, key))
        ?.find((item) => item.from <= version && version < item.until);
      if (span !== undefined) found.push({ scope: span.scope, reason: span.reason });
    }
    return found;
  }
}
