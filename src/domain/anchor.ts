/**
 * A signed note, kept outside the database, of where every chain of the ledger ended at one moment. Whoever rewrites the database
 * cannot rewrite it. Each anchor names the one before it by digest, so none can be taken out of the middle.
 */
import { z } from 'zod';

import { canonicalJson } from './json.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const anchorSchema = z.strictObject({
  format: z.literal(1),
  /** By which the master key of the installation is recognised. */
  installation: z.string(),
  /** From 1, without gaps in one folder. */
  number: z.int().min(1),
  /** ISO 8601, by the clock of the database. */
  at: z.iso.datetime(),
  /** SHA-256 of the file before this one; null for the first. */
  previous: sha256.nullable(),
  /** When a restored installation goes on: the time of its backup. Anchors of after that time speak of what is lost. */
  restored_from: z.iso.datetime().nullable(),
  heads: z.array(z.strictObject({ partition: z.int().min(0), seq: z.int().min(0), hash: sha256 })),
  /** Ed25519, base64 of its 32 bytes: whoever knows it can check the signature without the master key. */
  public_key: z.string(),
});
export type Anchor = z.infer<typeof anchorSchema>;

export const signedAnchorSchema = anchorSchema.extend({ signature: z.string() });
export type SignedAnchor = z.infer<typeof signedAnchorSchema>;

/** The text that the signature covers. */
export function anchorText(anchor: Anchor): string {
  return canonicalJson(anchor);
}

/** The bytes of the file. */
export function anchorFileText(anchor: SignedAnchor): string {
  return `${canonicalJson(anchor)}\n`;
}

export function anchorFileName(number: number): string {
  return `anchor-${String(number).padStart(6, '0')}.json`;
}

/** The anchors that still hold: those of a time which a restore took back are left out. */
export function anchorsInForce(anchors: readonly Anchor[]): readonly Anchor[] {
  return anchors.filter(
    ({ at }, index) =>
      !anchors.some((later, other) => other > index && later.restored_from !== null && later.restored_from < at),
  );
}
