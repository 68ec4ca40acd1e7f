/** Checkpoints, what changed since a time, and hindsight, as the gateway and the command line see them. */
import type { Checkpoint, CheckpointService } from '../actors/checkpoints/checkpoint-service.ts';
import type { RestorePlan } from '../actors/checkpoints/plan-restore.ts';
import type { Directory, SubjectKind } from '../actors/intake/directory.port.ts';
import { hindsightOf } from '../actors/replay/hindsight.ts';
import type { Hindsight, HindsightDeps } from '../actors/replay/hindsight.ts';
import { worldAt } from '../actors/replay/world.ts';
import { GatehouseError } from '../domain/errors.ts';
import { asId, partitionOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import { tenantKey } from '../domain/keys.ts';
import type { Policy } from '../domain/policy.ts';
import type {
  CheckpointView,
  HindsightReport,
  HindsightView,
  PastQuery,
  PastServices,
  RestoreView,
} from '../gateway/past.port.ts';
import type { ReadModel } from '../memory/read/read-model.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import { differenceOf, policyHashes } from './world-difference.ts';

export interface PastParts {
  readonly checkpoints: CheckpointService;
  readonly directory: Directory;
  readonly hindsightDeps: HindsightDeps;
  readonly readModel: ReadModel;
  readonly registry: RegistryReader;
  readonly refuseIntake: () => void;
}

/** Changes and examples that a report names; the counts are whole. */
const NAMED_MAX = 100;
const EXAMPLES_MAX = 20;

export function createPastServices(parts: PastParts): PastServices {
  const { checkpoints, directory, hindsightDeps, readModel, registry, refuseIntake } = parts;
  const { reader, runners } = hindsightDeps;

  async function clockOf(tenant: TenantId): Promise<'real' | 'virtual'> {
    return (await registry.registry(tenant))?.clock === 'virtual' ? 'virtual' : 'real';
  }

  async function positionsOf(tenant: TenantId, { asOf, checkpoint }: PastQuery): Promise<readonly number[]> {
    if ((asOf === null) === (checkpoint === null))
      throw new GatehouseError('invalid_request', 'Name either a time with as_of, or a checkpoint.');
    if (checkpoint !== null) return (await checkpoints.find(tenant, checkpoint)).positions;
    return reader.positionsAt(tenant, { at: asOf ?? 0, clock: await clockOf(tenant) });
  }

  async function scopeOf(tenant: TenantId, subject: string): Promise<ScopeId> {
    const slash = subject.indexOf('/');
    const kind = subject.slice(0, slash) as SubjectKind;
    const found = await directory.find(tenant, kind, subject.slice(slash + 1));
    if (found === null) throw new GatehouseError('not_found', `There is no ${subject}.`);
    return found.scope;
  }

  return {
    async createCheckpoint(caller, name) {
      refuseIntake();
      return checkpointView(await checkpoints.create(caller.tenant, caller.identity, name));
    },
    listCheckpoints: async (caller) => (await checkpoints.list(caller.tenant)).map(checkpointView),
    getCheckpoint: async (caller, name) => checkpointView(await checkpoints.find(caller.tenant, name)),
    async restoreCheckpoint(caller, name, dryRun) {
      if (caller.kind === 'agent')
        throw new GatehouseError(
          'forbidden',
          'Only a person may restore a checkpoint: it cancels what people may wait for.',
        );
      if (!dryRun) refuseIntake();
      return restoreView(name, dryRun, await checkpoints.restore(caller.tenant, caller.identity, name, dryRun));
    },

    async difference({ tenant }, query) {
      const positions = await positionsOf(tenant, query);
      const scope = query.subject === null ? null : await scopeOf(tenant, query.subject);
      const partitions = scope === null ? undefined : [partitionOf(scope), partitionOf(asId<ScopeId>(tenant))];
      const world = await worldAt(reader, runners, tenant, positions, partitions);
      const wanted = policyHashes(world).map((hash) => ({ tenant, hash }));
      const found = await reader.policies(wanted);
      const policies = new Map<string, Policy>();
      for (const { hash } of wanted) {
        const policy = found.get(tenantKey(tenant, hash));
        if (policy !== undefined) policies.set(hash, policy);
      }
      return {
        as_of: query.asOf === null ? null : isoOf(query.asOf),
        checkpoint: query.checkpoint,
        clock: await clockOf(tenant),
        subject: query.subject,
        ...differenceOf(world, scope, policies, NAMED_MAX),
      };
    },

    async hindsight({ tenant }, id) {
      const { scope } = await readModel.decision(tenant, id);
      const found: Hindsight[] = [];
      await hindsightOf(
        hindsightDeps,
        tenant,
        await registry.current(tenant),
        { partition: partitionOf(asId<ScopeId>(scope)), fits: (_row, data) => data.decision === id },
        (item) => found.push(item),
      );
      const [item] = found;
      if (item === undefined) throw new GatehouseError('not_found', `The ledger has no decision ${id}.`);
      return hindsightView(item);
    },
    async hindsightReport({ tenant }, { since, until }) {
      const today = await registry.current(tenant);
      const summary = new Summary(today.hash, hindsightDeps.engine.version);
      await hindsightOf(
        hindsightDeps,
        tenant,
        today,
        { partition: null, fits: ({ at }) => at >= (since ?? -Infinity) && at < (until ?? Infinity) },
        (item) => summary.add(item),
      );
      return summary.report();
    },
  };
}

function checkpointView({ name, at, by, event, restored }: Checkpoint): CheckpointView {
  return { name, at: isoOf(at), by, event, restored: restored.map((item) => ({ ...item, at: isoOf(item.at) })) };
}

function restoreView(checkpoint: string, isDryRun: boolean, { states, actions, kept }: RestorePlan): RestoreView {
  const changes = [
    ...states.map(({ actor, from, to }) => ({ ...actor, from, to })),
    ...actions.map(({ actor, state }) => ({ ...actor, from: state, to: 'cancelled' })),
  ];
  return {
    checkpoint,
    dry_run: isDryRun,
    accounts: states.filter(({ actor }) => actor.kind === 'account').length,
    leads: states.filter(({ actor }) => actor.kind === 'lead').length,
    actions: actions.length,
    looks_dropped: states.filter((state) => state.dropsLook).length,
    changes: changes.slice(0, NAMED_MAX),
    kept: kept.slice(0, NAMED_MAX).map(({ actor, state, why }) => ({ ...actor, state, why })),
    unnamed: Math.max(0, changes.length - NAMED_MAX) + Math.max(0, kept.length - NAMED_MAX),
  };
}

function hindsightView(hindsight: Hindsight): HindsightView {
  return { ...hindsight, at: isoOf(hindsight.at) };
}

/** Counts what came of many decisions, and keeps a few of those that differ. */
class Summary {
  readonly #policy: string;
  readonly #engine: string;
  readonly #results = { same: 0, other_choice: 0, other_verdict: 0, unknown: 0 };
  readonly #differences = new Map<string, { from: string; to: string; because: readonly string[]; count: number }>();
  readonly #examples: HindsightView[] = [];

  constructor(policy: string, engine: string) {
    this.#policy = policy;
    this.#engine = engine;
  }

  add(item: Hindsight): void {
    this.#results[item.result] += 1;
    if (item.result === 'same') return;
    if (this.#examples.length < EXAMPLES_MAX) this.#examples.push(hindsightView(item));
    if (item.result === 'unknown') return;
    const { candidate, gate, because } = item;
    const [from, to] =
      item.result === 'other_choice'
        ? [candidate.then.action_type, candidate.now?.action_type ?? '']
        : [gate.then?.verdict ?? '', gate.now?.verdict ?? ''];
    const key = `${from}\n${to}\n${because.join('\n')}`;
    const known = this.#differences.get(key) ?? { from, to, because, count: 0 };
    this.#differences.set(key, { ...known, count: known.count + 1 });
  }

  report(): HindsightReport {
    const results = { ...this.#results };
    return {
      policy: this.#policy,
      engine: this.#engine,
      decisions: Object.values(results).reduce((sum, count) => sum + count, 0),
      results,
      differences: [...this.#differences.values()].toSorted((a, b) => b.count - a.count),
      examples: this.#examples,
    };
  }
}
