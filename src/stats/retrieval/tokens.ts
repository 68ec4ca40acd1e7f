/**
 * Text to words, and words to the terms that searching compares: lower case, without accents, stemmed, without the words that stand in
 * every text. A note and a question go the same way, so two forms of one word meet.
 */
import { stemOf } from './porter-stemmer.ts';

/** Words that say nothing about what a text is about: articles, pronouns, prepositions, auxiliaries, question words. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are aren as at be because been before being below between both but by can cannot
  could couldn did didn do does doesn doing don down during each either few for from further get gets getting got had hadn has hasn have haven
  having he her here hers herself him himself his how however i if in into is isn it its itself just let ll many may me might more most much
  must my myself neither no nor not of off on once one only or other our ours ourselves out over own per please re same shall she should shouldn
  since so some such than that the their theirs them themselves then there these they this those though through to too under until up upon us ve
  very was wasn we were weren what when where whether which while who whom whose why will with within without won would wouldn yes yet you your
  yours yourself yourselves`.split(/\s+/),
);

/** A word as it stands in the text. */
export interface Word {
  /** Without a possessive ending. */
  readonly text: string;
  /** Position of its first character in the text. */
  readonly start: number;
  /** Position after its last character, the possessive ending included. */
  readonly end: number;
}

const WORD = /\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu;
const THOUSANDS = /^\p{N}{1,3}(?:,\p{N}{3})+$/u;
const MARKS = /\p{M}/gu;

export function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(WORD)].map((match) => ({
    text: match[0].replace(/['’]s$/iu, ''),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Lower case without accents: the form in which two spellings of one name are the same. */
export function foldedOf(word: string): string {
  return word.normalize('NFKD').replace(MARKS, '').toLowerCase().replace(/['’]/g, '');
}

export function isStopWord(folded: string): boolean {
  return STOP_WORDS.has(folded);
}

/** The term of a word, or null when the word is not searched for. */
export function termOf(word: string): string | null {
  if (THOUSANDS.test(word)) return word.replaceAll(',', '');
  // Of a contraction only the first part can tell anything.
  const folded = foldedOf(word.replace(/['’].*$/, ''));
  const tells = folded.length > 1 || /\p{N}/u.test(folded);
  return tells && !isStopWord(folded) ? stemOf(folded) : null;
}

/** The terms of a text in their order, repetitions included. */
export function termsOf(text: string): readonly string[] {
  return wordsOf(text).flatMap((word) => termOf(word.text) ?? []);
}

/** How often each term stands in a text. */
export function termCountsOf(text: string): ReadonlyMap<string, number> {
  return countsOf(termsOf(text));
}

export function countsOf(items: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
