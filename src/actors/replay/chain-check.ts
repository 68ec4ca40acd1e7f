/** Checks the chains of a ledger that does not lie in a database: row by row, in the order of each partition, as they stand in a backup. */
import type { Digest } from '../../domain/json.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { VerifyResult } from './chain-fault.ts';
import { beyondHead, findings, headFault } from './chain-findings.ts';
import type { ChainHead } from './chain-findings.ts';
import type { ChainPosition } from './chain-position.port.ts';
import { ChainWalk } from './chain-walk.ts';

export class ChainCheck {
  readonly #digest: Digest;
  readonly #heads: ReadonlyMap<number, ChainHead>;
  readonly #walks = new Map<number, ChainWalk>();

  readonly #starts: ReadonlyMap<number, ChainPosition>;

  /** `heads` say where the chains must end, `starts` where those go on whose earlier part is somewhere else. */
  constructor(digest: Digest, heads: readonly ChainHead[], starts: ReadonlyMap<number, ChainPosition> = new Map()) {
    this.#digest = digest;
    this.#starts = starts;
    this.#heads = new Map(heads.map((head) => [head.partition, head]));
    for (const { partition } of heads) this.#walkOf(partition);
  }

  add(row: LedgerRow): void {
    this.#walkOf(row.partition).add(row);
  }

  finish(): VerifyResult {
    const walks = [...this.#walks.values()];
    for (const walk of walks) walk.finish();
    const ends = walks.flatMap((walk) => {
      const head = this.#heads.get(walk.partition);
      return [headFault(walk, head), beyondHead(walk, head?.seq ?? Infinity)].flatMap((fault) => fault ?? []);
    });
    return findings(walks, ends, this.#digest);
  }

  #walkOf(partition: number): ChainWalk {
    let walk = this.#walks.get(partition);
    if (walk === undefined) {
      const head = this.#heads.get(partition);
      const start = this.#starts.get(partition);
      walk = new ChainWalk(partition, this.#digest, {
        marks: new Set(head === undefined ? [] : [head.seq]),
        ...(start === undefined ? {} : { start }),
      });
      this.#walks.set(partition, walk);
    }
    return walk;
  }
}
