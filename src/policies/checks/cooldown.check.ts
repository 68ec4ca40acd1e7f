/**
 * Time to breathe between touches: of the contact, of the account, of the company's domain, and of the contact on one channel. All
 * touches count, whoever made them; those that this action reserved itself do not.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { latestMomentOf } from '../../domain/guard.ts';
import type { GuardState, Touch } from '../../domain/guard.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { GateReason } from '../../domain/reason-codes.ts';
import { durationWords, roughlyWords } from '../duration-words.ts';
import { missing, passed, scheduled } from '../gate-check.ts';
import { isPromotion, specOf } from '../reach.ts';

interface Cooldown {
  readonly code: GateReason;
  readonly whose: string;
  readonly lengthMs: number;
  readonly lastAt: Instant | null;
}

/** Touches are kept as they arrive, and one made elsewhere may be heard of late, so the last in the list need not be the latest. */
function latestTouch(
  guard: GuardState,
  except: string,
  matches: (touch: Touch) => boolean = () => true,
): Instant | null {
  let latest: Instant | null = null;
  for (const touch of guard.touches) {
    const at = latestMomentOf(touch);
    if (touch.action !== except && matches(touch) && (latest === null || at > latest)) latest = at;
  }
  return latest;
}

function cooldownsOf(request: GateRequest, facts: GateFacts, policy: Pick<Policy, 'cooldown'>): readonly Cooldown[] {
  const { contact_ms, account_ms, domain_ms, channel_ms } = policy.cooldown;
  const { contact, account, domain } = facts;
  const list: Cooldown[] = [];
  const add = (code: GateReason, whose: string, lengthMs: number, lastAt: Instant | null): void => {
    list.push({ code, whose, lengthMs, lastAt });
  };
  if (contact !== undefined) add('cooldown_contact', 'contact', contact_ms, latestTouch(contact, request.action));
  if (account !== undefined) add('cooldown_account', 'account', account_ms, latestTouch(account, request.action));
  if (domain !== undefined) add('cooldown_domain', 'domain', domain_ms, latestTouch(domain, request.action));
  const channelMs = channel_ms[request.channel];
  if (contact !== undefined && channelMs !== undefined) {
    const lastAt = latestTouch(contact, request.action, (touch) => touch.channel === request.channel);
    add('cooldown_channel', `contact by ${request.channel}`, channelMs, lastAt);
  }
  return list;
}

/**
 * Puts a touch off until every cooldown has ended; the code is that of the one which ends last. Holds when the guard of somebody
 * named in the request is missing.
 *
 * Source: GTM harness 3 B, cooldown.
 */
export function cooldownCheck(request: GateRequest, facts: GateFacts, policy: Pick<Policy, 'cooldown'>): CheckResult {
  const spec = specOf(request);
  if (!spec.touch) return passed('cooldown', 'not applicable: nobody is touched');
  if (!isPromotion(spec)) return passed('cooldown', `not applicable: a ${spec.messageClass} message`);
  if (request.person === null) return missing('cooldown', 'person');
  if (facts.contact === undefined) return missing('cooldown', 'contact');
  if (request.account !== null && facts.account === undefined) return missing('cooldown', 'account');
  if (request.domain !== null && facts.domain === undefined) return missing('cooldown', 'domain');

  let last: Cooldown | null = null;
  let lastEnd = request.at;
  for (const cooldown of cooldownsOf(request, facts, policy)) {
    // A cooldown of no length is none, also while a touch may still happen.
    const end = cooldown.lastAt === null || cooldown.lengthMs === 0 ? request.at : cooldown.lastAt + cooldown.lengthMs;
    if (end > lastEnd) {
      last = cooldown;
      lastEnd = end;
    }
  }
  if (last === null) return passed('cooldown', 'no cooldown is running', { ends_in_ms: 0 });
  const endsIn = lastEnd - request.at;
  return scheduled(
    'cooldown',
    {
      code: last.code,
      comparison: `${durationWords(last.lengthMs)} for the ${last.whose} end in ${roughlyWords(endsIn)}`,
      inputs: { cooldown_ms: last.lengthMs, ends_in_ms: endsIn },
    },
    lastEnd,
  );
}
