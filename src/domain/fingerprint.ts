/**
 * The fingerprint of an action: what exactly would reach whom. A permit and an approval are bound to it, so a changed draft or
 * recipient needs both again.
 */
import type { ActionType, Channel } from './action-types.ts';
import { asId } from './ids.ts';
import type { Hash } from './ids.ts';
import { canonicalJson } from './json.ts';
import type { Digest, JsonObject } from './json.ts';

export interface FingerprintInput {
  readonly actionType: ActionType;
  readonly channel: Channel;
  /** The recipient's id, or the account's for an action that has no person. */
  readonly recipient: string;
  readonly content: JsonObject;
}

export function fingerprintOf(input: FingerprintInput, digest: Digest): Hash {
  return asId(digest(canonicalJson({ ...input, v: 1 })));
}
