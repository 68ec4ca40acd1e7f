/** Finds the name that somebody probably meant. A refusal that names it saves a look into the documentation. */

/** Edits between two texts: insertions, deletions, substitutions and swaps of neighbours. Source: Damerau and Levenshtein. */
export function editDistance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= left.length; row += 1) {
    const line = [row];
    rows.push(line);
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let best = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (same ? 0 : 1));
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) best = Math.min(best, at(row - 2, column - 2) + 1);
      line.push(best);
    }
  }
  return at(left.length, right.length);
}

/** The closest of the names, or null when none is close enough to be what was meant. */
export function nearestName(given: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** ` Did you mean X?`, with a leading space, or nothing. */
export function suggestion(given: string, names: Iterable<string>): string {
  const name = nearestName(given, names);
  return name === null ? '' : ` Did you mean ${name}?`;
}
