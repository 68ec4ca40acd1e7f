/** Records what became of messages, and accepts those that actors send each other. */
import type { KeyObject } from 'node:crypto';

import type { CommitPlan, ProcessedRow } from '../../../actors/runtime-store.port.ts';
import { actorKey } from '../../../domain/keys.ts';
import type { Message } from '../../../domain/message.ts';
import { columns } from '../../sql/columns.ts';
import type { SubjectVault } from '../../vault/subject-vault.ts';
import { inboxBody } from '../inbox-body.ts';
import type { Writes } from './writes.ts';

/** The state in which a batch leaves a message. */
export function inboxStateOf(row: ProcessedRow): 'processed' | 'parked' | 'pending' {
  if (row.held) return 'pending';
  return row.error === null ? 'processed' : 'parked';
}

/** Whom the message waits for, until it is processed. */
function heldFor(row: ProcessedRow): string | null {
  const { tenant, actor } = row.message;
  return inboxStateOf(row) === 'processed' ? null : actorKey(tenant, actor.kind, actor.id);
}

export function writeInbox(
  writes: Writes,
  vault: SubjectVault,
  keys: ReadonlyMap<string, KeyObject>,
  plan: CommitPlan,
): void {
  insert(writes, plan, (message) => inboxBody(vault, keys, message));
  update(writes, plan);
  resolve(writes, plan);
}

function insert(writes: Writes, plan: CommitPlan, bodyOf: (message: Message) => string): void {
  const arrived = plan.processed.filter((row) => !row.committed);
  const rows = [
    ...arrived.map((row) => ({
      message: row.message,
      state: inboxStateOf(row),
      body: inboxStateOf(row) === 'processed' ? null : bodyOf(row.message),
      error: row.error,
      correlation: row.correlation,
      event: row.event,
      heldFor: heldFor(row),
    })),
    ...plan.outgoing.map((message) => ({
      message,
      state: 'pending',
      body: bodyOf(message),
      error: null,
      correlation: message.correlation,
      event: null,
      heldFor: null,
    })),
  ];
  if (rows.length === 0) return;
  const identity = columns(rows, [
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
  ]);
  // Hardly a batch holds anything, and a column less is less to send.
  if (rows.every((row) => row.heldFor === null))
    writes.send(
      `INSERT INTO inbox (tenant, source, id, partition, digest, state, body, error, correlation, event)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])`,
      identity,
    );
  else
    writes.send(
      `INSERT INTO inbox (tenant, source, id, partition, digest, state, body, error, correlation, event, held_for)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
         $11::text[])`,
      [...identity, rows.map((row) => row.heldFor)],
    );
}

function update(writes: Writes, plan: CommitPlan): void {
  const done = plan.processed.filter((row) => row.committed);
  if (done.length === 0) return;
  writes.expect(
    'inbox',
    `UPDATE inbox i SET state = w.state, body = CASE WHEN w.state = 'processed' THEN NULL ELSE i.body END, error = w.error, event = w.event,
       held_for = w.held_for
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS w (tenant, source, id, state, error, event, held_for)
     WHERE i.tenant = w.tenant AND i.source = w.source AND i.id = w.id AND i.state = 'pending' RETURNING 1`,
    columns(done, [
      (r) => r.message.tenant,
      (r) => r.message.source,
      (r) => r.message.id,
      inboxStateOf,
      (r) => r.error,
      (r) => r.event,
      heldFor,
    ]),
    done.length,
  );
}

/** One that somebody else has decided about meanwhile stays as it is. */
function resolve(writes: Writes, plan: CommitPlan): void {
  for (const { tenant, source, id, decision, data } of plan.resolutions) {
    const key = [tenant, source, id] satisfies [Message['tenant'], string, string];
    if (decision === 'skip')
      writes.send(
        `UPDATE inbox SET state = 'skipped', body = NULL, held_for = NULL WHERE tenant = $1 AND source = $2 AND id = $3 AND state = 'parked'`,
        key,
      );
    else
      writes.send(
        `UPDATE inbox i SET state = 'pending', error = NULL, body = CASE WHEN $4::text IS NULL THEN i.body ELSE
           (SELECT json_object_agg(m.key, CASE WHEN m.key = 'data' THEN $4::json ELSE m.value END)::text FROM json_each(i.body::json) m) END
         WHERE i.tenant = $1 AND i.source = $2 AND i.id = $3 AND i.state = 'parked'`,
        [...key, data === null ? null : JSON.stringify(data)],
      );
  }
}
