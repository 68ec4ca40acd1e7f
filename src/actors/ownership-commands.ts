/** A person takes an account or a person over, or lets them go: an event of the one concerned. */
import type { EventData } from '../domain/event-types.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import type { ActorRef, SubjectRefs } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage, processedResult } from './command-message.ts';
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
    const message = commandMessage({
      type,
      data,
      tenant,
      source: 'ownership',
      id,
      scope,
      actor,
      refs,
      at: this.#clock.now(),
    });
    const [result] = await this.#host.submit([message]);
    return processedResult(result).correlation;
  }
}
