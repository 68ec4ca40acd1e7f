/** What an edit changed, word by word: the longest run of words that both texts have in common, and what was taken out or put in around it. */

export interface DiffPart {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Beyond this many words the table of the comparison would be too large; such a text is shown as replaced. */
const WORDS_MAX = 3_000;

function wordsOf(text: string): readonly string[] {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}

export function wordDiff(before: string, after: string): readonly DiffPart[] {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }];
  const from = wordsOf(before);
  const to = wordsOf(after);
  if (from.length > WORDS_MAX || to.length > WORDS_MAX) return merged([part('removed', before), part('added', after)]);
  const width = to.length + 1;
  const common = new Uint16Array((from.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = from.length - 1; i >= 0; i -= 1)
    for (let j = to.length - 1; j >= 0; j -= 1)
      common[i * width + j] = from[i] === to[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const parts: DiffPart[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const [old, now] = [from[i], to[j]];
    if (old !== undefined && old === now) {
      parts.push(part('same', old));
      i += 1;
      j += 1;
    } else if (old !== undefined && (now === undefined || at(i + 1, j) >= at(i, j + 1))) {
      parts.push(part('removed', old));
      i += 1;
    } else if (now !== undefined) {
      parts.push(part('added', now));
      j += 1;
    }
  }
  return merged(parts);
}

function part(kind: DiffPart['kind'], text: string): DiffPart {
  return { kind, text };
}

/** Neighbours of one kind as one. */
function merged(parts: readonly DiffPart[]): readonly DiffPart[] {
  const result: DiffPart[] = [];
  for (const item of parts) {
    const last = result.at(-1);
    if (last?.kind === item.kind) result[result.length - 1] = part(item.kind, last.text + item.text);
    else if (item.text !== '') result.push(item);
  }
  return result;
}
