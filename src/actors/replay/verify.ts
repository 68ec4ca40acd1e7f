import { PARTITION_COUNT } from '../../domain/ids.ts';
import type { Hash } from '../../domain/ids.ts';
import type { Digest } from '../../domain/json.ts';
/** Checks the hash chains: every row follows from the one before it, nothing is missing, and each chain ends where its head says. */
import { GENESIS_HASH, ledgerHash } from '../../domain/ledger-event.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { LedgerReader } from './ledger-reader.port.ts';

export interface ChainFault {
  readonly partition: number;
  readonly seq: number;
  readonly kind: 'altered' | 'missing' | 'out_of_order' | 'cut_off' | 'head_differs';
  readonly detail: string;
}

export interface VerifyResult {
  readonly events: number;
  readonly faults: readonly ChainFault[];
}

const SLICE = 5_000;
/** Faults that are reported; a chain that is broken everywhere does not need a million lines. */
const FAULTS_MAX = 100;

interface ChainState {
  seq: number;
  /** Position of the last event of the turn under way. */
  turnEnd: number;
  hash: Hash;
}

function checkRow(row: LedgerRow, chain: ChainState, digest: Digest): ChainFault | null {
  const fault = (kind: ChainFault['kind'], detail: string): ChainFault => ({
    partition: row.partition,
    seq: row.seq,
    kind,
    detail,
  });
  if (row.seq !== chain.seq + 1)
    return fault('missing', `${row.seq - chain.seq - 1} rows before position ${row.seq} are missing`);
  if (row.prevHash !== chain.hash)
    return fault('out_of_order', `the row at ${row.seq} does not follow the row before it`);
  if (ledgerHash(row, row.body, row.sealed, chain.hash, digest) !== row.hash)
    return fault('altered', `the row at ${row.seq} was altered`);
  if (row.turnLength > 0 !== row.seq > chain.turnEnd)
    return fault('altered', `the row at ${row.seq} says wrongly which turn it belongs to`);
  return null;
}

export async function verifyLedger(reader: LedgerReader, digest: Digest): Promise<VerifyResult> {
  const heads = new Map((await reader.heads()).map((head) => [head.partition, head]));
  const faults: ChainFault[] = [];
  let events = 0;
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const chain: ChainState = { seq: 0, turnEnd: 0, hash: GENESIS_HASH };
    for (;;) {
      const rows = await reader.slice({ partition, after: chain.seq, limit: SLICE });
      if (rows.length === 0) break;
      for (const row of rows) {
        const fault = checkRow(row, chain, digest);
        if (fault !== null && faults.length < FAULTS_MAX) faults.push(fault);
        if (row.turnLength > 0) chain.turnEnd = row.seq + row.turnLength - 1;
        chain.seq = row.seq;
        chain.hash = row.hash;
        events += 1;
      }
    }
    const head = heads.get(partition);
    if (head !== undefined && head.seq > chain.seq)
      faults.push({
        partition,
        seq: chain.seq,
        kind: 'cut_off',
        detail: `the chain ends at ${chain.seq}, its head at ${head.seq}`,
      });
    else if (head !== undefined && (head.seq !== chain.seq || (head.seq > 0 && head.hash !== chain.hash))) {
      faults.push({
        partition,
        seq: chain.seq,
        kind: 'head_differs',
        detail: `the chain ends with another hash than its head`,
      });
    }
  }
  return { events, faults };
}
