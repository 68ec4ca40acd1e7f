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

type Head = Awaited<ReturnType<LedgerReader['heads']>>[number];

interface ChainEnd {
  readonly partition: number;
  readonly seq: number;
}

export interface ChainState {
  seq: number;
  /** Position of the last event of the turn under way. */
  turnEnd: number;
  hash: Hash;
}

export function checkRow(row: LedgerRow, chain: ChainState, digest: Digest): ChainFault | null {
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

/** What a head says about a chain that was read after it, and goes on growing: it must hold the position, with this hash. */
function checkHead(head: Head, chain: ChainState, hashAtHead: Hash | null): ChainFault | null {
  const { partition } = head;
  if (head.seq > chain.seq)
    return {
      partition,
      seq: chain.seq,
      kind: 'cut_off',
      detail: `the chain ends at ${chain.seq}, its head at ${head.seq}`,
    };
  if (head.seq === 0 || hashAtHead === head.hash) return null;
  return { partition, seq: head.seq, kind: 'head_differs', detail: 'the chain has another hash than its head' };
}

/** Checks all chains. Hosts may go on writing meanwhile: what they append is checked as far as it is seen. */
export async function verifyLedger(reader: LedgerReader, digest: Digest): Promise<VerifyResult> {
  const heads = new Map((await reader.heads()).map((head) => [head.partition, head]));
  const faults: ChainFault[] = [];
  const ends: ChainEnd[] = [];
  let events = 0;
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const head = heads.get(partition);
    const chain: ChainState = { seq: 0, turnEnd: 0, hash: GENESIS_HASH };
    let hashAtHead: Hash | null = null;
    for (;;) {
      const rows = await reader.slice({ partition, after: chain.seq, limit: SLICE });
      if (rows.length === 0) break;
      for (const row of rows) {
        const fault = checkRow(row, chain, digest);
        if (fault !== null && faults.length < FAULTS_MAX) faults.push(fault);
        if (row.turnLength > 0) chain.turnEnd = row.seq + row.turnLength - 1;
        chain.seq = row.seq;
        chain.hash = row.hash;
        if (row.seq === head?.seq) hashAtHead = row.hash;
        events += 1;
      }
    }
    const fault = head === undefined ? null : checkHead(head, chain, hashAtHead);
    if (fault !== null) faults.push(fault);
    ends.push({ partition, seq: chain.seq });
  }
  // A row and its head are written together, so no chain that was read can be longer than its head is now.
  const later = new Map((await reader.heads()).map((head) => [head.partition, head.seq]));
  for (const { partition, seq } of ends)
    if (seq > (later.get(partition) ?? 0))
      faults.push({ partition, seq, kind: 'head_differs', detail: `the chain goes on to ${seq}, beyond its head` });
  return { events, faults };
}
