/** What of a plan must outlive the database: suppressions, also those that are only on their way to the tenant's partition, and erasures. */
import type { JournalErasure, JournalSuppression } from '../domain/journal.ts';
import type { CommitPlan } from './runtime-store.port.ts';

export function lastingChanges(plan: CommitPlan, at: number): readonly (JournalSuppression | JournalErasure)[] {
  const rows = plan.suppressions.map((row): JournalSuppression => ({
    kind: 'suppression',
    at,
    tenant: row.tenant,
    change: row.added ? 'added' : 'removed',
    key: row.key,
    scope: row.added ? (row.scope as JournalSuppression['scope']) : null,
    reason: row.reason,
    source: row.source,
  }));
  const sent = plan.outgoing.flatMap((message): readonly JournalSuppression[] => {
    if (message.type !== 'suppression.added') return [];
    const { key, scope, reason, source } = message.data;
    return [{ kind: 'suppression', at, tenant: message.tenant, change: 'added', key, scope, reason, source }];
  });
  const erasures = plan.erasures.map((erasure): JournalErasure => ({ kind: 'erasure', at, ...erasure }));
  return [...rows, ...sent, ...erasures];
}
