/** Brings the schema up to date, and refuses a database that this program or its key cannot read. */
import type { KeyObject } from 'node:crypto';

import { GatehouseError } from '../domain/errors.ts';
import { MACHINE_GENERATION } from '../machines/catalogue.ts';
import { migrate } from '../memory/sql/migrate.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { checkMasterKey } from './key-check.ts';

export async function prepareDatabase(sql: Sql, master: KeyObject): Promise<void> {
  await migrate(sql);
  await checkMasterKey(sql, master);
  await refuseNewerStates(sql);
}

/** An older program has nothing to do where a newer one has written every partition. */
async function refuseNewerStates(sql: Sql): Promise<void> {
  const [row] = await sql.asOwner((session) =>
    session.query<{ open: number }>('SELECT count(*)::int AS open FROM partition_leases WHERE generation <= $1', [
      MACHINE_GENERATION,
    ]),
  );
  if (row?.open === 0)
    throw new GatehouseError(
      'unavailable',
      'A newer version of Gatehouse has written to every partition of this database, and this one cannot read what it wrote. Run the newer version, or restore a backup.',
    );
}
