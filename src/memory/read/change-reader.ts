/** Reads from the ledger what screens may want to hear of, by its position in each partition. */
import type { TenantId } from '../../domain/ids.ts';
import type { Sql } from '../sql/sql.port.ts';

/** The last event of each partition, by number of the partition. */
export type Positions = readonly number[];

export interface ChangeRow {
  readonly partition: number;
  readonly seq: number;
  readonly tenant: string;
  readonly type: string;
  readonly actor_id: string;
  /** The review, decision or outcome that the event names; null when it names none. */
  readonly named: string | null;
  readonly at: number;
}

/** Types of events that are told of; the index of the ledger is by position, so a reader skips the others. */
const TOLD = `(l.type LIKE 'action.%' OR l.type LIKE 'review.%' OR l.type LIKE 'pause.%' OR l.type LIKE 'outcome.%' OR l.type = 'decision.made')`;

export class ChangeReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Where the ledger ends now. It belongs to all tenants, so this is read past row-level security. */
  async heads(): Promise<Positions> {
    const rows = await this.#sql.asOwner((session) =>
      session.query<{ seq: number }>('SELECT seq FROM partition_heads ORDER BY partition'),
    );
    return rows.map((row) => row.seq);
  }

  /** What these tenants have after the one and up to the other position, in the order of each partition. */
  async between(tenants: readonly TenantId[], after: Positions, upTo: Positions): Promise<readonly ChangeRow[]> {
    const moved = upTo.flatMap((head, partition) => (head > (after[partition] ?? 0) ? [partition] : []));
    if (moved.length === 0 || tenants.length === 0) return [];
    return this.#sql.transaction({ role: 'gatehouse_app', tenants }, (session) =>
      session.query<ChangeRow>(
        `SELECT l.partition, l.seq, l.tenant, l.type, l.actor_id, l.at,
           coalesce(l.body::json #>> '{data,review}', l.body::json #>> '{data,outcome}', CASE WHEN l.type = 'decision.made' THEN l.body::json #>> '{data,decision}' END) AS named
         FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS w (partition, after, upto)
         JOIN ledger l ON l.partition = w.partition AND l.seq > w.after AND l.seq <= w.upto
         WHERE l.tenant = ANY ($4::text[]) AND ${TOLD} ORDER BY l.partition, l.seq`,
        [
          moved,
          moved.map((partition) => after[partition] ?? 0),
          moved.map((partition) => upTo[partition] ?? 0),
          tenants,
        ],
      ),
    );
  }
}
