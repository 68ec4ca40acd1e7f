/**
 * The runtime's store on Postgres or PGlite: loads what a batch needs, lets the runtime plan, and writes the plan with one statement
 * per table. Expectations are checked in the statements: a lost lease, a stale state or a stale guard writes nothing at all.
 */
import type { KeyObject } from 'node:crypto';

import type {
  BatchOutcome,
  CommitPlan,
  Delivery,
  Held,
  LeaseStatus,
  Loaded,
  RuntimeStore,
  TimerRow,
} from '../../actors/runtime-store.port.ts';
import { LeaseLostError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { messageKey } from '../../domain/keys.ts';
import type { Message } from '../../domain/message.ts';
import { columns } from '../sql/columns.ts';
import { TenantGatherings } from '../sql/gathering.ts';
import { only } from '../sql/only.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { SubjectRef, SubjectVault } from '../vault/subject-vault.ts';
import { inboxBody, openBodies, OPENED_SINCE_GENERATION, sealerOf } from './inbox-body.ts';
import { loadBatch } from './load-batch.ts';
import type { PolicyCache } from './policy-cache.ts';
import { sortDeliveries } from './sort-deliveries.ts';
import type { InboxRow } from './sort-deliveries.ts';
import type { Head } from './write/write-ledger.ts';
import { writePlan } from './write/write-plan.ts';

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
    `SELECT w.ord::int AS ord, i.digest, i.state, i.event, i.correlation, i.held
     FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (tenant, source, id, ord)
     CROSS JOIN LATERAL (
       SELECT digest, state, event, correlation, held_for IS NOT NULL AS held FROM inbox
       WHERE tenant = w.tenant AND source = w.source AND id = w.id OFFSET 0
     ) i`,
    columns(deliveries, [(d) => d.message.tenant, (d) => d.message.source, (d) => d.message.id]),
  );
}

/** For what belongs to no tenant. */
const RUNTIME = { role: 'gatehouse_runtime', tenants: [], keyed: true } as const;

/** Messages that are looked up in one transaction, of however many requests. */
const DIGESTS_TOGETHER_MAX = 2_000;

/**
 * A timer, as `t`, whose message has not been taken in. One that waits behind a parked message, or is parked itself, would be brought again for ever, in
 * front of all others. A value of its own, so that no plan reads the whole inbox for it.
 */
const NOT_TAKEN_IN = `(SELECT true FROM inbox i WHERE i.tenant = t.tenant AND i.source = 'timer' AND i.id = t.message::json ->> 'id') IS NULL`;

const NOTHING_HELD: Held = { parked: new Set(), released: new Set(), messages: new Set() };

/** Actors of these partitions that wait for a person, and those that were let go and have messages left from that time. */
async function readHeld(
  session: SqlSession,
  partitions: readonly number[],
): Promise<Pick<Held, 'parked' | 'released'>> {
  const rows = await session.query<{ actor: string; parked: boolean }>(
    `SELECT held_for AS actor, bool_or(state = 'parked') AS parked FROM inbox
     WHERE held_for IS NOT NULL AND partition = ANY ($1::smallint[]) GROUP BY held_for`,
    [[...partitions]],
  );
  const actors = (parked: boolean) => new Set(rows.filter((row) => row.parked === parked).map((row) => row.actor));
  return { parked: actors(true), released: actors(false) };
}

function heldMessages(deliveries: readonly Delivery[], inbox: readonly InboxRow[]): ReadonlySet<string> {
  return new Set(
    inbox
      .filter((row) => row.held)
      .flatMap((row) => {
        const message = deliveries[row.ord - 1]?.message;
        return message === undefined ? [] : [messageKey(message)];
      }),
  );
}

export class PostgresRuntimeStore implements RuntimeStore {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;
  readonly #policies: PolicyCache;
  readonly #digests = new TenantGatherings(
    (tenant, messages: readonly Pick<Message, 'source' | 'id'>[]) => this.#readDigests(tenant, messages),
    () => [],
    DIGESTS_TOGETHER_MAX,
  );

  constructor(sql: Sql, vault: SubjectVault, policies: PolicyCache) {
    this.#sql = sql;
    this.#vault = vault;
    this.#policies = policies;
  }

  async heartbeat(host: string, url: string | null, ttlMs: number): Promise<readonly string[]> {
    const rows = await this.#sql.transaction(RUNTIME, async (session) => {
      const [, living] = await Promise.all([
        session.query(
          `INSERT INTO hosts (id, url) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET url = EXCLUDED.url, seen_on = clock_timestamp()`,
          [host, url],
        ),
        session.query<{ id: string }>(
          'SELECT id FROM hosts WHERE seen_on > clock_timestamp() - make_interval(secs => $1::float8 / 1000) ORDER BY id',
          [ttlMs],
        ),
        // Nobody asks for hosts that were gone for a hundred leases.
        session.query(
          'DELETE FROM hosts WHERE seen_on < clock_timestamp() - make_interval(secs => 100 * $1::float8 / 1000)',
          [ttlMs],
        ),
      ]);
      return living;
    });
    return rows.map((row) => row.id);
  }

  async leave(host: string): Promise<void> {
    await this.#sql.transaction(RUNTIME, (session) => session.query('DELETE FROM hosts WHERE id = $1', [host]));
  }

  async lease(host: string, request: Parameters<RuntimeStore['lease']>[1]): Promise<readonly LeaseStatus[]> {
    const { partitions, limit, leaseMs, force, generation } = request;
    return this.#sql.transaction(RUNTIME, async (session) =>
      session.query<LeaseStatus>(
        `UPDATE partition_leases l SET
           epoch = CASE WHEN l.holder = $1 THEN l.epoch ELSE l.epoch + 1 END,
           holder = $1, generation = greatest(l.generation, $6), projected_after = coalesce(l.projected_after, (SELECT seq FROM partition_heads h WHERE h.partition = l.partition FOR UPDATE)), until_on = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
         FROM (SELECT partition FROM partition_leases WHERE partition = ANY ($2::smallint[])
                 AND generation <= $6 AND (holder = $1 OR until_on < clock_timestamp() OR $4)
               ORDER BY holder IS DISTINCT FROM $1, partition LIMIT $5 FOR UPDATE SKIP LOCKED) free
         WHERE l.partition = free.partition
         RETURNING l.partition, l.epoch`,
        [host, [...partitions], leaseMs, force, limit, generation],
      ),
    );
  }

  async release(host: string, partitions: readonly number[]): Promise<void> {
    await this.#sql.transaction(RUNTIME, (session) =>
      session.query(
        `UPDATE partition_leases SET until_on = '-infinity' WHERE holder = $1 AND partition = ANY ($2::smallint[])`,
        [host, [...partitions]],
      ),
    );
  }

  async accept(messages: readonly Message[]): Promise<readonly ('accepted' | 'duplicate' | 'conflict')[]> {
    const tenants = unique(messages.map((message) => message.tenant));
    const keyOf = (row: { tenant: string; source: string; id: string }) => `${row.tenant}\n${row.source}\n${row.id}`;
    // The first of equal ids is stored; sorted, two requests with the same ids cannot deadlock.
    const first = new Map<string, Message>();
    for (const message of messages) if (!first.has(keyOf(message))) first.set(keyOf(message), message);
    const rows = [...first].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, message]) => message);
    const identity = columns(rows, [(m) => m.tenant, (m) => m.source, (m) => m.id]);
    const { inserted, known } = await this.#sql.transaction(
      { role: 'gatehouse_runtime', tenants, keyed: true },
      async (session) => {
        const sealers = rows.flatMap((message) => sealerOf(message) ?? []);
        const keys =
          sealers.length > 0 && (await this.#canOpen(session, rows))
            ? await this.#vault.keys(session, sealers, true)
            : null;
        const [inserted, known] = await Promise.all([
          session.query<{ tenant: string; source: string; id: string }>(
            `INSERT INTO inbox (tenant, source, id, partition, digest, state, body, correlation)
             SELECT tenant, source, id, partition, digest, 'pending', body, correlation
             FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[])
               AS w (tenant, source, id, partition, digest, body, correlation)
             ON CONFLICT DO NOTHING RETURNING tenant, source, id`,
            [
              ...identity,
              ...columns(rows, [
                (m) => m.partition,
                (m) => m.contentDigest,
                (m) => (keys === null ? JSON.stringify(m) : inboxBody(this.#vault, keys, m)),
                (m) => m.correlation,
              ]),
            ],
          ),
          session.query<{ tenant: string; source: string; id: string; digest: string }>(
            `SELECT i.* FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, source, id)
             CROSS JOIN LATERAL (
               SELECT tenant, source, id, digest FROM inbox WHERE tenant = w.tenant AND source = w.source AND id = w.id OFFSET 0
             ) i`,
            identity,
          ),
        ]);
        return { inserted, known };
      },
    );
    const fresh = new Set(inserted.map(keyOf));
    const digests = new Map(known.map((row) => [keyOf(row), row.digest]));
    return messages.map((message) => {
      const key = keyOf(message);
      if (digests.get(key) !== message.contentDigest) return 'conflict';
      // Only the first of equal ids within the request is the new one.
      return fresh.delete(key) ? 'accepted' : 'duplicate';
    });
  }

  /** During an upgrade, hosts that cannot open sealed bodies may own some of the partitions. */
  async #canOpen(session: SqlSession, messages: readonly Message[]): Promise<boolean> {
    const [row] = await session.query<{ generation: number }>(
      'SELECT min(generation)::int AS generation FROM partition_leases WHERE partition = ANY ($1::smallint[])',
      [unique(messages.map((message) => message.partition))],
    );
    return (row?.generation ?? 0) >= OPENED_SINCE_GENERATION;
  }

  async receipts(messages: readonly Message[]): Promise<readonly (BatchOutcome['results'][number] | null)[]> {
    const tenants = unique(messages.map((message) => message.tenant));
    const rows = await this.#sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true }, (session) =>
      only<InboxRow & { readonly error: string | null }>(
        session,
        `SELECT w.ord::int AS ord, i.digest, i.state, i.event, i.correlation, i.error, i.held
         FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (tenant, source, id, ord)
         CROSS JOIN LATERAL (
           SELECT digest, state, event, correlation, error, held_for IS NOT NULL AS held FROM inbox
           WHERE tenant = w.tenant AND source = w.source AND id = w.id OFFSET 0
         ) i`,
        columns(messages, [(m) => m.tenant, (m) => m.source, (m) => m.id]),
      ),
    );
    const known = new Map(rows.map((row) => [row.ord - 1, row]));
    return messages.map((_, index) => {
      const row = known.get(index);
      if (row === undefined) return null;
      if (row.state === 'pending') return row.held ? { status: 'held' } : null;
      if (row.state === 'parked') return { status: 'parked', error: row.error ?? '' };
      return { status: 'processed', event: row.event ?? '', correlation: row.correlation ?? '', decisions: [] };
    });
  }

  async runBatch(
    deliveries: readonly Delivery[],
    epochs: ReadonlyMap<number, number>,
    plan: (loaded: Loaded, fresh: readonly number[]) => CommitPlan,
  ): Promise<BatchOutcome> {
    const tenants = unique(deliveries.map((delivery) => delivery.message.tenant));
    const partitions = unique(deliveries.map((delivery) => delivery.message.partition)).toSorted((a, b) => a - b);
    let keys: ReadonlyMap<string, KeyObject> = new Map();
    let erased: readonly SubjectRef[] = [];
    const outcome = await this.#sql.transaction(
      { role: 'gatehouse_runtime', tenants, keyed: true },
      async (session): Promise<BatchOutcome> => {
        // Nothing here waits for another's rows, so all of it travels together; the locks are taken in this order.
        const [heads, inbox, held, loaded, known] = await Promise.all([
          session.query<Head & { readonly epoch: number }>(
            `SELECT h.partition, h.seq, h.hash, l.epoch FROM partition_heads h JOIN partition_leases l ON l.partition = h.partition
             WHERE h.partition = ANY ($1::smallint[]) ORDER BY h.partition FOR UPDATE OF h`,
            [partitions],
          ),
          readInbox(session, deliveries),
          readHeld(session, partitions),
          loadBatch(session, deliveries, tenants, (wanted) => this.#policies.load(session, wanted)),
          this.#vault.keys(session, subjectsOf(deliveries), true),
        ]);
        const lost = heads.filter((head) => epochs.get(head.partition) !== head.epoch);
        if (lost.length > 0) {
          const detail = lost.map(
            (head) =>
              `${head.partition} is at epoch ${head.epoch}, this host held ${epochs.get(head.partition) ?? 'none'}`,
          );
          throw new LeaseLostError(
            lost.map((head) => head.partition),
            `the commit was refused, nothing was written: partition ${detail.join('; ')}`,
          );
        }
        const { fresh, results } = sortDeliveries(deliveries, inbox);
        if (fresh.length === 0) return { results, outgoing: [] };
        const state: Loaded = {
          ...loaded,
          heads: new Map(heads.map((head) => [head.partition, head.seq])),
          held: { ...held, messages: heldMessages(deliveries, inbox) },
        };
        const planned = plan(state, fresh);
        erased = planned.erasures;
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
          if (row.held) results[index] = { status: 'held' };
          else if (row.error === null)
            results[index] = {
              status: 'processed',
              event: row.event ?? '',
              correlation: row.correlation ?? '',
              decisions: decisions.get(row.correlation ?? '') ?? [],
            };
          else results[index] = { status: 'parked', error: row.error };
        }
        return { results, outgoing: planned.outgoing };
      },
    );
    this.#vault.remember(keys);
    this.#vault.forget(erased);
    return outcome;
  }

  knownDigests(
    tenant: TenantId,
    messages: readonly Pick<Message, 'source' | 'id'>[],
  ): Promise<readonly (string | undefined)[]> {
    return this.#digests.ask(tenant, messages);
  }

  async #readDigests(
    tenant: TenantId,
    messages: readonly Pick<Message, 'source' | 'id'>[],
  ): Promise<readonly (string | undefined)[]> {
    const rows = await this.#sql.transaction({ role: 'gatehouse_app', tenants: [tenant], keyed: true }, (session) =>
      only<{ ord: number; digest: string }>(
        session,
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
        return plan({ ...loaded, heads: new Map([[message.partition, 0]]), held: NOTHING_HELD });
      },
    );
  }

  async pendingMessages(partitions: readonly number[], ageMs: number, limit: number): Promise<readonly Message[]> {
    return this.#sql.asOwner(async (session) => {
      const rows = await session.query<{ body: string }>(
        `SELECT i.body FROM inbox i WHERE i.state = 'pending' AND i.partition = ANY ($1::smallint[])
           AND i.received_on <= clock_timestamp() - make_interval(secs => $2::float8 / 1000)
           AND (i.held_for IS NULL OR NOT EXISTS (
             SELECT 1 FROM inbox p WHERE p.partition = i.partition AND p.held_for = i.held_for AND p.state = 'parked'))
         ORDER BY i.received_on, i.tenant, i.source, i.id LIMIT $3`,
        [[...partitions], ageMs, limit],
      );
      return openBodies(
        session,
        this.#vault,
        rows.map((row) => row.body),
      );
    });
  }

  async hasPending(tenants: readonly TenantId[]): Promise<boolean> {
    const rows = await this.#sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true }, (session) =>
      session.query(`SELECT 1 FROM inbox WHERE state = 'pending' AND held_for IS NULL LIMIT 1`),
    );
    return rows.length > 0;
  }

  async dueTimers(
    tenants: readonly TenantId[],
    partitions: readonly number[] | null,
    now: number,
    limit: number,
  ): Promise<readonly TimerRow[]> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true }, async (session) => {
      const rows = await only<{
        tenant: TenantId;
        actor_kind: TimerRow['actorKind'];
        actor_id: string;
        name: TimerRow['name'];
        partition: number;
        due_at: number;
        armed_by: string;
        message: string;
      }>(
        session,
        `SELECT tenant, actor_kind, actor_id, name, partition, due_at, armed_by, message FROM timers t
         WHERE due_at <= $1 AND ($3::smallint[] IS NULL OR partition = ANY ($3::smallint[])) AND ${NOT_TAKEN_IN}
         ORDER BY due_at, tenant, actor_kind, actor_id, name LIMIT $2`,
        [now, limit, partitions === null ? null : [...partitions]],
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
        `SELECT least((SELECT due_at FROM timers t WHERE ${NOT_TAKEN_IN} ORDER BY due_at LIMIT 1), (SELECT min(due_at) FROM permits WHERE state = 'granted')) AS due`,
      );
      return rows[0]?.due ?? null;
    });
  }
}
