/** What the reconciliation of a restored installation asks of the database. */
import type { TenantId } from '../../domain/ids.ts';
import type { PermitFacts } from '../execution-store.port.ts';

export interface PendingRestore {
  readonly id: string;
  /** When the backup was taken, in milliseconds, by the clock of its database. */
  readonly backupAt: number;
  readonly restoredAt: number;
  /** Hosts that were alive in the backup. */
  readonly hosts: readonly string[];
}

export interface PermitKey {
  readonly tenant: string;
  readonly permit: string;
}

export interface RecoveredEffect extends PermitKey {
  readonly at: number;
  readonly result: 'sent' | 'uncertain';
  readonly receipt: string | null;
  readonly detail: string;
}

export interface RestoreStore {
  /** The restore that is not reconciled yet; null when the installation is not paused. */
  pending(): Promise<PendingRestore | null>;
  /** Permits that were open when the backup was taken. */
  openPermits(): Promise<readonly PermitFacts[]>;
  /** Permits that messages of this source made uncertain and that still are. */
  uncertainPermits(source: string): Promise<readonly PermitFacts[]>;
  /** Those of these permits that the database knows, as `tenant/permit`. */
  known(permits: readonly PermitKey[]): Promise<ReadonlySet<string>>;
  /** Remembers effects whose permits must not be used again. Repeating it changes nothing. */
  remember(restore: string, effects: readonly RecoveredEffect[]): Promise<void>;
  /** Those of these keys under which a suppression is in force, as `tenant/key`. */
  suppressed(keys: readonly { readonly tenant: string; readonly key: string }[]): Promise<ReadonlySet<string>>;
  /** The longest cooldown in any policy in force, in milliseconds. */
  longestCooldownMs(): Promise<number>;
  tenants(): Promise<readonly TenantId[]>;
  /** Ends the pause, and lets the messages go on that waited for it. Returns how many those were. */
  finish(): Promise<number>;
}
