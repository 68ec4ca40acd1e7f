/** What a person asks of the data about them, done by an operator: each is an event of the person. */
import { GatehouseError } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import { asId, partitionOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import type { Host } from './host.ts';

/** A person as the directory knows them. */
export interface Subject {
  readonly id: string;
  readonly scope: string;
  readonly account: string | null;
  readonly domain: string | null;
  readonly suppressionKeys: readonly string[];
}

type SubjectEvent = 'subject.objected' | 'subject.erased' | 'subject.held' | 'subject.released';

export function subjectMessage<Type extends SubjectEvent>(given: {
  readonly type: Type;
  readonly data: EventData<Type>;
  readonly tenant: TenantId;
  readonly source: string;
  readonly id: string;
  readonly subject: Subject;
  readonly at: number;
}): Message {
  const { type, data, tenant, source, id, subject, at } = given;
  const message = {
    type,
    data,
    tenant,
    source,
    id,
    scope: subject.scope,
    partition: partitionOf(asId<ScopeId>(subject.scope)),
    actor: { kind: 'lead', id: subject.id },
    refs: {
      account: subject.account,
      person: subject.id,
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
  };
  return message as unknown as Message;
}

export class SubjectCommands {
  readonly #host: Host;
  readonly #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `id` makes the act safe to repeat. Returns the event that says so, and when it was. */
  async record(
    tenant: TenantId,
    id: string,
    type: SubjectEvent,
    subject: Subject,
    data: EventData<SubjectEvent>,
  ): Promise<{ readonly event: string; readonly at: number }> {
    const at = this.#clock.now();
    const message = subjectMessage({ type, data, tenant, source: 'subject', id, subject, at });
    const [result] = await this.#host.deliverResults([message]);
    if (result?.status === 'processed') return { event: result.event, at };
    if (result?.status === 'held' || result?.status === 'accepted')
      throw new GatehouseError(
        'state_conflict',
        'It is stored, and waits behind a message of this person that could not be processed. An operator finds that one with gatehouse parked list.',
      );
    throw new GatehouseError('internal', result?.status === 'parked' ? result.error : 'the act was not recorded');
  }
}
