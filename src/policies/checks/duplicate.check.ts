/**
 * The same thing is not done twice. Content that went to the same recipient before is denied for as long as the policy remembers,
 * and while an action of one kind is open for somebody, another of that kind is denied. What the action itself has reserved does
 * not count against it.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Policy } from '../../domain/policy.ts';
import { durationWords } from '../duration-words.ts';
import { denied, missing, passed } from '../gate-check.ts';
import { reachesOut, specOf, subjectGuard } from '../reach.ts';

/** Source: GTM harness 3 B, duplicate suppression. */
export function duplicateCheck(
  request: GateRequest,
  facts: GateFacts,
  policy: Pick<Policy, 'duplicate_window_ms'>,
): CheckResult {
  const { name, guard } = subjectGuard(request, facts);
  const outward = reachesOut(specOf(request));
  if (request.person === null && request.account === null && !outward) {
    return passed('duplicate', 'not applicable: this is about nobody');
  }
  if (guard === undefined) return missing('duplicate', name);

  const windowMs = policy.duplicate_window_ms;
  const since = request.at - windowMs;
  const prints = outward
    ? guard.prints.filter(
        ({ fingerprint, at, action }) => fingerprint === request.fingerprint && action !== request.action && at > since,
      )
    : [];
  // A sequence is decided as a whole; cooldowns and caps keep its steps apart.
  const own = facts.attributes?.['sequence'];
  const open = guard.open.find(
    ({ kind, action, sequence }) =>
      kind === request.action_type && action !== request.action && (sequence === undefined || sequence !== own),
  );
  const [print] = prints;
  if (print !== undefined) {
    return denied(
      'duplicate',
      {
        code: 'duplicate_content',
        comparison: `the same content went out within ${durationWords(windowMs)}`,
        inputs: { sent_ago_ms: request.at - print.at, window_ms: windowMs },
      },
      open === undefined ? Math.max(...prints.map(({ at }) => at)) + windowMs : null,
    );
  }
  if (open !== undefined) {
    return denied('duplicate', {
      code: 'duplicate_open',
      comparison: `another ${request.action_type} is open for this ${name}`,
      inputs: { action_type: request.action_type, opened_ago_ms: request.at - open.at },
    });
  }
  return passed('duplicate', `nothing like it is open for this ${name} or went out before`, { window_ms: windowMs });
}
