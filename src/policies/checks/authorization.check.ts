/**
 * Whether this lane may propose this kind of action at all. The channel and the risk class are those of the catalogue: a proposer
 * cannot make an action look less risky than it is, or send it another way.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Policy } from '../../domain/policy.ts';
import { denied, passed } from '../gate-check.ts';
import { specOf } from '../reach.ts';

/** Source: GTM harness 3 C: high-risk actions pass only when policy, trust and authorization are met. */
export function authorizationCheck(
  request: GateRequest,
  _facts: GateFacts,
  policy: Pick<Policy, 'authorizations'>,
): CheckResult {
  const spec = specOf(request);
  const { lane, action_type, channel, risk_class } = request;
  const inputs = { lane, action_type, channel, risk_class };
  const deny = (comparison: string): CheckResult =>
    denied('authorization', { code: 'not_authorized', comparison, inputs });

  if (channel !== spec.channel) return deny(`${action_type} leaves by ${spec.channel}, not by ${channel}`);
  if (risk_class !== spec.riskClass) return deny(`${action_type} is of ${spec.riskClass} risk, not ${risk_class}`);
  const authorized = policy.authorizations.some(
    (entry) => entry.lane === lane && entry.action_types.includes(action_type) && entry.channels.includes(channel),
  );
  return authorized
    ? passed('authorization', `the ${lane} lane may use ${action_type} by ${channel}`, inputs)
    : deny(`the ${lane} lane may not use ${action_type} by ${channel}`);
}
