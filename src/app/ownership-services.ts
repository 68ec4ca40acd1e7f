/** Taking accounts and contacts over, for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { Directory, Resolved } from '../actors/intake/directory.port.ts';
import type { PolicyReader } from '../actors/intake/policy-reader.port.ts';
import { refsOf } from '../actors/intake/signal-message.ts';
import type { OwnershipCommands } from '../actors/ownership-commands.ts';
import { GatehouseError } from '../domain/errors.ts';
import { must } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import type { GuardKey, OwnershipLock } from '../domain/guard.ts';
import { isoOf, UNTIL_RELEASED } from '../domain/instant.ts';
import { ownedGuardOf } from '../domain/keys.ts';
import type { Policy } from '../domain/policy.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { EntityKind } from '../gateway/identity.port.ts';
import type { OwnershipQueueView, OwnershipServices, OwnershipView } from '../gateway/ownership.port.ts';
import { decodeCursor, pageOf } from '../memory/read/cursor.ts';
import type { OwnershipReader } from '../memory/read/ownership-reader.ts';
import type { ReadModel } from '../memory/read/read-model.ts';
import { inOrder } from '../policies/ownership-queue.ts';

export interface OwnershipParts {
  readonly directory: Directory;
  readonly ownershipCommands: OwnershipCommands;
  readonly ownershipReader: OwnershipReader;
  readonly policies: PolicyReader;
  readonly readModel: ReadModel;
  readonly now: () => number;
  readonly refuseIntake: () => void;
}

export function createOwnershipServices(parts: OwnershipParts): OwnershipServices {
  const {
    directory,
    ownershipCommands: commands,
    ownershipReader: reader,
    policies,
    readModel,
    now,
    refuseIntake,
  } = parts;

  async function find(caller: Caller, kind: EntityKind, externalId: string): Promise<Resolved> {
    const found = await directory.find(caller.tenant, kind, externalId);
    if (found === null) throw new GatehouseError('not_found', `There is no ${kind} ${externalId}.`);
    return found;
  }

  function viewOf(subject: string, key: GuardKey, lock: OwnershipLock | null): OwnershipView {
    return {
      subject,
      owned_through: key.startsWith('account:') ? 'account' : 'contact',
      lock:
        lock === null
          ? null
          : {
              owner: lock.owner,
              person: lock.person,
              lane: lock.lane,
              epoch: lock.epoch,
              until: lock.until >= UNTIL_RELEASED ? null : isoOf(lock.until),
            },
    };
  }

  async function view(caller: Caller, kind: EntityKind, externalId: string, found: Resolved): Promise<OwnershipView> {
    const key = must(ownedGuardOf(refsOf(found)), 'an account or a contact has a guard');
    return viewOf(`${kind}/${externalId}`, key, await reader.lock(caller.tenant, key, now()));
  }

  async function lineOf(
    tenant: Caller['tenant'],
    subject: string,
    key: GuardKey,
    policy: Policy,
  ): Promise<OwnershipQueueView> {
    const at = now();
    const guard = await reader.guard(tenant, key, at);
    const lock = guard?.lock === undefined || guard.lock.until <= at ? null : guard.lock;
    const waiting = inOrder(guard?.queue ?? [], policy).map(({ action, lane, for: actionType, since }, index) => ({
      position: index + 1,
      action,
      action_type: actionType,
      lane,
      since: isoOf(since),
    }));
    return { ...viewOf(subject, key, lock), waiting };
  }

  async function act<Type extends 'ownership.taken' | 'ownership.released'>(
    caller: Caller,
    kind: EntityKind,
    externalId: string,
    type: Type,
    data: EventData<Type>,
  ): Promise<OwnershipView> {
    refuseIntake();
    if (caller.kind !== 'person')
      throw new GatehouseError('forbidden', 'Only people take over and release: use the key of a person.');
    const found = await find(caller, kind, externalId);
    const owned = {
      tenant: caller.tenant,
      actor: { kind: found.kind === 'person' ? ('lead' as const) : ('account' as const), id: found.id },
      scope: found.scope,
      refs: refsOf(found),
    };
    const correlation = await commands.record(owned, randomUUID(), type, data);
    const rows = await readModel.correlationRows(caller.tenant, correlation);
    const refused = rows.find((row) => row.type === 'ownership.refused');
    if (refused !== undefined) {
      const { data: why } = JSON.parse(refused.body) as { readonly data: EventData<'ownership.refused'> };
      throw new GatehouseError(
        'state_conflict',
        `${why.held_by} owns it. Ask them, or overrule them with takeover (--takeover).`,
      );
    }
    return view(caller, kind, externalId, found);
  }

  return {
    async show(caller, kind, externalId) {
      return view(caller, kind, externalId, await find(caller, kind, externalId));
    },
    async queues(caller, { limit, cursor }) {
      const { tenant } = caller;
      const after = cursor === null ? '' : String(decodeCursor(cursor, 1)[0]);
      const [found, policy] = await Promise.all([
        reader.accountsInDemand(tenant, after, limit + 1),
        policies.inForce(tenant),
      ]);
      const page = pageOf(
        found,
        limit,
        ({ key, externalId }) => lineOf(tenant, `account/${externalId}`, key, policy),
        ({ externalId }) => [externalId],
      );
      return { ...page, items: await Promise.all(page.items) };
    },
    async queue(caller, kind, externalId) {
      const found = await find(caller, kind, externalId);
      const key = must(ownedGuardOf(refsOf(found)), 'an account or a contact has a guard');
      return lineOf(caller.tenant, `${kind}/${externalId}`, key, await policies.inForce(caller.tenant));
    },
    async take(caller, kind, externalId, { until, takeover, reason }) {
      const end = until === null ? UNTIL_RELEASED : Date.parse(until);
      if (!(end > now()))
        throw new GatehouseError('invalid_request', `${until ?? ''} is over already.`, {
          faults: [{ pointer: '/until', detail: 'must lie ahead' }],
        });
      const { identity: by } = caller;
      return act(caller, kind, externalId, 'ownership.taken', { owner: by, until: end, by, takeover, reason });
    },
    release: (caller, kind, externalId, { takeover, reason }) =>
      act(caller, kind, externalId, 'ownership.released', { by: caller.identity, takeover, reason }),
  };
}
