/** What leaves this installation and for which hosts, and what of it the policy of a tenant keeps back. */
import type { Bus } from '../actors/bus.port.ts';
import { EGRESS, EGRESS_DESTINATIONS, isEgressBlocked, EGRESS_BLOCKS } from '../domain/egress.ts';
import type { EgressBlock, EgressDestination, EgressSpec } from '../domain/egress.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Policy } from '../domain/policy.ts';
import type { EgressView } from '../gateway/services.port.ts';
import type { AppOptions } from './app.port.ts';
import { embeddingsAddress } from './open-embedder.ts';

/** The hosts that this process was told of; null where it was told of none. */
export type EgressHosts = Readonly<Record<EgressDestination, string | null>>;

type PolicyInForce = (tenant: TenantId) => Promise<{ readonly hash: string; readonly policy: Policy }>;

/** A block counts within this time at every host, for what is sent too often to look each time. */
const KNOWN_MS = 1_000;

export class Egress {
  readonly #hosts: EgressHosts;
  readonly #current: PolicyInForce;
  readonly #now: () => number;
  readonly #known = new Map<TenantId, { readonly at: number; readonly policy: Promise<Policy> }>();

  constructor(hosts: EgressHosts, current: PolicyInForce, now: () => number) {
    this.#hosts = hosts;
    this.#current = current;
    this.#now = now;
  }

  /** By the policy of this moment. */
  async isBlocked(tenant: TenantId, block: EgressBlock): Promise<boolean> {
    return isEgressBlocked((await this.#current(tenant)).policy, block);
  }

  /** By the policy of a second ago at most. What cannot be known is kept back. */
  async isBlockedLately(tenant: TenantId, block: EgressBlock): Promise<boolean> {
    const known = this.#known.get(tenant);
    if (known === undefined || this.#now() - known.at > KNOWN_MS)
      this.#known.set(tenant, { at: this.#now(), policy: this.#current(tenant).then(({ policy }) => policy) });
    return (
      this.#known.get(tenant)?.policy.then(
        (policy) => isEgressBlocked(policy, block),
        () => true,
      ) ?? true
    );
  }

  /** The bus without the messages of tenants that block the broker: their owners find them in the inbox. */
  guarded(bus: Bus): Bus {
    return {
      subscribe: (partition, handle) => bus.subscribe(partition, handle),
      drop: () => bus.drop(),
      close: () => bus.close(),
      publish: async (messages) => {
        const blocked = new Map<TenantId, boolean>();
        for (const { tenant } of messages)
          if (!blocked.has(tenant)) blocked.set(tenant, await this.isBlockedLately(tenant, 'broker'));
        const free = messages.filter(({ tenant }) => blocked.get(tenant) === false);
        if (free.length > 0) await bus.publish(free);
      },
    };
  }

  /** The tenants of these whose spans may go to the collector. */
  async traced(tenants: Iterable<TenantId>): Promise<ReadonlySet<TenantId>> {
    const free = new Set<TenantId>();
    for (const tenant of new Set(tenants)) if (!(await this.isBlockedLately(tenant, 'telemetry'))) free.add(tenant);
    return free;
  }

  async show(tenant: TenantId): Promise<EgressView> {
    const { hash, policy } = await this.#current(tenant);
    return {
      policy: hash,
      destinations: EGRESS_DESTINATIONS.map((name) => {
        const spec: EgressSpec = EGRESS[name];
        const blockOf = (block: string) => EGRESS_BLOCKS.find((item) => item === block) ?? null;
        const whole = blockOf(name);
        return {
          destination: name,
          title: spec.title,
          host: this.#hosts[name],
          block: whole,
          blocked: whole !== null && isEgressBlocked(policy, whole),
          fields: Object.entries(spec.fields).map(([field, { what, personal }]) => {
            const block = blockOf(`${name}.${field}`) ?? whole;
            return { field, what, personal, block, blocked: block !== null && isEgressBlocked(policy, block) };
          }),
        };
      }),
    };
  }
}

/** Host and port of an address, without credentials and paths; null for no address. */
export function hostOf(address: string | null): string | null {
  return address === null ? null : (URL.parse(address)?.host ?? address);
}

export function egressHosts(
  options: Pick<AppOptions, 'smtpUrl' | 'embeddings' | 'tracesUrl' | 'natsUrl' | 'databaseUrl'>,
): EgressHosts {
  const { embeddings = null } = options;
  return {
    mail: hostOf(options.smtpUrl),
    embeddings: embeddings === null ? null : hostOf(embeddingsAddress(embeddings)),
    telemetry: hostOf(options.tracesUrl ?? null),
    broker: options.databaseUrl === null ? null : hostOf(options.natsUrl),
    database: hostOf(options.databaseUrl),
  };
}
