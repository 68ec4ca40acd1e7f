/** Counts what was sent, by sender and hour. */
import type { CommitPlan, SenderSend } from '../../../actors/runtime-store.port.ts';
import { HOUR_MS } from '../../../domain/instant.ts';
import { columns } from '../../sql/columns.ts';
import type { Writes } from './writes.ts';

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

export function writeSenders(writes: Writes, { senderSends }: Pick<CommitPlan, 'senderSends'>): void {
  if (senderSends.length === 0) return;
  const keyOf = ({ tenant, partition, channel, sender, at }: SenderSend) =>
    JSON.stringify([tenant, channel, sender, hourOf(at), partition]);
  const groups = [...Map.groupBy(senderSends, keyOf)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = groups.flatMap(([, [first, ...others]]) =>
    first === undefined ? [] : [{ ...first, sent: 1 + others.length }],
  );
  writes.send(
    `INSERT INTO sender_sends AS s (tenant, channel, sender, hour, partition, sent)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::integer[])
     ON CONFLICT (tenant, channel, sender, hour, partition) DO UPDATE SET sent = s.sent + EXCLUDED.sent`,
    columns(rows, [
      (row) => row.tenant,
      (row) => row.channel,
      (row) => row.sender,
      (row) => hourOf(row.at),
      (row) => row.partition,
      (row) => row.sent,
    ]),
  );
}
