/** Corrections and retractions of outcomes by people and systems: each is an event of the account or person that the outcome is about. */
import { GatehouseError } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import { asId, partitionOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
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
    const message = {
      type: told.type,
      data,
      tenant,
      source: 'outcome',
      id,
      scope: subject.scope,
      partition: partitionOf(asId<ScopeId>(subject.scope)),
      actor: { kind: subject.kind, id: subject.id },
      refs: {
        account: isPerson ? subject.account : subject.id,
        person: isPerson ? subject.id : null,
        domain: subject.domain,
        suppressionKeys: subject.suppressionKeys,
        hasAddress: false,
      },
      at,
      sealed: null,
      profiles: [],
      causation: null,
      correlation: null,
      batch: null,
      history: false,
      contentDigest: '',
    } as unknown as Message;
    const [result] = await this.#host.deliverResults([message]);
    if (result?.status === 'processed') return;
    if (result?.status === 'held' || result?.status === 'accepted')
      throw new GatehouseError(
        'state_conflict',
        'It is stored, and waits behind a message of this account or person that could not be processed. An operator finds that one with gatehouse parked list.',
      );
    throw new GatehouseError('internal', result?.status === 'parked' ? result.error : 'the act was not recorded');
  }
}
