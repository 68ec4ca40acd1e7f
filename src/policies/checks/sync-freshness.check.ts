/**
 * Who sells must know what others did: a reply in a mailbox, a call in the CRM, a customer since this morning. When what is known of these
 * is older than the policy allows, selling waits until the source has reported again. Answers and notices do not wait.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Policy } from '../../domain/policy.ts';
import { SYNC_SOURCES } from '../../domain/sync.ts';
import { durationWords, roughlyWords } from '../duration-words.ts';
import { held, passed } from '../gate-check.ts';
import { isProspecting, specOf } from '../reach.ts';

/** Holds when a source that the policy names never reported, or not lately enough. Of several, the one that is furthest behind is named. */
export function syncFreshnessCheck(
  request: Pick<GateRequest, 'action_type' | 'at'>,
  facts: Pick<GateFacts, 'syncs'>,
  policy: Pick<Policy, 'syncs'>,
): CheckResult {
  if (!isProspecting(specOf(request))) return passed('sync_freshness', 'not applicable: this does not prospect');
  const limits = SYNC_SOURCES.flatMap((source) => {
    const limitMs = policy.syncs?.[source];
    return limitMs === undefined ? [] : [{ source, limitMs, at: facts.syncs?.[source] ?? null }];
  });
  const stale = limits
    .filter(({ at, limitMs }) => at === null || request.at - at > limitMs)
    .toSorted((a, b) => (a.at ?? Number.NEGATIVE_INFINITY) - (b.at ?? Number.NEGATIVE_INFINITY))[0];
  if (stale === undefined) {
    const comparison = limits.length === 0 ? 'the policy names no source' : 'every source has reported lately enough';
    return passed('sync_freshness', comparison, { sources: limits.length });
  }
  const { source, at, limitMs } = stale;
  const ago = at === null ? null : request.at - at;
  return held('sync_freshness', {
    code: 'sync_stale',
    comparison:
      ago === null
        ? `the ${source} never reported`
        : `the ${source} reported ${roughlyWords(ago)} ago, more than ${durationWords(limitMs)}`,
    inputs: { source, reported_ago_ms: ago, limit_ms: limitMs },
  });
}
