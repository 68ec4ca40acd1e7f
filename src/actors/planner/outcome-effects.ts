/**
 * Links outcomes to the decisions that they followed from, and tells trust what they mean. Whenever something comes that can change a link
 * (an outcome, its correction or retraction, a decision), the links of all remembered outcomes are computed again, and those that changed
 * become events. So the links, and the evidence behind them, do not depend on the order in which all of this came.
 */
import type { EventData } from '../../domain/event-types.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { ActorRef, Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import type { GivenEvidence } from '../../domain/outcome.ts';
import type { RememberedOutcome } from '../../policies/outcome-history.ts';
import { linkFor, rememberedIn, standingOf } from '../../policies/outcome-history.ts';
import type { EvidencePiece } from '../../policies/trust-evidence.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';
import { subjectContext, subjectWithExecutions } from './subject-view.ts';
import { tellActor } from './tell-actor.ts';

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
  tellTrust(builder, turn, cell, `evidence:${message.source}:${message.id}:${action}`, {
    type: 'trust.evidence',
    data: { ...evidence, at: message.at, action, half_life_days: halfLifeDays(builder, message) },
  });
}

/** Takes back what `sendEvidence` told at `givenAt`. */
export function withdrawEvidence(
  builder: PlanBuilder,
  turn: Turn,
  cell: string,
  action: string,
  evidence: EvidencePiece,
  givenAt: number,
): void {
  const { message } = turn;
  tellTrust(builder, turn, cell, `withdrawn:${message.source}:${message.id}:${action}`, {
    type: 'trust.evidence_withdrawn',
    data: { ...evidence, at: message.at, occurred_at: givenAt, action, half_life_days: halfLifeDays(builder, message) },
  });
}

function halfLifeDays(builder: PlanBuilder, { tenant }: Message): number {
  return builder.policy(tenant).policy.trust.half_life_days;
}

function tellTrust(
  builder: PlanBuilder,
  turn: Turn,
  cell: string,
  id: string,
  told: Pick<Message, 'type' | 'data'>,
): void {
  const { tenant } = turn.message;
  tellActor(builder, turn, { actor: { kind: 'trust', id: cell }, scope: tenant, refs: NO_REFS }, id, told);
}

/** The evidence of one outcome, given or taken back. */
function tellOutcome(
  builder: PlanBuilder,
  turn: Turn,
  type: 'trust.evidence' | 'trust.evidence_withdrawn',
  outcome: string,
  { cell, ...evidence }: GivenEvidence,
): void {
  const { message } = turn;
  tellTrust(builder, turn, cell, `${type}:${message.source}:${message.id}:${outcome}`, {
    type,
    data: { ...evidence, at: message.at, half_life_days: halfLifeDays(builder, message) },
  });
}

/** What is told about an outcome, or null when the event is about none. */
function outcomeOf(draft: GrowingDraft): string | null {
  const data = draft.data as { readonly outcome?: string };
  return data.outcome ?? null;
}

export function linkOutcomes(builder: PlanBuilder, turn: Turn, actor: ActorRef, draft: GrowingDraft | null): void {
  const { tenant } = turn.message;
  const about = draft === null ? null : outcomeOf(draft);
  const { outcome_log: log = [] } = subjectContext(builder.actor(tenant, actor.kind, actor.id));
  for (const entry of log) linkAgain(builder, turn, actor, entry, entry.outcome === about);
}

function linkAgain(
  builder: PlanBuilder,
  turn: Turn,
  actor: ActorRef,
  entry: RememberedOutcome,
  isAbout: boolean,
): void {
  const { tenant, at } = turn.message;
  const context = subjectWithExecutions(builder, tenant, actor);
  const { policy } = builder.policy(tenant);
  const link = linkFor(entry, { decisions: context.decisions, firstSeenAt: context.first_seen_at, policy, now: at });
  if (link === null || entry.reported === null) return;
  const isSame = canonicalJson(link) === canonicalJson(entry.link);
  if (!isSame)
    builder.append(turn, actor, 'outcome.linked', {
      outcome: entry.outcome,
      outcome_type: (standingOf(entry) ?? entry.reported).outcome_type,
      status: link.status,
      decision: link.decision,
      action: link.action,
      cell: link.cell,
      window_ms: link.window_ms,
      link,
      replaced: entry.link === null ? null : { decision: entry.link.decision, evidence: entry.link.evidence },
    });
  if (!isSame || isAbout) projectOutcome(builder, turn, actor, entry.outcome);
}

function projectOutcome(builder: PlanBuilder, turn: Turn, actor: ActorRef, outcome: string): void {
  const { tenant, at, batch } = turn.message;
  const context = subjectContext(builder.actor(tenant, actor.kind, actor.id));
  const entry = rememberedIn(context.outcome_log ?? [], outcome);
  if (entry === null || entry.reported === null || entry.link === null) return;
  const { outcome_type, occurred_at, amount } = standingOf(entry) ?? entry.reported;
  const { link } = entry;
  builder.plan.outcomes.push({
    tenant,
    id: outcome,
    type: outcome_type,
    subjectKind: actor.kind,
    subjectId: actor.id,
    occurredAt: occurred_at,
    amountMinor: amount?.amount_minor ?? null,
    currency: amount?.currency ?? null,
    status: link.status,
    decision: link.decision,
    action: link.action,
    decidedAt: link.decided_at,
    sequence: link.sequence,
    play: link.play,
    windowMs: link.window_ms,
    windowSource: link.window_source,
    recordedAt: at,
    corrected: Object.keys(entry.corrected).length > 0,
    firstSeenAt: context.first_seen_at,
    batch,
  });
}

export function recordOutcomeEvidence(builder: PlanBuilder, turn: Turn, draft: GrowingDraft): void {
  const { outcome, link, replaced } = draft.data as EventData<'outcome.linked'>;
  const before = replaced?.evidence ?? null;
  const after = link?.evidence ?? null;
  if (canonicalJson(before) === canonicalJson(after)) return;
  if (before !== null) tellOutcome(builder, turn, 'trust.evidence_withdrawn', outcome, before);
  if (after !== null) tellOutcome(builder, turn, 'trust.evidence', outcome, after);
}
