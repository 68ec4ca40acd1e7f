/** Checks the hash chains: every row follows from the one before it, nothing is missing, and each chain ends where its head says. */
import type { Anchor } from '../../domain/anchor.ts';
import { PARTITION_COUNT } from '../../domain/ids.ts';
import type { Digest } from '../../domain/json.ts';
import { anchoredHeads, anchorFault } from './anchor-check.ts';
import type { AnchoredHead } from './anchor-check.ts';
import type { VerifyResult } from './chain-fault.ts';
import type { ChainFault } from './chain-fault.ts';
import type { ChainHead } from './chain-findings.ts';
import { beyondHead, findings, headFault } from './chain-findings.ts';
import type { ChainPosition } from './chain-position.port.ts';
import { ChainWalk } from './chain-walk.ts';
import type { LedgerReader } from './ledger-reader.port.ts';

const SLICE = 5_000;

/** Chains that are walked at once: while one is hashed, the database reads another. */
const AT_ONCE = 3;

export interface VerifyOptions {
  readonly anchors?: readonly Anchor[];
  /** Where chains go on whose earlier part is not read, by partition. */
  readonly starts?: ReadonlyMap<number, ChainPosition>;
}

const NO_STARTS: ReadonlyMap<number, ChainPosition> = new Map();

/** Checks all chains. Hosts may go on writing meanwhile: what they append is checked as far as it is seen. */
export async function verifyLedger(
  reader: LedgerReader,
  digest: Digest,
  { anchors = [], starts = NO_STARTS }: VerifyOptions = {},
): Promise<VerifyResult> {
  const heads = new Map((await reader.heads()).map((head) => [head.partition, head]));
  const anchored = anchoredHeads(anchors);
  const walks = Array.from({ length: PARTITION_COUNT }, (_, partition) => {
    const known = [heads.get(partition), ...(anchored.get(partition) ?? [])];
    const marks = new Set(known.flatMap((head) => head?.seq ?? []));
    const start = starts.get(partition);
    return new ChainWalk(partition, digest, { marks, ...(start === undefined ? {} : { start }) });
  });
  const waiting = [...walks];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let walk = waiting.shift(); walk !== undefined; walk = waiting.shift()) await walkChain(reader, walk);
    }),
  );
  // A row and its head are written together, so no chain that was read can be longer than its head is now.
  const later = new Map((await reader.heads()).map((head) => [head.partition, head.seq]));
  const others = walks.flatMap((walk) =>
    endFaults(
      walk,
      heads.get(walk.partition),
      later.get(walk.partition) ?? Infinity,
      anchored.get(walk.partition) ?? [],
    ),
  );
  for (const { partition, seq } of await reader.strays()) {
    const isPartition = partition >= 0 && partition < PARTITION_COUNT;
    const why = isPartition ? 'an archive holds this position' : `there is no partition ${partition}`;
    const detail = `the row at ${seq} was added: ${why}`;
    others.push({ partition, seq, kind: 'inserted', detail });
  }
  return findings(walks, others, digest);
}

/** What is wrong with where a chain ends. A cut that the head shows is not told again by an anchor. */
function endFaults(
  walk: ChainWalk,
  head: ChainHead | undefined,
  later: number,
  anchored: readonly AnchoredHead[],
): readonly ChainFault[] {
  const byHead = headFault(walk, head);
  const byAnchor = anchorFault(walk, anchored);
  const isTold = byHead?.kind === 'cut_off' && byAnchor?.kind === 'cut_off';
  return [byHead, beyondHead(walk, later), isTold ? null : byAnchor].flatMap((fault) => fault ?? []);
}

async function walkChain(reader: LedgerReader, walk: ChainWalk): Promise<void> {
  // Below the first position there must be nothing, so it is looked at too.
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = await reader.slice({ partition: walk.partition, after, limit: SLICE });
    if (rows.length === 0) break;
    for (const row of rows) walk.add(row);
    after = rows.at(-1)?.seq ?? after;
  }
  walk.finish();
}
