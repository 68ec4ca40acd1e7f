/**
 * A signed statement that a person was erased: what of them was removed, what is left and cannot be read, what left the installation before,
 * and which events of the ledger are concerned. It names the person by their opaque id and holds nothing that was known of them, so it
 * can be given to anybody.
 */
import { z } from 'zod';

import { canonicalJson } from './json.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Where something of a person is kept, and what an erasure does there. */
export const ERASURE_LAYERS = {
  ledger: { result: 'unreadable', what: 'events with a sealed part, in the table of the ledger' },
  archives: { result: 'unreadable', what: 'events with a sealed part, in archives of the ledger' },
  notes: { result: 'unreadable', what: 'notes with a sealed text' },
  inbox: { result: 'unreadable', what: 'messages that wait, with a sealed part' },
  profile: { result: 'removed', what: 'profiles that still have a name, address, title or id' },
  aliases: { result: 'removed', what: 'further names in the directory' },
  search_index: { result: 'removed', what: 'notes in the index of searches' },
  examples: { result: 'removed', what: 'approved texts to learn from' },
  vectors: { result: 'removed', what: 'vectors of notes in the database' },
  lancedb: { result: 'removed', what: 'vectors of notes in the LanceDB files of this host' },
} as const;
export type ErasureLayer = keyof typeof ERASURE_LAYERS;
const LAYER_NAMES = Object.keys(ERASURE_LAYERS) as [ErasureLayer, ...ErasureLayer[]];

/** What a connected channel said when it was asked to forget the person. */
const channelSchema = z.strictObject({
  channel: z.string(),
  /** `outstanding`: asked again until it confirms. `keeps_nothing`: by its own statement. `cannot_be_asked`: nobody knows. */
  state: z.enum(['confirmed', 'outstanding', 'keeps_nothing', 'cannot_be_asked']),
  attempts: z.int().min(0),
  /** The channel's own name for what it did. */
  receipt: z.string().nullable(),
  confirmed_at: z.iso.datetime().nullable(),
  note: z.string().nullable(),
});

const remainSchema = z.strictObject({ what: z.string(), why: z.string(), until: z.iso.datetime().nullable() });

export const erasureProofSchema = z.strictObject({
  format: z.literal(1),
  /** Keeps a signature of this from passing for one of something else. */
  kind: z.literal('erasure_proof'),
  /** By which the master key of the installation is recognised. */
  installation: z.string(),
  tenant: z.string(),
  subject: z.string(),
  issued_at: z.iso.datetime(),
  erasure: z.strictObject({
    event: z.string(),
    /** Hash of the event in its chain. */
    hash: sha256,
    at: z.iso.datetime(),
    by: z.string(),
    key_destroyed_at: z.iso.datetime(),
  }),
  /** The person's sealed events up to the erasure; the digest is `concernedDigestText` hashed. */
  concerned: z.strictObject({ events: z.int().min(0), digest: sha256 }),
  layers: z.array(
    z.strictObject({
      layer: z.enum(LAYER_NAMES),
      /** `removed`: `rows` is what is left, and is 0. `unreadable`: `rows` are there, and their key is gone. */
      result: z.enum(['removed', 'unreadable']),
      rows: z.int().min(0),
      what: z.string(),
    }),
  ),
  /** What was sent to the person before. It is with them and their provider, and no erasure reaches it. */
  delivered: z.array(z.strictObject({ channel: z.string(), mode: z.string(), messages: z.int().min(1) })),
  /** Receipts of connected channels, and which are outstanding. Proofs of before channels were asked have none. */
  channels: z.array(channelSchema).optional(),
  /** Backups of before the erasure that lie beside the server. Others are not known to it. */
  backups: z.array(z.strictObject({ name: z.string(), taken_at: z.iso.datetime().nullable() })),
  remains: z.array(remainSchema),
  /** Ed25519, base64 of its 32 bytes. */
  public_key: z.string(),
});
export type ErasureProof = z.infer<typeof erasureProofSchema>;

export const signedErasureProofSchema = erasureProofSchema.extend({ signature: z.string() });
export type SignedErasureProof = z.infer<typeof signedErasureProofSchema>;

/** The text that the signature covers. */
export function erasureProofText(proof: ErasureProof): string {
  return canonicalJson(proof);
}

/** The text that the digest of the concerned events is taken over: id and hash, in the order of the ledger. */
export function concernedDigestText(events: readonly { readonly id: string; readonly hash: string }[]): string {
  return events.map(({ id, hash }) => `${id} ${hash}\n`).join('');
}
