import type { BatchOutcome, Delivery } from '../../actors/runtime-store.port.ts';
import { messageKey } from '../../domain/keys.ts';

/** What the inbox knows of a delivery; `ord` counts the deliveries of the batch from 1. */
export interface InboxRow {
  readonly ord: number;
  readonly digest: string;
  readonly state: string;
  readonly event: string | null;
  readonly correlation: string | null;
  /** True when it waited behind a parked message. */
  readonly held: boolean;
}

/** Sorts out what was accepted before, repeated ids within the batch included. */
export function sortDeliveries(
  deliveries: readonly Delivery[],
  rows: readonly InboxRow[],
): { fresh: number[]; results: BatchOutcome['results'][number][] } {
  const known = new Map(rows.map((row) => [row.ord - 1, row]));
  const fresh: number[] = [];
  const results: BatchOutcome['results'][number][] = [];
  const firstInBatch = new Map<string, number>();
  for (const [index, { message, committed }] of deliveries.entries()) {
    const key = messageKey(message);
    const row = known.get(index);
    const earlier = firstInBatch.get(key);
    const digest = row?.digest ?? (earlier === undefined ? undefined : deliveries[earlier]?.message.contentDigest);
    if (row !== undefined && committed && row.state === 'pending' && earlier === undefined) {
      firstInBatch.set(key, index);
      fresh.push(index);
      results.push({ status: 'conflict' });
    } else if (row === undefined && committed) {
      // A broker may still hold messages of a database that was replaced by an older backup.
      results.push({ status: 'duplicate', event: null, correlation: null });
    } else if (digest === undefined) {
      firstInBatch.set(key, index);
      fresh.push(index);
      results.push({ status: 'conflict' });
    } else if (digest === message.contentDigest) {
      results.push({ status: 'duplicate', event: row?.event ?? null, correlation: row?.correlation ?? null });
    } else results.push({ status: 'conflict' });
  }
  return { fresh, results };
}
