/**
 * Checkpoints of a tenant: a name for where the ledger stands, and the way back. A restore appends to the ledger and takes nothing out of it;
 * it never sends, and never loosens what protects somebody.
 */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { GatehouseError, must } from '../../domain/errors.ts';
import type { EventData } from '../../domain/event-types.ts';
import { eventIdOf, PARTITION_COUNT } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { Clock } from '../clock.port.ts';
import { commandMessage } from '../command-message.ts';
import type { Host } from '../host.ts';
import { parseRow } from '../replay/ledger-fold.ts';
import type { LedgerReader } from '../replay/ledger-reader.port.ts';
import { worldAt } from '../replay/world.ts';
import type { TenantCommands } from '../tenant-commands.ts';
import { planRestore } from './plan-restore.ts';
import type { RestorePlan } from './plan-restore.ts';

export interface Checkpoint {
  readonly name: string;
  readonly at: number;
  readonly by: string;
  readonly event: string;
  readonly positions: readonly number[];
  /** Newest last. */
  readonly restored: readonly { readonly at: number; readonly by: string; readonly event: string }[];
}

export interface CheckpointDeps {
  readonly host: Host;
  readonly clock: Clock;
  readonly commands: TenantCommands;
  readonly reader: LedgerReader;
  readonly runners: Runners;
  /** Those of these actions that a worker has begun to carry out. */
  readonly begun: (tenant: TenantId, actions: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** Messages that are sent together. */
const CHUNK = 500;
const SOURCE = 'checkpoint';

export class CheckpointService {
  readonly #deps: CheckpointDeps;

  constructor(deps: CheckpointDeps) {
    this.#deps = deps;
  }

  /** Throws `state_conflict` when the tenant has a checkpoint of this name. */
  async create(tenant: TenantId, by: string, name: string): Promise<Checkpoint> {
    const { reader, commands } = this.#deps;
    if ((await this.list(tenant)).some((known) => known.name === name))
      throw new GatehouseError('state_conflict', `There is a checkpoint ${name} already. Choose another name.`);
    const heads = new Map((await reader.heads()).map(({ partition, seq }) => [partition, seq]));
    const positions = Array.from({ length: PARTITION_COUNT }, (_, partition) => heads.get(partition) ?? 0);
    await commands.record(tenant, `checkpoint:${name}`, 'checkpoint.created', { checkpoint: name, positions, by });
    return this.find(tenant, name);
  }

  /** In the order in which they were set. */
  async list(tenant: TenantId): Promise<readonly Checkpoint[]> {
    const found = new Map<string, Checkpoint>();
    for (const row of await this.#deps.reader.registryEvents([tenant])) {
      const event = eventIdOf(row.partition, row.seq);
      if (row.type === 'checkpoint.created') {
        const { checkpoint: name, positions, by } = parseRow(row).data as EventData<'checkpoint.created'>;
        found.set(name, { name, at: row.at, by, event, positions, restored: [] });
      }
      if (row.type === 'checkpoint.restored') {
        const { checkpoint: name, by } = parseRow(row).data as EventData<'checkpoint.restored'>;
        const known = must(found.get(name), 'a checkpoint was set before it was restored');
        found.set(name, { ...known, restored: [...known.restored, { at: row.at, by, event }] });
      }
    }
    return [...found.values()];
  }

  /** Throws `not_found`. */
  async find(tenant: TenantId, name: string): Promise<Checkpoint> {
    const found = (await this.list(tenant)).find((checkpoint) => checkpoint.name === name);
    if (found === undefined)
      throw new GatehouseError('not_found', `There is no checkpoint ${name}; gatehouse checkpoint list shows them.`);
    return found;
  }

  /**
   * Takes accounts and leads back, and cancels open actions that were proposed since. Safe to repeat: what is back already stays untouched,
   * and a restore that changes nothing leaves no event.
   */
  async restore(tenant: TenantId, by: string, name: string, isDryRun: boolean): Promise<RestorePlan> {
    const { reader, runners, clock, commands, begun } = this.#deps;
    const { positions } = await this.find(tenant, name);
    const world = await worldAt(reader, runners, tenant, positions);
    const permitted = world.actors.filter(({ now }) => now?.value === 'permitted').map(({ actor }) => actor.id);
    const plan = planRestore(world, runners, await begun(tenant, permitted));
    if (isDryRun || plan.states.length + plan.actions.length === 0) return plan;
    const at = clock.now();
    // Where the ledger stood makes the messages of this restore others than those of an earlier one.
    const from = `${name}:${world.events.now}`;
    const common = { tenant, source: SOURCE, at };
    // Actions first, so that none of them leaves while the states go back.
    await this.#deliver(
      plan.actions.map(({ actor, scope, refs, correlation, proposal }) =>
        commandMessage({
          ...common,
          type: 'action.reviewed',
          data: {
            decision: 'cancel',
            by,
            by_kind: 'person',
            fingerprint: proposal.fingerprint,
            reason: `The checkpoint ${name} was restored.`,
            edited_fingerprint: null,
            edited_share: 0,
          },
          id: `${from}:${actor.id}`,
          actor,
          scope,
          refs,
          correlation,
        }),
      ),
    );
    await this.#deliver(await this.#overtaken(tenant, from, at, plan));
    await this.#deliver(
      plan.states.map(({ actor, scope, then }) =>
        commandMessage({
          ...common,
          type: 'state.restored',
          data: { checkpoint: name, state: then, by },
          id: `${from}:${actor.kind}:${actor.id}`,
          actor,
          scope,
          refs: NO_REFS,
        }),
      ),
    );
    const counts = {
      accounts: plan.states.filter(({ actor }) => actor.kind === 'account').length,
      leads: plan.states.filter(({ actor }) => actor.kind === 'lead').length,
      actions: plan.actions.length,
    };
    await commands.record(tenant, `restore:${from}`, 'checkpoint.restored', { checkpoint: name, counts, by });
    return plan;
  }

  /**
   * A worker may have begun an action between the plan and its cancellation, which gave back what was reserved for it. Its touch is recorded
   * as one that was made elsewhere, so that it counts.
   */
  async #overtaken(tenant: TenantId, from: string, at: number, { actions }: RestorePlan): Promise<readonly Message[]> {
    const permitted = actions.filter(({ state }) => state === 'permitted');
    const begun = await this.#deps.begun(
      tenant,
      permitted.map(({ actor }) => actor.id),
    );
    const common = { tenant, source: SOURCE, at };
    return permitted
      .filter(({ actor, proposal }) => begun.has(actor.id) && ACTION_TYPE_SPECS[proposal.action_type].touch)
      .map(({ actor, scope, refs, correlation, proposal }) =>
        commandMessage({
          ...common,
          type: 'touch.recorded',
          data: { channel: proposal.channel, occurred_at: at, source: 'checkpoint' },
          id: `${from}:touch:${actor.id}`,
          actor:
            refs.person === null
              ? { kind: 'account', id: refs.account ?? String(scope) }
              : { kind: 'lead', id: refs.person },
          scope,
          refs,
          correlation,
        }),
      );
  }

  async #deliver(messages: readonly Message[]): Promise<void> {
    for (let start = 0; start < messages.length; start += CHUNK) {
      const results = await this.#deps.host.deliverResults(messages.slice(start, start + CHUNK));
      const parked = results.find((result) => result.status === 'parked');
      if (parked?.status === 'parked') throw new GatehouseError('internal', parked.error);
    }
  }
}
