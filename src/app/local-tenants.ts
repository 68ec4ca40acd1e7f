import type { ImportStore } from '../actors/imports/import-store.port.ts';
/** Tenants that exist because somebody at this machine named them, and that person as their admin. */
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { GatehouseError } from '../domain/errors.ts';
import { asId } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { Policy } from '../domain/policy.ts';
import type { Caller } from '../gateway/services.port.ts';
import type { KeyStore } from '../memory/identity/keys.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import { sha256 } from '../memory/sha256.ts';

export const DEFAULT_TENANT = asId<TenantId>('default');
export const DEMO_TENANT = asId<TenantId>('demo');

/** The demo grants autonomy to what reaches nobody, so that something executes while outreach waits in review. */
export const DEMO_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'demo',
  grants: [
    { action_type: 'crm_update', level: 'auto', max_risk: 'low' },
    { action_type: 'email_generation', level: 'auto', max_risk: 'low' },
  ],
};

export function localCaller(tenant: TenantId): Caller {
  return { tenant, identity: 'person:operator', kind: 'person', role: 'admin', keyId: 'local' };
}

export class LocalTenants {
  readonly #keys: KeyStore;
  readonly #registry: RegistryReader;
  readonly #policies: Pick<ImportStore, 'storePolicy'>;
  readonly #commands: TenantCommands;

  constructor(
    keys: KeyStore,
    registry: RegistryReader,
    policies: Pick<ImportStore, 'storePolicy'>,
    commands: TenantCommands,
  ) {
    this.#keys = keys;
    this.#registry = registry;
    this.#policies = policies;
    this.#commands = commands;
  }

  async ensure(id: TenantId, name: string, kind: 'customer' | 'demo', policy: Policy): Promise<void> {
    await this.#keys.ensureTenant(id, name, kind);
    if ((await this.#registry.registry(id)) !== null) return;
    const hash = sha256(canonicalJson(policy));
    await this.#policies.storePolicy(id, hash, policy);
    await this.#commands.record(id, 'created', 'tenant.created', { clock: 'real', mode: 'sandbox', policy: hash });
  }

  /** The operator at this machine, as an admin of the tenant. Makes the tenant when it does not exist. */
  async caller(tenant: string): Promise<Caller> {
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(tenant))
      throw new GatehouseError(
        'usage',
        `A tenant's name has lower-case letters, digits and hyphens, not ${JSON.stringify(tenant)}.`,
      );
    const id = asId<TenantId>(tenant);
    await this.ensure(id, tenant, 'customer', DEFAULT_POLICY);
    return localCaller(id);
  }
}
