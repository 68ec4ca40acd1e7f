/** Writes what approvals leave for later drafts, and takes back what an undone one left. */
import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { columns } from '../../sql/columns.ts';
import type { Writes } from './writes.ts';

export function writeExamples(writes: Writes, plan: CommitPlan): void {
  if (plan.examplesWithdrawn.length > 0)
    writes.send(
      `UPDATE examples e SET withdrawn_at = w.at FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (tenant, action, at)
       WHERE e.tenant = w.tenant AND e.action = w.action AND e.withdrawn_at IS NULL`,
      columns(plan.examplesWithdrawn, [(w) => w.tenant, (w) => w.action, (w) => w.at]),
    );
  if (plan.examples.length > 0) {
    const names =
      'tenant, id, partition, action, subject, action_type, step, signal, persona, objection, segment, edited, approved_at, digest, withdrawn_at, content';
    writes.send(
      `INSERT INTO examples (${names}) SELECT ${names}
       FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::int[], $8::text[], $9::text[], $10::text[],
         $11::text[], $12::boolean[], $13::bigint[], $14::text[], $15::bigint[], $16::text[]) AS w (${names})`,
      columns(plan.examples, [
        (e) => e.tenant,
        (e) => e.id,
        (e) => e.partition,
        (e) => e.action,
        (e) => e.subject,
        (e) => e.action_type,
        (e) => e.step,
        (e) => e.signal,
        (e) => e.persona,
        (e) => e.objection,
        (e) => e.segment,
        (e) => e.edited,
        (e) => e.approved_at,
        (e) => e.digest,
        (e) => e.withdrawn_at,
        (e) => (e.content === null ? null : canonicalJson(e.content)),
      ]),
    );
  }
}
