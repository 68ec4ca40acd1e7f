/** The policy in force for a tenant. */
import type { TenantId } from '../../domain/ids.ts';
import type { Policy } from '../../domain/policy.ts';

export interface PolicyReader {
  inForce(tenant: TenantId): Promise<Policy>;
}
