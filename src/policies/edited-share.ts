/**
 * How much of a text was edited: the share of words that were removed or added, 0 to 1. Trust weighs an edited approval by it.
 * Words are compared as bags, so moving a sentence counts as no edit.
 */
export function editedShare(before: string, after: string): number {
  const counts = new Map<string, number>();
  const words = (text: string) => text.split(/[\s"]+/).filter((word) => word !== '');
  const left = words(before);
  const right = words(after);
  for (const word of left) counts.set(word, (counts.get(word) ?? 0) + 1);
  let kept = 0;
  for (const word of right) {
    const count = counts.get(word) ?? 0;
    if (count > 0) {
      counts.set(word, count - 1);
      kept += 1;
    }
  }
  const longest = Math.max(left.length, right.length);
  return longest === 0 ? 0 : 1 - kept / longest;
}
