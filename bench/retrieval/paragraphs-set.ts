/**
 * A labelled set held back: titled paragraphs of several sentences about made-up films, singers, islands and prizes, each paragraph a document by
 * itself, without groups. It was written after the walk was settled.
 */
import { Draws } from './set-parts.ts';
import type { SetDocument, SetLine, SetQuery } from './set-parts.ts';

const FAMILIES = 150;
const SCOPE = 'paragraphs';
const PRIZES = ['Silver Lantern', 'Golden Heron', 'Crystal Oar', 'Iron Laurel', 'Blue Comet', 'Stone Harp'];
const GENRES = ['a western', 'a courtroom drama', 'a musical', 'a heist film', 'a fable', 'a war film'];
const SCHOOLS = ['law', 'dentistry', 'drama', 'agronomy', 'painting', 'navigation'];
const EXPORTS = ['salt', 'wool', 'pepper', 'cork', 'amber', 'dried fish', 'indigo'];
const HABITS = ['collected clocks', 'kept bees', 'flew gliders', 'wrote limericks', 'restored cars', 'bred horses'];

export function paragraphsSet(seed: string): readonly SetLine[] {
  const draws = new Draws(seed);
  const documents: { id: string; text: string }[] = [];
  const queries: SetQuery[] = [];
  const write = (id: string, text: string): string => {
    documents.push({ id, text });
    return id;
  };
  const ask = (type: string, text: string, relevant: readonly string[]) =>
    queries.push({ kind: 'query', id: `q${queries.length}`, scope: SCOPE, text, relevant, type });

  for (let family = 0; family < FAMILIES; family += 1) {
    const film = draws.unique(
      () => `The ${draws.name(2)} ${draws.pick(['Affair', 'Road', 'Letters', 'Season', 'Bridge'])}`,
    );
    const director = draws.unique(() => `${draws.name(2)} ${draws.name(2)}`);
    const singer = draws.unique(() => `${draws.name(1)} ${draws.name(3)}`);
    const island = draws.unique(() => draws.name(3));
    const year = 1930 + draws.below(80);
    const [export1, school, habit] = [draws.pick(EXPORTS), draws.pick(SCHOOLS), draws.pick(HABITS)];
    const ofFilm = write(
      `film-${family}`,
      `${film}\n${film} is a ${year} film directed by ${director}. It is ${draws.pick(GENRES)} with a score by ${singer}. Critics praised its pace, and it was shown at several festivals.`,
    );
    const ofDirector = write(
      `person-${family}`,
      `${director}\n${director} (born ${year - 40}) trained in ${school} before turning to pictures. In private ${director.split(' ')[1]} ${habit}. The ${draws.pick(PRIZES)} came late.`,
    );
    const ofSinger = write(
      `singer-${family}`,
      `${singer}\n${singer} is a composer and singer who grew up on ${island}. Four records appeared under the name ${singer.split(' ')[1]}, none of which sold well at first.`,
    );
    const ofIsland = write(
      `island-${family}`,
      `${island}\n${island} is an inhabited island. For centuries ${export1} was shipped from its only harbour. It has a lighthouse and two chapels.`,
    );
    write(
      `other-${family}`,
      `${draws.name(3)}\nA list of films, singers and islands that were in fashion in ${year}. Directors are named where they are known; festivals, records and harbours are not.`,
    );
    if (family % 2 === 0) continue;
    ask('single-hop', `Who made ${film}?`, [ofFilm]);
    ask('single-hop', `Which goods left the harbour of ${island}?`, [ofIsland]);
    ask('multi-hop', `What did the director of ${film} train in?`, [ofFilm, ofDirector]);
    ask('multi-hop', `On which island did the composer of the score of ${film} grow up?`, [ofFilm, ofSinger]);
    ask('multi-hop', `What was shipped from the childhood home of ${singer}?`, [ofSinger, ofIsland]);
    ask('multi-hop', `What was the pastime of whoever directed ${film}?`, [ofFilm, ofDirector]);
  }
  const lines = draws.shuffled(documents).map(({ id, text }): SetDocument => ({ kind: 'doc', id, scope: SCOPE, text }));
  return [...lines, ...queries];
}
