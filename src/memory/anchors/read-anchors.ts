/**
 * Reads the anchors of a folder and checks them by themselves: each is signed by this installation, and names the one before it. What is
 * wrong is told and not thrown, because it is what verification is there to find.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { anchorFileName, anchorText, signedAnchorSchema } from '../../domain/anchor.ts';
import type { SignedAnchor } from '../../domain/anchor.ts';
import { sha256 } from '../sha256.ts';
import { isSignedBy } from './signing-key.ts';

const FILE = /^anchor-(\d{6,})\.json$/;

export interface AnchorFault {
  readonly file: string;
  readonly detail: string;
}

export interface AnchorReading {
  /** Those whose signature is right, by number. */
  readonly anchors: readonly SignedAnchor[];
  readonly faults: readonly AnchorFault[];
}

/** By whom anchors must be signed, and for which installation. */
export interface AnchorIdentity {
  readonly publicKey: string;
  readonly installation: string;
}

/** Numbers of the anchors in a folder, in order; none when there is no folder. */
export function anchorNumbers(folder: string): readonly number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

export function readAnchors(folder: string, identity: AnchorIdentity): AnchorReading {
  const anchors: SignedAnchor[] = [];
  const faults: AnchorFault[] = [];
  let before: { readonly number: number; readonly digest: string } | null = null;
  for (const number of anchorNumbers(folder)) {
    const file = anchorFileName(number);
    const text = readFileSync(join(folder, file), 'utf8');
    const missing = number - (before?.number ?? 0) - 1;
    if (missing > 0) faults.push({ file, detail: `${missing} before it ${missing === 1 ? 'is' : 'are'} missing` });
    const read = readAnchor(text, number, identity);
    if (typeof read === 'string') faults.push({ file, detail: read });
    else {
      anchors.push(read);
      if (missing === 0 && read.previous !== (before?.digest ?? null))
        faults.push({ file, detail: 'it follows another anchor than the one before it' });
    }
    before = { number, digest: sha256(text) };
  }
  return { anchors, faults };
}

/** One anchor, or what is wrong with it. */
export function readAnchor(text: string, number: number, identity: AnchorIdentity): SignedAnchor | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  const { success, data } = signedAnchorSchema.safeParse(parsed);
  if (!success) return 'it is no anchor';
  const { signature, ...anchor } = data;
  if (anchor.installation !== identity.installation) return 'it belongs to another installation';
  if (anchor.public_key !== identity.publicKey || !isSignedBy(identity.publicKey, anchorText(anchor), signature))
    return 'its signature is wrong: it was altered, or signed by somebody else';
  return anchor.number === number ? data : `it says that it is number ${anchor.number}`;
}
