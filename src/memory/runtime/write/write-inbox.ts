/** Records what became of messages, and accepts those that actors send each other. */
import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import { columns } from '../../sql/columns.ts';
import type { Writes } from './writes.ts';

export function writeInbox(writes: Writes, plan: CommitPlan): void {
  const arrived = plan.processed.filter((row) => !row.committed);
  const rows = [
    ...arrived.map((row) => ({
      message: row.message,
      state: row.error === null ? 'processed' : 'parked',
      body: row.error === null ? null : JSON.stringify(row.message),
      error: row.error,
      correlation: row.correlation,
      event: row.event,
    })),
    ...plan.outgoing.map((message) => ({
      message,
      state: 'pending',
      body: JSON.stringify(message),
      error: null,
      correlation: message.correlation,
      event: null,
    })),
  ];
  if (rows.length > 0) {
    writes.send(
      `INSERT INTO inbox (tenant, source, id, partition, digest, state, body, error, correlation, event)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])`,
      columns(rows, [
        (r) => r.message.tenant,
        (r) => r.message.source,
        (r) => r.message.id,
        (r) => r.message.partition,
        (r) => r.message.contentDigest,
        (r) => r.state,
        (r) => r.body,
        (r) => r.error,
        (r) => r.correlation,
        (r) => r.event,
      ]),
    );
  }
  const done = plan.processed.filter((row) => row.committed);
  if (done.length > 0) {
    writes.expect(
      'inbox',
      `UPDATE inbox i SET state = w.state, body = CASE WHEN w.state = 'processed' THEN NULL ELSE i.body END, error = w.error, event = w.event
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS w (tenant, source, id, state, error, event)
       WHERE i.tenant = w.tenant AND i.source = w.source AND i.id = w.id AND i.state = 'pending' RETURNING 1`,
      columns(done, [
        (r) => r.message.tenant,
        (r) => r.message.source,
        (r) => r.message.id,
        (r) => (r.error === null ? 'processed' : 'parked'),
        (r) => r.error,
        (r) => r.event,
      ]),
      done.length,
    );
  }
}
