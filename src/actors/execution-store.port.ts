/** What the executor asks of its store: claiming permits, and the fate of attempts. */
import type { Channel } from '../domain/action-types.ts';
import type { GateFacts } from '../domain/gate.ts';
import type { ImportId, TenantId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Mode, TenantClock } from '../domain/mode.ts';
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

/** An attempt whose worker is gone. */
export interface LapsedAttempt {
  readonly permit: ClaimablePermit;
  /** When it was claimed. */
  readonly at: number;
}

/** A permit that ended without an attempt. */
export interface UntoldPermit {
  readonly permit: ClaimablePermit;
  readonly ended: 'expired' | 'failed';
  /** Until when the worker that ended it may still tell. */
  readonly dueAt: number;
}

/** What was permitted, without the content. */
export type PermitFacts = Omit<ClaimablePermit, 'content'>;

export interface ClaimResult {
  /** Attempts that are recorded and may now be made. */
  readonly claimed: readonly ClaimablePermit[];
  /** Permits that the second check refused, with its reasons. Like the expired ones they are ended, and due until that is told. */
  readonly refused: readonly { readonly permit: ClaimablePermit; readonly reasons: readonly string[] }[];
  /** Permits that expired unused. */
  readonly expired: readonly ClaimablePermit[];
  /** Permits whose effect happened before a restore and is known from a journal: they are not used again. */
  readonly recovered: readonly {
    readonly permit: ClaimablePermit;
    readonly at: number;
    /** Null when nobody knows how the effect ended. */
    readonly receipt: string | null;
  }[];
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
    /** Ways out that can take nothing now; their permits are left alone, except to end those that have expired. */
    readonly full: readonly { readonly channel: Channel; readonly mode: Mode }[];
    /** Asked for each permit in turn that has not expired; one that is not taken stays as it is. */
    readonly take: (channel: Channel, mode: Mode) => boolean;
    readonly check: (permit: ClaimablePermit, facts: GateFacts, policy: Policy) => readonly string[];
  }): Promise<ClaimResult>;
  /** Attempts whose worker is gone: their lease lapsed, or `force` says that no other worker can exist. */
  lapsed(
    tenants: readonly TenantId[],
    worker: string,
    force: boolean,
    limit: number,
  ): Promise<readonly LapsedAttempt[]>;
  /**
   * Permits that a claim ended and of which nobody has told their actions: the worker died in between. Those that it may still tell
   * at `at` are left out; with `at` null no worker lives that could.
   */
  untold(tenants: readonly TenantId[], at: number | null, limit: number): Promise<readonly UntoldPermit[]>;
  /**
   * The channel certainly did not act: the permit may be taken again at `dueAt`. False when this attempt has been settled by somebody else; a next one
   * may be under way then, and nothing is changed.
   */
  retryAt(attempt: {
    readonly tenant: TenantId;
    readonly permit: string;
    readonly attempt: number;
    readonly dueAt: number;
  }): Promise<boolean>;
  tenants(): Promise<readonly { readonly id: TenantId; readonly clock: TenantClock }[]>;
}
