/** What an operator decides about a message that could not be processed. The decision is an event of the actor that the message is for. */
import { GatehouseError } from '../domain/errors.ts';
import { EVENT_TYPES } from '../domain/event-types.ts';
import type { EventData } from '../domain/event-types.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Message } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage } from './command-message.ts';
import type { Host } from './host.ts';
import type { Resolution } from './runtime-store.port.ts';

export interface ParkedDecision {
  readonly decision: Resolution['decision'];
  /** The new data, for an edit. */
  readonly data: JsonObject | null;
  readonly by: string;
  readonly reason: string;
}

export class ParkedCommands {
  readonly #host: Host;
  readonly #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `id` makes the decision safe to repeat. Throws `invalid_request` when edited data is not what the type of the message has. */
  async decide(id: string, parked: Message, { decision, data, by, reason }: ParkedDecision): Promise<void> {
    if (decision === 'edit') refuseOtherShape(parked, data);
    const { tenant, source, scope, actor, refs, batch } = parked;
    const message = commandMessage({
      type: 'message.resolved',
      data: { source, id: parked.id, decision, data, by, reason } as EventData<'message.resolved'>,
      tenant,
      source: 'parked',
      id,
      scope,
      actor,
      refs,
      at: this.#clock.now(),
      correlation: parked.correlation,
      batch,
    });
    const [result] = await this.#host.deliverResults([message]);
    if (result?.status === 'parked') throw new GatehouseError('internal', result.error);
  }
}

function refuseOtherShape(parked: Message, data: JsonObject | null): void {
  const checked = EVENT_TYPES[parked.type].data.safeParse(data);
  if (checked.success) return;
  throw new GatehouseError('invalid_request', `This is not the data of ${parked.type}.`, {
    faults: checked.error.issues.map(({ path, message }) => ({
      pointer: `/data${path.map((step) => `/${String(step)}`).join('')}`,
      detail: message,
    })),
  });
}
