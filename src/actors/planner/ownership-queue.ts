/** Puts an action in the line for a lock or takes it out, and tells those in line that the lock has ended. */
import type { ActionType } from '../../domain/action-types.ts';
import type { EventData } from '../../domain/event-types.ts';
import type { Verdict } from '../../domain/gate.ts';
import { QUEUE_MAX } from '../../domain/guard.ts';
import type { GuardChange, GuardKey } from '../../domain/guard.ts';
import { asId } from '../../domain/ids.ts';
import type { CorrelationId } from '../../domain/ids.ts';
import { ownedGuardOf } from '../../domain/keys.ts';
import type { Message } from '../../domain/message.ts';
import type { GateReason } from '../../domain/reason-codes.ts';
import { inOrder } from '../../policies/ownership-queue.ts';
import { guardGroup, unitedGuard } from './guard-group.ts';
import type { PlanBuilder, Turn } from './plan-builder.ts';
import { tellActor } from './tell-actor.ts';

type Change = readonly [GuardKey, GuardChange];

/** Reasons that a place in line cures. */
const IN_LINE: ReadonlySet<GateReason> = new Set<GateReason>([
  'owned_by_other_lane',
  'owned_by_person',
  'ownership_queue',
]);

/**
 * What a verdict changes of the line: whoever is kept waiting by a lock joins it, and keeps the place that it has; whoever is not leaves it. One
 * that is denied leaves with its end.
 */
export function queueChanges(
  builder: PlanBuilder,
  { message: { tenant, scope, refs, at }, correlation }: Turn,
  action: string,
  proposal: Pick<EventData<'action.proposed'>, 'lane'> & { readonly action_type: ActionType },
  { kind, checks }: Verdict,
): readonly Change[] {
  const key = ownedGuardOf(refs);
  if (key === null || kind === 'deny') return [];
  const result = checks.find(({ check }) => check === 'ownership');
  const waits = result !== undefined && result.code !== null && IN_LINE.has(result.code);
  const group = guardGroup(builder, tenant, key);
  const holders = group.filter(({ state }) => state.queue?.some((item) => item.action === action) === true);
  if (!waits) return holders.map((holder): Change => [holder.key as GuardKey, { kind: 'unqueued', action }]);
  const waiting = unitedGuard(builder, tenant, key, at).queue?.length ?? 0;
  if (holders.length > 0 || waiting >= QUEUE_MAX) return [];
  const { account, person, domain, suppressionKeys, hasAddress } = refs;
  const entry = {
    action,
    lane: proposal.lane,
    for: proposal.action_type,
    since: at,
    correlation,
    scope,
    refs: { account, person, domain, suppressionKeys: [...suppressionKeys], hasAddress },
  };
  return [[key, { kind: 'queued', waiting: entry }]];
}

/**
 * Tells everybody in line, the next one first, that the lock has ended: each goes before the gate again, and whoever passes takes the lock, so that
 * the others go on waiting where they were. Their number is bounded, and so is what one release sets off.
 */
export function callWaiting(builder: PlanBuilder, turn: Turn): void {
  const { message } = turn;
  const key = ownedGuardOf(message.refs);
  if (key === null) return;
  const { queue = [] } = unitedGuard(builder, message.tenant, key, message.at);
  for (const { action, scope, refs, correlation } of inOrder(queue, builder.policy(message.tenant).policy))
    tellActor(
      builder,
      turn,
      {
        actor: { kind: 'action', id: action },
        scope,
        refs: refs as Message['refs'],
        correlation: asId<CorrelationId>(correlation),
      },
      `call:${message.source}:${message.id}:${action}`,
      { type: 'action.called', data: { because: 'ownership' } },
    );
}
