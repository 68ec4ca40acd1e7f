/**
 * What a text speaks of, found by rules: names, identifiers, addresses, dates, amounts, quoted terms, and its words. Two texts that
 * mention the same rare thing are linked by it, whatever else they say. Nothing is looked up in a list of known things.
 */
import { foldedOf, isStopWord, termOf, wordsOf } from './tokens.ts';
import type { Word } from './tokens.ts';

/** How sure it is that two mentions of one key mean one thing. */
export const MENTION_KINDS = ['name', 'identifier', 'source', 'part_of_name', 'quantity', 'word'] as const;
export type MentionKind = (typeof MENTION_KINDS)[number];

export interface Mention {
  /** Equal for two spellings of one thing. A single term is a key of itself; other keys have a prefix. */
  readonly key: string;
  readonly kind: MentionKind;
  readonly count: number;
  /** True when it stands near the beginning, where a text says what it is about. */
  readonly leading: boolean;
}

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const DOMAIN = /\b(?:https?:\/\/)?(?:www\.)?([\p{L}\p{N}-]{2,})\.(?:com|net|org|io|co|ai|dev|app|eu|de|fr|uk|us)\b/giu;
const QUOTED = /["“”«]([^"“”«»\n]{2,60})["“”»]/gu;
const IDENTIFIER =
  /#?\b(?=[\p{L}\p{N}_/-]*\p{L})(?=[\p{L}\p{N}_/-]*\p{N})[\p{L}\p{N}]+(?:[-_/#]?[\p{L}\p{N}]+)*\b|#\p{N}+\b/gu;
const ISO_DATE = /\b(\d{4})-(\d{2})-(\d{2})\b/g;
const MONTH_NAMES = 'january february march april may june july august september october november december'.split(' ');
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\\.?';
const DAY_MONTH = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?${MONTH}(?:,?\\s+(\\d{4}))?\\b`, 'gi');
const MONTH_DAY = new RegExp(`\\b${MONTH}\\s+(\\d{1,2})(?:st|nd|rd|th)?\\b(?:,?\\s+(\\d{4}))?`, 'gi');
const QUARTER = /\bq([1-4])\s*(?:of\s+)?(\d{4})\b/gi;
const AMOUNT = /(?:[$€£]\s?|\b(?:usd|eur|gbp|chf)\s)(\d[\d.,]*)\s?(k|m|million|thousand)?\b|\b(\d[\d.,]*)(k)\b/giu;

/** Words that hold the parts of one name together. */
const JOINERS: ReadonlySet<string> = new Set(['of', 'the', 'de', 'la', 'van', 'von', 'der', 'du', 'and', 'for']);
/** Parts of a company's or person's name that come and go. */
const NAME_EXTRAS: ReadonlySet<string> = new Set(
  'inc ltd llc gmbh ag corp corporation company co plc sa sarl bv mr mrs ms dr prof sir'.split(' '),
);
const CALENDAR: ReadonlySet<string> = new Set([
  ...MONTH_NAMES,
  ...'monday tuesday wednesday thursday friday saturday sunday'.split(' '),
]);
/** `Name: what was said`. Longer names are certain anyway. */
const SPEAKER = /^\s*(\p{Lu}[\p{L}.'’-]*):\s/u;
/** What may stand between two words of one name. */
const NAME_GAP = /^(?: | & |-)$/;
const SENTENCE_BREAK = /[.!?:;\n"“”([•–—]/u;
const LEADING_WORDS = 12;
const NAME_WORDS_MAX = 6;

class Collected {
  readonly #found = new Map<string, { kind: MentionKind; count: number; leading: boolean }>();

  add(key: string, kind: MentionKind, leading: boolean): void {
    const known = this.#found.get(key);
    if (known === undefined) {
      this.#found.set(key, { kind, count: 1, leading });
      return;
    }
    known.count += 1;
    known.leading ||= leading;
    if (MENTION_KINDS.indexOf(kind) < MENTION_KINDS.indexOf(known.kind)) known.kind = kind;
  }

  all(): readonly Mention[] {
    return [...this.#found].map(([key, mention]) => ({ key, ...mention }));
  }
}

/** Everything that the text mentions, each key once. */
export function mentionsOf(text: string): readonly Mention[] {
  const found = new Collected();
  const words = wordsOf(text);
  const leadEnd = words[Math.min(LEADING_WORDS, words.length) - 1]?.end ?? 0;
  const names = nameSpansOf(text, words);
  addNames(found, names, leadEnd);
  addPatterns(found, text, leadEnd);
  const named = new Set(names.flatMap(({ parts }) => parts));
  for (const word of words) {
    const term = termOf(word.text);
    if (term === null || named.has(word)) continue;
    found.add(term, /^\p{N}/u.test(term) ? 'quantity' : 'word', word.end <= leadEnd);
  }
  return found.all();
}

/** What a text mentions, and the source that it is a piece of: what one piece names, the others speak of. */
export function mentionsIn(text: string, source: string | null): readonly Mention[] {
  const mentioned = mentionsOf(text);
  return source === null ? mentioned : [...mentioned, { key: `s:${source}`, kind: 'source', count: 1, leading: false }];
}

interface NameSpan {
  readonly parts: readonly Word[];
  /** True when its first word may have a capital only because a sentence begins there. */
  readonly startsSentence: boolean;
}

function addNames(found: Collected, names: readonly NameSpan[], leadEnd: number): void {
  for (const { parts, startsSentence } of names) {
    const leading = (parts[0]?.start ?? 0) < leadEnd;
    addWords(found, parts, leading, 'name');
    for (const key of shorterNamesIn(parts, startsSentence)) found.add(key, 'name', leading);
  }
}

/** `Tova Brenn` and `Larkfield Mills` in `Yesterday Tova Brenn of Larkfield Mills`. */
function shorterNamesIn(parts: readonly Word[], startsSentence: boolean): readonly string[] {
  const segments: Word[][] = [[]];
  for (const part of parts) {
    if (JOINERS.has(part.text)) segments.push([]);
    else segments.at(-1)?.push(part);
  }
  const [first = [], ...others] = segments;
  const candidates = [...(others.length > 0 ? segments : []), ...(startsSentence ? [first.slice(1)] : [])];
  return candidates.flatMap((segment) => {
    const folded = foldedName(segment);
    return folded.length > 1 ? [`n:${folded.join(' ')}`] : [];
  });
}

function foldedName(parts: readonly Word[]): readonly string[] {
  return parts.map(({ text }) => foldedOf(text)).filter((part) => !isStopWord(part) && !NAME_EXTRAS.has(part));
}

/** The name as a whole and each of its words, because the next text may say only one of them. */
function addWords(found: Collected, parts: readonly Word[], leading: boolean, kind: MentionKind): void {
  const folded = foldedName(parts);
  if (folded.length > 1) found.add(`n:${folded.join(' ')}`, kind, leading);
  for (const { text } of parts) {
    const term = termOf(text);
    if (term !== null && !NAME_EXTRAS.has(foldedOf(text))) {
      found.add(term, folded.length > 1 ? 'part_of_name' : kind, leading);
    }
  }
}

function addPatterns(found: Collected, text: string, leadEnd: number): void {
  const each = (pattern: RegExp, add: (match: RegExpMatchArray, leading: boolean) => void): void => {
    for (const match of text.matchAll(pattern)) add(match, match.index < leadEnd);
  };
  each(EMAIL, ([address], leading) => found.add(`n:${foldedOf(address)}`, 'identifier', leading));
  each(DOMAIN, ([, label = ''], leading) => found.add(termOf(label) ?? foldedOf(label), 'name', leading));
  each(QUOTED, ([, inner = ''], leading) => {
    const parts = wordsOf(inner);
    if (parts.length <= NAME_WORDS_MAX) addWords(found, parts, leading, 'name');
  });
  each(IDENTIFIER, ([identifier], leading) => {
    found.add(`n:${foldedOf(identifier).replace(/[-_/#]/g, '')}`, 'identifier', leading);
  });
  each(ISO_DATE, ([, year, month, day], leading) => found.add(`n:${year}-${month}-${day}`, 'quantity', leading));
  each(DAY_MONTH, ([, day, month, year], leading) => addDate(found, year, month, day, leading));
  each(MONTH_DAY, ([, month, day, year], leading) => addDate(found, year, month, day, leading));
  each(QUARTER, ([, quarter, year], leading) => found.add(`n:${year}-q${quarter}`, 'quantity', leading));
  each(AMOUNT, ([, marked, unit, plain, kilo], leading) => {
    const amount = amountOf(marked ?? plain ?? '', unit ?? kilo);
    if (amount !== null) found.add(`n:amount ${amount}`, 'quantity', leading);
  });
}

function addDate(found: Collected, year = '', month = '', day = '', leading = false): void {
  const number = MONTH_NAMES.findIndex((name) => name.startsWith(month.slice(0, 3).toLowerCase())) + 1;
  const two = (value: string | number) => String(value).padStart(2, '0');
  found.add(`n:${year}-${two(number)}-${two(day)}`, 'quantity', leading);
}

function amountOf(digits: string, unit: string | undefined): number | null {
  const plain = digits.replace(/[.,]$/, '').replace(/,(?=\d{3})/g, '');
  const value = Number(plain.replace(',', '.'));
  if (!Number.isFinite(value)) return null;
  const factor = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6 }[(unit ?? '').toLowerCase()] ?? 1;
  return Math.round(value * factor * 100) / 100;
}

/**
 * Runs of capitalised words. A single one at the start of a sentence may be any word, so it counts only when it stands within a
 * sentence elsewhere in the text, or is who speaks.
 */
function nameSpansOf(text: string, words: readonly Word[]): readonly NameSpan[] {
  const spans: Word[][] = [];
  const sentenceStarts = new Set<Word>();
  let span: Word[] = [];
  const close = (): void => {
    while (JOINERS.has(span.at(-1)?.text ?? '')) span.pop();
    if (span.length > 0) spans.push(span);
    span = [];
  };
  for (const [index, word] of words.entries()) {
    const previous = words[index - 1];
    const between = text.slice(previous?.end ?? 0, word.start);
    const afterInitial = previous !== undefined && /^\.\s?$/.test(between) && isShortened(previous.text);
    if (previous === undefined || (SENTENCE_BREAK.test(between) && !afterInitial)) sentenceStarts.add(word);
    if (!afterInitial && !NAME_GAP.test(between)) close();
    const begins =
      isCapitalised(word.text) && (span.length > 0 || !isStopWord(foldedOf(word.text.replace(/['’].*$/, ''))));
    const joins = span.length > 0 && JOINERS.has(word.text) && isCapitalised(words[index + 1]?.text ?? '');
    if (begins || joins) span.push(word);
    else close();
    if (span.length >= NAME_WORDS_MAX) close();
  }
  close();

  const speaker = SPEAKER.exec(text)?.[1];
  const isCertain = (parts: readonly Word[]): boolean => {
    const [first] = parts;
    if (first === undefined) return false;
    if (parts.length > 1 || !sentenceStarts.has(first) || /\p{Lu}.*\p{Lu}/u.test(first.text)) return true;
    return first === words[0] && speaker === first.text;
  };
  const certain = new Set(spans.filter(isCertain).flatMap((parts) => parts.map(({ text: part }) => part)));
  return spans
    .filter((parts) => isCertain(parts) || certain.has(parts[0]?.text ?? ''))
    .filter((parts) => parts.length > 1 || !CALENDAR.has(foldedOf(parts[0]?.text ?? '')))
    .map((parts) => ({ parts, startsSentence: parts[0] !== undefined && sentenceStarts.has(parts[0]) }));
}

/** `Dr`, `St` or an initial: the full stop after it ends no sentence. */
function isShortened(word: string): boolean {
  return /^\p{Lu}$/u.test(word) || NAME_EXTRAS.has(foldedOf(word)) || word === 'St';
}

function isCapitalised(word: string): boolean {
  return /\p{Lu}/u.test(word) && /^[\p{Lu}\p{Ll}\p{N}'’]+$/u.test(word) && !/^\p{N}+$/u.test(word);
}
