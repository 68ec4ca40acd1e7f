import { describe, expect, it } from 'vitest';

import { Gathering } from './gathering.ts';

/** Runs end when they are let go, and what each was asked is written down. */
function gathering(max = 100) {
  const runs: string[][] = [];
  const ends: ((error?: Error) => void)[] = [];
  const gathered = new Gathering<string, string>(
    (items) => {
      runs.push([...items]);
      return new Promise((resolve, reject) => {
        ends.push((error) => (error === undefined ? resolve(items.map((item) => item.toUpperCase())) : reject(error)));
      });
    },
    (item) => [item.split(':')[0] ?? ''],
    max,
  );
  const endNext = async (error?: Error) => {
    ends.shift()?.(error);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  };
  return { runs, gathered, endNext };
}

describe('calls that are gathered', () => {
  it('go at once when nothing is under way, and together when something is', async () => {
    const { runs, gathered, endNext } = gathering();
    const first = gathered.ask(['a']);
    const others = [gathered.ask(['b', 'c']), gathered.ask([]), gathered.ask(['d'])];
    expect(runs).toEqual([['a']]);
    await endNext();
    expect(runs).toEqual([['a'], ['b', 'c', 'd']]);
    await endNext();
    expect(await first).toEqual(['A']);
    expect(await Promise.all(others)).toEqual([['B', 'C'], [], ['D']]);
    const later = gathered.ask(['e']);
    expect(runs.at(-1)).toEqual(['e']);
    await endNext();
    expect(await later).toEqual(['E']);
  });

  it('about one name go one after the other, in order', async () => {
    const { runs, gathered, endNext } = gathering();
    const all = [['x'], ['a:1', 'a:2'], ['b'], ['a:3'], ['c']].map((items) => gathered.ask(items));
    for (let index = 0; index < 3; index += 1) await endNext();
    await Promise.all(all);
    expect(runs).toEqual([['x'], ['a:1', 'a:2', 'b'], ['a:3', 'c']]);
  });

  it('are no more than the most together, and one alone may be larger', async () => {
    const { runs, gathered, endNext } = gathering(2);
    const all = [['a'], ['b', 'c', 'd'], ['e'], ['f'], ['g']].map((items) => gathered.ask(items));
    for (let index = 0; index < 4; index += 1) await endNext();
    await Promise.all(all);
    expect(runs).toEqual([['a'], ['b', 'c', 'd'], ['e', 'f'], ['g']]);
  });

  it('fail with the one that they went with, and the next are not concerned', async () => {
    const { gathered, endNext } = gathering();
    const first = gathered.ask(['a']);
    const second = gathered.ask(['b']);
    const third = gathered.ask(['b:again']);
    const failed = Promise.allSettled([first, second, third]);
    await endNext();
    await endNext(new Error('away'));
    await endNext();
    expect((await failed).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
