/** Writes the states of actors, guards and timers. A state that is not as it was read writes nothing at all. */
import type { CommitPlan, Loaded, StoredActor, StoredGuard } from '../../../actors/runtime-store.port.ts';
import type { GuardState } from '../../../domain/guard.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { actorKey, tenantKey } from '../../../domain/keys.ts';
import { columns } from '../../sql/columns.ts';
import type { Writes } from './writes.ts';

export function writeActors(writes: Writes, plan: CommitPlan, loaded: Loaded): void {
  const seqBefore = (actor: StoredActor) => loaded.actors.get(actorKey(actor.tenant, actor.kind, actor.id))?.seq ?? 0;
  const born = plan.actors.filter((actor) => seqBefore(actor) === 0);
  if (born.length > 0) {
    // A state that is there already breaks its key, and then the batch begins again.
    writes.send(
      `INSERT INTO actor_state (tenant, kind, id, partition, machine_version, value, context, seq)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::int[], $6::text[], $7::text[], $8::bigint[])`,
      columns(born, [
        (a) => a.tenant,
        (a) => a.kind,
        (a) => a.id,
        (a) => a.partition,
        (a) => a.machineVersion,
        (a) => a.value,
        (a) => canonicalJson(a.context),
        (a) => a.seq,
      ]),
    );
  }
  const moved = plan.actors.filter((actor) => seqBefore(actor) > 0);
  if (moved.length > 0) {
    writes.expect(
      'actor states',
      `UPDATE actor_state a SET machine_version = w.machine_version, value = w.value, context = w.context, seq = w.seq
       FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
         AS w (tenant, kind, id, machine_version, value, context, seq, expected)
       WHERE a.tenant = w.tenant AND a.kind = w.kind AND a.id = w.id AND a.seq = w.expected RETURNING 1`,
      columns(moved, [
        (a) => a.tenant,
        (a) => a.kind,
        (a) => a.id,
        (a) => a.machineVersion,
        (a) => a.value,
        (a) => canonicalJson(a.context),
        (a) => a.seq,
        seqBefore,
      ]),
      moved.length,
    );
  }
  const removed = plan.removedActors.filter((actor) => seqBefore(actor) > 0);
  if (removed.length > 0) {
    writes.expect(
      'removed actor states',
      `DELETE FROM actor_state a USING unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS w (tenant, kind, id, expected)
       WHERE a.tenant = w.tenant AND a.kind = w.kind AND a.id = w.id AND a.seq = w.expected RETURNING 1`,
      columns(removed, [(a) => a.tenant, (a) => a.kind, (a) => a.id, seqBefore]),
      removed.length,
    );
  }
}

export function writeGuards(writes: Writes, plan: CommitPlan, loaded: Loaded): void {
  writeLinks(writes, plan, loaded);
  const guards = plan.guards.toSorted((a, b) =>
    a.tenant < b.tenant || (a.tenant === b.tenant && a.key < b.key) ? -1 : 1,
  );
  const versionBefore = (guard: StoredGuard) => loaded.guards.get(tenantKey(guard.tenant, guard.key))?.version ?? 0;
  const born = guards.filter((guard) => versionBefore(guard) === 0);
  if (born.length > 0) {
    writes.send(
      `INSERT INTO guards (tenant, key, version, state) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])`,
      columns(born, [(g) => g.tenant, (g) => g.key, (g) => g.version, (g) => canonicalJson(g.state)]),
    );
  }
  const moved = guards.filter((guard) => versionBefore(guard) > 0);
  if (moved.length > 0) {
    writes.expect(
      'guards',
      `UPDATE guards g SET version = w.version, state = w.state FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[]) AS w (tenant, key, version, state, expected)
       WHERE g.tenant = w.tenant AND g.key = w.key AND g.version = w.expected RETURNING 1`,
      columns(moved, [(g) => g.tenant, (g) => g.key, (g) => g.version, (g) => canonicalJson(g.state), versionBefore]),
      moved.length,
    );
  }
}

/** What is locked together with a guard, as the guard itself says it. */
function linksOf(state: GuardState | undefined): readonly string[] {
  const { joined = [], parent } = state ?? {};
  return [...joined.map((peer) => peer.key), ...(parent === undefined || parent === null ? [] : [`account:${parent}`])];
}

function writeLinks(writes: Writes, plan: CommitPlan, loaded: Loaded): void {
  const changed = plan.guards.flatMap((guard) => {
    const before = linksOf(loaded.guards.get(tenantKey(guard.tenant, guard.key))?.state);
    const after = linksOf(guard.state);
    return before.join() === after.join() ? [] : [{ ...guard, after }];
  });
  if (changed.length === 0) return;
  writes.send(
    'DELETE FROM guard_links l USING unnest($1::text[], $2::text[]) AS w (tenant, key) WHERE l.tenant = w.tenant AND l.key = w.key',
    columns(changed, [(g) => g.tenant, (g) => g.key]),
  );
  const links = changed.flatMap(({ tenant, key, after }) => after.map((peer) => ({ tenant, key, peer })));
  if (links.length > 0)
    writes.send(
      'INSERT INTO guard_links (tenant, key, peer) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
      columns(links, [(l) => l.tenant, (l) => l.key, (l) => l.peer]),
    );
}

export function writeTimers(writes: Writes, plan: CommitPlan): void {
  if (plan.timersCleared.length > 0) {
    writes.send(
      `DELETE FROM timers t USING unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w (tenant, actor_kind, actor_id, name)
       WHERE t.tenant = w.tenant AND t.actor_kind = w.actor_kind AND t.actor_id = w.actor_id AND t.name = w.name`,
      columns(plan.timersCleared, [(t) => t.tenant, (t) => t.actorKind, (t) => t.actorId, (t) => t.name]),
    );
  }
  if (plan.timersSet.length > 0) {
    writes.send(
      `INSERT INTO timers (tenant, actor_kind, actor_id, name, partition, due_at, armed_by, message)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::bigint[], $7::text[], $8::text[])
       ON CONFLICT (tenant, actor_kind, actor_id, name) DO UPDATE SET due_at = EXCLUDED.due_at, armed_by = EXCLUDED.armed_by, message = EXCLUDED.message`,
      columns(plan.timersSet, [
        (t) => t.tenant,
        (t) => t.actorKind,
        (t) => t.actorId,
        (t) => t.name,
        (t) => t.partition,
        (t) => t.dueAt,
        (t) => t.armedBy,
        (t) => JSON.stringify(t.message),
      ]),
    );
  }
}
