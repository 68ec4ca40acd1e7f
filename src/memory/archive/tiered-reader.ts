/**
 * Reads the ledger across its table and the archives: what has left comes from files, what is left from the table, in one order. Where
 * something that has left is needed and its files are not there, it refuses and says which folder it needs.
 */
import type { LedgerReader, LedgerSlice } from '../../actors/replay/ledger-reader.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { PARTITION_COUNT, partitionOf } from '../../domain/ids.ts';
import type { ScopeId, TenantId } from '../../domain/ids.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { AnchorIdentity } from '../anchors/read-anchors.ts';
import type { Sql } from '../sql/sql.port.ts';
import { archivedRows, fileFaults } from './archive-files.ts';
import type { ArchivedRow } from './archive-files.ts';
import { newestArchive, readArchives } from './read-archives.ts';
import type { ArchiveReading } from './read-archives.ts';

/** Where a reading of one partition stands, so that the next slice goes on there. */
interface Cursor {
  readonly rows: AsyncGenerator<ArchivedRow>;
  after: number;
}

interface Archives {
  readonly reading: ArchiveReading;
  readonly from: string;
  /** Digest of the last manifest. */
  readonly newest: string;
}

const SHARED_GUARD = /"key":"(domain|sender):/;
const ALL_PARTITIONS: readonly number[] = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/** `folder` holds the archives; null when they are not at hand. */
export function tieredReader(
  table: LedgerReader,
  sql: Sql,
  identity: AnchorIdentity,
  folder: string | null,
): LedgerReader {
  const cursors = new Map<number, Cursor>();
  /** What was read and checked last; it holds until there is another archive. */
  let known: Archives | null = null;

  /** What has left, after its files were found to be the right ones; null when nothing has. */
  async function archives(): Promise<Archives | null> {
    const newest = await newestArchive(sql);
    if (newest === null) return null;
    if (folder === null)
      throw new GatehouseError(
        'state_conflict',
        'A part of the ledger has left the database for archives, and this needs all of it. Set GATEHOUSE_ARCHIVE_DIR to the folder of the archives, or give it with --cold.',
      );
    if (known?.newest === newest) return known;
    const reading = await readArchives(sql, identity);
    const [fault] = [...reading.faults, ...(await fileFaults(folder, reading.manifests))];
    if (fault !== undefined)
      throw new GatehouseError('usage', `The archives in ${folder} cannot be used: ${fault.file}: ${fault.detail}.`);
    cursors.clear();
    known = { reading, from: folder, newest };
    return known;
  }

  /** Rows that have left the table and fit, of some partitions. */
  async function archivedWhere(partitions: readonly number[], fits: (row: LedgerRow) => boolean): Promise<LedgerRow[]> {
    const found = await archives();
    const rows: LedgerRow[] = [];
    if (found !== null)
      for (const partition of partitions)
        for await (const { row } of archivedRows(found.from, found.reading.manifests, partition))
          if (fits(row)) rows.push(row);
    return rows;
  }

  async function slice({ partition, after, limit }: LedgerSlice): Promise<readonly LedgerRow[]> {
    const found = await archives();
    const end = found?.reading.ends.get(partition)?.seq ?? 0;
    if (found === null || end === 0 || after >= end) {
      const rows = await table.slice({ partition, after, limit });
      // An export may take out at this moment what was to be read from the table.
      const isWhole = rows[0]?.seq === Math.max(0, after) + 1 || (await newestArchive(sql)) === (found?.newest ?? null);
      return isWhole ? rows : slice({ partition, after, limit });
    }
    let cursor = cursors.get(partition);
    if (cursor === undefined || cursor.after !== Math.max(0, after))
      cursor = { rows: archivedRows(found.from, found.reading.manifests, partition, after), after: Math.max(0, after) };
    cursors.set(partition, cursor);
    const rows: LedgerRow[] = [];
    while (rows.length < limit) {
      const next = await cursor.rows.next();
      if (next.done === true) break;
      rows.push(next.value.row);
    }
    cursor.after = rows.at(-1)?.seq ?? cursor.after;
    if (cursor.after >= end) cursors.delete(partition);
    return rows;
  }

  const isOf = (tenants: readonly TenantId[] | null) => (row: LedgerRow) =>
    tenants === null || tenants.includes(row.tenant);
  return {
    ...table,
    slice,
    async registryEvents(tenants) {
      const partitions =
        tenants === null ? ALL_PARTITIONS : tenants.map((tenant) => partitionOf(tenant as string as ScopeId));
      const isRegistry = (row: LedgerRow) =>
        (row.actor.kind === 'tenant' || row.actor.kind === 'trust') && isOf(tenants)(row);
      return [...(await archivedWhere(partitions, isRegistry)), ...(await table.registryEvents(tenants))];
    },
    async identityEvents(tenants) {
      const isAct = (row: LedgerRow) => row.type.startsWith('identity.') && isOf(tenants)(row);
      return [...(await archivedWhere(ALL_PARTITIONS, isAct)), ...(await table.identityEvents(tenants))];
    },
    async sharedGuardEvents(tenants, keys) {
      const named = keys.map((key) => `"key":${JSON.stringify(key)}`);
      const isShared = ({ body }: LedgerRow) => SHARED_GUARD.test(body) || named.some((name) => body.includes(name));
      const fits = (row: LedgerRow) => isShared(row) && isOf(tenants)(row);
      return [...(await archivedWhere(ALL_PARTITIONS, fits)), ...(await table.sharedGuardEvents(tenants, keys))];
    },
    async scopeEvents(tenant, scope, partition) {
      const fits = (row: LedgerRow) =>
        row.tenant === tenant && (row.scope === scope || row.body.includes('"key":"budget:'));
      return [...(await archivedWhere([partition], fits)), ...(await table.scopeEvents(tenant, scope, partition))];
    },
    async scopeUpTo(tenant, scope, moment) {
      const found = await archives();
      const rows: LedgerRow[] = [];
      if (found !== null)
        for await (const { row, recordedAt } of archivedRows(
          found.from,
          found.reading.manifests,
          partitionOf(scope as ScopeId),
        )) {
          if (row.tenant !== tenant || row.scope !== scope) continue;
          // What comes after it was recorded later too.
          if ((moment.clock === 'virtual' ? row.at : recordedAt) > moment.at) return rows;
          rows.push(row);
        }
      return [...rows, ...(await table.scopeUpTo(tenant, scope, moment))];
    },
    async positionsAt(tenant, moment) {
      const ends = [...(await table.positionsAt(tenant, moment))];
      const found = await archives();
      if (found !== null)
        for (const partition of ALL_PARTITIONS)
          for await (const { row, recordedAt } of archivedRows(found.from, found.reading.manifests, partition))
            if (row.tenant === tenant && (moment.clock === 'virtual' ? row.at : recordedAt) > moment.at) {
              ends[partition] = row.seq - 1;
              break;
            }
      return ends;
    },
  };
}
