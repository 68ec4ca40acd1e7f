/**
 * Counts now and then what became of the messages of each sender, and puts on the ledger what that changes. It is a fact of the tenant's
 * registry, which every batch has read anyway: no message waits for it, and no two partitions write the same row for it.
 */
import type { Clock } from '../actors/clock.port.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { partitionOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import { asId } from '../domain/ids.ts';
import { DAY_MS } from '../domain/instant.ts';
import { LIMITED_LEVELS, sameSender, SENDER_WINDOW_MAX_MS, senderHealthTermsOf } from '../domain/sender-health.ts';
import type { LimitedLevel, SenderHealth, SenderLevel } from '../domain/sender-health.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import type { SenderReader } from '../memory/read/sender-reader.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { countedSince, countSender, senderLevelOf, sendersIn } from '../policies/sender-counts.ts';

export interface SenderWatchParts {
  readonly sql: Sql;
  readonly registry: Pick<RegistryReader, 'registry' | 'current'>;
  readonly reader: SenderReader;
  readonly commands: TenantCommands;
  readonly clock: Clock;
  /** The partitions of this host: each tenant is watched by the host of its own. */
  readonly partitions: () => readonly number[];
  /** Is told after each look how many senders of the tenants of this host are at each level that limits. */
  readonly report: (level: LimitedLevel, senders: number) => void;
}

/** Longer than any window, so that a count does not change while it is read. */
const KEPT_MS = SENDER_WINDOW_MAX_MS + 5 * DAY_MS;

export class SenderWatch {
  readonly #parts: SenderWatchParts;

  constructor(parts: SenderWatchParts) {
    this.#parts = parts;
  }

  /** Looks at every tenant of this host. */
  async tick(): Promise<void> {
    const { sql, partitions, report } = this.#parts;
    const here = new Set(partitions());
    const tenants = await sql.asOwner((session) =>
      session.query<{ id: TenantId }>('SELECT id FROM tenants ORDER BY id'),
    );
    const levels: SenderLevel[] = [];
    for (const { id } of tenants) {
      if (!here.has(partitionOf(asId<ScopeId>(id)))) continue;
      levels.push(...(await this.#assess(id)).map(({ level }) => level));
    }
    for (const level of LIMITED_LEVELS) report(level, levels.filter((item) => item === level).length);
  }

  /** The senders of a tenant as they are now. A tenant on a virtual clock has no now. */
  async #assess(tenant: TenantId): Promise<readonly SenderHealth[]> {
    const { registry, reader, commands, clock } = this.#parts;
    const known = await registry.registry(tenant);
    if (known === null || known.clock === 'virtual') return [];
    const terms = senderHealthTermsOf((await registry.current(tenant)).policy);
    const now = clock.now();
    await reader.forget(tenant, now - KEPT_MS);
    const { hours, harms } = await reader.counts(tenant, now - terms.window_ms);
    const changed: SenderHealth[] = [];
    for (const name of sendersIn(hours, known.senders)) {
      const before = known.senders.find((health) => sameSender(health, name));
      if (before?.level === 'stopped') continue;
      const since = countedSince(before, terms, now);
      const counts = countSender(name, hours, harms, since);
      const level = senderLevelOf(counts, terms);
      if (level === (before?.level ?? 'ok')) continue;
      const data = { ...name, ...counts, level, since, until: now };
      await commands.record(tenant, `sender:${name.channel}:${name.sender}:${now}`, 'sender.assessed', data);
      changed.push({ ...name, ...counts, level, at: now, cleared_at: before?.cleared_at ?? null });
    }
    return [...known.senders.filter((health) => !changed.some((other) => sameSender(other, health))), ...changed];
  }
}
