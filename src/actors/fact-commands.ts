/** What people say that the gate must know: on what messages to a contact rest, and that an address was corrected. Each is an event of the contact. */
import type { EventData } from '../domain/event-types.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import type { SubjectRefs } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage, processedResult } from './command-message.ts';
import type { Host } from './host.ts';

type FactEvent = 'basis.recorded' | 'bounce.cleared';

/** The person whom it is about. */
export interface FactSubject {
  readonly tenant: TenantId;
  readonly id: string;
  readonly scope: ScopeId;
  readonly refs: SubjectRefs;
}

export class FactCommands {
  readonly #host: Host;
  readonly #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `id` makes the act safe to repeat. `sealed` is what belongs to it and may be personal, such as a proof. Returns the event. */
  async record<Type extends FactEvent>(
    subject: FactSubject,
    id: string,
    type: Type,
    data: EventData<Type>,
    sealed: string | null = null,
  ): Promise<string> {
    const { tenant, scope, refs } = subject;
    const message = commandMessage({
      type,
      data,
      tenant,
      source: 'gate-facts',
      id,
      scope,
      actor: { kind: 'lead', id: subject.id },
      refs,
      at: this.#clock.now(),
      sealed: sealed === null ? null : { subject: subject.id, text: sealed },
    });
    const [result] = await this.#host.submit([message]);
    return processedResult(result).event;
  }
}
