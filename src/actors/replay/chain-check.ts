/** Checks the chains of a ledger that does not lie in a database: row by row, in the order of each partition, as they stand in a backup. */
import type { Digest } from '../../domain/json.ts';
import { GENESIS_HASH } from '../../domain/ledger-event.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { checkRow } from './verify.ts';
import type { ChainFault, ChainState, VerifyResult } from './verify.ts';

export interface ChainHead {
  readonly partition: number;
  readonly seq: number;
  readonly hash: string;
}

/** Faults that are kept; a chain that is broken everywhere does not need a million lines. */
const FAULTS_MAX = 100;

export class ChainCheck {
  readonly #digest: Digest;
  readonly #chains = new Map<number, ChainState>();
  readonly #faults: ChainFault[] = [];
  #events = 0;

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  add(row: LedgerRow): void {
    let chain = this.#chains.get(row.partition);
    if (chain === undefined) {
      chain = { seq: 0, turnEnd: 0, hash: GENESIS_HASH };
      this.#chains.set(row.partition, chain);
    }
    const fault = checkRow(row, chain, this.#digest);
    if (fault !== null && this.#faults.length < FAULTS_MAX) this.#faults.push(fault);
    if (row.turnLength > 0) chain.turnEnd = row.seq + row.turnLength - 1;
    chain.seq = row.seq;
    chain.hash = row.hash;
    this.#events += 1;
  }

  /** Compares where the chains end with where they should end. */
  finish(heads: readonly ChainHead[]): VerifyResult {
    const ends = heads.flatMap((head) => this.#endFault(head) ?? []);
    return { events: this.#events, faults: [...this.#faults, ...ends] };
  }

  #endFault({ partition, seq, hash }: ChainHead): ChainFault | null {
    const chain = this.#chains.get(partition) ?? { seq: 0, hash: GENESIS_HASH };
    if (seq > chain.seq) {
      const detail = `the chain ends at ${chain.seq}, its head at ${seq}`;
      return { partition, seq: chain.seq, kind: 'cut_off', detail };
    }
    if (seq === chain.seq && (seq === 0 || hash === chain.hash)) return null;
    return {
      partition,
      seq: chain.seq,
      kind: 'head_differs',
      detail: 'the chain ends with another hash than its head',
    };
  }
}
