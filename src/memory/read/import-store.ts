/** Imports in the database. */
import type { ImportState, ImportStore } from '../../actors/imports/import-store.port.ts';
import type { ImportId, TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';

interface ImportRecord {
  readonly id: ImportId;
  readonly name: string;
  readonly mode: ImportState['mode'];
  readonly state: ImportState['state'];
  readonly total: number;
  readonly applied: number;
  readonly counts: string;
  readonly clock_at: number | null;
  readonly started_on: Date;
}

function stateOf(row: ImportRecord): ImportState {
  return {
    id: row.id,
    name: row.name,
    mode: row.mode,
    state: row.state,
    total: row.total,
    applied: row.applied,
    counts: JSON.parse(row.counts) as ImportState['counts'],
    clockAt: row.clock_at,
    startedAt: row.started_on.getTime(),
  };
}

const COLUMNS = 'id, name, mode, state, total, applied, counts, clock_at, started_on';

export function createImportStore(sql: Sql): ImportStore {
  const as = <Result>(tenant: TenantId, run: (session: SqlSession) => Promise<Result>) =>
    sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, run);
  return {
    find: (tenant, id) =>
      as(tenant, async (session) => {
        const [row] = await session.query<ImportRecord>(
          `SELECT ${COLUMNS} FROM imports WHERE tenant = $1 AND id = $2`,
          [tenant, id],
        );
        return row === undefined ? null : stateOf(row);
      }),
    list: (tenant) =>
      as(tenant, async (session) => {
        const rows = await session.query<ImportRecord>(
          `SELECT ${COLUMNS} FROM imports WHERE tenant = $1 ORDER BY started_on DESC, id`,
          [tenant],
        );
        return rows.map(stateOf);
      }),
    async create(tenant, state) {
      await as(tenant, (session) =>
        session.query(
          `INSERT INTO imports (tenant, id, name, mode, state, total) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
          [tenant, state.id, state.name, state.mode, state.state, state.total],
        ),
      );
    },
    async update(tenant, id, change) {
      await as(tenant, (session) =>
        session.query(
          `UPDATE imports SET state = coalesce($3, state), applied = coalesce($4, applied), counts = coalesce($5, counts), clock_at = coalesce($6, clock_at)
           WHERE tenant = $1 AND id = $2`,
          [
            tenant,
            id,
            change.state ?? null,
            change.applied ?? null,
            change.counts === undefined ? null : canonicalJson(change.counts),
            change.clockAt ?? null,
          ],
        ),
      );
    },
    async storePolicy(tenant, hash, policy) {
      await as(tenant, (session) =>
        session.query('INSERT INTO policies (tenant, hash, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
          tenant,
          hash,
          canonicalJson(policy),
        ]),
      );
    },
    isEmpty: (tenant) =>
      as(tenant, async (session) => {
        const rows = await session.query(
          `SELECT 1 FROM actor_state WHERE tenant = $1 AND kind IN ('account', 'lead') LIMIT 1`,
          [tenant],
        );
        return rows.length === 0;
      }),
    async retract(tenant, id, keptIds) {
      await as(tenant, async (session) => {
        const kept = [...keptIds];
        await session.query(
          'UPDATE decisions SET undone = true WHERE tenant = $1 AND batch = $2 AND NOT (subject_id = ANY ($3::text[]))',
          [tenant, id, kept],
        );
        await session.query(
          'UPDATE outcomes SET undone = true WHERE tenant = $1 AND batch = $2 AND NOT (subject_id = ANY ($3::text[]))',
          [tenant, id, kept],
        );
        for (const table of ['leads', 'contacts', 'accounts'] as const) {
          await session.query(`DELETE FROM ${table} WHERE tenant = $1 AND batch = $2 AND NOT (id = ANY ($3::text[]))`, [
            tenant,
            id,
            kept,
          ]);
        }
      });
    },
  };
}
