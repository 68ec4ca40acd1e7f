import type { TenantId } from '../../domain/ids.ts';

/**
 * Calls that come while one is under way wait for it and then go together as one. Alone, a call waits for nobody; many at once cost as little as one
 * large one. Two calls about the same name never go together, so each sees what the one before has written.
 */
export class Gathering<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #namesOf: (item: Item) => readonly string[];
  readonly #max: number;
  #waiting: Call<Item, Result>[] = [];
  #isRunning = false;

  /** `run` answers for each item in order. `max` items go together at most, unless one call alone has more. */
  constructor(
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    namesOf: (item: Item) => readonly string[],
    max: number,
  ) {
    this.#run = run;
    this.#namesOf = namesOf;
    this.#max = max;
  }

  /** Fails with the error of the run that it went with. */
  ask(items: readonly Item[]): Promise<readonly Result[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      if (!this.#isRunning) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const calls = this.#next();
      try {
        const results = await this.#run(calls.flatMap(({ items }) => items));
        let from = 0;
        for (const { items, resolve } of calls) {
          resolve(results.slice(from, from + items.length));
          from += items.length;
        }
      } catch (error) {
        for (const { reject } of calls) reject(error);
      }
    }
    this.#isRunning = false;
  }

  #next(): readonly Call<Item, Result>[] {
    const names = new Set<string>();
    let count = 0;
    let calls = 0;
    for (const { items } of this.#waiting) {
      const own = items.flatMap(this.#namesOf);
      if (calls > 0 && (count + items.length > this.#max || own.some((name) => names.has(name)))) break;
      for (const name of own) names.add(name);
      count += items.length;
      calls += 1;
    }
    return this.#waiting.splice(0, calls);
  }
}

interface Call<Item, Result> {
  readonly items: readonly Item[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls for the same tenant go together; those for another do not, because a transaction of a request sees one tenant. */
export class TenantGatherings<Item, Result> {
  readonly #run: (tenant: TenantId, items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #namesOf: (item: Item) => readonly string[];
  readonly #max: number;
  readonly #gatherings = new Map<TenantId, Gathering<Item, Result>>();

  constructor(
    run: (tenant: TenantId, items: readonly Item[]) => Promise<readonly Result[]>,
    namesOf: (item: Item) => readonly string[],
    max: number,
  ) {
    this.#run = run;
    this.#namesOf = namesOf;
    this.#max = max;
  }

  ask(tenant: TenantId, items: readonly Item[]): Promise<readonly Result[]> {
    let gathering = this.#gatherings.get(tenant);
    if (gathering === undefined) {
      gathering = new Gathering((gathered) => this.#run(tenant, gathered), this.#namesOf, this.#max);
      this.#gatherings.set(tenant, gathering);
    }
    return gathering.ask(items);
  }
}
