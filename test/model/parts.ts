/**
 * Values of which each is kept once, so that a state of the model is a handful of references and comparing states is comparing
 * numbers.
 */

export interface Part<Value> {
  readonly id: number;
  readonly value: Value;
}

export class Parts<Value> {
  readonly #known = new Map<string, Part<Value>>();

  /** The one part that holds this value. */
  of(value: Value): Part<Value> {
    const text = JSON.stringify(value);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const part = { id: this.#known.size, value };
    this.#known.set(text, part);
    return part;
  }
}

/** Remembers what a pure function answered, by a key of its arguments. */
export function remembered<Result>(answers: Map<string, Result>, key: string, ask: () => Result): Result {
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = ask();
  answers.set(key, answer);
  return answer;
}
