/**
 * The runtime's store on Postgres or PGlite: loads what a batch needs, lets the runtime plan, and writes the plan with one statement
 * per table. Expectations are checked in the statements: a lost lease, a stale state or a stale guard writes nothing at all.
 */
import type { KeyObject } from 'node:crypto';

import type {
  BatchOutcome,
  CommitPlan,
  Delivery,
  LeaseStatus,
  Loaded,
  RuntimeStore,
  TimerRow,
} from '../../actors/runtime-store.port.ts';
import { RetryableError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Message } from '../../domain/message.ts';
import { columns } from '../sql/columns.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { SubjectRef, SubjectVault } from '../vault/subject-vault.ts';
import { loadBatch } from './load-batch.ts';
import type { PolicyCache } from './policy-cache.ts';
import type { Head } from './write/write-ledger.ts';
import { writePlan } from './write/write-plan.ts';

/** Another host holds the partition, or took it since: nothing was written. */
export class LeaseLostError extends RetryableError {}

interface InboxRow {
  readonly ord: number;
  readonly digest: string;
  readonly state: string;
  readonly event: string | null;
  readonly correlation: string | null;
}

function unique<Item>(items: Iterable<Item>): Item[] {
  return [...new Set(items)];
}

/** Whose keys the batch will need for certain. */
function subjectsOf(deliveries: readonly Delivery[]): readonly SubjectRef[] {
  return deliveries.flatMap(({ message }) =>
    message.sealed === null ? [] : [{ tenant: message.tenant, subject: message.sealed.subject }],
  );
}

/** What the inbox already knows of the batch. */
function readInbox(session: SqlSession, deliveries: readonly Delivery[]): Promise<readonly InboxRow[]> {
  return session.query<InboxRow>(
    `SELECT w.ord::int AS ord, i.digest, i.state, i.event, i.correlation
     FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (tenant, source, id, ord)
     CROSS JOIN LATERAL (
       SELECT digest, state, event, correlation FROM inbox WHERE tenant = w.tenant AND source = w.source AND id = w.id OFFSET 0
     ) i`,
    columns(deliveries, [(d) => d.message.tenant, (d) => d.message.source, (d) => d.message.id]),
  );
}

/** Sorts out what was accepted before, repeated ids within the batch included. */
function sortDeliveries(
  deliveries: readonly Delivery[],
  rows: readonly InboxRow[],
): { fresh: number[]; results: BatchOutcome['results'][number][] } {
  const known = new Map(rows.map((row) => [row.ord - 1, row]));
  const fresh: number[] = [];
  const results: BatchOutcome['results'][number][] = [];
  const firstInBatch = new Map<string, number>();
  for (const [index, { message, committed }] of deliveries.entries()) {
    const key = `${message.tenant}\n${message.source}\n${message.id}`;
    const row = known.get(index);
    const earlier = firstInBatch.get(key);
    const digest = row?.digest ?? (earlier === undefined ? undefined : deliveries[earlier]?.message.contentDigest);
    if (row !== undefined && committed && row.state === 'pending' && earlier === undefined) {
      firstInBatch.set(key, index);
      fresh.push(index);
      results.push({ status: 'conflict' });
    } else if (digest === undefined) {
      firstInBatch.set(key, index);
      fresh.push(index);
      results.push({ status: 'conflict' });
    } else if (digest === message.contentDigest) {
      results.push({ status: 'duplicate', event: row?.event ?? null, correlation: row?.correlation ?? null });
    } else results.push({ status: 'conflict' });
  }
  return { fresh, results };
}

export class PostgresRuntimeStore implements RuntimeStore {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;
  readonly #policies: PolicyCache;

  constructor(sql: Sql, vault: SubjectVault, policies: PolicyCache) {
    this.#sql = sql;
    this.#vault = vault;
    this.#policies = policies;
  }

  async lease(
    host: string,
    partitions: readonly number[],
    leaseMs: number,
    force: boolean,
  ): Promise<readonly LeaseStatus[]> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [], keyed: true }, async (session) =>
      session.query<LeaseStatus>(
        `UPDATE partition_leases l SET
           epoch = CASE WHEN l.holder = $1 THEN l.epoch ELSE l.epoch + 1 END,
           holder = $1, until_on = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
         FROM (SELECT partition FROM partition_leases WHERE partition = ANY ($2::smallint[])
                 AND (holder = $1 OR until_on < clock_timestamp() OR $4) ORDER BY partition FOR UPDATE) free
         WHERE l.partition = free.partition
         RETURNING l.partition, l.epoch`,
        [host, [...partitions], leaseMs, force],
      ),
    );
  }

  async releaseLeases(host: string): Promise<void> {
    await this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [], keyed: true }, (session) =>
      session.query(`UPDATE partition_leases SET until_on = '-infinity' WHERE holder = $1`, [host]),
    );
  }

  async runBatch(
    deliveries: readonly Delivery[],
    epochs: ReadonlyMap<number, number>,
    plan: (loaded: Loaded, fresh: readonly number[]) => CommitPlan,
  ): Promise<BatchOutcome> {
    const tenants = unique(deliveries.map((delivery) => delivery.message.tenant));
    const partitions = unique(deliveries.map((delivery) => delivery.message.partition)).toSorted((a, b) => a - b);
    let keys: ReadonlyMap<string, KeyObject> = new Map();
    const outcome = await this.#sql.transaction(
      { role: 'gatehouse_runtime', tenants, keyed: true },
      async (session): Promise<BatchOutcome> => {
        // Nothing here waits for another's rows, so all of it travels together; the locks are taken in this order.
        const [heads, inbox, loaded, known] = await Promise.all([
          session.query<Head & { readonly epoch: number }>(
            `SELECT h.partition, h.seq, h.hash, l.epoch FROM partition_heads h JOIN partition_leases l ON l.partition = h.partition
             WHERE h.partition = ANY ($1::smallint[]) ORDER BY h.partition FOR UPDATE OF h`,
            [partitions],
          ),
          readInbox(session, deliveries),
          loadBatch(session, deliveries, tenants, (wanted) => this.#policies.load(session, wanted)),
          this.#vault.keys(session, subjectsOf(deliveries), true),
        ]);
        for (const head of heads) {
          const held = epochs.get(head.partition);
          if (held !== head.epoch) {
            throw new LeaseLostError(
              `partition ${head.partition} is at epoch ${head.epoch}, this host held ${held ?? 'none'}: nothing was written`,
            );
          }
        }
        const { fresh, results } = sortDeliveries(deliveries, inbox);
        if (fresh.length === 0) return { results, outgoing: [] };
        const state: Loaded = { ...loaded, heads: new Map(heads.map((head) => [head.partition, head.seq])) };
        const planned = plan(state, fresh);
        keys = await writePlan(
          session,
          this.#vault,
          known,
          planned,
          state,
          new Map(heads.map((head) => [head.partition, head])),
        );
        const decisions = new Map<string, string[]>();
        for (const row of planned.decisions)
          decisions.set(row.correlation, [...(decisions.get(row.correlation) ?? []), row.id]);
        for (const [position, row] of planned.processed.entries()) {
          const index = fresh[position];
          if (index === undefined) continue;
          results[index] =
            row.error === null
              ? {
                  status: 'processed',
                  event: row.event ?? '',
                  correlation: row.correlation ?? '',
                  decisions: decisions.get(row.correlation ?? '') ?? [],
                }
              : { status: 'parked', error: row.error };
        }
        return { results, outgoing: planned.outgoing };
      },
    );
    this.#vault.remember(keys);
    return outcome;
  }

  async knownDigests(
    tenant: TenantId,
    messages: readonly Pick<Message, 'source' | 'id'>[],
  ): Promise<readonly (string | undefined)[]> {
    const rows = await this.#sql.transaction({ role: 'gatehouse_app', tenants: [tenant], keyed: true }, (session) =>
      session.query<{ ord: number; digest: string }>(
        `SELECT w.ord::int AS ord, i.digest FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS w (source, id, ord)
         CROSS JOIN LATERAL (SELECT digest FROM inbox WHERE tenant = $1 AND source = w.source AND id = w.id OFFSET 0) i`,
        [tenant, messages.map((message) => message.source), messages.map((message) => message.id)],
      ),
    );
    const digests = new Map(rows.map((row) => [row.ord - 1, row.digest]));
    return messages.map((_, index) => digests.get(index));
  }

  rehearse(message: Message, plan: (loaded: Loaded) => CommitPlan): Promise<CommitPlan> {
    return this.#sql.transaction(
      { role: 'gatehouse_runtime', tenants: [message.tenant], keyed: true },
      async (session) => {
        const loaded = await loadBatch(session, [{ message, committed: false }], [message.tenant], (wanted) =>
          this.#policies.load(session, wanted),
        );
        return plan({ ...loaded, heads: new Map([[message.partition, 0]]) });
      },
    );
  }

  async pendingMessages(partitions: readonly number[], limit: number): Promise<readonly Message[]> {
    return this.#sql.asOwner(async (session) => {
      const rows = await session.query<{ body: string }>(
        `SELECT body FROM inbox WHERE state = 'pending' AND partition = ANY ($1::smallint[]) ORDER BY received_on, tenant, source, id LIMIT $2`,
        [[...partitions], limit],
      );
      return rows.map((row) => JSON.parse(row.body) as Message);
    });
  }

  async dueTimers(tenants: readonly TenantId[], now: number, limit: number): Promise<readonly TimerRow[]> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true }, async (session) => {
      const rows = await session.query<{
        tenant: TenantId;
        actor_kind: TimerRow['actorKind'];
        actor_id: string;
        name: TimerRow['name'];
        partition: number;
        due_at: number;
        armed_by: string;
        message: string;
      }>(
        `SELECT tenant, actor_kind, actor_id, name, partition, due_at, armed_by, message FROM timers
         WHERE due_at <= $1 ORDER BY due_at, tenant, actor_kind, actor_id, name LIMIT $2`,
        [now, limit],
      );
      return rows.map((row) => ({
        tenant: row.tenant,
        actorKind: row.actor_kind,
        actorId: row.actor_id,
        name: row.name,
        partition: row.partition,
        dueAt: row.due_at,
        armedBy: row.armed_by,
        message: JSON.parse(row.message) as Message,
      }));
    });
  }

  async nextDue(tenants: readonly TenantId[]): Promise<number | null> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true }, async (session) => {
      const rows = await session.query<{ due: number | null }>(
        `SELECT least((SELECT min(due_at) FROM timers), (SELECT min(due_at) FROM permits WHERE state = 'granted')) AS due`,
      );
      return rows[0]?.due ?? null;
    });
  }
}
