import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { must } from '../../domain/errors.ts';
import type { Admission, EventData } from '../../domain/event-types.ts';
/** Puts a proposed action before the gate, and turns the verdict into an event, a permit, a review or a timer. */
import { GATE_VERSION, reasonsOf } from '../../domain/gate.ts';
import type { GateFacts, GateRequest, HoldQueue, Verdict } from '../../domain/gate.ts';
import type { GuardChange, GuardKey } from '../../domain/guard.ts';
import { permitIdOf } from '../../domain/ids.ts';
import type { ActionId } from '../../domain/ids.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { ActorRef } from '../../domain/message.ts';
import { planOf } from '../../domain/plan-of.ts';
import type { Policy } from '../../domain/policy.ts';
import { approvalsNeeded, reviewTermsOf } from '../../domain/review-terms.ts';
import type { WholeReviewTerms } from '../../domain/review-terms.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import { budgetPeriodOf } from '../../policies/budget-period.ts';
import { evaluateGate } from '../../policies/gate.ts';
import { reviewExpiry } from '../../policies/review-expiry.ts';
import { verdictHash } from '../../policies/verdict-hash.ts';
import { afterWorkingTime, nextWorkingDay } from '../../policies/working-time.ts';
import { gatherFacts } from './gate-facts.ts';
import { unitedGuard } from './guard-group.ts';
import { queueChanges } from './ownership-queue.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { openGuardKey } from './subject-view.ts';

export function gateRequest(
  action: string,
  proposal: EventData<'action.proposed'>,
  approval: ActionContext['approval'],
  at: number,
): GateRequest {
  return {
    action,
    action_type: proposal.action_type,
    channel: proposal.channel,
    risk_class: proposal.risk_class,
    lane: proposal.lane,
    proposer: proposal.proposer,
    account: proposal.account,
    person: proposal.person,
    domain: proposal.domain,
    fingerprint: proposal.fingerprint,
    confidence: proposal.confidence,
    sender: proposal.sender,
    approval,
    originating_proposal_id: proposal.originating_proposal_id,
    at,
  };
}

/**
 * The approval, if there are as many as the policy asks for by now. What was blocked by something else, or held under another policy, may have
 * needed fewer when it was held. What was only drawn for an audit needs one.
 */
export function approvalInForce(
  { approval, approvals, queue }: ActionContext,
  { risk_class: risk }: Pick<EventData<'action.proposed'>, 'risk_class'>,
  policy: Policy,
): ActionContext['approval'] {
  const needed = queue === 'sampled' ? 1 : approvalsNeeded(reviewTermsOf(policy), risk);
  return approvals.length >= needed ? approval : null;
}

/** Guard changes that a pass makes: the touch is reserved now, so that the next proposal sees it. */
function reservations(
  action: string,
  proposal: EventData<'action.proposed'>,
  refs: Turn['message']['refs'],
  partition: number,
  policy: Pick<Policy, 'ownership_window_ms' | 'permit_ttl_ms'>,
  facts: Pick<GateFacts, 'account' | 'contact'>,
  at: number,
): readonly (readonly [GuardKey, GuardChange])[] {
  const spec = ACTION_TYPE_SPECS[proposal.action_type];
  const changes: (readonly [GuardKey, GuardChange])[] = [];
  const reaches = spec.touch || spec.channel === 'audience';
  const touched: GuardChange = {
    kind: 'touched',
    action,
    channel: proposal.channel,
    at,
    until: at + policy.permit_ttl_ms,
    fingerprint: proposal.fingerprint,
    source: 'gatehouse',
  };
  const lock: GuardChange = {
    kind: 'locked',
    owner: `lane:${proposal.lane}`,
    lane: proposal.lane,
    until: at + policy.ownership_window_ms,
    person: false,
  };
  if (reaches) {
    const lockKey: GuardKey = refs.account === null ? `contact:${refs.person ?? ''}` : `account:${refs.account}`;
    const mark: GuardChange = spec.touch ? touched : { kind: 'printed', action, at, fingerprint: proposal.fingerprint };
    if (refs.person !== null) changes.push([`contact:${refs.person}`, mark]);
    if (refs.account !== null) changes.push([`account:${refs.account}`, mark]);
    if (spec.touch && refs.domain !== null) changes.push([`domain:${refs.domain}`, touched]);
    // The lock of the person who proposed it does not end in a lane's.
    const { lock: held } = (refs.account === null ? facts.contact : facts.account) ?? {};
    if (held === undefined || !held.person || held.until <= at) changes.push([lockKey, lock]);
  }
  if (spec.costMinor > 0)
    changes.push([`budget:p${partition}`, { kind: 'spent', period: budgetPeriodOf(at), minor: spec.costMinor }]);
  return changes;
}

/** Within this time of a day the drafts of the days before come back, the best first. */
const DEFERRED_SPREAD_MS = HOUR_MS;

/** When a draft comes back for which reviewers have no time today; null when they have, or have seen it already. */
function laterDay(
  drafts: number,
  context: ActionContext,
  proposal: EventData<'action.proposed'>,
  queue: HoldQueue,
  terms: WholeReviewTerms,
  at: number,
): number | null {
  const { capacity_per_day: capacity, working_hours: hours } = terms;
  if (capacity === undefined || drafts < capacity || queue === 'blocked' || context.review !== null) return null;
  const { priority } = proposal.attributes;
  const score = typeof priority === 'number' ? priority / 100 : (proposal.confidence ?? 1);
  return nextWorkingDay(hours, at) + Math.round((1 - Math.min(1, Math.max(0, score))) * DEFERRED_SPREAD_MS);
}

/** What the action still waits for although the gate passes it; null when it may go. */
function windowOf(
  context: ActionContext,
  proposal: EventData<'action.proposed'>,
  terms: WholeReviewTerms,
  at: number,
): { readonly waits: 'undo' | 'veto'; readonly until: number } | null {
  if (context.hastened) return null;
  const { approval } = context;
  if (approval !== null) {
    const until = approval.at + terms.undo_ms;
    return at < until ? { waits: 'undo', until } : null;
  }
  const until = context.veto_until ?? at + (terms.veto_ms[proposal.action_type] ?? 0);
  return at < until ? { waits: 'veto', until } : null;
}

export function admit(builder: PlanBuilder, turn: Turn, actor: ActorRef): void {
  const { message } = turn;
  const { tenant, partition, refs, at } = message;
  const stored = must(builder.actor(tenant, 'action', actor.id), 'an admitted action exists');
  const context = stored.context as unknown as ActionContext;
  const proposal = must(context.proposal, 'an admitted action has a proposal');
  const { hash: policyHash, policy } = builder.policy(tenant);
  const request = gateRequest(actor.id, proposal, approvalInForce(context, proposal, policy), at);
  const gathered = gatherFacts(builder, tenant, partition, message.scope, refs, proposal, request);
  const verdict: Verdict = evaluateGate(request, gathered.facts, policy);
  const hash = verdictHash(verdict, request.at, policyHash, builder.deps.digest);
  const reasons = [...reasonsOf(verdict)];
  const admission: Admission = {
    verdict_hash: hash,
    reasons,
    snapshot: builder.part(tenant, { request, facts: gathered.facts }),
    policy: policyHash,
    gate_version: GATE_VERSION,
    guard_versions: gathered.guardVersions,
    registry_version: gathered.registryVersion,
    trust_version: gathered.trustVersion,
    suppression_keys: builder.registry(tenant).context.suppressions > 0 ? [...gathered.suppressionKeys] : [],
  };

  const plan = planOf(proposal);
  const terms = reviewTermsOf(policy);
  const openKey = openGuardKey(refs, actor);
  const isOpen = builder.guardState(tenant, openKey).open.some((item) => item.action === actor.id);
  const queued = queueChanges(builder, turn, actor.id, proposal, verdict);
  const opened: readonly (readonly [GuardKey, GuardChange])[] = isOpen
    ? queued
    : [
        ...queued,
        [
          openKey,
          {
            kind: 'opened',
            action: actor.id,
            action_kind: proposal.action_type,
            at,
            ...(plan.sequence === null ? {} : { sequence: plan.sequence }),
          },
        ],
      ];
  const review = `rev_${actor.id.slice(4)}.${stored.seq}`;

  let isWaiting = false;
  switch (verdict.kind) {
    case 'deny':
      builder.append(turn, actor, 'action.denied', { admission });
      break;
    case 'hold': {
      const later = laterDay(builder.draftsToday(tenant), context, proposal, verdict.queue, terms, at);
      if (later !== null) {
        builder.append(
          turn,
          actor,
          'action.scheduled',
          { admission, due_at: later, waits: 'capacity' },
          { guards: opened },
        );
        isWaiting = true;
        break;
      }
      const expiresAt = reviewExpiry(policy, at);
      const dueAt = afterWorkingTime(terms.working_hours, at, terms.sla_ms);
      const needed = verdict.queue === 'review' ? approvalsNeeded(terms, proposal.risk_class) : 1;
      builder.append(
        turn,
        actor,
        'action.held',
        {
          admission,
          queue: verdict.queue,
          review,
          expires_at: expiresAt,
          review_due_at: dueAt,
          ...(needed === 1 ? {} : { approvals_needed: needed }),
        },
        { guards: opened },
      );
      builder.plan.reviews.push({
        tenant,
        id: review,
        action: actor.id,
        decision: proposal.decision,
        partition,
        scope: message.scope,
        queue: verdict.queue,
        actionType: proposal.action_type,
        channel: proposal.channel,
        riskClass: proposal.risk_class,
        fingerprint: proposal.fingerprint,
        contentSeq: context.content_seq,
        reasons: canonicalJson(reasons),
        detail: canonicalJson({ refs, correlation: turn.correlation, causation: turn.cause }),
        createdAt: at,
        expiresAt,
        batch: message.batch,
        dueAt,
        approvalsNeeded: needed,
        proposedSeq: context.proposed_seq,
        account: proposal.account,
        person: proposal.person,
        lane: proposal.lane,
        engine: proposal.engine,
        correlation: turn.correlation,
        run: plan.run ?? message.batch,
        sequence: plan.sequence,
        step: plan.step,
        play: plan.play,
      });
      break;
    }
    case 'schedule': {
      const isPaused = reasons.some((reason) => reason.code === 'paused');
      builder.append(
        turn,
        actor,
        'action.scheduled',
        // Timers of one moment fire in the order of their times: this keeps the steps of a sequence in theirs.
        { admission, due_at: verdict.at + (plan.step ?? 0), ...(isPaused ? { waits: 'pause' } : {}) },
        { guards: opened },
      );
      break;
    }
    case 'pass': {
      const window = windowOf(context, proposal, terms, at);
      if (window !== null && gathered.mode !== 'shadow') {
        const dueAt = window.until + (plan.step ?? 0);
        builder.append(
          turn,
          actor,
          'action.scheduled',
          { admission, due_at: dueAt, waits: window.waits },
          { guards: opened },
        );
        isWaiting = true;
        break;
      }
      if (gathered.mode === 'shadow') {
        builder.append(turn, actor, 'action.shadowed', { admission });
        break;
      }
      const permit = permitIdOf(actor.id as ActionId, context.permits);
      const expiresAt = at + policy.permit_ttl_ms;
      const guards = [...opened, ...reservations(actor.id, proposal, refs, partition, policy, gathered.facts, at)];
      builder.append(turn, actor, 'action.passed', { admission, permit, expires_at: expiresAt }, { guards });
      builder.plan.permits.push({
        tenant,
        id: permit,
        action: actor.id,
        partition,
        fingerprint: proposal.fingerprint,
        mode: gathered.mode,
        grantedAt: at,
        expiresAt,
        contentSeq: context.content_seq,
        batch: message.batch,
        detail: {
          decision: proposal.decision,
          actionType: proposal.action_type,
          channel: proposal.channel,
          lane: proposal.lane,
          proposer: proposal.proposer,
          recipient: proposal.person ?? proposal.account ?? '',
          account: refs.account,
          person: refs.person,
          domain: refs.domain,
          suppressionKeys: gathered.suppressionKeys,
          hasAddress: refs.hasAddress,
          sender: proposal.sender,
          play: plan.play,
          scope: message.scope,
          correlation: turn.correlation,
          causation: turn.cause ?? '',
          lockEpochs: {
            account:
              refs.account === null ? null : unitedGuard(builder, tenant, `account:${refs.account}`, at).lock_epoch,
            contact:
              refs.person === null ? null : unitedGuard(builder, tenant, `contact:${refs.person}`, at).lock_epoch,
          },
        },
      });
      break;
    }
  }
  builder.plan.decisionUpdates.push({
    tenant,
    id: proposal.decision,
    correlation: turn.correlation,
    verdict: isWaiting ? 'schedule' : verdict.kind === 'pass' && gathered.mode === 'shadow' ? 'shadow' : verdict.kind,
    verdictHash: hash,
    policy: policyHash,
  });
}
