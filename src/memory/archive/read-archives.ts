/**
 * Which archives the database knows, as far as their signed manifests prove it. Verification goes by these and not by the tables beside
 * them, which somebody with all rights could change.
 */
import type { ChainPosition } from '../../actors/replay/chain-position.port.ts';
import { asId } from '../../domain/ids.ts';
import { archiveFolderName, ledgerManifestText, signedLedgerManifestSchema } from '../../domain/ledger-manifest.ts';
import type { SignedLedgerManifest } from '../../domain/ledger-manifest.ts';
import type { AnchorFault, AnchorIdentity } from '../anchors/read-anchors.ts';
import { isSignedBy } from '../anchors/signing-key.ts';
import { sha256 } from '../sha256.ts';
import type { Sql } from '../sql/sql.port.ts';

export interface ArchiveReading {
  /** By number. */
  readonly manifests: readonly SignedLedgerManifest[];
  /** Where each partition that has left in part goes on. */
  readonly ends: ReadonlyMap<number, ChainPosition>;
  readonly faults: readonly AnchorFault[];
  /** Digest of the last manifest; null when there is none. */
  readonly digest: string | null;
}

/** Digest of the newest manifest as the database tells it; null when nothing has left. */
export async function newestArchive(sql: Sql): Promise<string | null> {
  const [row] = await sql.asOwner((session) =>
    session.query<{ digest: string }>('SELECT digest FROM ledger_archives ORDER BY number DESC LIMIT 1'),
  );
  return row?.digest ?? null;
}

export async function readArchives(sql: Sql, identity: AnchorIdentity): Promise<ArchiveReading> {
  const rows = await sql.asOwner((session) =>
    session.query<{ number: number; manifest: string }>('SELECT number, manifest FROM ledger_archives ORDER BY number'),
  );
  const manifests: SignedLedgerManifest[] = [];
  const faults: AnchorFault[] = [];
  const ends = new Map<number, ChainPosition>();
  let digest: string | null = null;
  for (const row of rows) {
    const file = archiveFolderName(row.number);
    const manifest = manifestOf(row.manifest, identity);
    if (typeof manifest === 'string') faults.push({ file, detail: manifest });
    else {
      if (manifest.number !== manifests.length + 1 || manifest.previous !== digest)
        faults.push({ file, detail: 'its manifest does not follow the one before it' });
      manifests.push(manifest);
      for (const part of manifest.partitions) {
        if (part.first_seq !== (ends.get(part.partition)?.seq ?? 0) + 1)
          faults.push({
            file,
            detail: `its part of partition ${part.partition} does not follow the archive before it`,
          });
        ends.set(part.partition, { seq: part.last_seq, hash: asId(part.last_hash) });
      }
    }
    digest = sha256(row.manifest);
  }
  return { manifests, ends, faults, digest };
}

/** A manifest, or what is wrong with it. */
export function manifestOf(text: string, identity: AnchorIdentity): SignedLedgerManifest | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'its manifest is not JSON';
  }
  const { success, data } = signedLedgerManifestSchema.safeParse(parsed);
  if (!success) return 'its manifest cannot be read';
  const { signature, ...manifest } = data;
  if (manifest.installation !== identity.installation) return 'it belongs to another installation';
  if (!isSignedBy(identity.publicKey, ledgerManifestText(manifest), signature))
    return 'the signature of its manifest is wrong: it was altered, or signed by somebody else';
  return data;
}
