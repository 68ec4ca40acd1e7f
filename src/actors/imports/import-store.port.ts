/** What imports keep of themselves. */
import type { ImportId, TenantId } from '../../domain/ids.ts';
import type { Policy } from '../../domain/policy.ts';

export type ImportMode = 'history' | 'simulate' | 'live';

export interface ImportState {
  readonly id: ImportId;
  readonly name: string;
  readonly mode: ImportMode;
  readonly state: 'running' | 'completed' | 'undoing' | 'undone';
  readonly total: number;
  readonly applied: number;
  readonly counts: { readonly [name: string]: number };
  /** How far simulated time has come. */
  readonly clockAt: number | null;
  readonly startedAt: number;
}

export interface ImportStore {
  find(tenant: TenantId, id: ImportId): Promise<ImportState | null>;
  list(tenant: TenantId): Promise<readonly ImportState[]>;
  create(tenant: TenantId, state: ImportState): Promise<void>;
  update(
    tenant: TenantId,
    id: ImportId,
    change: Partial<Pick<ImportState, 'state' | 'applied' | 'counts' | 'clockAt'>>,
  ): Promise<void>;
  storePolicy(tenant: TenantId, hash: string, policy: Policy): Promise<void>;
  /** True when the tenant has no account and no lead yet. */
  isEmpty(tenant: TenantId): Promise<boolean>;
  /** Takes the rows of an undone import out of what is reported and listed; rows of kept subjects stay. */
  retract(tenant: TenantId, id: ImportId, keptIds: readonly string[]): Promise<void>;
}
