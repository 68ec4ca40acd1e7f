/** Loads what a batch of messages may read or change. Guard rows are locked in one global key order, so two batches cannot deadlock. */
import type { Delivery, Loaded, StoredActor, StoredGuard, Suppression } from '../../actors/runtime-store.port.ts';
import { actionsToLoad } from '../../domain/actions-to-load.ts';
import { guardStateSchema } from '../../domain/guard.ts';
import type { TenantId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { JsonObject } from '../../domain/json.ts';
import { guardKeysOfMessage, actorKeysOf, actorKey, tenantKey } from '../../domain/keys.ts';
import type { Policy } from '../../domain/policy.ts';
import { loadExamples } from '../examples/load-examples.ts';
import { loadMemory } from '../notes/load-memory.ts';
import { columns } from '../sql/columns.ts';
import type { SqlSession } from '../sql/sql.port.ts';
import { listedNames } from './listed-names.ts';
import type { Listed } from './listed-names.ts';

export interface ActorRow {
  readonly tenant: TenantId;
  readonly kind: StoredActor['kind'];
  readonly id: string;
  readonly partition: number;
  readonly machine_version: number;
  readonly value: string;
  readonly context: string;
  readonly seq: number;
}

const ACTOR_COLUMNS = 'tenant, kind, id, partition, machine_version, value, context, seq';

export function storedActor(row: ActorRow): StoredActor {
  return {
    tenant: row.tenant,
    kind: row.kind,
    id: row.id,
    partition: row.partition,
    machineVersion: row.machine_version,
    value: row.value,
    context: JSON.parse(row.context) as JsonObject,
    seq: row.seq,
  };
}

export type PolicyLoader = (
  wanted: readonly { tenant: TenantId; hash: string }[],
) => Promise<ReadonlyMap<string, Policy>>;

/**
 * The keys `$2` of tenants `$1` with those that merges and moves tie to them. A merge that is committed between this look and the lock shows in
 * the guards themselves, and then the batch begins again.
 */
export const WITH_LINKED_GUARDS = `WITH RECURSIVE linked AS (
  SELECT * FROM unnest($1::text[], $2::text[]) AS w (tenant, key)
  UNION SELECT l.tenant, l.peer FROM linked JOIN guard_links l ON l.tenant = linked.tenant AND l.key = linked.key
)`;

export async function loadBatch(
  session: SqlSession,
  deliveries: readonly Delivery[],
  tenants: readonly TenantId[],
  loadPolicies: PolicyLoader,
): Promise<Omit<Loaded, 'heads' | 'held'>> {
  const wantedActors = new Map<string, { tenant: TenantId; kind: string; id: string }>();
  const wantedGuards = new Map<string, { tenant: TenantId; key: string }>();
  const wantedSuppressions = new Map<string, { tenant: TenantId; key: string }>();
  for (const { message } of deliveries) {
    const { tenant } = message;
    for (const { kind, id } of actorKeysOf(message)) wantedActors.set(actorKey(tenant, kind, id), { tenant, kind, id });
    for (const key of guardKeysOfMessage(message)) wantedGuards.set(tenantKey(tenant, key), { tenant, key });
    for (const key of message.refs.suppressionKeys) wantedSuppressions.set(tenantKey(tenant, key), { tenant, key });
  }

  const actorList = [...wantedActors.values()];
  const actorsRead = session.query<ActorRow>(
    // With an account comes the one that it was merged into, and with a person the account that they were moved to.
    `SELECT a.* FROM (
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, kind, id)
       UNION ALL
       SELECT l.tenant, 'account', substr(l.peer, 9) FROM (
         SELECT tenant, CASE kind WHEN 'lead' THEN 'contact:' ELSE 'account:' END || id AS key
         FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, kind, id) WHERE kind IN ('account', 'lead') OFFSET 0
       ) k JOIN guard_links l ON l.tenant = k.tenant AND l.key = k.key WHERE l.peer LIKE 'account:%'
     ) w CROSS JOIN LATERAL (
       SELECT ${ACTOR_COLUMNS} FROM actor_state
       WHERE tenant = w.tenant AND kind = w.kind AND id = w.id AND kind <> 'trust' OFFSET 0
     ) a
     UNION ALL
     SELECT ${ACTOR_COLUMNS} FROM actor_state WHERE tenant = ANY ($4::text[]) AND kind = 'trust'`,
    [actorList.map((a) => a.tenant), actorList.map((a) => a.kind), actorList.map((a) => a.id), [...tenants]],
  );
  const guardList = [...wantedGuards.values()];
  const guardsRead = session.query<{ tenant: TenantId; key: string; version: number; state: string }>(
    `${WITH_LINKED_GUARDS} SELECT g.* FROM (SELECT tenant, key FROM linked ORDER BY (tenant || '/' || key) COLLATE "C") w
     CROSS JOIN LATERAL (SELECT tenant, key, version, state FROM guards WHERE tenant = w.tenant AND key = w.key FOR UPDATE OFFSET 0) g`,
    [guardList.map((g) => g.tenant), guardList.map((g) => g.key)],
  );
  const messages = deliveries.map(({ message }) => message);
  const [actorRows, guardRows, memory, examples] = await Promise.all([
    actorsRead,
    guardsRead,
    loadMemory(session, messages),
    loadExamples(session, messages),
  ]);
  const actors = new Map(actorRows.map((row) => [actorKey(row.tenant, row.kind, row.id), storedActor(row)]));
  const actions = actionsToLoad(messages, actors);
  if (actions.length > 0) {
    const rows = await session.query<ActorRow>(
      `SELECT a.* FROM unnest($1::text[], $2::text[]) AS w (tenant, id) CROSS JOIN LATERAL (
         SELECT ${ACTOR_COLUMNS} FROM actor_state
         WHERE tenant = w.tenant AND kind = 'action' AND id = w.id OFFSET 0) a`,
      columns(actions, [(a) => a.tenant, (a) => a.id]),
    );
    for (const row of rows) actors.set(actorKey(row.tenant, row.kind, row.id), storedActor(row));
  }
  const guards = new Map<string, StoredGuard>(
    guardRows.map((row) => [
      tenantKey(row.tenant, row.key),
      { tenant: row.tenant, key: row.key, version: row.version, state: guardStateSchema.parse(JSON.parse(row.state)) },
    ]),
  );

  for (const { tenant, state } of guards.values())
    for (const key of (state.joined ?? []).flatMap((peer) => peer.suppression_keys))
      wantedSuppressions.set(tenantKey(tenant, key), { tenant, key });
  const registries = [...actors.values()].filter((actor) => actor.kind === 'tenant');
  // Decisions name the version of the registry that they read, so a suppression that came a moment later is left to the next batch.
  const versions = new Map(
    registries
      .filter((actor) => Number(actor.context['suppressions']) > 0)
      .map((actor) => [actor.tenant, actor.seq] as const),
  );
  const subjects = [...wantedGuards.values(), ...guards.values()].flatMap(({ tenant, key }): Listed[] => {
    const version = versions.get(tenant);
    return version === undefined ? [] : [{ tenant, guard: key, version }];
  });
  const suppressionList = [...wantedSuppressions.values()].flatMap((item) => {
    const version = versions.get(item.tenant);
    return version === undefined ? [] : [{ ...item, version }];
  });
  const [listedRows, suppressionRows] = await Promise.all([
    listedNames(session, subjects),
    suppressionList.length === 0
      ? []
      : session.query<Suppression & { tenant: TenantId }>(
          `SELECT s.tenant, s.key, s.scope, s.reason FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (tenant, key, version)
           JOIN suppressions s ON s.tenant = w.tenant AND s.key = w.key AND s.added_version <= w.version
             AND (s.removed_version IS NULL OR s.removed_version > w.version)`,
          columns(suppressionList, [(s) => s.tenant, (s) => s.key, (s) => s.version]),
        ),
  ]);
  const suppressions = new Map<string, Suppression>(
    [...suppressionRows, ...listedRows].map((row) => [tenantKey(row.tenant, row.key), row]),
  );
  const listed = new Map(
    [...Map.groupBy(listedRows, ({ tenant, guard }) => tenantKey(tenant, guard))].map(([key, rows]) => [
      key,
      rows.map((row) => row.key),
    ]),
  );
  const policies = await loadPolicies(
    registries.map((actor) => ({ tenant: actor.tenant, hash: actor.context['policy'] as string })),
  );
  const drafts = new Map<TenantId, number>();
  for (const { tenant, context } of registries) {
    if (policies.get(tenantKey(tenant, context['policy'] as string))?.review?.capacity_per_day === undefined) continue;
    const at = Math.max(...deliveries.map(({ message }) => (message.tenant === tenant ? message.at : 0)));
    const [row] = await session.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM reviews WHERE tenant = $1 AND created_at > $2 AND created_at <= $3 AND queue <> 'blocked'`,
      [tenant, at - DAY_MS, at],
    );
    drafts.set(tenant, row?.count ?? 0);
  }
  return { actors, guards, policies, suppressions, listed, memory, drafts, examples };
}
