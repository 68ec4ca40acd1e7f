/** Cuts a text into passages to be noted one by one, and a passage into sentences, each with its place in the text. */

export interface Piece {
  readonly text: string;
  /** Place of its first character, and of the one after its last. */
  readonly from: number;
  readonly to: number;
}

/** How long a passage may become before the next paragraph begins a new one, and how long before it is cut. */
const PASSAGE_TARGET = 400;
const PASSAGE_MAX = 1_200;

/** Paragraphs and turns of a conversation, short ones together, long ones cut at the end of a sentence where there is one. */
export function passagesOf(text: string): readonly Piece[] {
  const passages: Piece[] = [];
  let open: Piece | null = null;
  for (const line of linesOf(text)) {
    for (const piece of cut(line)) {
      const joined: Piece | null =
        open !== null && !isTurn(piece.text) && open.text.length + piece.text.length < PASSAGE_TARGET
          ? { text: text.slice(open.from, piece.to), from: open.from, to: piece.to }
          : null;
      if (joined === null && open !== null) passages.push(open);
      open = joined ?? piece;
    }
  }
  return open === null ? passages : [...passages, open];
}

/** Sentences end at a full stop, question mark or exclamation mark before a space, or at the end of a line. */
export function sentencesOf(text: string): readonly Piece[] {
  const sentences: Piece[] = [];
  for (const line of linesOf(text)) {
    let from = line.from;
    for (const match of line.text.matchAll(/[.!?]+(?=\s)/g)) {
      const to = line.from + match.index + match[0].length;
      pushTrimmed(sentences, text, from, to);
      from = to;
    }
    pushTrimmed(sentences, text, from, line.to);
  }
  return sentences;
}

/** A line such as `Ana: we would need …` is somebody's turn. */
function isTurn(line: string): boolean {
  return /^[\p{L}][\p{L}\p{N} .'-]{0,40}:\s/u.test(line);
}

function linesOf(text: string): readonly Piece[] {
  const lines: Piece[] = [];
  let from = 0;
  for (const part of text.split('\n')) {
    pushTrimmed(lines, text, from, from + part.length);
    from += part.length + 1;
  }
  return lines;
}

function cut(piece: Piece): readonly Piece[] {
  const pieces: Piece[] = [];
  let { text, from } = piece;
  while (text.length > PASSAGE_MAX) {
    const head = text.slice(0, PASSAGE_MAX);
    const end =
      Math.max(head.lastIndexOf('. '), head.lastIndexOf('? '), head.lastIndexOf('! ')) + 1 ||
      head.lastIndexOf(' ') ||
      0;
    const length = end > 0 ? end : PASSAGE_MAX;
    pushTrimmed(pieces, text, 0, length, from);
    from += length;
    text = text.slice(length);
  }
  pushTrimmed(pieces, text, 0, text.length, from);
  return pieces;
}

function pushTrimmed(pieces: Piece[], text: string, from: number, to: number, offset = 0): void {
  const part = text.slice(from, to);
  const trimmed = part.trim();
  if (trimmed === '') return;
  const start = offset + from + part.indexOf(trimmed);
  pieces.push({ text: trimmed, from: start, to: start + trimmed.length });
}
