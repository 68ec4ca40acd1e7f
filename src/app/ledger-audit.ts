import type { LedgerReader } from '../actors/replay/ledger-reader.port.ts';
/** Verification as people ask for it: the chains, and the anchors that were kept outside the database. */
import { verifyLedger } from '../actors/replay/verify.ts';
import type { SignedAnchor } from '../domain/anchor.ts';
import { anchorFileName } from '../domain/anchor.ts';
import { PARTITION_COUNT } from '../domain/ids.ts';
import type { AnchorView, VerifyReport } from '../gateway/services.port.ts';
import type { AnchorFolder } from '../memory/anchors/anchor-folder.ts';
import { sha256 } from '../memory/sha256.ts';

export async function auditLedger(reader: LedgerReader, folder: AnchorFolder): Promise<VerifyReport> {
  // Anchors first: one that is written meanwhile may know more than what was read.
  const { anchors, faults } = folder.read();
  const result = await verifyLedger(reader, sha256, anchors);
  return {
    ok: result.faults.length === 0 && faults.length === 0,
    events: result.events,
    partitions: PARTITION_COUNT,
    faults: result.faults,
    unnamed: result.unnamed,
    anchors: { files: anchors.length, newest_at: anchors.at(-1)?.at ?? null, faults },
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
