/** Since when the oldest of everything waits that somebody should have done, what has to report and when, and who is there to do it. For gauges and alerts. */
import { must } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { SYNC_SOURCES } from '../../domain/sync.ts';
import type { SyncSource, SyncTimes } from '../../domain/sync.ts';
import type { Sql } from '../sql/sql.port.ts';

export interface SyncLimit {
  readonly source: SyncSource;
  /** From when on selling waits for the source, in milliseconds since 1970, unless it reports before; long ago when it never did. */
  readonly staleFrom: number;
}

export interface Backlog {
  /** Milliseconds since 1970; null when nothing waits. Timers and permits that are not due yet lie in the future. */
  readonly oldest: {
    /** Accepted and not processed, without what waits behind a parked message. */
    readonly message: number | null;
    /** Could not be processed; somebody has to decide. */
    readonly parked: number | null;
    readonly permit: number | null;
    readonly timer: number | null;
    readonly review: number | null;
  };
  /** One for each source that the policy of a tenant names. */
  readonly syncs: readonly SyncLimit[];
  /** Of the tenant that has the most. */
  readonly activePlays: number;
  readonly hosts: number;
  readonly partitionsUnowned: number;
}

/** Simulated tenants live in another time, and only their simulation moves them. */
const REAL_TENANTS = `SELECT t.id, a.context::json -> 'syncs' AS syncs, p.body::json -> 'syncs' AS limits
  FROM tenants t JOIN actor_state a ON a.tenant = t.id AND a.kind = 'tenant' AND a.id = t.id
  LEFT JOIN policies p ON p.tenant = t.id AND p.hash = a.context::json ->> 'policy'
  WHERE a.context::json ->> 'clock' = 'real'`;

interface TenantRow {
  readonly id: TenantId;
  readonly syncs: SyncTimes | null;
  /** Milliseconds by source. */
  readonly limits: SyncTimes | null;
}

const OLDEST = `SELECT
  (SELECT extract(epoch FROM min(received_on))::float8 * 1000 FROM inbox i WHERE state = 'pending'
    AND (held_for IS NULL OR NOT EXISTS (SELECT 1 FROM inbox p WHERE p.partition = i.partition AND p.held_for = i.held_for AND p.state = 'parked'))) AS message,
  (SELECT extract(epoch FROM min(received_on))::float8 * 1000 FROM inbox WHERE held_for IS NOT NULL AND state = 'parked') AS parked,
  (SELECT due_at FROM permits WHERE due_at IS NOT NULL AND state = 'granted' ORDER BY due_at LIMIT 1) AS permit,
  (SELECT due_at FROM timers ORDER BY due_at LIMIT 1) AS timer,
  (SELECT min(r.created_at) FROM unnest($1::text[]) AS t (id) CROSS JOIN LATERAL
    (SELECT created_at FROM reviews WHERE tenant = t.id AND state = 'open' ORDER BY created_at LIMIT 1) r) AS review,
  (SELECT coalesce(max(count), 0) FROM (SELECT count(*) FROM plays WHERE tenant = ANY ($1::text[]) AND state = 'active' GROUP BY tenant) p) AS active_plays`;

const OWNERS = `SELECT (SELECT count(*) FROM hosts WHERE seen_on > clock_timestamp() - make_interval(secs => $1::float8 / 1000)) AS hosts,
  (SELECT count(*) FROM partition_leases WHERE until_on < clock_timestamp()) AS unowned`;

/** Two short transactions; every part finds its row through an index. `hostTtlMs`: a host not seen for longer is gone. */
export async function readBacklog(sql: Sql, hostTtlMs: number): Promise<Backlog> {
  const { tenants, owners } = await sql.asOwner(async (session) => ({
    tenants: await session.query<TenantRow>(REAL_TENANTS),
    owners: must((await session.query<{ hosts: number; unowned: number }>(OWNERS, [hostTtlMs]))[0], 'one row'),
  }));
  const ids = tenants.map(({ id }) => id);
  const [row] = await sql.transaction({ role: 'gatehouse_runtime', tenants: ids, keyed: true }, (session) =>
    session.query<Backlog['oldest'] & { readonly active_plays: number }>(OLDEST, [ids]),
  );
  const { active_plays: activePlays, ...oldest } = must(row, 'one row');
  // An embedded database has the one host that asks, which leaves no heartbeat.
  const hosts = sql.kind === 'pglite' ? 1 : owners.hosts;
  return { oldest, syncs: tenants.flatMap(syncLimitsOf), activePlays, hosts, partitionsUnowned: owners.unowned };
}

function syncLimitsOf({ syncs, limits }: TenantRow): readonly SyncLimit[] {
  return SYNC_SOURCES.flatMap((source) => {
    const limit = limits?.[source];
    return limit === undefined ? [] : [{ source, staleFrom: (syncs?.[source] ?? 0) + limit }];
  });
}
