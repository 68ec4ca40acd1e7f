/** What operators do to identities. Each act is a message to the one that it is about, and an event there. */
import { GatehouseError } from '../domain/errors.ts';
import type { EventData, EventType } from '../domain/event-types.ts';
import { correlationIdOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Digest } from '../domain/json.ts';
import type { ActorRef, SealedPart, SubjectRefs } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage } from './command-message.ts';
import type { Host } from './host.ts';

type IdentityEvent = Extract<EventType, `identity.${string}`>;

/** Whom an act is about. */
export interface ActSubject {
  readonly tenant: TenantId;
  readonly actor: ActorRef;
  readonly scope: ScopeId;
  readonly refs: SubjectRefs;
}

export class IdentityCommands {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #digest: Digest;
  readonly #keyedDigest: Digest;

  constructor(host: Host, clock: Clock, digest: Digest, keyedDigest: Digest) {
    this.#host = host;
    this.#clock = clock;
    this.#digest = digest;
    this.#keyedDigest = keyedDigest;
  }

  /** The id of the act that a request begins: the same request gives the same. */
  actId(tenant: TenantId, prefix: 'mrg' | 'mov', requestId: string): string {
    return `${prefix}_${this.#digest(`${prefix}\n${tenant}\n${requestId}`).slice(0, 24)}`;
  }

  /**
   * `id` makes the act safe to repeat; with other content it is a `conflict`. Returns the correlation under which the ledger tells what came of it.
   */
  async record<Type extends IdentityEvent>(
    subject: ActSubject,
    id: string,
    type: Type,
    data: EventData<Type>,
    sealed: SealedPart | null = null,
  ): Promise<string> {
    const { tenant, actor, scope, refs } = subject;
    const message = commandMessage({
      type,
      data,
      tenant,
      source: 'identity',
      id,
      scope,
      actor,
      refs,
      at: this.#clock.now(),
      sealed,
      contentDigest: this.#keyedDigest(canonicalJson({ type, actor, data: withoutRefs(data), sealed })),
    });
    const [result] = await this.#host.submit([message]);
    if (result?.status === 'conflict')
      throw new GatehouseError('conflict', 'This request id was used before for something else.');
    if (result?.status === 'parked') throw new GatehouseError('internal', result.error);
    return correlationIdOf(message, this.#digest);
  }
}

/** What the directory adds to a merge may change between two requests that are the same. */
function withoutRefs(data: object): object {
  if (!('into' in data)) return data;
  const { refs: _refs, ...into } = data.into as { readonly refs: unknown };
  return { ...data, into };
}
