/**
 * Who has just said no is left alone for a while, and so is an account whose deal was lost. Answers and notices go on. The windows stand in
 * the policy; a policy without them lets nothing wait.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { GateReason } from '../../domain/reason-codes.ts';
import { durationWords, roughlyWords } from '../duration-words.ts';
import { missing, passed, scheduled } from '../gate-check.ts';
import { isPromotion, specOf } from '../reach.ts';

interface Window {
  readonly code: GateReason;
  readonly what: string;
  readonly at: Instant | undefined;
  readonly lengthMs: number;
}

/** Puts sales and marketing off until every window has ended; the code is that of the one which ends last. */
export function reengagementCheck(
  request: GateRequest,
  facts: GateFacts,
  policy: Pick<Policy, 'reengagement'>,
): CheckResult {
  if (!isPromotion(specOf(request))) return passed('reengagement', 'not applicable: no sales or marketing message');
  if (policy.reengagement === undefined) return passed('reengagement', 'the policy has no windows');
  if (request.person === null) return missing('reengagement', 'person');
  const { contact, account } = facts;
  if (contact === undefined) return missing('reengagement', 'contact');
  if (request.account !== null && account === undefined) return missing('reengagement', 'account');

  const { rejected_ms: rejectedMs, lost_ms: lostMs } = policy.reengagement;
  const windows: readonly Window[] = [contact, request.account === null ? undefined : account].flatMap((guard) => [
    { code: 'reengagement_rejected', what: 'a rejection', at: guard?.rejected_at, lengthMs: rejectedMs },
    { code: 'reengagement_lost', what: 'a lost deal', at: guard?.lost_at, lengthMs: lostMs },
  ]);
  let last: Window | null = null;
  let end = request.at;
  for (const window of windows) {
    if (window.at !== undefined && window.at + window.lengthMs > end) {
      last = window;
      end = window.at + window.lengthMs;
    }
  }
  if (last === null) return passed('reengagement', 'no window is running', { ends_in_ms: 0 });
  const endsIn = end - request.at;
  return scheduled(
    'reengagement',
    {
      code: last.code,
      comparison: `${durationWords(last.lengthMs)} after ${last.what} end in ${roughlyWords(endsIn)}`,
      inputs: { window_ms: last.lengthMs, ends_in_ms: endsIn },
    },
    end,
  );
}
