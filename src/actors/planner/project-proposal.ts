/** A proposal that no engine chose among others is a decision too: of somebody outside, or of a play. It has one candidate. */
import { isMessage } from '../../domain/action-types.ts';
import type { EventData } from '../../domain/event-types.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { ActorRef } from '../../domain/message.ts';
import { planOf } from '../../domain/plan-of.ts';
import { trustCellId } from '../../domain/trust.ts';
import { linkOutcomes } from './outcome-effects.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';

/** The sequence and the play that what comes of a proposal is linked to. */
function linkedTo(data: EventData<'action.proposed'>): { readonly sequence?: string; readonly play?: string } {
  const { sequence, play } = planOf(data);
  return { ...(sequence === null ? {} : { sequence }), ...(play === null ? {} : { play }) };
}

/** Who decided it, as the list of decisions shows it, and why in plain words. */
export interface ProposedBy {
  readonly trigger: 'proposal' | 'sequence';
  readonly reason: string;
  /** What its draft was shown and rests on. */
  readonly shown?: Pick<EventData<'decision.made'>, 'examples' | 'notes' | 'example'>;
}

export function projectProposal(
  builder: PlanBuilder,
  turn: Turn,
  data: EventData<'action.proposed'>,
  action: string,
  { trigger, reason, shown = {} }: ProposedBy,
): void {
  const { message } = turn;
  const candidate = {
    action_type: data.action_type,
    channel: data.channel,
    score: 100,
    propensity: 1,
    reason,
  };
  const choice = canonicalJson({ engine: data.engine, candidates: [candidate], chosen: 0, reason });
  const subject: ActorRef =
    data.person === null ? { kind: 'account', id: data.account ?? message.scope } : { kind: 'lead', id: data.person };
  // The subject remembers it, so that what follows can be linked to it.
  builder.append(turn, subject, 'decision.made', {
    decision: data.decision,
    action,
    choice: builder.deps.digest(choice),
    engine: data.engine,
    action_type: data.action_type,
    confidence: data.confidence,
    cell: trustCellId(data.action_type, data.channel, data.risk_class, data.engine),
    ...linkedTo(data),
    ...shown,
    message: isMessage(data.action_type),
  });
  linkOutcomes(builder, turn, subject, null);
  builder.plan.decisions.push({
    tenant: message.tenant,
    id: data.decision,
    at: message.at,
    subjectKind: subject.kind,
    subjectId: subject.id,
    scope: message.scope,
    account: data.account,
    trigger,
    engine: data.engine,
    action,
    actionType: data.action_type,
    channel: data.channel,
    riskClass: data.risk_class,
    confidence: data.confidence,
    propensity: 1,
    reason,
    choice,
    verdict: 'none',
    verdictHash: null,
    policy: null,
    correlation: turn.correlation,
    originatingProposalId: data.originating_proposal_id,
    batch: message.batch,
  });
}
