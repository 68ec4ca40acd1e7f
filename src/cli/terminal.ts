/**
 * Where a command speaks. The answer goes to standard output and everything else to standard error, so that the answer can be piped.
 * Colour and the line that renews itself are for terminals only. Text from outside is stripped of control characters before it is
 * shown: a signal must not be able to move the cursor of whoever reads it.
 */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';

import type { Environment } from '../config/config.ts';

export type Tone = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (tone: Tone, text: string) => string;

export interface Terminal {
  /** Lines of the answer. */
  out(text: string): void;
  /** Lines beside the answer. */
  note(text: string): void;
  /** Shows a line that the next one replaces; null takes it away. Does nothing where there is no terminal. */
  status(text: string | null): void;
  /** Whether `status` shows anything. */
  readonly isLive: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether somebody is there to answer. */
  readonly canAsk: boolean;
  ask(question: string): Promise<string>;
  /** Colours for the answer. */
  readonly paint: Paint;
  /** Colours for what stands beside it. */
  readonly notePaint: Paint;
  /** Standard error as it is, for what draws by itself. */
  readonly stderr: { readonly isTTY: boolean; readonly columns: number; write(text: string): unknown };
}

type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

const CLEAR_LINE = '\r\u001B[K';
const WIDTH_DEFAULT = 80;

export function createTerminal(
  streams: {
    readonly stdin: Readable & { readonly isTTY?: boolean };
    readonly stdout: Stream;
    readonly stderr: Stream;
  },
  env: Environment,
): Terminal {
  const { stdin, stdout, stderr } = streams;
  const isLive = stderr.isTTY === true && env['TERM'] !== 'dumb';
  let live = false;
  const clear = (): void => {
    if (live) stderr.write(CLEAR_LINE);
    live = false;
  };
  return {
    out(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    status(text) {
      if (!isLive) return;
      if (text === null) clear();
      else stderr.write(`${CLEAR_LINE}${text.slice(0, (stderr.columns ?? WIDTH_DEFAULT) - 1)}`);
      live = text !== null;
    },
    isLive,
    width: stderr.columns ?? WIDTH_DEFAULT,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    async ask(question) {
      clear();
      const reader = createInterface({ input: stdin, output: stderr });
      try {
        return await reader.question(question);
      } finally {
        reader.close();
      }
    },
    paint: paintFor(stdout, env),
    notePaint: paintFor(stderr, env),
    stderr: { isTTY: isLive, columns: stderr.columns ?? WIDTH_DEFAULT, write: (text) => stderr.write(text) },
  };
}

/** Source: no-color.org. */
function paintFor(stream: Stream, env: Environment): Paint {
  const coloured = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return (tone, text) => (coloured ? styleText(tone, text, { validateStream: false }) : text);
}

/** Text from outside, safe to show: control characters become visible, and line ends stay. */
export function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text from outside on one line. */
export function shownLine(text: string): string {
  return shown(text.replaceAll(/\s*[\r\n]+\s*/g, ' '));
}
