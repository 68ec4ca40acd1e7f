/** What the messages of commands have in common, and what their senders are told. */
import { GatehouseError } from '../domain/errors.ts';
import type { EventData, EventType } from '../domain/event-types.ts';
import { asId, partitionOf } from '../domain/ids.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import type { ActorRef, Message, SubjectRefs } from '../domain/message.ts';
import type { MessageResult } from './lanes.ts';

interface Command<Type extends EventType> extends Partial<
  Pick<Message, 'sealed' | 'correlation' | 'batch' | 'contentDigest'>
> {
  readonly type: Type;
  readonly data: EventData<Type>;
  readonly tenant: TenantId;
  readonly source: string;
  /** With the source it makes the command safe to repeat. */
  readonly id: string;
  readonly scope: string;
  readonly actor: ActorRef;
  readonly refs: Omit<SubjectRefs, 'account' | 'person'> & {
    readonly account: string | null;
    readonly person: string | null;
  };
  readonly at: number;
}

/** A message without profiles or cause, for the partition of its scope. */
export function commandMessage<Type extends EventType>(command: Command<Type>): Message {
  const message = {
    sealed: null,
    profiles: [],
    causation: null,
    correlation: null,
    batch: null,
    history: false,
    contentDigest: '',
    ...command,
    partition: partitionOf(asId<ScopeId>(command.scope)),
  };
  return message as unknown as Message;
}

type Processed = Extract<MessageResult, { readonly status: 'processed' }>;

/** The result of a command that was carried out. Throws `state_conflict` when it waits behind a parked message, and `internal` when it was parked itself. */
export function processedResult(result: MessageResult | undefined): Processed {
  if (result?.status === 'processed') return result;
  if (result?.status === 'held' || result?.status === 'accepted')
    throw new GatehouseError(
      'state_conflict',
      'It is stored, and waits behind another message that could not be processed. An operator finds that one with gatehouse parked list.',
    );
  throw new GatehouseError('internal', result?.status === 'parked' ? result.error : 'the act was not recorded');
}
