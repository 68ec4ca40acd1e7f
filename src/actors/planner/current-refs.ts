/**
 * Who a message is about now. Intake names the account of a person as the directory knew it; an operator may have moved the person since,
 * and the guard of the person, which is locked with the batch, says so.
 */
import { asId } from '../../domain/ids.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { Message, SubjectRefs } from '../../domain/message.ts';
import { survivorOf } from './guard-group.ts';
import type { PlanBuilder } from './plan-builder.ts';

/** The refs of a person who belongs to another account. What suppresses the old account does not follow. */
export function movedRefs(refs: SubjectRefs, account: string | null): SubjectRefs {
  const kept = refs.suppressionKeys.filter((key) => key !== `account:${refs.account}`);
  const suppressionKeys = account === null ? kept : [...new Set([...kept, `account:${account}`])];
  return { ...refs, account: account === null ? null : asId<AccountId>(account), suppressionKeys };
}

/** The message with the account that its person has now. What an action was proposed for stays as it was proposed. */
export function withCurrentRefs(builder: PlanBuilder, message: Message): Message {
  const { person, account } = message.refs;
  if (person === null || (message.actor.kind === 'action' && message.type !== 'action.proposed')) return message;
  const { parent } = builder.guardState(message.tenant, `contact:${person}`);
  if (parent === undefined || parent === account) return message;
  return aboutAccount(message, movedRefs(message.refs, parent));
}

/** The message without facts about another account than the one that its person has now: they would be taken for facts about that one. */
export function withOwnFacts(builder: PlanBuilder, message: Message): Message {
  const { factsAbout, ...own } = message;
  const { account } = own.refs;
  if (factsAbout === undefined || account === null) return message;
  const idOf = (id: string) => survivorOf(builder, own.tenant, id).id;
  if (idOf(factsAbout) === idOf(account)) return message;
  if (own.type !== 'signal.received' && own.type !== 'profile.updated') return message;
  const { account_facts: _others, ...data } = own.data;
  return { ...own, data } as Message;
}

function aboutAccount(message: Message, refs: SubjectRefs): Message {
  const { account } = refs;
  const profiles = message.profiles.map((write) => (write.kind === 'contact' ? { ...write, account } : write));
  const moved = { ...message, refs, profiles };
  switch (moved.type) {
    case 'signal.received':
      return { ...moved, data: { ...moved.data, account } };
    case 'profile.updated':
      return { ...moved, data: { ...moved.data, account } };
    case 'action.proposed':
      return { ...moved, data: { ...moved.data, account } };
    case 'sequence.started':
      return { ...moved, data: { ...moved.data, account } };
    default:
      return moved;
  }
}
