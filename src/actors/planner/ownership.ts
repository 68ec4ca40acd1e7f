/** Whether a person may take an account over, or let it go: another person's lock stands until somebody overrules it openly. */
import { ownedGuardOf } from '../../domain/keys.ts';
import { unitedGuard } from './guard-group.ts';
import type { GrowingDraft, PlanBuilder, Turn } from './plan-builder.ts';

/** The event that says that it is refused, or null when nothing stands in the way. */
export function refuseOwnership(builder: PlanBuilder, turn: Turn): GrowingDraft | null {
  const { message } = turn;
  if (message.type !== 'ownership.taken' && message.type !== 'ownership.released') return null;
  const { by, takeover = false } = message.data;
  const key = ownedGuardOf(message.refs);
  if (takeover || key === null) return null;
  const { lock } = unitedGuard(builder, message.tenant, key, message.at);
  if (lock === undefined || !lock.person || lock.until <= message.at || lock.owner === by) return null;
  return builder.append(turn, message.actor, 'ownership.refused', {
    wanted: message.type === 'ownership.taken' ? 'take' : 'release',
    held_by: lock.owner,
    until: lock.until,
    by,
  });
}
