/**
 * Looks at JSON text before it is parsed: how deep it nests, how many elements it has, and where in the text the value of one
 * member stands. The exact text of that value is what a sender is held to later, so it is cut out of the source and never written
 * again. One pass without recursion, because a body that nests 100,000 levels must not reach anything that recurses.
 *
 * It does not check the grammar. What it says is meaningful only for text that `JSON.parse` then accepts.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** A number with fewer characters than this, and an exponent of at most two digits, always fits a double. */
const LONG_NUMBER = 200;
const LONG_EXPONENT = /e\+?\d{3}/i;

export interface JsonScan {
  readonly rootIsArray: boolean;
  /** True when the text nests deeper than allowed; the scan stopped there. */
  readonly tooDeep: boolean;
  /** Number of elements of the root array; 1 for any other root. */
  readonly count: number;
  /** Per element, the exact text of the wanted member's value; null for an element that has none. The last of equal keys wins. */
  readonly memberTexts: readonly (string | null)[];
  /** True when a number may be too large for a double, so that whoever parses the text should look. */
  readonly wideNumber: boolean;
}

export function scanJson(text: string, member: string, maxDepth: number): JsonScan {
  const length = text.length;
  const memberTexts: (string | null)[] = [];
  let index = skipSpace(text, 0);
  const rootIsArray = text.charCodeAt(index) === OPEN_BRACKET;
  /** Depth inside an element: members of an element stand here. */
  const elementDepth = rootIsArray ? 2 : 1;
  let depth = 0;
  let tooDeep = false;
  let wideNumber = false;
  let hasElement = false;
  let commas = 0;
  let current: string | null = null;
  /** Whether the container at `elementDepth` is an object whose next string is a key. */
  let inElementObject = false;
  let expectKey = false;
  let keyMatches = false;
  let valueStart = -1;

  while (index < length) {
    const code = text.charCodeAt(index);
    switch (code) {
      case QUOTE: {
        const end = endOfString(text, index);
        if (depth === elementDepth && expectKey) {
          keyMatches = isKey(text, index, end, member);
          expectKey = false;
        }
        if (depth === 1) hasElement = true;
        index = end;
        continue;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (depth === 1) hasElement = true;
        depth += 1;
        if (depth > maxDepth) {
          tooDeep = true;
          index = length;
          break;
        }
        if (depth === elementDepth) {
          inElementObject = code === OPEN_BRACE;
          expectKey = inElementObject;
        }
        break;
      case COLON:
        if (depth === elementDepth && keyMatches) {
          valueStart = skipSpace(text, index + 1);
          keyMatches = false;
        }
        break;
      case COMMA:
        if (depth === elementDepth && inElementObject) {
          if (valueStart >= 0) current = sliceTrimmed(text, valueStart, index);
          valueStart = -1;
          expectKey = true;
        } else if (depth === 1 && rootIsArray) {
          memberTexts.push(current);
          current = null;
          commas += 1;
        }
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (depth === elementDepth) {
          if (valueStart >= 0) current = sliceTrimmed(text, valueStart, index);
          valueStart = -1;
          inElementObject = false;
          expectKey = false;
        }
        depth -= 1;
        break;
      default:
        if (isDigit(code)) {
          const end = endOfNumber(text, index);
          wideNumber ||= mayOverflow(text, index, end);
          if (depth === 1) hasElement = true;
          index = end;
          continue;
        }
        if (depth === 1 && !isSpace(code)) hasElement = true;
    }
    index += 1;
  }
  if (!rootIsArray || hasElement) memberTexts.push(current);
  return { rootIsArray, tooDeep, wideNumber, memberTexts, count: rootIsArray ? commas + (hasElement ? 1 : 0) : 1 };
}

/** The text without the white space that JSON allows around a value. */
export function trimJson(text: string): string {
  return sliceTrimmed(text, skipSpace(text, 0), text.length);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function skipSpace(text: string, from: number): number {
  let index = from;
  while (isSpace(text.charCodeAt(index))) index += 1;
  return index;
}

function sliceTrimmed(text: string, start: number, end: number): string {
  let last = end;
  while (last > start && isSpace(text.charCodeAt(last - 1))) last -= 1;
  return text.slice(start, last);
}

/** Index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  for (; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) return index + 1;
    if (code === BACKSLASH) index += 1;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let index = start + 1;
  for (; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isPart = isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === 0x2d;
    if (!isPart) break;
  }
  return index;
}

function mayOverflow(text: string, start: number, end: number): boolean {
  const length = end - start;
  if (length >= LONG_NUMBER) return true;
  return length >= '1e309'.length && LONG_EXPONENT.test(text.slice(start, end));
}

/** Whether the string from `start` to `end`, quotes included, says `member`; a key may be written with escapes. */
function isKey(text: string, start: number, end: number, member: string): boolean {
  const raw = text.slice(start + 1, end - 1);
  if (raw === member) return true;
  if (!raw.includes('\\')) return false;
  try {
    return JSON.parse(`"${raw}"`) === member;
  } catch {
    return false;
  }
}
