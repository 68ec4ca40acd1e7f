/**
 * Cuts a text into the pieces of words that a model was trained on: words and signs first, then for each word the longest pieces of the vocabulary from its
 * beginning on.
 *
 * Source: Devlin and others, BERT: Pre-training of Deep Bidirectional Transformers, 2019; Wu and others, Google's Neural Machine Translation System, 2016.
 */
import { GatehouseError } from '../../../domain/errors.ts';

export interface WordPieceOptions {
  /** Pieces by their number. One that goes on within a word begins with `##`. */
  readonly vocabulary: readonly string[];
  /** Whether capitals and accents count as plain letters. */
  readonly lowerCase: boolean;
  /** Pieces of one text at the most, with the two that begin and end it. */
  readonly maxLength: number;
}

/** Numbers of the pieces of a text. */
export type Tokenizer = (text: string) => readonly number[];

const BEGIN = '[CLS]';
const END = '[SEP]';
const UNKNOWN = '[UNK]';
/** A longer word is no word. */
const WORD_MAX = 100;
const MARKS = /\p{Mn}/gu;
const IGNORED = /[\p{Cc}\p{Cf}\uFFFD]/gu;
const SPACE = /[\t\n\r\p{Zs}]/gu;
/** Ideographs, each of them a word, and signs: those of Unicode, and all of ASCII that are neither letter nor digit. */
const WORD =
  /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2FA1F}]|[\p{P}!-/:-@[-`{-~]|[^\s\p{P}!-/:-@[-`{-~\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2FA1F}]+/gu;

/** Throws `usage` when the vocabulary lacks a piece that every text needs. */
export function createWordPiece({ vocabulary, lowerCase, maxLength }: WordPieceOptions): Tokenizer {
  const numbers = new Map(vocabulary.map((piece, number) => [piece, number]));
  const numberOf = (piece: string): number => {
    const number = numbers.get(piece);
    if (number === undefined)
      throw new GatehouseError(
        'usage',
        `The vocabulary of the model has no ${piece}: it is none of a WordPiece model.`,
      );
    return number;
  };
  const [begin, end, unknown] = [numberOf(BEGIN), numberOf(END), numberOf(UNKNOWN)];

  function piecesOf(word: string): readonly number[] {
    const letters = Array.from(word);
    if (letters.length > WORD_MAX) return [unknown];
    const pieces: number[] = [];
    for (let from = 0; from < letters.length;) {
      let to = letters.length;
      let found: number | undefined;
      for (; to > from && found === undefined; to -= 1)
        found = numbers.get(`${from === 0 ? '' : '##'}${letters.slice(from, to).join('')}`);
      // The loop has gone one further than what it found.
      if (found === undefined) return [unknown];
      pieces.push(found);
      from = to + 1;
    }
    return pieces;
  }

  return (text) => {
    const clean = text.replaceAll(SPACE, ' ').replaceAll(IGNORED, '');
    const folded = lowerCase ? clean.toLowerCase().normalize('NFD').replaceAll(MARKS, '') : clean;
    const pieces: number[] = [begin];
    for (const [word] of folded.matchAll(WORD)) {
      pieces.push(...piecesOf(word));
      if (pieces.length >= maxLength - 1) break;
    }
    return [...pieces.slice(0, maxLength - 1), end];
  };
}
