/**
 * Computes once a day what the trust cells of each tenant lend each other as a prior, and puts it on the ledger when it changed. It is a fact of the
 * tenant's registry, whose version every evaluation records: no message waits for the fit, and a verdict is reached again from the prior that it
 * had.
 */
import type { Clock } from '../actors/clock.port.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { partitionOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import { asId } from '../domain/ids.ts';
import { DAY_MS } from '../domain/instant.ts';
import { canonicalJson } from '../domain/json.ts';
import { decayedTrust } from '../machines/trust/trust.machine.ts';
import type { TrustContext } from '../machines/trust/trust.machine.ts';
import type { ReadModel } from '../memory/read/read-model.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { poolTrust } from '../policies/trust-pool.ts';

export interface TrustWatchParts {
  readonly sql: Sql;
  readonly registry: Pick<RegistryReader, 'registry'>;
  readonly cells: Pick<ReadModel, 'trustCells'>;
  readonly commands: Pick<TenantCommands, 'record'>;
  readonly clock: Clock;
  /** The partitions of this host: each tenant is watched by the host of its own. */
  readonly partitions: () => readonly number[];
}

export class TrustWatch {
  readonly #parts: TrustWatchParts;
  /** The day on which a tenant was looked at last. */
  readonly #seen = new Map<TenantId, number>();

  constructor(parts: TrustWatchParts) {
    this.#parts = parts;
  }

  /** Looks at every tenant of this host that was not looked at today. */
  async tick(): Promise<void> {
    const { sql, partitions, clock } = this.#parts;
    const here = new Set(partitions());
    const today = Math.floor(clock.now() / DAY_MS);
    const tenants = await sql.asOwner((session) =>
      session.query<{ id: TenantId }>('SELECT id FROM tenants ORDER BY id'),
    );
    for (const { id } of tenants) {
      if (!here.has(partitionOf(asId<ScopeId>(id))) || this.#seen.get(id) === today) continue;
      await this.#pool(id, today);
      this.#seen.set(id, today);
    }
  }

  /** A tenant on a virtual clock has no today. */
  async #pool(tenant: TenantId, today: number): Promise<void> {
    const { registry, cells, commands, clock } = this.#parts;
    const known = await registry.registry(tenant);
    if (known === null || known.clock === 'virtual') return;
    const { pooledTrust: before } = known;
    if (before !== null && Math.floor(before.at / DAY_MS) === today) return;
    const now = clock.now();
    const sums = (await cells.trustCells(tenant)).map(({ context }) =>
      decayedTrust(context as unknown as TrustContext, now),
    );
    const pooled = poolTrust(sums) ?? { prior: null, cells: 0 };
    if (canonicalJson(pooled.prior) === canonicalJson(before?.prior ?? null)) return;
    await commands.record(tenant, `trust-prior:${today}`, 'trust.pooled', pooled);
  }
}
