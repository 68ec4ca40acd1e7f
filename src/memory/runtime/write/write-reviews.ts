/** Writes what waits: held actions for a person, and scheduled ones for their time. */
import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import { columns } from '../../sql/columns.ts';
import type { Writes } from './writes.ts';

export function writeReviews(writes: Writes, plan: CommitPlan): void {
  if (plan.reviews.length > 0) {
    const names = `tenant, id, action, decision, partition, scope, queue, action_type, channel, risk_class, fingerprint, content_seq, reasons, detail,
         created_at, expires_at, batch, due_at, approvals_needed, proposed_seq, account, person, lane, engine, correlation, run, sequence, step, play`;
    writes.send(
      `INSERT INTO reviews (${names}, state) SELECT ${names}, 'open'
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
         $12::bigint[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::bigint[], $19::int[], $20::bigint[], $21::text[], $22::text[],
         $23::text[], $24::text[], $25::text[], $26::text[], $27::text[], $28::int[], $29::text[]) AS w (${names})`,
      columns(plan.reviews, [
        (r) => r.tenant,
        (r) => r.id,
        (r) => r.action,
        (r) => r.decision,
        (r) => r.partition,
        (r) => r.scope,
        (r) => r.queue,
        (r) => r.actionType,
        (r) => r.channel,
        (r) => r.riskClass,
        (r) => r.fingerprint,
        (r) => r.contentSeq,
        (r) => r.reasons,
        (r) => r.detail,
        (r) => r.createdAt,
        (r) => r.expiresAt,
        (r) => r.batch,
        (r) => r.dueAt,
        (r) => r.approvalsNeeded,
        (r) => r.proposedSeq,
        (r) => r.account,
        (r) => r.person,
        (r) => r.lane,
        (r) => r.engine,
        (r) => r.correlation,
        (r) => r.run,
        (r) => r.sequence,
        (r) => r.step,
        (r) => r.play,
      ]),
    );
  }
  if (plan.reviewUpdates.length > 0) {
    writes.send(
      `UPDATE reviews r SET state = w.state, decided_by = w.decided_by, decided_at = w.decided_at
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS w (tenant, id, state, decided_by, decided_at)
       WHERE r.tenant = w.tenant AND r.id = w.id AND r.state = 'open'`,
      columns(plan.reviewUpdates, [
        (u) => u.tenant,
        (u) => u.id,
        (u) => u.state,
        (u) => u.decidedBy,
        (u) => u.decidedAt,
      ]),
    );
  }
  if (plan.reviewDetails.length > 0) {
    writes.send(
      `UPDATE reviews r SET fingerprint = w.fingerprint, content_seq = w.content_seq, approvals = w.approvals, decided = w.decided, assigned_to = w.assigned_to,
         snoozed_until = w.snoozed_until, expires_at = CASE WHEN w.open THEN w.expires_at ELSE r.expires_at END,
         state = CASE WHEN w.open THEN 'open' ELSE r.state END, decided_by = CASE WHEN w.open THEN NULL ELSE r.decided_by END,
         decided_at = CASE WHEN w.open THEN NULL ELSE r.decided_at END
       FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::int[], $7::text[], $8::bigint[], $9::bigint[], $10::boolean[])
         AS w (tenant, id, fingerprint, content_seq, approvals, decided, assigned_to, snoozed_until, expires_at, open)
       WHERE r.tenant = w.tenant AND r.id = w.id`,
      columns(plan.reviewDetails, [
        (d) => d.tenant,
        (d) => d.id,
        (d) => d.fingerprint,
        (d) => d.contentSeq,
        (d) => d.approvals,
        (d) => d.decided,
        (d) => d.assignedTo,
        (d) => d.snoozedUntil,
        (d) => d.expiresAt,
        (d) => d.open,
      ]),
    );
  }
}

export function writeScheduled(writes: Writes, plan: CommitPlan): void {
  const gone = plan.scheduled.filter(({ row }) => row === null);
  if (gone.length > 0) {
    writes.send(
      `DELETE FROM scheduled_actions s USING unnest($1::text[], $2::text[]) AS w (tenant, action) WHERE s.tenant = w.tenant AND s.action = w.action`,
      columns(gone, [(s) => s.tenant, (s) => s.action]),
    );
  }
  const rows = plan.scheduled.flatMap(({ tenant, action, row }) => (row === null ? [] : [{ ...row, tenant, action }]));
  if (rows.length === 0) return;
  const names = `tenant, action, decision, partition, scope, waits, due_at, action_type, channel, risk_class, account, person, sender, play, sequence, step, fingerprint,
       content_seq, detail`;
  writes.send(
    `INSERT INTO scheduled_actions (${names})
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[],
       $12::text[], $13::text[], $14::text[], $15::text[], $16::int[], $17::text[], $18::bigint[], $19::text[])
     ON CONFLICT (tenant, action) DO UPDATE SET waits = EXCLUDED.waits, due_at = EXCLUDED.due_at, fingerprint = EXCLUDED.fingerprint,
       content_seq = EXCLUDED.content_seq, detail = EXCLUDED.detail`,
    columns(rows, [
      (r) => r.tenant,
      (r) => r.action,
      (r) => r.decision,
      (r) => r.partition,
      (r) => r.scope,
      (r) => r.waits,
      (r) => r.dueAt,
      (r) => r.actionType,
      (r) => r.channel,
      (r) => r.riskClass,
      (r) => r.account,
      (r) => r.person,
      (r) => r.sender,
      (r) => r.play,
      (r) => r.sequence,
      (r) => r.step,
      (r) => r.fingerprint,
      (r) => r.contentSeq,
      (r) => r.detail,
    ]),
  );
}
