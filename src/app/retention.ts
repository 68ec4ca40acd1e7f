/** Deletes what was kept long enough, of every tenant by its own periods; each run that deletes something is an event of the tenant. */
import { randomUUID } from 'node:crypto';

import type { TenantCommands } from '../actors/tenant-commands.ts';
import type { TenantId } from '../domain/ids.ts';
import { RETENTION_CLASS_NAMES, RETENTION_CLASSES, retentionDays } from '../domain/retention.ts';
import type { RetentionRunView, RetentionView } from '../gateway/services.port.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import type { ExpiredRows } from '../memory/runtime/expired-rows.ts';
import type { Sql } from '../memory/sql/sql.port.ts';

export class RetentionKeeper {
  readonly #sql: Sql;
  readonly #rows: ExpiredRows;
  readonly #registry: Pick<RegistryReader, 'current'>;
  readonly #commands: TenantCommands;

  constructor(sql: Sql, rows: ExpiredRows, registry: Pick<RegistryReader, 'current'>, commands: TenantCommands) {
    this.#sql = sql;
    this.#rows = rows;
    this.#registry = registry;
    this.#commands = commands;
  }

  async show(tenant: TenantId): Promise<RetentionView> {
    const { hash, policy } = await this.#registry.current(tenant);
    const classes = [];
    for (const name of RETENTION_CLASS_NAMES) {
      const days = retentionDays(policy.retention, name);
      const { days: defaultDays, what } = RETENTION_CLASSES[name];
      const due = days === null ? 0 : await this.#rows.count(tenant, name, days);
      classes.push({ class: name, days, default_days: defaultDays, due, what });
    }
    return { policy: hash, classes };
  }

  async run(tenant: TenantId, by: string): Promise<RetentionRunView> {
    const { hash, policy } = await this.#registry.current(tenant);
    const deleted: Record<string, number> = {};
    for (const name of RETENTION_CLASS_NAMES) {
      const days = retentionDays(policy.retention, name);
      deleted[name] = days === null ? 0 : await this.#rows.delete(tenant, name, days);
    }
    if (Object.values(deleted).some((rows) => rows > 0))
      await this.#commands.record(tenant, randomUUID(), 'retention.applied', { policy: hash, deleted, by });
    return { policy: hash, deleted };
  }

  async runAll(): Promise<void> {
    const tenants = await this.#sql.asOwner((session) =>
      session.query<{ id: TenantId }>('SELECT id FROM tenants ORDER BY id'),
    );
    for (const { id } of tenants) await this.run(id, 'system:retention');
  }
}
