/** What people do with scheduled actions: stop them, move them, or let them go to the gate at once. */
import type { EventData, EventType } from '../domain/event-types.ts';
import type { Message } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage, processedResult } from './command-message.ts';
import type { Host } from './host.ts';
import type { ScheduledAction } from './scheduled-action.port.ts';

type ScheduleAct = Extract<EventType, 'action.reviewed' | 'action.moved' | 'action.hastened' | 'action.due'>;

export class ScheduleCommands {
  readonly #host: Host;
  readonly #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `id` makes the act safe to repeat. An act that comes too late is a fact on the ledger that changes nothing. */
  async act<Type extends ScheduleAct>(
    waiting: ScheduledAction,
    id: string,
    type: Type,
    data: EventData<Type>,
  ): Promise<void> {
    const [result] = await this.#host.submit([this.message(waiting, id, type, data)]);
    processedResult(result);
  }

  message<Type extends ScheduleAct>(waiting: ScheduledAction, id: string, type: Type, data: EventData<Type>): Message {
    const { tenant, action, scope, refs, correlation } = waiting;
    return commandMessage({
      type,
      data,
      tenant,
      source: 'schedule',
      id,
      scope,
      actor: { kind: 'action', id: action },
      refs,
      correlation,
      at: this.#clock.now(),
    });
  }

  now(): number {
    return this.#clock.now();
  }
}
