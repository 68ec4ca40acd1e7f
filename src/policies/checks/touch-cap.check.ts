/**
 * A person is touched only so often in a window, by everyone together: the lanes of this system, the sequences of others, and people
 * who write by hand.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { latestMomentOf } from '../../domain/guard.ts';
import type { Policy } from '../../domain/policy.ts';
import { durationWords } from '../duration-words.ts';
import { denied, missing, passed, scheduled } from '../gate-check.ts';
import { isPromotion, specOf } from '../reach.ts';

function touchesWord(count: number): string {
  return count === 1 ? '1 touch' : `${count} touches`;
}

/**
 * Puts a touch off until enough earlier ones have left the window. A cap of 0 denies, since waiting would never help.
 *
 * Source: GTM OS AGT-302, v22 and v25: three touches a week, also for plays that a brain drafted.
 */
export function touchCapCheck(request: GateRequest, facts: GateFacts, policy: Pick<Policy, 'touch_cap'>): CheckResult {
  const spec = specOf(request);
  if (!spec.touch) return passed('touch_cap', 'not applicable: nobody is touched');
  if (!isPromotion(spec)) return passed('touch_cap', `not applicable: a ${spec.messageClass} message`);
  if (request.person === null) return missing('touch_cap', 'person');
  if (facts.contact === undefined) return missing('touch_cap', 'contact');

  const { max, window_ms: windowMs } = policy.touch_cap;
  const since = request.at - windowMs;
  const times: number[] = [];
  for (const touch of facts.contact.touches) {
    const at = latestMomentOf(touch);
    if (touch.action !== request.action && at > since) times.push(at);
  }
  const count = times.length;
  const inputs = { touches: count, max, window_ms: windowMs };
  if (count < max) {
    return passed('touch_cap', `${touchesWord(count)} < ${max} allowed in ${durationWords(windowMs)}`, inputs);
  }
  const comparison = `${touchesWord(count)} ≥ ${max} allowed in ${durationWords(windowMs)}`;
  // One below the cap remains when the touch at this place, counted from the oldest, has left.
  const leaving = times.toSorted((left, right) => left - right)[count - max];
  if (leaving === undefined) return denied('touch_cap', { code: 'touch_cap', comparison, inputs });
  const nextAt = leaving + windowMs;
  return scheduled(
    'touch_cap',
    { code: 'touch_cap', comparison, inputs: { ...inputs, leaves_in_ms: nextAt - request.at } },
    nextAt,
  );
}
