/** A permit as its row has it, and what of it everybody needs who tells its action something. */
import type { PermitFacts } from '../../actors/execution-store.port.ts';
import type { PermitDetail } from '../../actors/runtime-store.port.ts';
import type { ImportId, TenantId } from '../../domain/ids.ts';

export interface PermitRecord {
  readonly tenant: TenantId;
  readonly id: string;
  readonly action: string;
  readonly partition: number;
  readonly fingerprint: string;
  readonly mode: 'sandbox' | 'live';
  readonly granted_at: number;
  readonly expires_at: number;
  readonly attempts: number;
  readonly detail: string;
  readonly batch: ImportId | null;
}

/** The columns of a record, of `permits p`. */
export const PERMIT_COLUMNS =
  'p.tenant, p.id, p.action, p.partition, p.fingerprint, p.mode, p.granted_at, p.expires_at, p.attempts, p.detail, p.batch';

export function permitFactsOf(row: PermitRecord): PermitFacts {
  return {
    tenant: row.tenant,
    id: row.id,
    action: row.action,
    partition: row.partition,
    fingerprint: row.fingerprint,
    mode: row.mode,
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
    attempts: row.attempts,
    detail: JSON.parse(row.detail) as PermitDetail,
    batch: row.batch,
  };
}
