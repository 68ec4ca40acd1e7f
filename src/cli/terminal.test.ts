import { PassThrough } from 'node:stream';

import { describe, expect, test } from 'vitest';

import type { Environment } from '../config/config.ts';
import { exitCodeOfSignal, listenForInterruption } from './interruption.ts';
import type { SignalSource, StopSignal } from './interruption.ts';
import { createTerminal, shown, shownLine } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { clockOf, columns, counted, elapsed } from './words.ts';

function terminalOf(isTTY: boolean, env: Environment = {}): { terminal: Terminal; read: () => [string, string] } {
  const stream = () => Object.assign(new PassThrough(), { isTTY, columns: 20 });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const text = (from: PassThrough): string => (from.read() as Buffer | null)?.toString() ?? '';
  return {
    terminal: createTerminal({ stdin, stdout, stderr }, env),
    read: () => [text(stdout), text(stderr)],
  };
}

test('the answer and everything else go different ways', () => {
  const { terminal, read } = terminalOf(false);
  terminal.out('answer');
  terminal.note('beside');
  terminal.status('12 %');
  expect(read()).toEqual(['answer\n', 'beside\n']);
  expect(terminal.canAsk).toBe(false);
});

test('on a terminal a line renews itself, and goes away before anything else is written', () => {
  const { terminal, read } = terminalOf(true);
  terminal.status('a line that is longer than the terminal');
  terminal.status('12 %');
  terminal.note('beside');
  expect(read()[1]).toBe('\r\u001B[Ka line that is long\r\u001B[K12 %\r\u001B[Kbeside\n');
});

test.each([
  [true, {}, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, {}, false],
])('colour on a terminal %s with %j: %s', (isTTY, env, coloured) => {
  const { terminal } = terminalOf(isTTY, env);
  expect(terminal.paint('red', 'x') !== 'x').toBe(coloured);
  expect(terminal.notePaint('red', 'x') !== 'x').toBe(coloured);
});

test('text from outside cannot move the cursor or turn the writing round', () => {
  expect(shown('a\u001B[2Jb\nc\u202Ed\u0000\u009B')).toBe('a\\u001b[2Jb\nc\\u202ed\\u0000\\u009b');
  expect(shown('Ünïcödé 日本 🙂')).toBe('Ünïcödé 日本 🙂');
  expect(shownLine('a \r\n b\rc')).toBe('a b c');
});

describe('words', () => {
  test.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [3_723, '1:02:03'],
    [-1, '0:00'],
  ])('%d seconds are %s', (seconds, text) => expect(clockOf(seconds)).toBe(text));

  test.each([
    [12, '+12 ms'],
    [3_400, '+3.4 s'],
    [300_000, '+5 min'],
    [10_800_000, '+3 h'],
    [400 * 86_400_000, '+400 days'],
  ])('%d ms are %s', (ms, text) => expect(elapsed(ms)).toBe(text));

  test('tables and plurals', () => {
    expect(
      columns(
        [
          ['a', 'bb'],
          ['ccc', 'd\u0007'],
        ],
        ' ',
      ),
    ).toBe(' a    bb\n ccc  d\\u0007');
    expect([counted(1, 'row'), counted(2_000, 'row'), counted(2, 'entry', 'entries')]).toEqual([
      '1 row',
      '2,000 rows',
      '2 entries',
    ]);
  });
});

describe('signals', () => {
  function source(): SignalSource & { send(name: StopSignal): void; listeners: number; exits: number[] } {
    const found = new Set<(name: StopSignal) => void>();
    const exits: number[] = [];
    return {
      exits,
      get listeners() {
        return found.size;
      },
      on: (_name, listener) => found.add(listener),
      off: (_name, listener) => found.delete(listener),
      exit: (code) => void exits.push(code),
      send: (name) => {
        for (const listener of found) listener(name);
      },
    };
  }

  test('the first asks, the second ends', async () => {
    const from = source();
    const interruption = listenForInterruption(from);
    from.send('SIGTERM');
    expect(await interruption.asked).toBe('SIGTERM');
    expect(interruption.signal.reason).toBe('SIGTERM');
    expect(from.exits).toEqual([]);
    from.send('SIGINT');
    expect(from.exits).toEqual([130]);
    interruption.end();
    expect(from.listeners).toBe(0);
  });

  test('exit codes as shells have them', () => {
    expect([exitCodeOfSignal('SIGINT'), exitCodeOfSignal('SIGTERM')]).toEqual([130, 143]);
  });
});
