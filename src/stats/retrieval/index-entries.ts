/** What an index keeps of a text: its terms for words, its mentions for links, as one list of keys, because a single term is a key of both. */
import { mentionsIn } from './mentions.ts';
import type { Mention } from './mentions.ts';
import { countsOf, termsOf } from './tokens.ts';

export interface IndexEntry {
  readonly key: string;
  /** How often it stands in the text. */
  readonly count: number;
  /** True when it stands near the beginning. */
  readonly leading: boolean;
}

export interface IndexedText {
  /** Terms in all, repetitions included. */
  readonly length: number;
  readonly entries: readonly IndexEntry[];
  readonly mentions: readonly Mention[];
}

/** `source` is the document that the text is a piece of, or null. */
export function indexedText(text: string, source: string | null): IndexedText {
  const terms = termsOf(text);
  const mentions = mentionsIn(text, source);
  const entries = new Map<string, IndexEntry>();
  for (const { key, count, leading } of mentions) entries.set(key, { key, count, leading });
  // A quoted name is mentioned twice; as a term it counts as often as it is written.
  for (const [key, count] of countsOf(terms)) {
    entries.set(key, { key, count, leading: entries.get(key)?.leading ?? false });
  }
  return { length: terms.length, entries: [...entries.values()], mentions };
}
