/** What people and other systems tell the gate, for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { FactCommands, FactSubject } from '../actors/fact-commands.ts';
import type { Directory } from '../actors/intake/directory.port.ts';
import type { Intake } from '../actors/intake/intake.ts';
import type { PolicyReader } from '../actors/intake/policy-reader.port.ts';
import { refsOf } from '../actors/intake/signal-message.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { GuardState } from '../domain/guard.ts';
import { isoOf } from '../domain/instant.ts';
import { PURPOSES } from '../domain/lawful-basis.ts';
import type { SenderHealth } from '../domain/sender-health.ts';
import { SYNC_SOURCES } from '../domain/sync.ts';
import type { SyncTimes } from '../domain/sync.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { GateFactServices, LawfulBasesView, SyncView } from '../gateway/gate-facts.port.ts';
import type { OwnershipReader } from '../memory/read/ownership-reader.ts';
import type { ReadinessReader } from '../memory/read/readiness-reader.ts';
import { readinessReport } from './readiness-report.ts';
import { refuseAhead } from './refuse-ahead.ts';

export interface GateFactParts {
  readonly commands: TenantCommands;
  readonly directory: Directory;
  readonly factCommands: FactCommands;
  readonly intake: Intake;
  readonly policies: PolicyReader;
  readonly ownershipReader: OwnershipReader;
  readonly readinessReader: ReadinessReader;
  readonly syncTimes: (tenant: Caller['tenant']) => Promise<SyncTimes>;
  readonly senders: (tenant: Caller['tenant']) => Promise<readonly SenderHealth[]>;
  readonly now: () => number;
  readonly refuseIntake: () => void;
}

export function createGateFactServices(parts: GateFactParts): GateFactServices {
  const { commands, directory, factCommands, intake, policies, ownershipReader: reader, now, refuseIntake } = parts;

  function timeOf(text: string, pointer: string): number {
    const at = Date.parse(text);
    refuseAhead(at, now(), pointer);
    return at;
  }

  async function find(
    caller: Caller,
    contact: string,
  ): Promise<{ readonly subject: FactSubject; readonly guard: GuardState | null }> {
    const found = await directory.find(caller.tenant, 'contact', contact);
    if (found === null) throw new GatehouseError('not_found', `There is no contact ${contact}.`);
    const subject = { tenant: caller.tenant, id: found.id, scope: found.scope, refs: refsOf(found) };
    return { subject, guard: await reader.guard(caller.tenant, `contact:${found.id}`, now()) };
  }

  async function syncViews(caller: Caller): Promise<readonly SyncView[]> {
    const [times, policy] = await Promise.all([parts.syncTimes(caller.tenant), policies.inForce(caller.tenant)]);
    const at = now();
    return SYNC_SOURCES.flatMap((source) => {
      const to = times[source];
      const limit = policy.syncs?.[source];
      if (to === undefined && limit === undefined) return [];
      const stale = limit !== undefined && (to === undefined || at - to > limit);
      return [{ source, complete_to: to === undefined ? null : isoOf(to), limit_ms: limit ?? null, stale }];
    });
  }

  async function basesOf(caller: Caller, contact: string): Promise<LawfulBasesView> {
    const { guard } = await find(caller, contact);
    return {
      subject: `contact/${contact}`,
      general: guard?.consent ?? null,
      purposes: PURPOSES.flatMap((purpose) => {
        const known = guard?.lawful?.[purpose];
        return known === undefined ? [] : [{ purpose, ...known, since: isoOf(known.since) }];
      }),
    };
  }

  return {
    async recordTouches(caller, touches) {
      refuseIntake();
      const events = touches.map(({ id, source, subject, channel, direction, at }, index) => ({
        id,
        source,
        subject,
        // A reply is an outcome wherever it came in, so it is linked, stops what is running, and can be corrected.
        type: direction === 'inbound' ? 'reply_neutral' : 'touch',
        time: timeOf(at, `/touches/${index}/at`),
        data: { channel },
        dataText: JSON.stringify({ channel }),
      }));
      const accepted = await intake.touches(caller.tenant, events);
      return accepted.map(({ id, duplicate }) => ({ id, duplicate }));
    },
    listSyncs: syncViews,
    async reportSync(caller, source, completeTo) {
      const data = { sync: source, complete_to: timeOf(completeTo, '/complete_to'), by: caller.identity };
      await commands.record(caller.tenant, randomUUID(), 'sync.reported', data);
      return syncViews(caller);
    },
    showBases: basesOf,
    async recordBasis(caller, contact, { purpose, basis, source, since, jurisdiction, evidence }) {
      refuseIntake();
      const at = since === null ? now() : timeOf(since, '/since');
      const { subject } = await find(caller, contact);
      const record = { basis, source, since: at, jurisdiction, proven: evidence !== null };
      const data = { purpose, basis: record, by: caller.identity };
      const sealed = evidence === null ? null : JSON.stringify({ evidence });
      await factCommands.record(subject, randomUUID(), 'basis.recorded', data, sealed);
      return basesOf(caller, contact);
    },
    async clearBounce(caller, contact, reason) {
      refuseIntake();
      const { subject, guard } = await find(caller, contact);
      if (guard?.bounced_at === undefined)
        throw new GatehouseError('state_conflict', `The address of contact ${contact} has not bounced.`);
      await factCommands.record(subject, randomUUID(), 'bounce.cleared', { by: caller.identity, reason });
      return { subject: `contact/${contact}` };
    },
    async readiness({ tenant }, purpose) {
      const [policy, syncs, senders] = await Promise.all([
        policies.inForce(tenant),
        parts.syncTimes(tenant),
        parts.senders(tenant),
      ]);
      return readinessReport(parts.readinessReader, { tenant, purpose, policy, syncs, senders, at: now() });
    },
  };
}
