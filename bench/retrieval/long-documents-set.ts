/**
 * A labelled set of long documents in pieces: encyclopaedia-like articles about made-up firms, founders, sites and devices. Only the
 * first piece of an article is sure to name its subject; later ones say "it" or "she". Questions need one piece, or lead over two articles.
 */
import { Draws } from './set-parts.ts';
import type { SetDocument, SetLine, SetQuery } from './set-parts.ts';

const ARTICLES = 120;
const SCOPE = 'library';

interface Subject {
  readonly name: string;
  readonly founder: string;
  readonly town: string;
  readonly device: string;
  readonly year: number;
}

export function longDocumentsSet(seed: string): readonly SetLine[] {
  const draws = new Draws(seed);
  const documents: SetDocument[] = [];
  const queries: SetQuery[] = [];
  const write = (group: string, sentences: readonly string[]): readonly string[] =>
    sentences.map((text, index) => {
      const id = `${group}.${index}`;
      documents.push({ kind: 'doc', id, scope: SCOPE, text, group });
      return id;
    });
  const ask = (type: string, text: string, relevant: readonly (string | undefined)[]) =>
    queries.push({
      kind: 'query',
      id: `q${queries.length}`,
      scope: SCOPE,
      text,
      relevant: relevant.filter((id) => id !== undefined),
      type,
    });

  for (let index = 0; index < ARTICLES; index += 1) {
    const subject: Subject = {
      name: draws.unique(() => `${draws.name(2)} ${draws.pick(['Works', 'Foundry', 'Instruments', 'Mills', 'Lines'])}`),
      founder: draws.unique(() => `${draws.name(2)} ${draws.name(3)}`),
      town: draws.unique(() => draws.name(3)),
      device: draws.unique(() => `${draws.name(2)}-${10 + draws.below(80)}`),
      year: 1840 + draws.below(150),
    };
    const metal = draws.pick(['tungsten', 'brass', 'nickel', 'chromium', 'zinc', 'cobalt']);
    const river = draws.pick(['a canal', 'a gorge', 'an estuary', 'two lakes', 'a glacier']);
    const study = draws.pick(['botany', 'theology', 'optics', 'surveying', 'harmony', 'metallurgy']);
    const flaw = draws.pick([
      'its bearings seized in frost',
      'the glass fogged',
      'the spring lost tension',
      'the valve leaked',
    ]);
    const company = write(`c${index}`, [
      `${subject.name} was an engineering firm that ${subject.founder} established in ${subject.year}.`,
      `It had its seat in ${subject.town} for most of its history.`,
      `The workforce never exceeded ${20 + draws.below(400)} people.`,
      `In its early days the company cast parts from ${metal}.`,
      `Its best known product was the ${subject.device}, which sold across the continent.`,
      `A strike closed the gates for ${2 + draws.below(20)} weeks.`,
      `The archive was later given to a museum.`,
    ]);
    const founder = write(`f${index}`, [
      `${subject.founder} was an inventor and employer.`,
      `She read ${study} before turning to machines.`,
      `Her letters show a dry wit and little patience.`,
      `Two of her brothers emigrated.`,
      `She is buried beside the chapel.`,
    ]);
    const town = write(`t${index}`, [
      `${subject.town} is a market town on ${river}.`,
      `The railway arrived there in ${1850 + draws.below(60)}.`,
      `Its fair is held each autumn.`,
      `Most inhabitants now commute.`,
    ]);
    const device = write(`d${index}`, [
      `The ${subject.device} is a measuring device from the age of steam.`,
      `Collectors pay well for complete examples.`,
      `Early models were recalled because ${flaw}.`,
      `A later version had a dial in two colours.`,
    ]);
    if (index % 2 === 0) {
      ask('single-hop', `From which metal did ${subject.name} make its castings?`, [company[3]]);
      ask('single-hop', `What did ${subject.founder} study?`, [founder[1]]);
      ask('multi-hop', `What was the academic subject of the woman behind ${subject.name}?`, [company[0], founder[1]]);
      ask('multi-hop', `What water lies by the home of ${subject.name}?`, [company[1], town[0]]);
      ask('multi-hop', `Why did the principal article made by ${subject.name} go back to the factory?`, [
        company[4],
        device[2],
      ]);
    }
  }
  return [...documents, ...queries];
}
