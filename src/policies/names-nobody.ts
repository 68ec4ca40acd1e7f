/**
 * Whether a draft can be shown to name nobody. It can when every word of it is a placeholder or a common word of the language, so a name, a
 * place, a number or an address fails, and so does every text in a language whose words are not known here. What cannot be shown is refused.
 */
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { stemOf } from '../stats/retrieval/porter-stemmer.ts';
import { ALWAYS_CAPITAL, COMMON_WORDS, WORDS_LIKE_NAMES } from './common-words.ts';

const PLACEHOLDER = /\{\{(?:first_name|company)\}\}/g;
const STEMS: ReadonlySet<string> = new Set(COMMON_WORDS.map(stemOf));
const ASKING: ReadonlySet<string> = new Set(['may i', 'may we', 'will we', 'will you']);
const KNOWN: ReadonlySet<string> = new Set(COMMON_WORDS);

export function namesNobody(content: JsonObject): boolean {
  return textsOf(content).every(isCommon);
}

function textsOf(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  // A number may be a telephone number.
  if (typeof value === 'number') return [String(value)];
  return value === null || typeof value === 'boolean' ? [] : Object.values(value).flatMap((item) => textsOf(item));
}

/** Capitals stand where a sentence begins, and in the few words that always have one: elsewhere they make a name. */
function isCommon(text: string): boolean {
  const plain = text.replaceAll(PLACEHOLDER, '_').replaceAll('’', "'");
  const pieces = [...plain.matchAll(/[^\s.,;:!?()"“”–—-]+|[.!?:\n]/gu)].map(([piece]) => piece);
  return pieces.every((piece, index) => {
    const before = pieces[index - 1];
    const isStart = before === undefined || isEnd(before);
    return piece === '_' || isEnd(piece) || isCommonWord(piece, isStart, pieces[index + 1] ?? '');
  });
}

function isEnd(piece: string): boolean {
  return /^[.!?:\n]$/.test(piece);
}

/** `next` tells a question such as “May I …” from somebody of that name. */
function isCommonWord(word: string, isStart: boolean, next: string): boolean {
  const lower = word.toLowerCase();
  if (!/^[a-z]+(?:'[a-z]{1,2})?$/.test(lower)) return false;
  if (word !== lower && !ALWAYS_CAPITAL.has(lower)) {
    if (!isStart) return false;
    if (WORDS_LIKE_NAMES.has(lower) && !ASKING.has(`${lower} ${next.toLowerCase()}`)) return false;
  }
  return KNOWN.has(lower) || STEMS.has(stemOf(lower.replace(/'.*$/, '')));
}
