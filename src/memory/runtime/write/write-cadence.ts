/** Adds to the cadence event log, after the events that its rows follow from: the database looks for them. */
import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { columns } from '../../sql/columns.ts';
import type { Writes } from './writes.ts';

export function writeCadence(writes: Writes, { cadence }: CommitPlan): void {
  if (cadence.length === 0) return;
  writes.send(
    `INSERT INTO cadence_event_log (tenant, partition, seq, at, kind, sequence, state, play_id, originating_proposal_id, person, account, sequence_type, step, channel,
       action, priority_score_at_queue, suppressed_reason, reasons, again_at, result, mode, ended_because, actor_kind)
     SELECT w.tenant, w.partition, w.seq, w.at, w.kind, w.sequence, w.state, w.play_id, w.origin, w.person, w.account, w.sequence_type, w.step, w.channel,
       w.action, w.score, w.suppressed_reason, w.reasons::jsonb, w.again_at, w.result, w.mode, w.ended_because, w.actor_kind
     FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
       $12::text[], $13::smallint[], $14::text[], $15::text[], $16::float8[], $17::text[], $18::text[], $19::bigint[], $20::text[], $21::text[], $22::text[], $23::text[])
       AS w (tenant, partition, seq, at, kind, sequence, state, play_id, origin, person, account, sequence_type, step, channel, action, score, suppressed_reason,
         reasons, again_at, result, mode, ended_because, actor_kind) ORDER BY w.partition, w.seq`,
    columns(cadence, [
      (r) => r.tenant,
      (r) => r.partition,
      (r) => r.seq,
      (r) => r.at,
      (r) => r.kind,
      (r) => r.sequence,
      (r) => r.state,
      (r) => r.play_id,
      (r) => r.originating_proposal_id,
      (r) => r.person,
      (r) => r.account,
      (r) => r.sequence_type,
      (r) => r.step,
      (r) => r.channel,
      (r) => r.action,
      (r) => r.priority_score_at_queue,
      (r) => r.suppressed_reason,
      (r) => canonicalJson(r.reasons),
      (r) => r.again_at,
      (r) => r.result,
      (r) => r.mode,
      (r) => r.ended_because,
      (r) => r.actor_kind,
    ]),
  );
}
