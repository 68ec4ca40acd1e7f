import type { Example } from '../../domain/example.ts';
import type { TenantId } from '../../domain/ids.ts';
/** How replay, rebuild and verification read the ledger and what was derived from it. */
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { Policy } from '../../domain/policy.ts';
import type { StoredActor, StoredGuard } from '../runtime-store.port.ts';

export interface LedgerSlice {
  readonly partition: number;
  /** Rows after this position. */
  readonly after: number;
  readonly limit: number;
}

/** When something was recorded: by the clock of the database or, in a tenant that is simulated, by its own. */
export interface RecordedBy {
  readonly at: number;
  readonly clock: 'real' | 'virtual';
}

export interface LedgerReader {
  heads(): Promise<readonly { readonly partition: number; readonly seq: number; readonly hash: string }[]>;
  slice(slice: LedgerSlice): Promise<readonly LedgerRow[]>;
  /** Rows, at most 100 of them, that cannot be: of partitions that do not exist, or in the table although they have left it. */
  strays(): Promise<readonly { readonly partition: number; readonly seq: number }[]>;
  /** Every event of the registries and trust cells of these tenants, or of all when null, in order. */
  registryEvents(tenants: readonly TenantId[] | null): Promise<readonly LedgerRow[]>;
  /** Every act on identities of these tenants, or of all when null: merges, splits and moves. */
  identityEvents(tenants: readonly TenantId[] | null): Promise<readonly LedgerRow[]>;
  /** Events that changed the guards of domains and senders, or one of these keys, in any order. */
  sharedGuardEvents(tenants: readonly TenantId[] | null, keys: readonly string[]): Promise<readonly LedgerRow[]>;
  /** What one decision rests on: the events of its scope, and those that moved the partition's budget, up to a position. */
  scopeEvents(tenant: TenantId, scope: string, partition: number): Promise<readonly LedgerRow[]>;
  /** The events of a scope, in their order, up to the first that was recorded after `moment`. */
  scopeUpTo(tenant: TenantId, scope: string, moment: RecordedBy): Promise<readonly LedgerRow[]>;
  /** How far each partition had come for this tenant, by its number: just before the first event that was recorded after `moment`. */
  positionsAt(tenant: TenantId, moment: RecordedBy): Promise<readonly number[]>;
  parts(tenant: TenantId, hashes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Approved texts that were shown to decisions, by id; without their content where it was erased. */
  examples(tenant: TenantId, ids: readonly string[]): Promise<ReadonlyMap<string, Example>>;
  policies(
    wanted: readonly { readonly tenant: TenantId; readonly hash: string }[],
  ): Promise<ReadonlyMap<string, Policy>>;
  actorsOf(partition: number): Promise<readonly StoredActor[]>;
  guards(keys: readonly { readonly tenant: TenantId; readonly key: string }[]): Promise<readonly StoredGuard[]>;
  guardCount(): Promise<number>;
}
