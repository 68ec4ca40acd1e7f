/**
 * The key that signs anchors and manifests of exported ledger. It follows from the first master key, so all hosts of an installation have the same
 * one and there is no further secret to keep; the database never sees it. Its public half may be given to anybody.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

import type { InstallationSecret } from '../vault/installation-secret.ts';

const SEED_BYTES = 32;
/** PKCS #8 around the seed of an Ed25519 key. Source: RFC 8410, section 7. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
/** SubjectPublicKeyInfo around the 32 bytes of an Ed25519 public key. Source: RFC 8410, section 4. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

export interface Signer {
  /** Base64 of the 32 bytes. */
  readonly publicKey: string;
  /** Signature in base64. */
  sign(text: string): string;
}

export function signerOf({ signingSeed }: InstallationSecret): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, signingSeed]), format: 'der', type: 'pkcs8' });
  const publicBytes = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD.length);
  return {
    publicKey: publicBytes.toString('base64'),
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64'),
  };
}

export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  const bytes = Buffer.from(publicKey, 'base64');
  if (bytes.length !== SEED_BYTES) return false;
  const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64'));
}
