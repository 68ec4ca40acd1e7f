/** What waits for its time, and pauses, for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { Clock } from '../actors/clock.port.ts';
import type { Host } from '../actors/host.ts';
import type { Directory } from '../actors/intake/directory.port.ts';
import { rehearsedVerdict } from '../actors/rehearsal.ts';
import { refuseOthersThanPeople } from '../actors/review-commands.ts';
import type { ScheduleCommands } from '../actors/schedule-commands.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { channelSchema } from '../domain/action-types.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import type { Pause } from '../domain/pause.ts';
import type { Policy } from '../domain/policy.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { PauseView, ScheduledOutcome, ScheduledView, ScheduleServices } from '../gateway/review.port.ts';
import type { ReadModel } from '../memory/read/read-model.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import type { ScheduledItem, ScheduleReader } from '../memory/read/schedule-reader.ts';
import { durationWords } from '../policies/duration-words.ts';

export interface ScheduleParts {
  readonly clock: Clock;
  readonly commands: TenantCommands;
  readonly directory: Directory;
  readonly host: Host;
  readonly readModel: ReadModel;
  readonly refuseIntake: () => void;
  readonly registry: RegistryReader;
  readonly scheduleCommands: ScheduleCommands;
  readonly scheduleReader: ScheduleReader;
}

export function createScheduleServices(parts: ScheduleParts): ScheduleServices {
  const { clock, commands, directory, host, readModel, refuseIntake, registry } = parts;
  const { scheduleCommands, scheduleReader } = parts;

  async function accountId(tenant: TenantId, externalId: string): Promise<string> {
    const found = await directory.find(tenant, 'account', externalId);
    if (found === null) throw new GatehouseError('not_found', `There is no account ${externalId}.`);
    return found.id;
  }

  async function validity(
    { action }: ScheduledItem,
    policy: Policy,
  ): Promise<Pick<ScheduledView, 'checks' | 'still_valid' | 'next_at'>> {
    const due = scheduleCommands.message(action, randomUUID(), 'action.due', { due_at: action.dueAt });
    const verdict = await rehearsedVerdict(host, due, policy);
    return {
      checks: verdict?.checks ?? [],
      still_valid: verdict?.kind === 'pass' || verdict?.kind === 'schedule',
      next_at: verdict?.kind === 'schedule' ? isoOf(verdict.at) : null,
    };
  }

  async function viewsOf(tenant: TenantId, items: readonly ScheduledItem[]): Promise<readonly ScheduledView[]> {
    const { policy } = await registry.current(tenant);
    const accounts = [...new Set(items.flatMap(({ action }) => (action.account === null ? [] : [action.account])))];
    const beside = await scheduleReader.beside(tenant, accounts);
    const cooldown = policy.cooldown.account_ms;
    const views: ScheduledView[] = [];
    for (const item of items) {
      const { account, dueAt, action } = item.action;
      const isTouch = beside.some((other) => other.action === action);
      views.push({
        ...item.view,
        ...(await validity(item, policy)),
        conflicts: beside
          .filter(
            (other) =>
              isTouch && other.account === account && other.action !== action && Math.abs(other.at - dueAt) < cooldown,
          )
          .map((other) => ({
            action: other.action,
            reason: `it touches the same account within ${durationWords(cooldown)}`,
          })),
      });
    }
    return views;
  }

  async function found(caller: Caller, action: string): Promise<ScheduledItem> {
    refuseIntake();
    refuseOthersThanPeople(caller);
    return scheduleReader.item(caller.tenant, action);
  }

  /** What became of it. An act that came too late is refused here, and stands on the ledger without effect. */
  async function outcome(caller: Caller, action: string): Promise<ScheduledOutcome> {
    const { tenant } = caller;
    const item = await scheduleReader.item(tenant, action).catch(() => null);
    const [view = null] = item === null ? [] : await viewsOf(tenant, [item]);
    return { action, state: await readModel.actionState(tenant, action), scheduled: view };
  }

  async function pausesOf(tenant: TenantId): Promise<readonly Pause[]> {
    return (await registry.registry(tenant))?.pauses ?? [];
  }

  async function pauseViews(tenant: TenantId, pauses: readonly Pause[]): Promise<readonly PauseView[]> {
    const affected = await scheduleReader.affected(tenant, pauses);
    return pauses.map((pause, index) => ({ ...pause, at: isoOf(pause.at), affects: affected[index] ?? 0 }));
  }

  return {
    async listScheduled(caller, query) {
      const { tenant } = caller;
      const page = await scheduleReader.list(tenant, {
        limit: query.limit,
        cursor: query.cursor,
        channel: query.channel ?? null,
        sender: query.sender ?? null,
        account: query.account === undefined ? null : await accountId(tenant, query.account),
        play: query.play ?? null,
        from: query.from === undefined ? null : Date.parse(query.from),
        to: query.to === undefined ? null : Date.parse(query.to),
      });
      return { items: await viewsOf(tenant, page.items), next_cursor: page.next_cursor };
    },
    async getScheduled(caller, action) {
      const [view] = await viewsOf(caller.tenant, [await scheduleReader.item(caller.tenant, action)]);
      if (view === undefined) throw new GatehouseError('not_found', `There is no scheduled action ${action}.`);
      return view;
    },
    async cancelScheduled(caller, action, reason) {
      const { action: waiting } = await found(caller, action);
      await scheduleCommands.act(waiting, randomUUID(), 'action.reviewed', {
        decision: 'cancel',
        by: caller.identity,
        by_kind: 'person',
        fingerprint: waiting.fingerprint,
        reason,
        edited_fingerprint: null,
        edited_share: 0,
      });
      return outcome(caller, action);
    },
    async moveScheduled(caller, action, { at: text, reason }) {
      const { action: waiting } = await found(caller, action);
      const at = Date.parse(text);
      const isWindow = waiting.waits === 'undo' || waiting.waits === 'veto';
      const earliest = isWindow ? waiting.dueAt : clock.now();
      if (!(at >= earliest))
        throw new GatehouseError('invalid_request', `It cannot be moved to ${text}.`, {
          faults: [
            {
              pointer: '/at',
              detail: isWindow
                ? `must not be before ${isoOf(earliest)}: until then others may say no`
                : 'must lie ahead',
            },
          ],
        });
      await scheduleCommands.act(waiting, randomUUID(), 'action.moved', {
        due_at: at,
        by: caller.identity,
        by_kind: 'person',
        reason,
      });
      return outcome(caller, action);
    },
    async sendNow(caller, action, { reason }) {
      const { action: waiting } = await found(caller, action);
      await scheduleCommands.act(waiting, randomUUID(), 'action.hastened', {
        by: caller.identity,
        by_kind: 'person',
        reason,
      });
      return outcome(caller, action);
    },
    listPauses: async (caller) => pauseViews(caller.tenant, await pausesOf(caller.tenant)),
    async setPause(caller, { scope, value: given, reason }) {
      const { tenant } = caller;
      if (scope === 'channel' && !channelSchema.safeParse(given).success)
        throw new GatehouseError('invalid_request', `There is no channel ${given}.`, {
          faults: [{ pointer: '/value', detail: `must be one of ${channelSchema.options.join(', ')}` }],
        });
      const value = scope === 'tenant' ? '' : scope === 'account' ? await accountId(tenant, given) : given;
      const id = `pau_${randomUUID()}`;
      await commands.record(tenant, id, 'pause.set', { pause: id, scope, value, by: caller.identity, reason });
      const [view] = await pauseViews(
        tenant,
        (await pausesOf(tenant)).filter((pause) => pause.id === id),
      );
      if (view === undefined) throw new GatehouseError('state_conflict', 'Somebody else paused the same a moment ago.');
      return view;
    },
    async releasePause(caller, id) {
      const { tenant, identity: by } = caller;
      const pause = (await pausesOf(tenant)).find((item) => item.id === id);
      if (pause === undefined) throw new GatehouseError('not_found', `There is no pause ${id} in force.`);
      await commands.record(tenant, `${id}:released`, 'pause.released', { pause: id, by, reason: null });
      // What waited for the end of the pause is asked again now and not at its next look.
      for (const action of await scheduleReader.stoppedBy(tenant, pause)) {
        const item = await scheduleReader.item(tenant, action).catch(() => null);
        if (item === null) continue;
        await scheduleCommands.act(item.action, randomUUID(), 'action.moved', {
          due_at: clock.now(),
          by,
          by_kind: 'person',
          reason: 'The pause ended.',
        });
      }
    },
  };
}
