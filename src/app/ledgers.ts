/** The ledger and files beside it, for commands that open the database by themselves. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Ledgers } from '../cli/ledgers.port.ts';
import type { Config } from '../config/config.ts';
import { GatehouseError } from '../domain/errors.ts';
import { AnchorFolder } from '../memory/anchors/anchor-folder.ts';
import { signerOf } from '../memory/anchors/signing-key.ts';
import { createLedgerReader } from '../memory/read/ledger-reader.ts';
import { PolicyCache } from '../memory/runtime/policy-cache.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { refuseWithoutDatabase } from './backups.ts';
import { keyCheckOf } from './key-check.ts';
import { auditLedger } from './ledger-audit.ts';
import { existingMasterKey } from './master-key.ts';
import { openDatabase } from './open-database.ts';
import { prepareDatabase } from './prepare-database.ts';

/** Where anchors lie unless a folder is configured. */
export function anchorDirOf({
  anchorDir,
  dataDir,
}: {
  readonly anchorDir?: string | null;
  readonly dataDir: string;
}): string {
  return anchorDir ?? join(dataDir, 'anchors');
}

export function createLedgers(): Ledgers {
  return {
    verify: (config, { anchorDir }) => {
      if (!existsSync(anchorDir)) throw new GatehouseError('usage', `There is no folder ${anchorDir} with anchors.`);
      const master = existingMasterKey(config.masterKey, config.dataDir);
      return withDatabase(config, async (sql) => {
        await prepareDatabase(sql, master);
        const folder = new AnchorFolder(anchorDir, sql, signerOf(master), keyCheckOf(master));
        return auditLedger(createLedgerReader(sql, new PolicyCache()), folder);
      });
    },
  };
}

async function withDatabase<Result>(config: Config, run: (sql: Sql) => Promise<Result>): Promise<Result> {
  refuseWithoutDatabase(config);
  const { sql, lock } = await openDatabase(config);
  try {
    return await run(sql);
  } finally {
    await sql.close();
    lock?.release();
  }
}
