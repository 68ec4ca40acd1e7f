/** Senders and how well their messages are taken, for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { TenantCommands } from '../actors/tenant-commands.ts';
import { GatehouseError, must } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import { sameSender, senderHealthTermsOf } from '../domain/sender-health.ts';
import type { SenderHealth, SenderName } from '../domain/sender-health.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { SenderServices, SenderView } from '../gateway/senders.port.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import type { SenderReader } from '../memory/read/sender-reader.ts';
import { countedSince, countSender, sendersIn } from '../policies/sender-counts.ts';

export interface SenderParts {
  readonly commands: TenantCommands;
  readonly registry: Pick<RegistryReader, 'registry' | 'current'>;
  readonly senderReader: SenderReader;
  readonly now: () => number;
  readonly refuseIntake: () => void;
}

function shareOf(count: number, sent: number): number | null {
  return sent === 0 ? null : count / sent;
}

export function createSenderServices({
  commands,
  registry,
  senderReader,
  now,
  refuseIntake,
}: SenderParts): SenderServices {
  async function views(tenant: TenantId): Promise<readonly SenderView[]> {
    const { senders } = must(await registry.registry(tenant), `the registry of ${tenant}`);
    const terms = senderHealthTermsOf((await registry.current(tenant)).policy);
    const at = now();
    const { hours, harms } = await senderReader.counts(tenant, at - terms.window_ms);
    return sendersIn(hours, senders).map((name): SenderView => {
      const known = senders.find((health) => sameSender(health, name));
      const since = countedSince(known, terms, at);
      const counts = countSender(name, hours, harms, since);
      return {
        ...name,
        level: known?.level ?? 'ok',
        level_since: known === undefined ? null : isoOf(known.at),
        counted_since: isoOf(since),
        ...counts,
        bounce_share: shareOf(counts.bounced, counts.sent),
        complaint_share: shareOf(counts.complained, counts.sent),
        cleared_at: known === undefined || known.cleared_at === null ? null : isoOf(known.cleared_at),
      };
    });
  }

  async function limited(tenant: TenantId, name: SenderName): Promise<SenderHealth> {
    const { senders } = must(await registry.registry(tenant), `the registry of ${tenant}`);
    const found = senders.find((health) => sameSender(health, name));
    if (found === undefined || found.level === 'ok')
      throw new GatehouseError('state_conflict', `Nothing limits the sender ${name.sender} on ${name.channel}.`);
    return found;
  }

  async function requireAuthority({ kind, authorities = [], tenant }: Caller): Promise<void> {
    const isAlone = (await registry.registry(tenant))?.singleOperator === true;
    if (kind === 'person' && (isAlone || authorities.includes('RevOps'))) return;
    throw new GatehouseError(
      'forbidden',
      'This needs a person with the authority RevOps. An admin makes a key with gatehouse keys create --authorities RevOps.',
    );
  }

  return {
    list: ({ tenant }) => views(tenant),
    async clear(caller, { channel, sender, reason }) {
      refuseIntake();
      const { tenant, identity: by } = caller;
      await requireAuthority(caller);
      await limited(tenant, { channel, sender });
      await commands.record(tenant, randomUUID(), 'sender.cleared', { channel, sender, by, reason });
      return must(
        (await views(tenant)).find((view) => sameSender(view, { channel, sender })),
        'a sender that was limited is listed',
      );
    },
  };
}
