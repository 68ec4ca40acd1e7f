/** Corrections and retractions of outcomes by people and systems: each is an event of the account or person that the outcome is about. */
import type { EventData } from '../domain/event-types.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage, processedResult } from './command-message.ts';
import type { Host } from './host.ts';

/** Whose an outcome is, as the directory knows it. */
export interface OutcomeSubject {
  readonly kind: 'account' | 'lead';
  readonly id: string;
  readonly scope: string;
  readonly account: string | null;
  readonly domain: string | null;
  readonly suppressionKeys: readonly string[];
}

type Told =
  | { readonly type: 'outcome.corrected'; readonly data: Omit<EventData<'outcome.corrected'>, 'known_at' | 'act'> }
  | { readonly type: 'outcome.retracted'; readonly data: EventData<'outcome.retracted'> };

export class OutcomeCommands {
  readonly #host: Host;
  readonly #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `id` makes the act unique. Returns when it is in force. */
  async record(tenant: TenantId, id: string, subject: OutcomeSubject, told: Told): Promise<void> {
    const at = this.#clock.now();
    const data = told.type === 'outcome.corrected' ? { ...told.data, known_at: at, act: id } : told.data;
    const isPerson = subject.kind === 'lead';
    const message = commandMessage({
      type: told.type,
      data,
      tenant,
      source: 'outcome',
      id,
      scope: subject.scope,
      actor: { kind: subject.kind, id: subject.id },
      refs: {
        account: isPerson ? subject.account : subject.id,
        person: isPerson ? subject.id : null,
        domain: subject.domain,
        suppressionKeys: subject.suppressionKeys,
        hasAddress: false,
      },
      at,
    });
    const [result] = await this.#host.deliverResults([message]);
    processedResult(result);
  }
}
