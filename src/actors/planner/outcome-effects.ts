/** Links an outcome to the decision that it followed from, and tells trust what it means. */
import type { EventData } from '../../domain/event-types.ts';
import { asId, partitionOf } from '../../domain/ids.ts';
import type { ActorRef, Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import { OUTCOME_TYPE_SPECS } from '../../domain/outcome-types.ts';
import { linkOutcome } from '../../policies/outcome-link.ts';
import type { EvidencePiece } from '../../policies/trust-evidence.ts';
import { evidenceOfOutcome } from '../../policies/trust-evidence.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { subjectContext } from './subject-view.ts';

/** Evidence travels to the trust cell as a message of its own, because cells live in the tenant's partition. */
export function sendEvidence(
  builder: PlanBuilder,
  turn: Turn,
  cell: string,
  action: string,
  evidence: EvidencePiece,
): void {
  const { message } = turn;
  if (message.history) return;
  const scope = asId<Message['scope']>(message.tenant);
  const { policy } = builder.policy(message.tenant);
  builder.plan.outgoing.push({
    type: 'trust.evidence',
    data: { ...evidence, at: message.at, action, half_life_days: policy.trust.half_life_days },
    tenant: message.tenant,
    source: `actor:${message.actor.kind}`,
    id: `evidence:${message.source}:${message.id}:${action}`,
    scope,
    partition: partitionOf(scope),
    actor: { kind: 'trust', id: cell },
    refs: NO_REFS,
    at: message.at,
    sealed: null,
    profiles: [],
    causation: turn.cause,
    correlation: turn.correlation,
    batch: message.batch,
    history: false,
    contentDigest: '',
  });
}

export function linkOutcomeEffect(builder: PlanBuilder, turn: Turn, actor: ActorRef, draft: GrowingDraft): void {
  const { tenant, batch } = turn.message;
  const data = draft.data as EventData<'outcome.recorded'>;
  const context = subjectContext(builder.actor(tenant, actor.kind, actor.id));
  const { policy } = builder.policy(tenant);
  const windowMs =
    data.window_ms ?? policy.outcome_windows_ms[data.outcome_type] ?? OUTCOME_TYPE_SPECS[data.outcome_type].windowMs;
  const link = linkOutcome({
    occurredAt: data.occurred_at,
    windowMs,
    firstSeenAt: context.first_seen_at,
    decisions: context.decisions,
    hint: data.decision_hint,
  });
  builder.plan.outcomes.push({
    tenant,
    id: data.outcome,
    type: data.outcome_type,
    subjectKind: actor.kind,
    subjectId: actor.id,
    occurredAt: data.occurred_at,
    amountMinor: data.amount?.amount_minor ?? null,
    currency: data.amount?.currency ?? null,
    status: link.status,
    decision: link.decision,
    action: link.action,
    windowMs,
    firstSeenAt: context.first_seen_at,
    batch,
  });
  builder.append(turn, actor, 'outcome.linked', {
    outcome: data.outcome,
    outcome_type: data.outcome_type,
    status: link.status,
    decision: link.decision,
    action: link.action,
    cell: link.cell,
    window_ms: windowMs,
  });
}

export function recordOutcomeEvidence(builder: PlanBuilder, turn: Turn, draft: GrowingDraft): void {
  const data = draft.data as EventData<'outcome.linked'>;
  if (data.cell === null || data.action === null) return;
  const evidence = evidenceOfOutcome(data.outcome_type);
  if (evidence !== null) sendEvidence(builder, turn, data.cell, data.action, evidence);
}
