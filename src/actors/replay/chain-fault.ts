/** What verification can find wrong with a chain, by what was done to the row and where. */

export type FaultKind =
  | 'altered'
  | 'missing'
  | 'inserted'
  | 'swapped'
  | 'moved'
  | 'cut_off'
  | 'head_differs'
  | 'anchor_differs';

export interface ChainFault {
  readonly partition: number;
  /** The position, or the first of several. */
  readonly seq: number;
  readonly kind: FaultKind;
  readonly detail: string;
}

export interface VerifyResult {
  readonly events: number;
  readonly faults: readonly ChainFault[];
  /** Faults that were found and are not named. */
  readonly unnamed: number;
}

/** Faults that are named; a chain that is broken everywhere does not need a million lines. */
export const FAULTS_MAX = 1_000;

/** `the row at 5`, or `the rows at 5 to 7`. */
export function rowsAt(from: number, to: number): string {
  return from === to ? `the row at ${from}` : `the rows at ${from} to ${to}`;
}

export function countOfRows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
