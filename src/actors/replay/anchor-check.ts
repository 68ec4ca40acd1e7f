/** Compares a chain that was walked with what the anchors say about it: what is too whole to be found otherwise, because it was all computed anew. */
import { anchorsInForce } from '../../domain/anchor.ts';
import type { Anchor } from '../../domain/anchor.ts';
import { countOfRows, rowsAt } from './chain-fault.ts';
import type { ChainFault } from './chain-fault.ts';
import type { ChainHead } from './chain-findings.ts';
import type { ChainWalk } from './chain-walk.ts';

export interface AnchoredHead extends ChainHead {
  /** Which anchor says so. */
  readonly number: number;
  readonly at: string;
}

/** What the anchors in force say, by partition, oldest first. */
export function anchoredHeads(anchors: readonly Anchor[]): ReadonlyMap<number, readonly AnchoredHead[]> {
  const found = new Map<number, AnchoredHead[]>();
  for (const { number, at, heads } of anchorsInForce(anchors))
    for (const head of heads) {
      const known = found.get(head.partition) ?? [];
      known.push({ ...head, number, at });
      found.set(head.partition, known);
    }
  return found;
}

/** The first contradiction between a chain and its anchors: behind it, all anchors differ. */
export function anchorFault(walk: ChainWalk, anchored: readonly AnchoredHead[]): ChainFault | null {
  const { partition, end } = walk;
  let sound = 0;
  for (const { seq, hash, number, at } of anchored) {
    if (seq > end) {
      const rest = countOfRows(seq - end);
      const detail = `at least ${rest} from ${end + 1} on were cut off: the chain ends at ${end}, anchor ${number} of ${at} at ${seq}`;
      return { partition, seq: end + 1, kind: 'cut_off', detail };
    }
    const found = walk.hashAt.get(seq);
    if (found !== undefined && seq > 0 && found !== hash) {
      const detail = `${rowsAt(sound + 1, seq)} were computed anew, some or all: anchor ${number} of ${at} has another hash for ${seq}`;
      return { partition, seq: sound + 1, kind: 'anchor_differs', detail };
    }
    if (found !== undefined) sound = seq;
  }
  return null;
}
