/** Refuses a host whose master key is not the one that the database was made with. */
import type { KeyObject } from 'node:crypto';

import { GatehouseError } from '../domain/errors.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { keyedHash } from '../memory/vault/cipher.ts';

/** What an installation keeps of its key: a hash, by which the key is recognised. */
export function keyCheckOf(master: KeyObject): string {
  return keyedHash(master, 'installation', 'key-check');
}

/** Throws `usage` when the key differs. The first key that is seen is the right one. */
export async function checkMasterKey(sql: Sql, master: KeyObject): Promise<void> {
  const check = keyCheckOf(master);
  const rows = await sql.asOwner(async (session) => {
    await session.query('INSERT INTO installation (key_check) VALUES ($1) ON CONFLICT DO NOTHING', [check]);
    return session.query<{ key_check: string }>('SELECT key_check FROM installation');
  });
  if (rows[0]?.key_check !== check)
    throw new GatehouseError(
      'usage',
      'The master key is not the one that this database was made with, so nothing that is sealed in it could be opened. Set GATEHOUSE_MASTER_KEY, or keys/master.key in the data folder, to the key of the other hosts.',
    );
}
