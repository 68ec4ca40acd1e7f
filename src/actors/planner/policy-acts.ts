/** Proposals to change the policy: approved or refused under the lock of the tenant's registry, and brought into force when they are due. */
import type { ActorRef } from '../../domain/message.ts';
import { OPEN_PROPOSALS_MAX } from '../../domain/policy-proposal.ts';
import { nextPolicyStep, policyActRefusal, policyExpectedAt, sectionsOf } from '../../policies/policy-approval.ts';
import type { PolicyAct } from '../../policies/policy-approval.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';

/** Carries out an act on a proposal, or refuses it by an event that says why. Null when the message is no such act. */
export function actOnPolicy(builder: PlanBuilder, turn: Turn): GrowingDraft | null {
  const { message } = turn;
  const { tenant, actor } = message;
  if (message.type === 'policy.proposed') {
    const { proposals, policy } = builder.registry(tenant).context;
    const { proposal, base, effective_from: from, by } = message.data;
    const open = proposals.filter(({ state }) => state === 'open' || state === 'approved');
    const detail =
      open.length >= OPEN_PROPOSALS_MAX
        ? `There are ${open.length} open proposals. Reject one first.`
        : policyExpectedAt(proposals, policy, from) !== base
          ? 'The policy was changed meanwhile. Look at the difference again, and propose again.'
          : null;
    return detail === null
      ? builder.append(turn, actor, message.type, message.data)
      : builder.append(turn, actor, 'policy.refused', { proposal, act: 'propose', by, detail });
  }
  if (message.type !== 'policy.approved' && message.type !== 'policy.rejected') return null;
  const { context } = builder.registry(tenant);
  const { proposal: id, by } = message.data;
  const proposal = context.proposals.find((item) => item.id === id);
  const act: PolicyAct =
    message.type === 'policy.approved'
      ? { kind: 'approve', by, authorities: message.data.authorities }
      : { kind: 'reject', by, authorities: [] };
  const detail = policyActRefusal(proposal, act, context.single_operator);
  if (detail !== null || proposal === undefined)
    return builder.append(turn, actor, 'policy.refused', { proposal: id, act: act.kind, by, detail: detail ?? '' });
  return message.type === 'policy.approved'
    ? builder.append(turn, actor, message.type, {
        ...message.data,
        sections: [...sectionsOf(proposal, act, context.single_operator)],
      })
    : builder.append(turn, actor, message.type, message.data);
}

/** Brings what is due into force, or says until when nothing is. */
export function settlePolicies(builder: PlanBuilder, turn: Turn, actor: ActorRef, wait: (until: number) => void): void {
  const { tenant, at } = turn.message;
  const { proposals, policy } = builder.registry(tenant).context;
  const step = nextPolicyStep(proposals, policy, at);
  if (step.kind === 'wait') wait(step.until);
  if (step.kind === 'apply') {
    const { id, policy: hash, name, by } = step.proposal;
    builder.append(turn, actor, 'policy.applied', { policy: hash, name, by, proposal: id });
  }
  if (step.kind === 'lapse')
    builder.append(turn, actor, 'policy.lapsed', {
      proposal: step.proposal.id,
      detail: 'The policy that it changes was no longer in force when it was due.',
    });
}
