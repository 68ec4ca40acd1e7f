/** The message that tells an action what became of its permit. */
import { asId } from '../domain/ids.ts';
import type { EventId } from '../domain/ids.ts';
import type { Message, SubjectRefs } from '../domain/message.ts';
import type { PermitFacts } from './execution-store.port.ts';

export type ResultData = Pick<
  Extract<
    Message,
    {
      type:
        | 'action.executed'
        | 'action.failed'
        | 'action.uncertain'
        | 'action.expired'
        | 'action.resumed'
        | 'action.returned';
    }
  >,
  'type' | 'data'
>;

/** Unique by source, permit, attempt and kind of result, so telling it again changes nothing. */
export function actionResult(permit: PermitFacts, at: number, result: ResultData, source = 'channel'): Message {
  const { detail } = permit;
  const refs = {
    account: detail.account,
    person: detail.person,
    domain: detail.domain,
    suppressionKeys: detail.suppressionKeys,
    hasAddress: detail.hasAddress,
  } as SubjectRefs;
  const message = {
    ...result,
    tenant: permit.tenant,
    source,
    id: `${permit.id}:${permit.attempts}:${result.type}`,
    scope: detail.scope,
    partition: permit.partition,
    actor: { kind: 'action', id: permit.action },
    refs,
    at,
    sealed: null,
    profiles: [],
    causation: asId<EventId>(detail.causation),
    correlation: detail.correlation,
    batch: permit.batch,
    history: false,
    contentDigest: '',
  };
  return message as unknown as Message;
}
