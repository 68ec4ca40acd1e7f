/** A person takes an account or a person over, or lets them go: an event of the one concerned. */
import { GatehouseError } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import { partitionOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import type { ActorRef, Message, SubjectRefs } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import type { Host } from './host.ts';

type OwnershipEvent = 'ownership.taken' | 'ownership.released';

/** Who is taken over. */
export interface Owned {
  readonly tenant: TenantId;
  readonly actor: ActorRef;
  readonly scope: ScopeId;
  readonly refs: SubjectRefs;
}

export class OwnershipCommands {
  readonly #host: Host;
  readonly #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `id` makes the act safe to repeat. Returns the correlation under which the ledger says whether it was refused. */
  async record<Type extends OwnershipEvent>(
    owned: Owned,
    id: string,
    type: Type,
    data: EventData<Type>,
  ): Promise<string> {
    const { tenant, actor, scope, refs } = owned;
    const message = {
      type,
      data,
      tenant,
      source: 'ownership',
      id,
      scope,
      partition: partitionOf(scope),
      actor,
      refs,
      at: this.#clock.now(),
      sealed: null,
      profiles: [],
      causation: null,
      correlation: null,
      batch: null,
      history: false,
      contentDigest: '',
    } as unknown as Message;
    const [result] = await this.#host.submit([message]);
    if (result?.status === 'processed') return result.correlation;
    if (result?.status === 'held')
      throw new GatehouseError(
        'state_conflict',
        'It is stored, and waits behind a message that could not be processed. An operator finds that one with gatehouse parked list.',
      );
    throw new GatehouseError('internal', result?.status === 'parked' ? result.error : 'the act was not recorded');
  }
}
