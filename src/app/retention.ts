/** Deletes what was kept long enough, of every tenant by its own periods; each run that deletes something is an event of the tenant. */
import { randomUUID } from 'node:crypto';

import type { Clock } from '../actors/clock.port.ts';
import type { PlayCommands } from '../actors/plays/play-commands.ts';
import type { PlayRow } from '../actors/plays/play-store.port.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import type { TimelineCommands } from '../actors/timeline-commands.ts';
import type { TenantId } from '../domain/ids.ts';
import { DAY_MS } from '../domain/instant.ts';
import { dayOf, segmentScopeOf } from '../domain/play.ts';
import { RETENTION_CLASS_NAMES, RETENTION_CLASSES, retentionDays } from '../domain/retention.ts';
import type { RetentionClass } from '../domain/retention.ts';
import type { RetentionRunView, RetentionView } from '../gateway/services.port.ts';
import type { PlayReader } from '../memory/read/play-reader.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import type { ExpiredRows } from '../memory/runtime/expired-rows.ts';
import type { Sql } from '../memory/sql/sql.port.ts';

/** Plays and timelines that one run deletes at the most; the next one goes on. */
const PLAYS_MAX = 200;
const TIMELINES_MAX = 1_000;

export interface RetentionParts {
  readonly sql: Sql;
  readonly rows: ExpiredRows;
  readonly registry: Pick<RegistryReader, 'current'>;
  readonly commands: TenantCommands;
  readonly plays: Pick<PlayReader, 'retiredBy' | 'countRetiredBy'>;
  readonly playCommands: Pick<PlayCommands, 'act'>;
  readonly timelineCommands: Pick<TimelineCommands, 'expire'>;
  /** By which plays grow old. Rows do by the clock of the database. */
  readonly clock: Pick<Clock, 'now'>;
}

export class RetentionKeeper {
  readonly #parts: RetentionParts;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  async show(tenant: TenantId): Promise<RetentionView> {
    const { hash, policy } = await this.#parts.registry.current(tenant);
    const classes = [];
    for (const name of RETENTION_CLASS_NAMES) {
      const days = retentionDays(policy.retention, name);
      const { days: defaultDays, what } = RETENTION_CLASSES[name];
      const due = days === null ? 0 : await this.#count(tenant, name, days);
      classes.push({ class: name, days, default_days: defaultDays, due, what });
    }
    return { policy: hash, classes };
  }

  async run(tenant: TenantId, by: string): Promise<RetentionRunView> {
    const { commands, registry } = this.#parts;
    const { hash, policy } = await registry.current(tenant);
    const deleted: Record<string, number> = {};
    for (const name of RETENTION_CLASS_NAMES) {
      const days = retentionDays(policy.retention, name);
      deleted[name] = days === null ? 0 : await this.#delete(tenant, name, days, by);
    }
    if (Object.values(deleted).some((rows) => rows > 0))
      await commands.record(tenant, randomUUID(), 'retention.applied', { policy: hash, deleted, by });
    return { policy: hash, deleted };
  }

  async runAll(): Promise<void> {
    const tenants = await this.#parts.sql.asOwner((session) =>
      session.query<{ id: TenantId }>('SELECT id FROM tenants ORDER BY id'),
    );
    for (const { id } of tenants) await this.run(id, 'system:retention');
  }

  #count(tenant: TenantId, name: RetentionClass, days: number): Promise<number> {
    const { plays, rows } = this.#parts;
    if (name === 'retired_plays') return plays.countRetiredBy(tenant, this.#before(days));
    return name === 'timelines' ? rows.countTimelines(tenant, days) : rows.count(tenant, name, days);
  }

  async #delete(tenant: TenantId, name: RetentionClass, days: number, by: string): Promise<number> {
    const { plays, rows } = this.#parts;
    if (name === 'timelines') return this.#empty(tenant, days, by);
    if (name !== 'retired_plays') return rows.delete(tenant, name, days);
    const due = await plays.retiredBy(tenant, this.#before(days), PLAYS_MAX);
    for (const row of due) await this.#purge(row, by);
    return due.length;
  }

  /** Asked for by two hosts on one day it happens once: no timeline is due twice within a period. */
  async #empty(tenant: TenantId, days: number, by: string): Promise<number> {
    const { clock, rows, timelineCommands } = this.#parts;
    const due = await rows.timelines(tenant, days, TIMELINES_MAX);
    for (const timeline of due)
      await timelineCommands.expire(tenant, timeline, `${timeline.scope}:${dayOf(clock.now())}`, { days, by });
    return due.length;
  }

  /** Asked for by two hosts on one day it happens once. */
  async #purge({ tenant, play_id: id, segment, account_id: account }: PlayRow, by: string): Promise<void> {
    const { clock, playCommands } = this.#parts;
    const scope = account ?? segmentScopeOf(tenant, segment ?? '');
    await playCommands.act(tenant, `purge:${id}:${dayOf(clock.now())}`, { id, scope, account }, 'play.purged', { by });
  }

  #before(days: number): number {
    return this.#parts.clock.now() - days * DAY_MS;
  }
}
