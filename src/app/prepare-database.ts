/** Brings the schema up to date, and refuses a database that this program or its key cannot read. */
import { GatehouseError } from '../domain/errors.ts';
import { MACHINE_GENERATION } from '../machines/catalogue.ts';
import { migrate } from '../memory/sql/migrate.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { Generations } from '../memory/vault/generations.ts';
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';
import type { KeyRing } from '../memory/vault/key-ring.ts';

export interface InstallationKeys {
  readonly secret: InstallationSecret;
  readonly generations: Generations;
}

export async function prepareDatabase(sql: Sql, ring: KeyRing): Promise<InstallationKeys> {
  await migrate(sql);
  const generations = new Generations(ring);
  const secret = await generations.open(sql);
  await refuseNewerStates(sql);
  return { secret, generations };
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
