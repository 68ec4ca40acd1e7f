/** What a person asks of the data about them, done by an operator: each is an event of the person. */
import type { EventData } from '../domain/event-types.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage, processedResult } from './command-message.ts';
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
  return commandMessage({
    type,
    data,
    tenant,
    source,
    id,
    scope: subject.scope,
    actor: { kind: 'lead', id: subject.id },
    refs: {
      account: subject.account,
      person: subject.id,
      domain: subject.domain,
      suppressionKeys: subject.suppressionKeys,
      hasAddress: false,
    },
    at,
  });
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
    return { event: processedResult(result).event, at };
  }
}
