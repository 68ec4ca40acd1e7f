/**
 * A sender whose messages bounce or are marked as spam too often sends less, and then nothing, until a person has found out why. While it is
 * throttled a draw lets a part of its messages go on each day; the others wait for their day. The draw hangs on the message and the day
 * alone, so no two partitions have to agree on who went first.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { senderHealthTermsOf } from '../../domain/sender-health.ts';
import type { SenderFact } from '../../domain/sender-health.ts';
import { uniformOf } from '../../stats/random.ts';
import { roughlyWords } from '../duration-words.ts';
import { held, passed, rounded, scheduled } from '../gate-check.ts';
import type { CheckInputs } from '../gate-check.ts';
import { isPromotion, specOf } from '../reach.ts';

/** With the least share that a policy may say, one message in 10^22 has no day in so many. */
const SEARCH_DAYS = 1_000;

/** Whether a throttled sender may send a message on a day, counted from 1970-01-01 in UTC. */
function isItsDay(fingerprint: string, day: number, share: number): boolean {
  return uniformOf(`throttle\n${fingerprint}\n${day}`) < share;
}

function inputsOf({ level, sent, bounced, complained }: SenderFact): CheckInputs {
  const shareOf = (count: number) => (sent === 0 ? null : rounded(count / sent));
  return { level, sent, bounced, complained, bounce_share: shareOf(bounced), complaint_share: shareOf(complained) };
}

function words({ sent, bounced, complained }: SenderFact): string {
  return `of ${sent} messages ${bounced} bounced and ${complained} were marked as spam`;
}

/** What stops a sender altogether; null when it may send something. The second check asks the same. */
export function stoppedSender(
  request: Pick<GateRequest, 'action_type'>,
  { sender }: Pick<GateFacts, 'sender'>,
): CheckResult | null {
  if (sender?.level !== 'stopped' || !isPromotion(specOf(request))) return null;
  return held('sender_health', {
    code: 'sender_stopped',
    comparison: `the sender is stopped: ${words(sender)}`,
    inputs: inputsOf(sender),
  });
}

/** Concerns what sells or advertises: an answer to somebody who wrote, or a notice, harms nobody's name. */
export function senderHealthCheck(
  request: GateRequest,
  facts: GateFacts,
  policy: Pick<Policy, 'sender_health'>,
): CheckResult {
  const spec = specOf(request);
  if (!spec.touch) return passed('sender_health', 'not applicable: nobody is touched');
  if (!isPromotion(spec)) return passed('sender_health', `not applicable: a ${spec.messageClass} message`);
  const { sender } = facts;
  if (sender === undefined) return passed('sender_health', 'nothing limits the sender');
  const stopped = stoppedSender(request, facts);
  if (stopped !== null) return stopped;
  if (sender.level !== 'throttled') return passed('sender_health', words(sender), inputsOf(sender));

  const { throttle_share: share } = senderHealthTermsOf(policy);
  const inputs = { ...inputsOf(sender), throttle_share: share };
  const today = Math.floor(request.at / DAY_MS);
  for (let ahead = 0; ahead < SEARCH_DAYS; ahead += 1) {
    if (!isItsDay(request.fingerprint, today + ahead, share)) continue;
    if (ahead === 0) return passed('sender_health', `${words(sender)}; it is one of those that may go today`, inputs);
    const nextAt = (today + ahead) * DAY_MS;
    return scheduled(
      'sender_health',
      {
        code: 'sender_throttled',
        comparison: `${words(sender)}; its turn is in ${roughlyWords(nextAt - request.at)}`,
        inputs: { ...inputs, opens_in_ms: nextAt - request.at },
      },
      nextAt,
    );
  }
  return held('sender_health', { code: 'sender_throttled', comparison: words(sender), inputs });
}
