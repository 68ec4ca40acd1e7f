/** Verification as people ask for it: the chains, the anchors that were kept outside the database, and the archives of what has left it. */
import type { LedgerReader } from '../actors/replay/ledger-reader.port.ts';
import { verifyLedger } from '../actors/replay/verify.ts';
import { anchorFileName } from '../domain/anchor.ts';
import type { SignedAnchor } from '../domain/anchor.ts';
import { PARTITION_COUNT } from '../domain/ids.ts';
import type { AnchorView, VerifyReport } from '../gateway/services.port.ts';
import type { AnchorFolder } from '../memory/anchors/anchor-folder.ts';
import type { AnchorIdentity } from '../memory/anchors/read-anchors.ts';
import { fileFaults } from '../memory/archive/archive-files.ts';
import { newestArchive, readArchives } from '../memory/archive/read-archives.ts';
import { tieredReader } from '../memory/archive/tiered-reader.ts';
import { sha256 } from '../memory/sha256.ts';
import type { Sql } from '../memory/sql/sql.port.ts';

export interface AuditParts {
  readonly sql: Sql;
  readonly identity: AnchorIdentity;
  /** Reads the table only. */
  readonly table: LedgerReader;
  readonly anchors: AnchorFolder;
  /** Null when the files of what has left are not at hand: then each chain is checked from where it goes on in the table. */
  readonly archiveDir: string | null;
}

export async function auditLedger(parts: AuditParts): Promise<VerifyReport> {
  const { sql, identity, table, anchors, archiveDir } = parts;
  // Anchors first: one that is written meanwhile may know more than what was read.
  const signed = anchors.read();
  const newest = await newestArchive(sql);
  const archives = await readArchives(sql, identity);
  const damaged = archiveDir === null ? [] : await fileFaults(archiveDir, archives.manifests);
  const archiveFaults = [...archives.faults, ...damaged];
  const isWhole = archiveDir !== null && archiveFaults.length === 0;
  const result = isWhole
    ? await verifyLedger(tieredReader(table, sql, identity, archiveDir), sha256, { anchors: signed.anchors })
    : await verifyLedger(table, sha256, { anchors: signed.anchors, starts: archives.ends });
  // An export in between takes out rows that were about to be read.
  if ((await newestArchive(sql)) !== newest) return auditLedger(parts);
  return {
    ok: result.faults.length === 0 && signed.faults.length === 0 && archiveFaults.length === 0,
    events: result.events,
    partitions: PARTITION_COUNT,
    faults: result.faults,
    unnamed: result.unnamed,
    anchors: { files: signed.anchors.length, newest_at: signed.anchors.at(-1)?.at ?? null, faults: signed.faults },
    archives: {
      known: archives.manifests.length,
      events: archives.manifests.reduce((sum, manifest) => sum + manifest.events, 0),
      read: isWhole && archives.manifests.length > 0,
      faults: archiveFaults,
    },
  };
}

export function anchorView(anchor: SignedAnchor): AnchorView {
  return {
    file: anchorFileName(anchor.number),
    number: anchor.number,
    at: anchor.at,
    events: anchor.heads.reduce((sum, head) => sum + head.seq, 0),
    public_key: anchor.public_key,
  };
}
