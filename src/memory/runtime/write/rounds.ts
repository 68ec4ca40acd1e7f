/** Several changes of one row in a batch. One statement would make only one of them, and no database says which. */

/** The changes in statements that follow each other: those of one key stay in their order, and no statement has two of them. */
export function rounds<Change>(
  changes: readonly Change[],
  keyOf: (change: Change) => string,
): readonly (readonly Change[])[] {
  const made: Change[][] = [];
  const counts = new Map<string, number>();
  for (const change of changes) {
    const key = keyOf(change);
    const round = counts.get(key) ?? 0;
    counts.set(key, round + 1);
    (made[round] ??= []).push(change);
  }
  return made;
}
