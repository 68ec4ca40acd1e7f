/** The registry of a tenant and the policy in force. */
import type { PolicyReader } from '../../actors/intake/policy-reader.port.ts';
import { must } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { Pause } from '../../domain/pause.ts';
import type { PolicyProposal } from '../../domain/policy-proposal.ts';
import type { Policy } from '../../domain/policy.ts';
import type { SenderHealth } from '../../domain/sender-health.ts';
import type { SyncTimes } from '../../domain/sync.ts';
import type { TrustPrior } from '../../domain/trust.ts';
import type { PolicyCache } from '../runtime/policy-cache.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';

export interface RegistryView {
  readonly stopped: boolean;
  readonly policyHash: string;
  readonly mode: string;
  readonly clock: string;
  readonly killSwitchAt: number | null;
  /** Up to when each source elsewhere is known. */
  readonly syncs: SyncTimes;
  readonly singleOperator: boolean;
  readonly proposals: readonly PolicyProposal[];
  readonly pauses: readonly Pause[];
  /** Those that ever were limited. */
  readonly senders: readonly SenderHealth[];
  /** What the trust cells lend each other, and since when; null as long as it was never computed. */
  readonly pooledTrust: { readonly prior: TrustPrior | null; readonly cells: number; readonly at: number } | null;
}

export class RegistryReader implements PolicyReader {
  readonly #sql: Sql;
  readonly #policies: PolicyCache;

  constructor(sql: Sql, policies: PolicyCache) {
    this.#sql = sql;
    this.#policies = policies;
  }

  /** Null when the tenant was never created. */
  async registry(tenant: TenantId): Promise<RegistryView | null> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ value: string; context: string }>(
        `SELECT value, context FROM actor_state WHERE tenant = $1 AND kind = 'tenant' AND id = $1`,
        [tenant],
      ),
    );
    if (row === undefined) return null;
    const context = JSON.parse(row.context) as {
      policy: string;
      mode: string;
      clock: string;
      kill_switch: { at: number } | null;
      syncs?: SyncTimes;
      single_operator: boolean;
      /** A state that an earlier version stored has none. */
      proposals?: readonly PolicyProposal[];
      pauses?: readonly Pause[];
      senders?: readonly SenderHealth[];
      trust_prior?: { prior: TrustPrior | null; cells: number; at: number };
    };
    return {
      stopped: row.value === 'stopped',
      policyHash: context.policy,
      mode: context.mode,
      clock: context.clock,
      killSwitchAt: context.kill_switch?.at ?? null,
      syncs: context.syncs ?? {},
      singleOperator: context.single_operator,
      proposals: context.proposals ?? [],
      pauses: context.pauses ?? [],
      senders: context.senders ?? [],
      pooledTrust: context.trust_prior ?? null,
    };
  }

  async current(tenant: TenantId): Promise<{ readonly hash: string; readonly policy: Policy }> {
    const { policyHash: hash } = must(await this.registry(tenant), `the registry of ${tenant}`);
    const policies = await asTenant(this.#sql, tenant, (session) => this.#policies.load(session, [{ tenant, hash }]));
    return { hash, policy: must(policies.get(tenantKey(tenant, hash)), `policy ${hash}`) };
  }

  async inForce(tenant: TenantId): Promise<Policy> {
    return (await this.current(tenant)).policy;
  }
}
