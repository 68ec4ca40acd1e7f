/**
 * What an archive of the ledger says about itself: which part of each chain it holds, between which hashes, and what each file must be. It is
 * signed like an anchor, and the database keeps a copy, so the part that has left can be missed but not replaced.
 */
import { z } from 'zod';

import { canonicalJson } from './json.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const ledgerManifestSchema = z.strictObject({
  format: z.literal(1),
  /** By which the master key of the installation is recognised. */
  installation: z.string(),
  /** From 1, without gaps in one installation. */
  number: z.int().min(1),
  /** SHA-256 of the manifest of the archive before; null for the first. */
  previous: sha256.nullable(),
  /** Everything in it was recorded before this time. */
  before: z.iso.datetime(),
  events: z.int().min(1),
  partitions: z
    .array(
      z.strictObject({
        partition: z.int().min(0).max(63),
        first_seq: z.int().min(1),
        last_seq: z.int().min(1),
        rows: z.int().min(1),
        /** The hash of the row before the first. */
        before_hash: sha256,
        last_hash: sha256,
        file: z.string().regex(/^p\d\d\.jsonl\.gz$/),
        bytes: z.int().min(1),
        sha256,
      }),
    )
    .min(1),
  /** Ed25519, base64 of its 32 bytes. */
  public_key: z.string(),
});
export type LedgerManifest = z.infer<typeof ledgerManifestSchema>;

export const signedLedgerManifestSchema = ledgerManifestSchema.extend({ signature: z.string() });
export type SignedLedgerManifest = z.infer<typeof signedLedgerManifestSchema>;

/** The text that the signature covers. */
export function ledgerManifestText(manifest: LedgerManifest): string {
  return canonicalJson(manifest);
}

/** The text of the file, of which the digest is taken. */
export function ledgerManifestFileText(manifest: SignedLedgerManifest): string {
  return `${canonicalJson(manifest)}\n`;
}

export function archiveFolderName(number: number): string {
  return `ledger-${String(number).padStart(6, '0')}`;
}
