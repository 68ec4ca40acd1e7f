/**
 * The rows of the review queue and of the schedule, as they follow from the state of an action: whatever happened to it in a batch, its
 * last state says what is shown.
 */
import { canonicalJson } from '../../domain/json.ts';
import { planOf } from '../../domain/plan-of.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { ReviewDetail, ScheduledWrite, StoredActor } from '../runtime-store.port.ts';
import type { Turn } from './plan-builder.ts';

export function isWaiting(value: string | undefined): boolean {
  return value === 'held' || value === 'scheduled';
}

export function waitingRows(
  { message, correlation, cause }: Turn,
  action: string,
  stored: StoredActor | null,
): { readonly detail: ReviewDetail | null; readonly scheduled: ScheduledWrite } {
  const { tenant } = message;
  const context = (stored?.context ?? null) as ActionContext | null;
  const gone: ScheduledWrite = { tenant, action, row: null };
  if (stored === null || context === null || context.proposal === null) return { detail: null, scheduled: gone };
  const { proposal, review } = context;
  const detail: ReviewDetail | null =
    review === null
      ? null
      : {
          tenant,
          id: review,
          fingerprint: proposal.fingerprint,
          contentSeq: context.content_seq,
          expiresAt: context.review_expires_at ?? 0,
          snoozedUntil: context.snoozed_until,
          assignedTo: context.assigned_to,
          approvals: canonicalJson(context.approvals.map(({ by, at }) => ({ by, at }))),
          decided: context.decided,
          open: stored.value === 'held',
        };
  if (stored.value !== 'scheduled') return { detail, scheduled: gone };
  const plan = planOf(proposal);
  return {
    detail,
    scheduled: {
      tenant,
      action,
      row: {
        decision: proposal.decision,
        partition: message.partition,
        scope: message.scope,
        waits: context.waits ?? 'due',
        dueAt: context.due_at ?? 0,
        actionType: proposal.action_type,
        channel: proposal.channel,
        riskClass: proposal.risk_class,
        account: proposal.account,
        person: proposal.person,
        sender: proposal.sender,
        play: plan.play,
        sequence: plan.sequence,
        step: plan.step,
        fingerprint: proposal.fingerprint,
        contentSeq: context.content_seq,
        detail: canonicalJson({ refs: message.refs, correlation, causation: cause }),
      },
    },
  };
}
