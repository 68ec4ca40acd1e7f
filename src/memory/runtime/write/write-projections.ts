/** Writes what is read from the ledger's events in another shape: outcomes, leads, suppressions. */
import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import { tenantKey } from '../../../domain/keys.ts';
import { columns } from '../../sql/columns.ts';
import { rounds } from './rounds.ts';
import type { Writes } from './writes.ts';

export function writeProjections(writes: Writes, plan: CommitPlan): void {
  // Several events about one outcome in a batch leave one row: the last.
  const outcomes = [...new Map(plan.outcomes.map((o) => [tenantKey(o.tenant, o.id), o])).values()];
  if (outcomes.length > 0) {
    writes.send(
      `INSERT INTO outcomes (tenant, id, type, subject_kind, subject_id, occurred_at, amount_minor, currency, status, decision, action, decided_at, sequence, play,
         window_ms, window_source, recorded_at, corrected, first_seen_at, batch)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[],
         $12::bigint[], $13::text[], $14::text[], $15::bigint[], $16::text[], $17::bigint[], $18::boolean[], $19::bigint[], $20::text[])
       ON CONFLICT (tenant, id) DO UPDATE SET type = EXCLUDED.type, occurred_at = EXCLUDED.occurred_at, amount_minor = EXCLUDED.amount_minor,
         currency = EXCLUDED.currency, status = EXCLUDED.status, decision = EXCLUDED.decision, action = EXCLUDED.action, decided_at = EXCLUDED.decided_at,
         sequence = EXCLUDED.sequence, play = EXCLUDED.play, window_ms = EXCLUDED.window_ms, window_source = EXCLUDED.window_source,
         recorded_at = EXCLUDED.recorded_at, corrected = EXCLUDED.corrected, first_seen_at = EXCLUDED.first_seen_at`,
      columns(outcomes, [
        (o) => o.tenant,
        (o) => o.id,
        (o) => o.type,
        (o) => o.subjectKind,
        (o) => o.subjectId,
        (o) => o.occurredAt,
        (o) => o.amountMinor,
        (o) => o.currency,
        (o) => o.status,
        (o) => o.decision,
        (o) => o.action,
        (o) => o.decidedAt,
        (o) => o.sequence,
        (o) => o.play,
        (o) => o.windowMs,
        (o) => o.windowSource,
        (o) => o.recordedAt,
        (o) => o.corrected,
        (o) => o.firstSeenAt,
        (o) => o.batch,
      ]),
    );
  }
  // Several signals of one lead in a batch leave one row: the last.
  const leads = [...new Map(plan.leads.map((lead) => [tenantKey(lead.tenant, lead.id), lead])).values()];
  if (leads.length > 0) {
    writes.send(
      `INSERT INTO leads AS l (tenant, id, account, dimensions, first_seen_at, originating_proposal_id, batch)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
       ON CONFLICT (tenant, id) DO UPDATE SET account = EXCLUDED.account, dimensions = EXCLUDED.dimensions, first_seen_at = EXCLUDED.first_seen_at,
         originating_proposal_id = EXCLUDED.originating_proposal_id
       WHERE (l.account, l.dimensions, l.first_seen_at, l.originating_proposal_id) IS DISTINCT FROM
         (EXCLUDED.account, EXCLUDED.dimensions, EXCLUDED.first_seen_at, EXCLUDED.originating_proposal_id)`,
      columns(leads, [
        (l) => l.tenant,
        (l) => l.id,
        (l) => l.account,
        (l) => l.dimensions,
        (l) => l.firstSeenAt,
        (l) => l.originatingProposalId,
        (l) => l.batch,
      ]),
    );
  }
  for (const changes of rounds(plan.suppressions, ({ tenant, key }) => tenantKey(tenant, key)))
    writeSuppressions(writes, changes);
}

function writeSuppressions(writes: Writes, changes: CommitPlan['suppressions']): void {
  const added = changes.filter((row) => row.added);
  if (added.length > 0) {
    writes.send(
      `INSERT INTO suppressions (tenant, key, scope, reason, source, added_version) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])`,
      columns(added, [
        (s) => s.tenant,
        (s) => s.key,
        (s) => s.scope,
        (s) => s.reason,
        (s) => s.source,
        (s) => s.version,
      ]),
    );
  }
  const lifted = changes.filter((row) => !row.added);
  if (lifted.length > 0) {
    writes.send(
      `UPDATE suppressions s SET removed_version = w.version FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (tenant, key, version)
       WHERE s.tenant = w.tenant AND s.key = w.key AND s.removed_version IS NULL`,
      columns(lifted, [(s) => s.tenant, (s) => s.key, (s) => s.version]),
    );
  }
}
