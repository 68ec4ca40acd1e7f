/**
 * What a backup says about itself: when and of which schema it was taken, what each file must hold, and where each chain of the ledger
 * ended. Its seal is a keyed hash, so neither the files nor the manifest can be changed by somebody without the keys of
 * the installation. The keys of people have a manifest of their own, because they are wrapped anew while the backup lies there.
 */
import { z } from 'zod';

import { canonicalJson } from './json.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

export const backupManifestSchema = z.strictObject({
  /** 1: the keys of people are a table like others. 2: they stand in a file of their own. */
  format: z.literal([1, 2]),
  /** Version of the program that wrote it. */
  program: z.string(),
  /** ISO 8601, by the clock of the database. */
  taken_at: z.iso.datetime(),
  database: z.enum(['pglite', 'postgres']),
  /** Applied migrations, in order. */
  migrations: z.array(z.strictObject({ version: z.int(), name: z.string(), checksum: sha256 })).min(1),
  /** By which the master key of the installation is recognised. */
  key_check: z.string(),
  /** Hosts that served when it was taken. */
  hosts: z.array(z.string()),
  heads: z.array(z.strictObject({ partition: z.int(), seq: count, hash: sha256 })),
  /** In an order in which they can be loaded. */
  tables: z.array(
    z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_]*$/), rows: count, bytes: count, sha256: sha256 }),
  ),
});
export type BackupManifest = z.infer<typeof backupManifestSchema>;

export const sealedManifestSchema = backupManifestSchema.extend({ seal: sha256 });
export type SealedManifest = z.infer<typeof sealedManifestSchema>;

/** The text that the seal covers. */
export function sealedText(manifest: BackupManifest): string {
  return canonicalJson(manifest);
}

/** The keys of people in a backup: which file has them, and with which generations of the installation's key they are wrapped. */
export const backupKeysSchema = z.strictObject({
  format: z.literal(1),
  /** The seal of the manifest that this belongs to. */
  backup: sha256,
  wrapped_at: z.iso.datetime(),
  /** Each with the secret of the installation, sealed with its key. */
  generations: z.array(z.strictObject({ number: z.int().min(1), id: z.string(), secret: z.string() })).min(1),
  /** Within the folder of keys. */
  file: z.string().regex(/^[a-z0-9-]+\.jsonl\.gz$/),
  rows: count,
  bytes: count,
  sha256,
  /** How many of the rows have no key, because their people were erased. */
  erased: count,
});
export type BackupKeys = z.infer<typeof backupKeysSchema>;

export const sealedBackupKeysSchema = backupKeysSchema.extend({ seal: sha256 });
export type SealedBackupKeys = z.infer<typeof sealedBackupKeysSchema>;

/** The text that the seal covers; it never equals that of a manifest. */
export function backupKeysText(keys: BackupKeys): string {
  return canonicalJson({ kind: 'keys', ...keys });
}
