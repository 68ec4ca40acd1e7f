/**
 * Who has replied is talked with, not sent to. A reply stops sales and marketing to the person for a while, and, if the policy says
 * so, to everyone at the account; an answer to the reply is not stopped.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { durationWords, roughlyWords } from '../duration-words.ts';
import { held, missing, passed } from '../gate-check.ts';
import { isPromotion, specOf } from '../reach.ts';

/** Holds while a reply of the contact, or of the whole account, lies in the window. Source: Gatehouse architecture, section 5. */
export function replyStopCheck(
  request: Pick<GateRequest, 'action_type' | 'person' | 'account' | 'at'>,
  facts: Pick<GateFacts, 'contact' | 'account'>,
  policy: Pick<Policy, 'reply_stop'>,
): CheckResult {
  if (!isPromotion(specOf(request))) return passed('reply_stop', 'not applicable: no sales or marketing message');
  if (request.person === null) return missing('reply_stop', 'person');
  if (facts.contact === undefined) return missing('reply_stop', 'contact');
  const { window_ms: windowMs, whole_account: wholeAccount } = policy.reply_stop;
  const askAccount = wholeAccount && request.account !== null;
  if (askAccount && facts.account === undefined) return missing('reply_stop', 'account');

  const contactAt = facts.contact.replied_at;
  const accountAt = askAccount && facts.account !== undefined ? facts.account.replied_at : undefined;
  const lastAt = Math.max(contactAt ?? Number.NEGATIVE_INFINITY, accountAt ?? Number.NEGATIVE_INFINITY);
  const stop = (repliedAt: Instant, who: string): CheckResult => {
    const ago = request.at - repliedAt;
    return held(
      'reply_stop',
      {
        code: 'replied',
        comparison: `${who} replied ${roughlyWords(Math.max(0, ago))} ago, within ${durationWords(windowMs)}`,
        inputs: { replied_ago_ms: ago, window_ms: windowMs, whole_account: wholeAccount },
      },
      lastAt + windowMs,
    );
  };
  const since = request.at - windowMs;
  if (contactAt !== undefined && contactAt > since) return stop(contactAt, 'the contact');
  if (accountAt !== undefined && accountAt > since) return stop(accountAt, 'someone at the account');
  return passed('reply_stop', `no reply within ${durationWords(windowMs)}`, {
    window_ms: windowMs,
    whole_account: wholeAccount,
  });
}
