/** The world of a tenant at some moment beside the world of now, in the form in which it leaves the system. */
import type { World, WorldActor } from '../actors/replay/world.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Policy } from '../domain/policy.ts';
import type { DifferenceView, ThenNow } from '../gateway/past.port.ts';
import type { MachineState } from '../machines/definition.ts';
import type { TenantContext } from '../machines/tenant/tenant.machine.ts';
import { changedMembers } from '../policies/policy-difference.ts';

type Counted = 'account' | 'lead' | 'action';

function registryOf({ actors }: World): ThenNow<MachineState | null> {
  return actors.find(({ actor }) => actor.kind === 'tenant') ?? { then: null, now: null };
}

const both = <From, To>({ then, now }: ThenNow<From>, of: (value: From) => To): ThenNow<To> => ({
  then: of(then),
  now: of(now),
});

const contextOf = (state: MachineState | null) => state?.context as TenantContext | undefined;

/** Hashes of the policies of then and now. */
export function policyHashes(world: World): readonly string[] {
  const { then, now } = both(registryOf(world), (state) => contextOf(state)?.policy);
  return [...new Set([then, now])].filter((hash) => hash !== undefined);
}

/** `scope` leaves out the accounts, leads and actions of others; null for all. */
export function differenceOf(
  world: World,
  scope: string | null,
  policies: ReadonlyMap<string, Policy>,
  named: number,
): Omit<DifferenceView, 'as_of' | 'checkpoint' | 'clock' | 'subject'> {
  const registry = registryOf(world);
  const subjects = world.actors.filter(
    (known) => isCounted(known.actor.kind) && (scope === null || String(known.scope) === scope),
  );
  const changes = subjects.filter(({ then, now }) => canonicalJson(then) !== canonicalJson(now));
  const policy = both(registry, (state) => {
    const hash = contextOf(state)?.policy;
    return hash === undefined ? null : { hash, name: policies.get(hash)?.name ?? '' };
  });
  const [thenPolicy, nowPolicy] = [policies.get(policy.then?.hash ?? ''), policies.get(policy.now?.hash ?? '')];
  return {
    events: world.events,
    since: Object.fromEntries([...world.since].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    policy: {
      ...policy,
      members: thenPolicy === undefined || nowPolicy === undefined ? [] : changedMembers(thenPolicy, nowPolicy),
    },
    mode: both(registry, (state) => contextOf(state)?.mode ?? null),
    kill_switch: both(registry, (state) => state?.value === 'stopped'),
    suppressions: both(registry, (state) => contextOf(state)?.suppressions ?? 0),
    counts: {
      account: countsOf(subjects, 'account'),
      lead: countsOf(subjects, 'lead'),
      action: countsOf(subjects, 'action'),
    },
    trust: world.actors.flatMap((known) => {
      // A cell without evidence has the same level as one that does not exist yet.
      const { then, now } = both(known, (state) => state?.value ?? 'initial');
      return known.actor.kind === 'trust' && then !== now ? [{ cell: known.actor.id, then, now }] : [];
    }),
    changes: changes.slice(0, named).map(({ actor, then, now }) => ({
      ...actor,
      then: then?.value ?? null,
      now: now?.value ?? null,
      members: membersThatDiffer(then, now),
    })),
    unnamed: Math.max(0, changes.length - named),
  };
}

function isCounted(kind: string): kind is Counted {
  return kind === 'account' || kind === 'lead' || kind === 'action';
}

function countsOf(actors: readonly WorldActor[], kind: Counted): ThenNow<Readonly<Record<string, number>>> {
  const then: Record<string, number> = {};
  const now: Record<string, number> = {};
  for (const known of actors) {
    if (known.actor.kind !== kind) continue;
    if (known.then !== null) then[known.then.value] = (then[known.then.value] ?? 0) + 1;
    if (known.now !== null) now[known.now.value] = (now[known.now.value] ?? 0) + 1;
  }
  return { then, now };
}

function membersThatDiffer(then: MachineState | null, now: MachineState | null): readonly string[] {
  if (then === null || now === null) return [];
  const names = new Set([...Object.keys(then.context), ...Object.keys(now.context)]);
  return [...names].filter(
    (name) => canonicalJson(then.context[name] ?? null) !== canonicalJson(now.context[name] ?? null),
  );
}
