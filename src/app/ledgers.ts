/** The ledger and files beside it, for commands that open the database by themselves. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { findings } from '../actors/replay/chain-findings.ts';
import { ChainWalk } from '../actors/replay/chain-walk.ts';
import type { Ledgers } from '../cli/ledgers.port.ts';
import type { Config } from '../config/config.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { LedgerRow } from '../domain/ledger-event.ts';
import { AnchorFolder } from '../memory/anchors/anchor-folder.ts';
import { signerOf } from '../memory/anchors/signing-key.ts';
import { writeArchive } from '../memory/archive/write-archive.ts';
import type { WriteArchive } from '../memory/archive/write-archive.ts';
import { createLedgerReader } from '../memory/read/ledger-reader.ts';
import { PolicyCache } from '../memory/runtime/policy-cache.ts';
import { sha256 } from '../memory/sha256.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import { keyCheckOf } from '../memory/vault/generations.ts';
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';
import { KeyRing } from '../memory/vault/key-ring.ts';
import { refuseWithoutDatabase } from './backups.ts';
import { auditLedger } from './ledger-audit.ts';
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

/** The check that rows must pass before they leave the table: the chain, from the row before them on. */
export const checkLeaving: WriteArchive['check'] = async (start, rows: AsyncIterable<LedgerRow>) => {
  const walk = new ChainWalk(start.partition, sha256, { start, marks: new Set() });
  for await (const row of rows) walk.add(row);
  walk.finish();
  return findings([walk], [], sha256).faults[0]?.detail ?? null;
};

export function createLedgers(): Ledgers {
  return {
    async verify(config, { anchorDir, archiveDir }) {
      for (const folder of [anchorDir, archiveDir])
        if (folder !== null && !existsSync(folder)) throw new GatehouseError('usage', `There is no folder ${folder}.`);
      return withDatabase(config, (sql, secret) => {
        const signer = signerOf(secret);
        const identity = { publicKey: signer.publicKey, installation: keyCheckOf(secret) };
        return auditLedger({
          sql,
          identity,
          table: createLedgerReader(sql, new PolicyCache()),
          anchors: new AnchorFolder(anchorDir ?? anchorDirOf(config), sql, signer, identity.installation),
          archiveDir: archiveDir ?? config.archiveDir,
        });
      });
    },
    export: (config, { before, to, by }, progress) =>
      withDatabase(config, async (sql, secret) => {
        const { folder, manifest } = await writeArchive(sql, {
          folder: to,
          before,
          by,
          signer: signerOf(secret),
          installation: keyCheckOf(secret),
          check: checkLeaving,
          progress,
        });
        return {
          folder,
          number: manifest.number,
          before: manifest.before,
          events: manifest.events,
          partitions: manifest.partitions.length,
          bytes: manifest.partitions.reduce((sum, part) => sum + part.bytes, 0),
        };
      }),
  };
}

async function withDatabase<Result>(
  config: Config,
  run: (sql: Sql, secret: InstallationSecret) => Promise<Result>,
): Promise<Result> {
  refuseWithoutDatabase(config);
  const ring = KeyRing.existing(config.masterKey, config.dataDir);
  const { sql, lock } = await openDatabase(config);
  try {
    const { secret } = await prepareDatabase(sql, ring);
    return await run(sql, secret);
  } finally {
    await sql.close();
    lock?.release();
  }
}
