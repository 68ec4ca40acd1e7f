/** What the generators of labelled sets share: the lines of a set, draws from a seed, and names that nobody bears. */
import { seededRandom } from '../../src/stats/random.ts';

export interface SetDocument {
  readonly kind: 'doc';
  readonly id: string;
  readonly scope: string;
  readonly text: string;
  readonly at?: string;
  readonly group?: string;
}

export interface SetQuery {
  readonly kind: 'query';
  readonly id: string;
  readonly scope: string;
  readonly text: string;
  readonly relevant: readonly string[];
  /** `single-hop` or `multi-hop`; evaluation reports them apart. */
  readonly type: string;
}

export type SetLine = SetDocument | SetQuery;

export class Draws {
  readonly #random: () => number;
  readonly #taken = new Set<string>();

  constructor(seed: string) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const rest = [...items];
    const result: Item[] = [];
    while (rest.length > 0) result.push(...rest.splice(this.below(rest.length), 1));
    return result;
  }

  /** A text that this drawer has not given before. */
  unique(make: () => string): string {
    for (;;) {
      const text = make();
      if (this.#taken.has(text)) continue;
      this.#taken.add(text);
      return text;
    }
  }

  /** A word of made-up syllables with a capital letter. */
  name(syllables: number): string {
    const text = Array.from({ length: syllables }, () => this.pick(ONSETS) + this.pick(NUCLEI)).join('');
    return text.charAt(0).toUpperCase() + text.slice(1) + this.pick(CODAS);
  }
}

const ONSETS = 'b br c cl d dr f fl g gr h j k kr l m n p pl qu r s sk st t tr v w z'.split(' ');
const NUCLEI = 'a e i o u ai ea io ou'.split(' ');
const CODAS = ['', 'n', 'r', 'l', 's', 'x', 'ne', 'th', 'm'];

/** Fills `{name}` in a template. Throws when a template names what is not given. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template ${JSON.stringify(template)} wants ${name}`);
    return value;
  });
}
