/** A place in a chain: the position of a row, and its hash. */
import type { Hash } from '../../domain/ids.ts';

export interface ChainPosition {
  readonly seq: number;
  readonly hash: Hash;
}
