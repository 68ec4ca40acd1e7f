/**
 * A demonstration, step by step: each says what happened in lines for people and in facts for programs, and fails when it did not happen. What
 * comes after a step that failed is not tried.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Paint } from '../terminal.ts';

/** Plain JSON. */
type Facts = Readonly<Record<string, unknown>>;

/** How long something is waited for that the server does by itself. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 100;

export interface Played {
  readonly step: number;
  readonly title: string;
  readonly ok: boolean;
  readonly facts: Facts;
  readonly problem: string | null;
}

export interface Telling {
  readonly say: (...lines: string[]) => void;
  readonly fact: (facts: Facts) => void;
}

/** Something that the demonstration promises did not happen. */
export class DidNotHappen extends Error {}

export class Scene {
  readonly played: Played[] = [];
  readonly #out: (text: string) => void;
  readonly #paint: Paint;

  constructor(out: (text: string) => void, paint: Paint) {
    this.#out = out;
    this.#paint = paint;
  }

  get ok(): boolean {
    return this.played.every(({ ok }) => ok);
  }

  async step(title: string, play: (telling: Telling) => Promise<void>): Promise<void> {
    if (!this.ok) return;
    const step = this.played.length;
    this.#out(`\n${this.#paint('bold', `${step}. ${title}`)}`);
    let facts: Facts = {};
    const telling: Telling = {
      say: (...lines) => lines.forEach((line) => this.#out(line === '' ? '' : `   ${line}`)),
      fact: (more) => {
        facts = { ...facts, ...more };
      },
    };
    let problem: string | null = null;
    try {
      await play(telling);
    } catch (error) {
      if (!(error instanceof DidNotHappen)) throw error;
      problem = error.message;
      this.#out(`   ${this.#paint('red', `This did not happen: ${problem}`)}`);
    }
    this.played.push({ step, title, ok: problem === null, facts, problem });
  }
}

/** Throws `DidNotHappen` with these words when it is not so. */
export function insist(holds: boolean, words: string): asserts holds {
  if (!holds) throw new DidNotHappen(words);
}

/** Looks until there is something. */
export async function awaited<Result>(words: string, look: () => Promise<Result | null>): Promise<Result> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_EVERY_MS) {
    const found = await look();
    if (found !== null) return found;
    await sleep(LOOK_EVERY_MS);
  }
  throw new DidNotHappen(`${words}, within ${PATIENCE_MS / 1_000} seconds`);
}

/** A text from outside, each line indented. */
export function quoted(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`));
}
