/** What brains and people do to plays. Each act goes through the mailbox of the play's partition, where it is decided under the locks. */
import type { Actor } from '../../domain/authority.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { EventData } from '../../domain/event-types.ts';
import { playIdOf, proposalIdOf } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Digest } from '../../domain/json.ts';
import type { Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import type { Clock } from '../clock.port.ts';
import { commandMessage, processedResult } from '../command-message.ts';
import type { Host } from '../host.ts';
import { parseRow } from '../replay/ledger-fold.ts';
import type { LedgerReader } from '../replay/ledger-reader.port.ts';

/** Where a play lives: the partition of its segment or account. */
export interface PlayPlace {
  readonly id: string;
  readonly scope: string;
  readonly account: string | null;
}

export type PlayActType =
  | 'play.picked_up'
  | 'play.edited'
  | 'play.approved'
  | 'play.retired'
  | 'play.measured'
  | 'play.purged';

export interface PlayCommandDeps {
  readonly host: Host;
  readonly clock: Clock;
  readonly reader: Pick<LedgerReader, 'slice'>;
  readonly digest: Digest;
  readonly keyedDigest: Digest;
}

type Envelope = Pick<Message, 'tenant' | 'source' | 'id' | 'actor' | 'at' | 'contentDigest'>;

export class PlayCommands {
  readonly #deps: PlayCommandDeps;

  constructor(deps: PlayCommandDeps) {
    this.#deps = deps;
  }

  /** Logs what a brain found. `id` is the brain's own name for it. */
  async log(
    tenant: TenantId,
    by: Actor,
    id: string,
    analysis: Omit<EventData<'brain.analysis_logged'>, 'proposal_id'>,
    at: number,
  ): Promise<{ readonly proposal: string; readonly duplicate: boolean }> {
    const { digest, keyedDigest } = this.#deps;
    const identity = { tenant, source: `brain:${by.identity}`, id: `analysis:${id}` };
    const proposal = proposalIdOf(identity, digest);
    const result = await this.#submit(
      { ...identity, actor: { kind: 'tenant', id: tenant }, at, contentDigest: keyedDigest(canonicalJson(analysis)) },
      { id: tenant, scope: tenant, account: null },
      'brain.analysis_logged',
      { ...analysis, proposal_id: proposal },
    );
    return { proposal, duplicate: result === null };
  }

  /** Drafts a play. `id` is the brain's own name for it. */
  async propose(
    tenant: TenantId,
    by: Actor,
    id: string,
    place: Omit<PlayPlace, 'id'>,
    data: EventData<'play.proposed'>,
  ): Promise<{ readonly id: string; readonly duplicate: boolean }> {
    const { digest, keyedDigest, clock } = this.#deps;
    const identity = { tenant, source: `brain:${by.identity}`, id: `play:${id}` };
    const play = playIdOf(identity, digest);
    const contentDigest = keyedDigest(canonicalJson(data));
    const result = await this.#submit(
      { ...identity, actor: { kind: 'play', id: play }, at: clock.now(), contentDigest },
      { ...place, id: play },
      'play.proposed',
      data,
    );
    return { id: play, duplicate: result === null };
  }

  /** `id` makes the act safe to repeat. Throws `state_conflict` with what to do instead when the play does not allow it. */
  async act<Type extends PlayActType>(
    tenant: TenantId,
    id: string,
    place: PlayPlace,
    type: Type,
    data: EventData<Type>,
  ): Promise<void> {
    const event = await this.#submit(
      {
        tenant,
        source: 'play',
        id,
        actor: { kind: 'play', id: place.id },
        at: this.#deps.clock.now(),
        contentDigest: '',
      },
      place,
      type,
      data,
    );
    if (event !== null) await this.#throwRefusal(event);
  }

  /** The event that the message became; null when it was sent before. */
  async #submit<Type extends PlayActType | 'play.proposed' | 'brain.analysis_logged'>(
    envelope: Envelope,
    place: PlayPlace,
    type: Type,
    data: EventData<Type>,
  ): Promise<string | null> {
    const message = commandMessage({
      ...envelope,
      type,
      data,
      scope: place.scope,
      refs: { ...NO_REFS, account: place.account },
    });
    const [result] = await this.#deps.host.submit([message]);
    if (result?.status === 'duplicate') return null;
    if (result?.status === 'conflict')
      throw new GatehouseError(
        'conflict',
        'This id was used before with other content. Send the same content, or choose another id.',
      );
    return processedResult(result).event;
  }

  async #throwRefusal(event: string): Promise<void> {
    const [, partition, seq] = /^p(\d+)-(\d+)$/.exec(event) ?? [];
    const [row] = await this.#deps.reader.slice({ partition: Number(partition), after: Number(seq) - 1, limit: 1 });
    if (row?.type !== 'play.refused') return;
    throw new GatehouseError('state_conflict', (parseRow(row).data as EventData<'play.refused'>).detail);
  }
}
