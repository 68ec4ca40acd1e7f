/** Writes decisions and their snapshots, permits, and reviews. */
import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import { tenantKey } from '../../../domain/keys.ts';
import { columns } from '../../sql/columns.ts';
import { rounds } from './rounds.ts';
import type { Writes } from './writes.ts';

export function writeDecisions(writes: Writes, plan: CommitPlan): void {
  // A decision and its first verdict are usually made in the same batch: then one insert carries both.
  const verdicts = new Map(plan.decisionUpdates.map((update) => [tenantKey(update.tenant, update.id), update]));
  if (plan.decisions.length > 0) {
    const rows = plan.decisions.map((row) => {
      const update = verdicts.get(tenantKey(row.tenant, row.id));
      verdicts.delete(tenantKey(row.tenant, row.id));
      return {
        ...row,
        verdict: update?.verdict ?? row.verdict,
        verdictHash: update?.verdictHash ?? row.verdictHash,
        policy: update?.policy ?? row.policy,
      };
    });
    writes.send(
      `INSERT INTO decisions (tenant, id, at, subject_kind, subject_id, scope, account, trigger, engine, action, action_type, channel, risk_class,
         confidence, propensity, reason, choice, verdict, verdict_hash, policy, correlation, originating_proposal_id, batch)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
         $11::text[], $12::text[], $13::text[], $14::float8[], $15::float8[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
         $22::text[], $23::text[])`,
      columns(rows, [
        (d) => d.tenant,
        (d) => d.id,
        (d) => d.at,
        (d) => d.subjectKind,
        (d) => d.subjectId,
        (d) => d.scope,
        (d) => d.account,
        (d) => d.trigger,
        (d) => d.engine,
        (d) => d.action,
        (d) => d.actionType,
        (d) => d.channel,
        (d) => d.riskClass,
        (d) => d.confidence,
        (d) => d.propensity,
        (d) => d.reason,
        (d) => d.choice,
        (d) => d.verdict,
        (d) => d.verdictHash,
        (d) => d.policy,
        (d) => d.correlation,
        (d) => d.originatingProposalId,
        (d) => d.batch,
      ]),
    );
  }
  const updates = [...verdicts.values()];
  if (updates.length > 0) {
    writes.send(
      `UPDATE decisions d SET verdict = w.verdict, verdict_hash = w.verdict_hash, policy = w.policy
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS w (tenant, id, verdict, verdict_hash, policy)
       WHERE d.tenant = w.tenant AND d.id = w.id`,
      columns(updates, [(u) => u.tenant, (u) => u.id, (u) => u.verdict, (u) => u.verdictHash, (u) => u.policy]),
    );
  }
  if (plan.parts.length > 0) {
    const parts = plan.parts.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
    writes.send(
      `INSERT INTO snapshot_parts (tenant, hash, body) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      columns(parts, [(p) => p.tenant, (p) => p.hash, (p) => p.body]),
    );
  }
}

export function writePermits(writes: Writes, plan: CommitPlan): void {
  if (plan.permits.length > 0) {
    writes.send(
      `INSERT INTO permits (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, due_at, state, content_seq, detail, batch)
       SELECT tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, granted_at, 'granted', content_seq, detail, batch
       FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[])
         AS w (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, content_seq, detail, batch)`,
      columns(plan.permits, [
        (p) => p.tenant,
        (p) => p.id,
        (p) => p.action,
        (p) => p.partition,
        (p) => p.fingerprint,
        (p) => p.mode,
        (p) => p.grantedAt,
        (p) => p.expiresAt,
        (p) => p.contentSeq,
        (p) => JSON.stringify(p.detail),
        (p) => p.batch,
      ]),
    );
  }
  for (const updates of rounds(plan.permitUpdates, ({ tenant, id }) => tenantKey(tenant, id))) {
    writes.send(
      `UPDATE permits p SET state = w.state, due_at = CASE WHEN w.state = 'granted' THEN p.granted_at END
       FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, id, state) WHERE p.tenant = w.tenant AND p.id = w.id`,
      columns(updates, [(u) => u.tenant, (u) => u.id, (u) => u.state]),
    );
  }
  for (const updates of rounds(plan.executionUpdates, ({ tenant, permit }) => tenantKey(tenant, permit))) {
    // Who was held up for longer than their lease, and found absent, may have acted all the same.
    writes.send(
      `UPDATE executions e SET state = w.state, receipt = w.receipt FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w (tenant, permit, state, receipt)
       WHERE e.tenant = w.tenant AND e.permit = w.permit AND (e.state IN ('open', 'uncertain') OR e.state = 'absent' AND w.state = 'sent')`,
      columns(updates, [(u) => u.tenant, (u) => u.permit, (u) => u.state, (u) => u.receipt]),
    );
  }
}
