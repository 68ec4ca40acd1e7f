/**
 * Names what was done to the chains that were walked. Rows that fit nowhere near are compared with each other, over all partitions: two
 * that fit in each other's place were swapped. Long runs of rows that stand too early or too late tell what was taken out
 * or put in before them.
 */
import type { Hash } from '../../domain/ids.ts';
import type { Digest } from '../../domain/json.ts';
import { storedHash } from '../../domain/ledger-event.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { countOfRows, FAULTS_MAX, rowsAt } from './chain-fault.ts';
import type { ChainFault, VerifyResult } from './chain-fault.ts';
import type { ChainWalk, Suspect } from './chain-walk.ts';

export interface ChainHead {
  readonly partition: number;
  readonly seq: number;
  readonly hash: string;
}

/** Suspects that are compared with each other; more of them are no swap. */
const COMPARED_MAX = 200;

type Place = Pick<LedgerRow, 'partition' | 'seq'>;

/** All that was found in these chains. Each walk must have been finished. */
export function findings(walks: readonly ChainWalk[], others: readonly ChainFault[], digest: Digest): VerifyResult {
  const faults: ChainFault[] = [];
  const rest: Suspect[] = [];
  for (const walk of walks) {
    const { named, explained } = shiftFaults(walk);
    faults.push(...walk.faults, ...named);
    for (const { from, to } of walk.gaps)
      if (!explained(from, to))
        faults.push({
          partition: walk.partition,
          seq: from,
          kind: 'missing',
          detail: from === to ? `the row at ${from} is missing` : `${rowsAt(from, to)} are missing`,
        });
    rest.push(...walk.suspects.filter(({ row }) => !explained(row.seq, row.seq)));
  }
  faults.push(...suspectFaults(rest, digest), ...others);
  faults.sort((a, b) => a.partition - b.partition || a.seq - b.seq);
  return {
    events: walks.reduce((sum, walk) => sum + walk.events, 0),
    faults: faults.slice(0, FAULTS_MAX),
    unnamed: walks.reduce((sum, walk) => sum + walk.unnamed, 0) + Math.max(0, faults.length - FAULTS_MAX),
  };
}

/** What the head says about its chain: it must hold the position, with this hash. */
export function headFault(walk: ChainWalk, head: ChainHead | undefined): ChainFault | null {
  const { partition, end } = walk;
  if (head === undefined) {
    const detail = `the partition has no head; its chain ends at ${end}`;
    return { partition, seq: end, kind: 'head_differs', detail };
  }
  if (head.seq > end) {
    const cut = `${countOfRows(head.seq - end)} from ${end + 1} on`;
    const detail = `${cut} were cut off: the chain ends at ${end}, its head at ${head.seq}`;
    return { partition, seq: end + 1, kind: 'cut_off', detail };
  }
  const found = walk.hashAt.get(head.seq);
  if (head.seq === 0 || found === undefined || found === head.hash) return null;
  const detail = `the row at ${head.seq} has another hash than the head of the partition: the row or the head was altered`;
  return { partition, seq: head.seq, kind: 'head_differs', detail };
}

/** Rows that go on after the head. */
export function beyondHead(walk: ChainWalk, headSeq: number): ChainFault | null {
  const { partition, end } = walk;
  if (end <= headSeq) return null;
  const detail = `${rowsAt(headSeq + 1, end)} lie beyond the head at ${headSeq}: they were added, or the head was put back`;
  return { partition, seq: headSeq + 1, kind: 'inserted', detail };
}

interface ShiftFaults {
  readonly named: readonly ChainFault[];
  /** True when the positions hold what was put in, or were left by what was moved. */
  readonly explained: (from: number, to: number) => boolean;
}

function shiftFaults({ partition, shifts, gaps }: ChainWalk): ShiftFaults {
  const named: ChainFault[] = [];
  const ranges: { readonly from: number; readonly to: number }[] = [];
  let before = 0;
  for (let index = 0; index < shifts.length; index += 1) {
    const { at, by } = shifts[index] ?? { at: 0, by: 0 };
    const next = shifts[index + 1];
    const step = by - before;
    if (next !== undefined && next.by === before) {
      const to = next.at - 1;
      const detail = `${rowsAt(at, to)} stood at ${at - by} to ${to - by}; what stood here is somewhere else or gone`;
      named.push({ partition, seq: at, kind: 'moved', detail });
      index += 1;
    } else if (step > 0) {
      const from = at - step;
      const isGap = gaps.some((gap) => gap.from <= from && at - 1 <= gap.to);
      ranges.push({ from, to: at - 1 });
      named.push({
        partition,
        seq: isGap ? at : from,
        kind: isGap ? 'moved' : 'inserted',
        detail: isGap
          ? `the rows from ${at} on were moved ${step} positions down`
          : `${rowsAt(from, at - 1)} ${step === 1 ? 'was' : 'were'} added, and those after moved down`,
      });
      before = by;
    } else {
      const from = at - before;
      const taken = countOfRows(-step);
      const detail = `${taken} that stood from ${from} on ${step === -1 ? 'was' : 'were'} taken out, and those after moved up`;
      named.push({ partition, seq: from, kind: 'missing', detail });
      before = by;
    }
  }
  return { named, explained: (from, to) => ranges.some((range) => range.from <= from && to <= range.to) };
}

function suspectFaults(suspects: readonly Suspect[], digest: Digest): readonly ChainFault[] {
  const faults: ChainFault[] = [];
  const open = new Set(suspects);
  if (suspects.length <= COMPARED_MAX) {
    for (const [index, first] of suspects.entries())
      for (const second of suspects.slice(index + 1)) {
        if (!open.has(first) || !open.has(second) || !areSwapped(first, second, digest)) continue;
        open.delete(first);
        open.delete(second);
        faults.push(swapFault(first.row, second.row));
      }
  }
  for (const { row, origin } of open) {
    const { partition, seq } = row;
    faults.push(
      origin === null
        ? { partition, seq, kind: 'altered', detail: `the row at ${seq} was altered` }
        : {
            partition,
            seq,
            kind: 'moved',
            detail: `the row at ${seq} stood at ${origin}; what stood here is somewhere else or gone`,
          },
    );
  }
  return faults;
}

function swapFault(first: Place, second: Place): ChainFault {
  const other =
    first.partition === second.partition ? `${second.seq}` : `${second.seq} of partition ${second.partition}`;
  const detail = `the rows at ${first.seq} and ${other} were swapped`;
  return { partition: first.partition, seq: first.seq, kind: 'swapped', detail };
}

function areSwapped(a: Suspect, b: Suspect, digest: Digest): boolean {
  if (a.origin !== null && b.origin !== null && a.row.partition === b.row.partition)
    return a.origin === b.row.seq && b.origin === a.row.seq;
  return fitsIn(a.row, b.row, digest) && fitsIn(b.row, a.row, digest);
}

/** Whether a row, or what it says, was written for the place of another, whichever of its columns were exchanged. */
function fitsIn(row: LedgerRow, place: LedgerRow, digest: Digest): boolean {
  const there = { ...row, partition: place.partition, seq: place.seq };
  const { body, sealed, sealedDigest } = row;
  const hashOf = (header: LedgerRow, prevHash: Hash): Hash =>
    storedHash({ ...header, body, sealed, sealedDigest: sealedDigest ?? null }, prevHash, digest);
  return (
    // All but the position was exchanged; the links stayed; the hashes stayed too; only the bodies were exchanged.
    hashOf(there, row.prevHash) === row.hash ||
    hashOf(there, place.prevHash) === row.hash ||
    hashOf(there, place.prevHash) === place.hash ||
    hashOf(place, place.prevHash) === place.hash
  );
}
