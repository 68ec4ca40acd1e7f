/**
 * A labelled set of conversations: ten pairs of people who write to each other over weeks, in turns, with small letters and loose
 * spelling. Each pair is a scope of its own and each day a group. Questions ask for one turn, or for two on different days.
 */
import { Draws } from './set-parts.ts';
import type { SetDocument, SetLine, SetQuery } from './set-parts.ts';

const PAIRS = 10;
const DAYS = 24;
const DAY_MS = 86_400_000;

const CHAT: readonly (readonly [string, string])[] = [
  ['did you sleep at all?', 'not really, the neighbours again'],
  ['weather is awful here', 'same, been raining since noon'],
  ['any plans for the weekend?', 'probably just laundry and a film'],
  ['i finally fixed the bike', 'nice, took you long enough'],
  ['the bus was late again', 'they should just give up on that line'],
  ['made soup, way too much of it', 'freeze some'],
  ['how was the meeting?', 'long. nobody had read anything'],
  ['my phone dies after two hours now', 'mine too, must be the update'],
];
const ANIMALS = ['a tortoise', 'a parrot', 'two rabbits', 'a greyhound', 'a gecko', 'an old cat'];
const CRAFTS = ['pottery', 'fencing', 'calligraphy', 'beekeeping', 'rowing', 'choir'];
const FEARS = ['heights', 'spiders', 'deep water', 'thunder', 'lifts', 'crowds'];
const FOODS = ['walnut bread', 'lentil curry', 'plum cake', 'dumplings', 'onion tart', 'rice pudding'];

export function conversationsSet(seed: string): readonly SetLine[] {
  const draws = new Draws(seed);
  const documents: SetDocument[] = [];
  const queries: SetQuery[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const scope = `pair${pair}`;
    const [a, b] = [draws.unique(() => draws.name(2)), draws.unique(() => draws.name(2))];
    const friends = Array.from({ length: 6 }, () => draws.unique(() => draws.name(2)));
    const places = Array.from({ length: 6 }, () => draws.unique(() => draws.name(3)));
    const planned = new Map<number, (readonly [string, string, string])[]>();
    const relevant = new Map<string, string[]>();
    const tell = (day: number, mark: string, question: string, answer: string) =>
      planned.set(day, [...(planned.get(day) ?? []), [mark, question, answer]]);
    const ask = (type: string, text: string, marks: readonly string[]) => asked.push({ type, text, marks });
    const asked: { type: string; text: string; marks: readonly string[] }[] = [];

    for (const [index, friend] of friends.entries()) {
      const place = places[index] ?? friend;
      const animal = ANIMALS[(index + pair) % ANIMALS.length] ?? '';
      const craft = CRAFTS[(index * 5 + pair) % CRAFTS.length] ?? '';
      const fear = FEARS[(index + pair * 5) % FEARS.length] ?? '';
      const food = FOODS[(index * 5 + pair * 2) % FOODS.length] ?? '';
      tell(draws.below(DAYS), `pet${index}`, `what did ${friend} get?`, `${animal}, can you believe it`);
      tell(
        draws.below(DAYS),
        `craft${index}`,
        `so who taught you ${craft}?`,
        `my old colleague ${friend}, every tuesday`,
      );
      tell(draws.below(DAYS), `fear${index}`, `why did ${friend} leave early?`, `scared of ${fear}, always was`);
      tell(draws.below(DAYS), `trip${index}`, `where did you go on holiday in the end?`, `${place}, with the cousins`);
      tell(draws.below(DAYS), `food${index}`, `what do they eat in ${place}?`, `mostly ${food} honestly`);
      ask('single-hop', `Which pet does ${friend} have?`, [`pet${index}`]);
      ask('single-hop', `What is the local dish of ${place}?`, [`food${index}`]);
      ask('multi-hop', `What frightens the one who gave lessons in ${craft}?`, [`craft${index}`, `fear${index}`]);
      ask('multi-hop', `Which animal lives with the teacher of ${craft}?`, [`craft${index}`, `pet${index}`]);
    }
    for (let day = 0; day < DAYS; day += 1) {
      const group = `${scope}-day${day}`;
      const small = Array.from({ length: 4 }, () => draws.pick(CHAT)).map(([q, r]) => ['', q, r] as const);
      for (const [mark, question, answer] of draws.shuffled([...small, ...(planned.get(day) ?? [])])) {
        const [first, second] = draws.chance(0.5) ? [a, b] : [b, a];
        for (const [who, text] of [
          [first, question],
          [second, answer],
        ]) {
          const id = `${group}:${documents.length}`;
          const at = new Date(Date.UTC(2026, 0, 5, 9) + day * DAY_MS + documents.length * 1_000).toISOString();
          documents.push({ kind: 'doc', id, scope, text: `${who}: ${text}`, at, group });
          if (mark !== '') relevant.set(mark, [...(relevant.get(mark) ?? []), id]);
        }
      }
    }
    for (const { type, text, marks } of asked) {
      // What counts is the turn that gives the answer, and for a chain each one that leads there.
      const ids = marks.map((mark) => relevant.get(mark)?.[1]).filter((id) => id !== undefined);
      queries.push({ kind: 'query', id: `${scope}-q${queries.length}`, scope, text, relevant: ids, type });
    }
  }
  return [...documents, ...queries];
}
