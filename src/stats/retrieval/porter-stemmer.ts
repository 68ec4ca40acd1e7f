/**
 * English words to their stems, so that `renewal`, `renewals` and `renewed` meet. Only lower-case ASCII words are changed: for other
 * alphabets these rules mean nothing, and words of one or two letters have no ending to lose.
 *
 * Source: Porter, An algorithm for suffix stripping, Program 14(3), 1980, with the two changes that its author published later
 * (`-bli` becomes `-ble`, and `-logi` becomes `-log`).
 */

const VOWEL = /[aeiou]/;
const ASCII_WORD = /^[a-z]{3,}$/;

/** True when the letter at `index` counts as a consonant: a `y` does at the start and after a vowel. */
function isConsonant(word: string, index: number): boolean {
  const letter = word.charAt(index);
  if (VOWEL.test(letter)) return false;
  if (letter !== 'y') return true;
  return index === 0 || !isConsonant(word, index - 1);
}

/** How often a vowel run is followed by a consonant run: the `m` of the paper. */
function measureOf(stem: string): number {
  let measure = 0;
  let afterVowel = false;
  for (let index = 0; index < stem.length; index += 1) {
    const consonant = isConsonant(stem, index);
    if (consonant && afterVowel) measure += 1;
    afterVowel = !consonant;
  }
  return measure;
}

function hasVowel(stem: string): boolean {
  for (let index = 0; index < stem.length; index += 1) if (!isConsonant(stem, index)) return true;
  return false;
}

function endsWithDouble(word: string): boolean {
  const last = word.length - 1;
  return last >= 1 && word.charAt(last) === word.charAt(last - 1) && isConsonant(word, last);
}

/** True for consonant, vowel, consonant at the end, where the last is none of w, x and y. */
function endsWithShortSyllable(word: string): boolean {
  const last = word.length - 1;
  return (
    last >= 2 &&
    isConsonant(word, last) &&
    !isConsonant(word, last - 1) &&
    isConsonant(word, last - 2) &&
    !/[wxy]$/.test(word)
  );
}

type Rule = readonly [ending: string, replacement: string];

/** Applies the first rule whose ending fits, if what stands before the ending has a measure above `above`. */
function replaced(word: string, rules: readonly Rule[], above: number): string {
  const rule = rules.find(([ending]) => word.endsWith(ending));
  if (rule === undefined) return word;
  const stem = word.slice(0, word.length - rule[0].length);
  return measureOf(stem) > above ? stem + rule[1] : word;
}

function withoutPlural(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  if (word.endsWith('ss') || !word.endsWith('s')) return word;
  return word.slice(0, -1);
}

function withoutPast(word: string): string {
  if (word.endsWith('eed')) return measureOf(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const ending = ['ed', 'ing'].find((item) => word.endsWith(item) && hasVowel(word.slice(0, -item.length)));
  if (ending === undefined) return word;
  const stem = word.slice(0, -ending.length);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsWithDouble(stem) && !/[lsz]$/.test(stem)) return stem.slice(0, -1);
  return measureOf(stem) === 1 && endsWithShortSyllable(stem) ? `${stem}e` : stem;
}

const STEP_2: readonly Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['logi', 'log'],
];

const STEP_3: readonly Rule[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];

const STEP_4: readonly Rule[] = ['al ance ence er ic able ible ant ement ment ent ou ism ate iti ous ive ize'].flatMap(
  (endings) => endings.split(' ').map((ending): Rule => [ending, '']),
);

function withoutLongEnding(word: string): string {
  if (/[st]ion$/.test(word)) return replaced(word, [['ion', '']], 1);
  return replaced(word, STEP_4, 1);
}

function withoutLastLetter(word: string): string {
  let stem = word;
  if (stem.endsWith('e')) {
    const shorter = stem.slice(0, -1);
    const measure = measureOf(shorter);
    if (measure > 1 || (measure === 1 && !endsWithShortSyllable(shorter))) stem = shorter;
  }
  return stem.endsWith('ll') && measureOf(stem) > 1 ? stem.slice(0, -1) : stem;
}

/** The stem of a lower-case word. */
export function stemOf(word: string): string {
  if (!ASCII_WORD.test(word)) return word;
  let stem = withoutPast(withoutPlural(word));
  if (stem.endsWith('y') && hasVowel(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`;
  stem = replaced(stem, STEP_2, 0);
  stem = replaced(stem, STEP_3, 0);
  return withoutLastLetter(withoutLongEnding(stem));
}
