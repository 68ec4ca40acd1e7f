/**
 * Guards that more than one partition changes: those of domains and senders, and those of everybody who was ever merged, split or moved.
 * Their changes are put in order by version, where those of all other guards follow from the chain of one partition.
 */
import type { GuardWrite } from '../../domain/guard.ts';
import type { TenantId } from '../../domain/ids.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { parseRow } from './ledger-fold.ts';
import type { LedgerReader } from './ledger-reader.port.ts';

export interface SharedGuards {
  has(tenant: TenantId, key: string): boolean;
  /** Keys of those that an act on identities made shared. */
  readonly keys: readonly string[];
}

/** Every guard that an act on identities changed is shared from its first version on. */
function sharedBy(rows: readonly LedgerRow[]): SharedGuards {
  const known = new Set<string>();
  const keys = new Set<string>();
  for (const row of rows) {
    for (const { key } of parseRow(row).guards) {
      known.add(tenantKey(row.tenant, key));
      keys.add(key);
    }
  }
  return {
    has: (tenant, key) => key.startsWith('domain:') || key.startsWith('sender:') || known.has(tenantKey(tenant, key)),
    keys: [...keys],
  };
}

export async function sharedGuards(reader: LedgerReader, tenants: readonly TenantId[] | null): Promise<SharedGuards> {
  return sharedBy(await reader.identityEvents(tenants));
}

/** Changes of shared guards by key, in order of version. */
export type SharedHistory = ReadonlyMap<string, readonly GuardWrite[]>;

export async function sharedHistory(
  reader: LedgerReader,
  tenants: readonly TenantId[] | null,
  shared: SharedGuards,
): Promise<SharedHistory> {
  const history = new Map<string, GuardWrite[]>();
  for (const row of await reader.sharedGuardEvents(tenants, shared.keys)) {
    for (const write of parseRow(row).guards) {
      if (!shared.has(row.tenant, write.key)) continue;
      const key = tenantKey(row.tenant, write.key);
      const writes = history.get(key) ?? [];
      writes.push(write);
      history.set(key, writes);
    }
  }
  for (const writes of history.values()) writes.sort((a, b) => a.version - b.version);
  return history;
}
