/**
 * Walks one chain row by row. A sound row costs one hash. A row that does not fit is looked at more closely: whether it was written for
 * another position, whether only its link is wrong, or whether the row before it was rewritten. What cannot be told from the row
 * and its neighbours alone is kept as a suspect, to be compared with the other suspects of the ledger.
 */
import type { Hash } from '../../domain/ids.ts';
import type { Digest } from '../../domain/json.ts';
import { GENESIS_HASH, storedHash } from '../../domain/ledger-event.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { FAULTS_MAX } from './chain-fault.ts';
import type { ChainFault, FaultKind } from './chain-fault.ts';
import type { ChainPosition } from './chain-position.port.ts';

/** From `at` on, rows stand this many positions after the one that they were written for. */
export interface Shift {
  readonly at: number;
  readonly by: number;
}

export interface Suspect {
  readonly row: LedgerRow;
  /** The position in its partition that it was written for, where that is known. */
  readonly origin: number | null;
}

/** How far away a row is looked for before it is left to the comparison of suspects. */
const SHIFT_MAX = 64;

const NOTHING_BEFORE: ChainPosition = { seq: 0, hash: GENESIS_HASH };

export class ChainWalk {
  readonly partition: number;
  readonly gaps: { readonly from: number; readonly to: number }[] = [];
  readonly shifts: Shift[] = [];
  readonly faults: ChainFault[] = [];
  /** Hashes at the positions that were asked for, as far as rows were found there. */
  readonly hashAt = new Map<number, Hash>();
  events = 0;
  /** Faults and suspects that there was no room for. */
  unnamed = 0;
  readonly #suspects: Suspect[] = [];
  readonly #digest: Digest;
  readonly #marks: ReadonlySet<number>;
  #seq: number;
  #hash: Hash;
  #shift = 0;
  /** False where the link to the row before proves nothing, because that row is missing or broken itself. */
  #linked = true;
  /** The position at which the turn under way ends; null where that is not known. */
  #turnEnd: number | null;
  /** A row out of place that may be the first of many, or alone. */
  #loner: Suspect | null = null;

  constructor(
    partition: number,
    digest: Digest,
    { start = NOTHING_BEFORE, marks }: { readonly start?: ChainPosition; readonly marks: ReadonlySet<number> },
  ) {
    this.partition = partition;
    this.#digest = digest;
    this.#marks = marks;
    this.#seq = start.seq;
    this.#hash = start.hash;
    this.#turnEnd = start.seq;
    this.#note(start.seq, start.hash);
  }

  /** The position of the last row, as it is stored. */
  get seq(): number {
    return this.#seq;
  }

  /** The position that the last row was written for. */
  get end(): number {
    return this.#seq - this.#shift;
  }

  get hash(): Hash {
    return this.#hash;
  }

  get suspects(): readonly Suspect[] {
    return this.#suspects;
  }

  /** Takes the next row, in order of position. */
  add(row: LedgerRow): void {
    this.events += 1;
    if (row.seq <= this.#seq) {
      this.#fault('inserted', row.seq, `the row at ${row.seq} was added: the chain goes on at ${this.#seq + 1}`);
      return;
    }
    if (row.seq > this.#seq + 1) {
      this.gaps.push({ from: this.#seq + 1, to: row.seq - 1 });
      this.#linked = false;
      this.#turnEnd = null;
    }
    this.#look(row);
    this.#seq = row.seq;
    this.#hash = row.hash;
  }

  /** Ends the chain. A row out of place that is the last one has nothing after it that would show it to be alone. */
  finish(): void {
    const loner = this.#loner;
    if (loner === null) return;
    this.#loner = null;
    const before = this.#suspects.at(-1)?.row.seq;
    if (loner.origin === null || before === loner.row.seq - 1) this.#suspect(loner);
    else this.#move(loner.row.seq, loner.row.seq - loner.origin);
  }

  #look(row: LedgerRow): void {
    const isLinked = row.prevHash === this.#hash;
    if (this.#hashOf(row, row.seq, row.prevHash) === row.hash) {
      this.#settle(row, 0, isLinked);
      return;
    }
    if (!isLinked && this.#linked && this.#hashOf(row, row.seq, this.#hash) === row.hash) {
      this.#fault('altered', row.seq, `the row at ${row.seq} was altered: its link to the row before it`);
      this.#settle(row, 0, true);
      return;
    }
    const shift = this.#shiftOf(row);
    if (shift !== null) {
      this.#settle(row, shift, isLinked);
      return;
    }
    this.#endLoner();
    this.#suspect({ row, origin: null });
    this.#note(row.seq, row.hash);
    this.#linked = false;
    this.#turnEnd = null;
  }

  /** A row whose hash is right for the position `row.seq - shift`. */
  #settle(row: LedgerRow, shift: number, isLinked: boolean): void {
    if (shift === this.#shift) {
      this.#endLoner();
      if (!isLinked && this.#linked) this.#rewritten(row);
    } else if (this.#loner !== null && this.#loner.origin === row.seq - 1 - shift) {
      // The second in a row that stands as far off: many were moved.
      this.#move(this.#loner.row.seq, shift);
      this.#loner = null;
    } else {
      this.#endLoner();
      if (shift === 0) this.#move(row.seq, 0);
      else {
        this.#loner = { row, origin: row.seq - shift };
        this.#linked = false;
        this.#turnEnd = null;
        return;
      }
    }
    this.#linked = true;
    this.#note(row.seq - shift, row.hash);
    this.#checkTurn(row, row.seq - shift);
  }

  #move(at: number, by: number): void {
    if (this.shifts.length < FAULTS_MAX) this.shifts.push({ at, by });
    this.#shift = by;
    this.#turnEnd = null;
  }

  #endLoner(): void {
    if (this.#loner !== null) this.#suspect(this.#loner);
    this.#loner = null;
  }

  #rewritten(row: LedgerRow): void {
    const first = this.events === 1;
    const seq = first ? row.seq : this.#seq;
    const detail = first
      ? `the row at ${seq} was altered: it follows a row that never was`
      : `the row at ${seq} was altered and its hash computed anew: the row after it follows another one`;
    this.#fault('altered', seq, detail);
  }

  #shiftOf(row: LedgerRow): number | null {
    const fits = (shift: number): boolean =>
      row.seq - shift >= 1 && this.#hashOf(row, row.seq - shift, row.prevHash) === row.hash;
    if (this.#shift !== 0 && fits(this.#shift)) return this.#shift;
    for (let distance = 1; distance <= SHIFT_MAX; distance += 1) {
      if (fits(distance)) return distance;
      if (fits(-distance)) return -distance;
    }
    return null;
  }

  #hashOf(row: LedgerRow, seq: number, prevHash: Hash): Hash {
    return storedHash(seq === row.seq ? row : { ...row, seq }, prevHash, this.#digest);
  }

  /** The length of a turn is not part of the hash, so it is checked by itself: turns follow each other without gap or overlap. */
  #checkTurn(row: LedgerRow, seq: number): void {
    if (this.#turnEnd !== null && row.turnLength > 0 !== seq > this.#turnEnd) {
      this.#fault(
        'altered',
        row.seq,
        `the row at ${row.seq}, or the first of the turn before it, was altered: it says wrongly which turn it belongs to`,
      );
      this.#turnEnd = null;
      return;
    }
    if (row.turnLength > 0) this.#turnEnd = seq + row.turnLength - 1;
  }

  #note(position: number, hash: Hash): void {
    if (this.#marks.has(position)) this.hashAt.set(position, hash);
  }

  #suspect(suspect: Suspect): void {
    if (this.#suspects.length < FAULTS_MAX) this.#suspects.push(suspect);
    else this.unnamed += 1;
  }

  #fault(kind: FaultKind, seq: number, detail: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push({ partition: this.partition, seq, kind, detail });
    else this.unnamed += 1;
  }
}
