/**
 * An answer answers something: it goes only to a contact who has written to us of late. Without this check a sales message could be sent as
 * an answer, which no cooldown, cap or sending hour holds back. Of the other classes nothing is asked here; a notice needs a contract,
 * which is a matter of its basis.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { durationWords } from '../duration-words.ts';
import { denied, missing, passed } from '../gate-check.ts';
import { specOf } from '../reach.ts';

export const ANSWER_WINDOW_MS = 30 * DAY_MS;

/** Concerns answers only. Source: Gatehouse reference, message classes. */
export function messageClassCheck(
  request: GateRequest,
  facts: GateFacts,
  policy: Pick<Policy, 'answers'>,
): CheckResult {
  const { messageClass } = specOf(request);
  const inputs = { message_class: messageClass };
  if (messageClass !== 'reply') return passed('message_class', 'not applicable: this is no answer', inputs);
  if (request.person === null) return missing('message_class', 'person');
  if (facts.contact === undefined) return missing('message_class', 'contact');

  const { replied_at: repliedAt, wrote_at: wroteAt } = facts.contact;
  const { window_ms: windowMs } = policy.answers ?? { window_ms: ANSWER_WINDOW_MS };
  const times = [repliedAt, wroteAt].filter((time) => time !== undefined);
  const lastAt = times.length === 0 ? null : Math.max(...times);
  const known = { ...inputs, wrote_ago_ms: lastAt === null ? null : request.at - lastAt, window_ms: windowMs };
  return lastAt !== null && lastAt > request.at - windowMs
    ? passed('message_class', `the contact wrote within ${durationWords(windowMs)}`, known)
    : denied('message_class', {
        code: 'nothing_to_answer',
        comparison: `the contact wrote nothing within ${durationWords(windowMs)}`,
        inputs: known,
      });
}
