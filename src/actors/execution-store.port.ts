/** What the executor asks of its store: claiming permits, and the fate of attempts. */
import type { GateFacts } from '../domain/gate.ts';
import type { ImportId, TenantId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { TenantClock } from '../domain/mode.ts';
import type { Policy } from '../domain/policy.ts';
import type { PermitDetail } from './runtime-store.port.ts';

export interface ClaimablePermit {
  readonly tenant: TenantId;
  readonly id: string;
  readonly action: string;
  readonly partition: number;
  readonly fingerprint: string;
  readonly mode: 'sandbox' | 'live';
  readonly grantedAt: number;
  readonly expiresAt: number;
  /** Attempts made before this one. */
  readonly attempts: number;
  readonly detail: PermitDetail;
  readonly batch: ImportId | null;
  /** Null when the content was erased. */
  readonly content: JsonObject | null;
}

export interface ClaimResult {
  /** Attempts that are recorded and may now be made. */
  readonly claimed: readonly ClaimablePermit[];
  /** Permits that the second check refused, with its reasons. */
  readonly refused: readonly { readonly permit: ClaimablePermit; readonly reasons: readonly string[] }[];
  /** Permits that expired unused. */
  readonly expired: readonly ClaimablePermit[];
}

export interface ExecutionStore {
  /**
   * Claims due permits in one transaction: kill switch and suppressions under a share lock, `check` on fresh facts, the attempt
   * recorded. `at` is the time of execution; `check` returns the codes of what forbids it.
   */
  claim(request: {
    readonly worker: string;
    readonly tenants: readonly TenantId[];
    /** Whose permits to claim; null for all. */
    readonly partitions: readonly number[] | null;
    readonly at: number;
    readonly limit: number;
    readonly leaseMs: number;
    readonly check: (permit: ClaimablePermit, facts: GateFacts, policy: Policy) => readonly string[];
  }): Promise<ClaimResult>;
  /** Attempts whose worker is gone: their lease lapsed, or `force` says that no other worker can exist. */
  lapsed(
    tenants: readonly TenantId[],
    worker: string,
    force: boolean,
    limit: number,
  ): Promise<readonly ClaimablePermit[]>;
  /** The channel certainly did not act: the permit may be taken again at `dueAt`. */
  retryAt(
    permits: readonly { readonly tenant: TenantId; readonly id: string; readonly dueAt: number }[],
  ): Promise<void>;
  tenants(): Promise<readonly { readonly id: TenantId; readonly clock: TenantClock }[]>;
}
