/** Says whether the last signal deserves an action now, later, or not at all, and records why. */
import { decayedIntent } from '../../domain/intent.ts';
import type { ActorRef } from '../../domain/message.ts';
import { triage } from '../../policies/triage.ts';
import { unitedGuard } from './guard-group.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { isClosed, openGuardKey, subjectContext } from './subject-view.ts';

export function runTriage(builder: PlanBuilder, turn: Turn, actor: ActorRef, trigger: 'signal' | 'retriage'): void {
  const { message } = turn;
  const stored = builder.actor(message.tenant, actor.kind, actor.id);
  const context = subjectContext(stored);
  const open = unitedGuard(builder, message.tenant, openGuardKey(message.refs, actor), message.at).open.length;
  const intent = decayedIntent(context.intent.score, context.intent.at, message.at);
  const result = triage({
    trigger,
    signalType: trigger === 'signal' ? (context.last_signal?.type ?? null) : null,
    history: message.history || (trigger === 'signal' && context.last_signal?.history === true),
    closed: isClosed(stored),
    openActions: open,
    intent,
    laterCount: context.later_count,
    at: message.at,
    policy: builder.policy(message.tenant).policy.triage,
    relationsChanged: context.last_signal?.relations_changed ?? false,
  });
  builder.append(turn, actor, 'signal.triaged', {
    verdict: result.verdict,
    reason: result.reason,
    trigger,
    intent: Math.round(intent * 1e6) / 1e6,
    again_at: result.againAt,
  });
}
