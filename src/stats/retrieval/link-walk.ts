/**
 * The walk from the best answers to what they are linked with. Documents are joined by what they both mention, by links that somebody
 * stated, and by standing beside each other. The walk starts at the documents that the words of the question found, so a note that
 * shares no word with the question is reached through one that does.
 */
import { inverseFrequency } from './bm25.ts';
import type { Mention, MentionKind } from './mentions.ts';
import { personalisedPageRank } from './page-rank.ts';
import { topOf } from './ranking.ts';
import type { Ranked } from './ranking.ts';

/** How much a shared mention of each kind says that two texts speak of one thing. */
const KIND_WEIGHTS: Readonly<Record<MentionKind, number>> = {
  name: 1,
  identifier: 1,
  source: 0.5,
  part_of_name: 0.5,
  quantity: 0.2,
  word: 0.1,
};

/** A document that has a key, as far as the walk has to know it. */
export interface Holder {
  readonly document: string;
  readonly count: number;
  /** True when the key stands near the beginning of the document. */
  readonly leading: boolean;
}

export interface KeyHolders {
  readonly key: string;
  readonly holders: readonly Holder[];
}

/** A link that somebody stated, or that follows from the place of the documents. Walked in both directions. */
export interface StatedLink {
  readonly from: string;
  readonly to: string;
  /** Above 0; 1 for what is certain. */
  readonly weight: number;
}

export interface WalkInput {
  /** What the words of the question found, best first. */
  readonly ranking: readonly Ranked[];
  /** The keys that the question itself mentions. */
  readonly asked: ReadonlySet<string>;
  /** Documents in the collection. */
  readonly documents: number;
  /** What each document mentions that the walk may go on from. */
  readonly mentions: ReadonlyMap<string, readonly Mention[]>;
  readonly holders: readonly KeyHolders[];
  readonly links: readonly StatedLink[];
}

/** How many of the best documents a walk starts from. */
export const STARTS_MAX = 20;
/** What more documents than this mention joins nothing. */
export const HOLDERS_MAX = 150;
/** How strongly documents beside each other in their source are linked. */
export const NEIGHBOUR_WEIGHT = 0.5;
/** The chance to start at a document is its score to this power: the walk shall spread from the few that stand out. */
const SHARPNESS = 8;
/** A key of the question has been searched for already and leads to what is already found. */
const ASKED_FACTOR = 0.1;
/** A text is more about what it begins with. */
const LEADING_FACTOR = 1.5;
/** How much the document with the best score of all is preferred among the holders of a key. Source: Richardson and Domingos, The
 * Intelligent Surfer, NIPS 2001. */
const MATCH_BONUS = 3;
const PAGE_RANK = { damping: 0.7, tolerance: 1e-4, roundsMax: 60 };

/** True when the key joins documents: at least two have it, and not so many that it tells nothing. */
export function joins({ holders }: KeyHolders): boolean {
  return holders.length > 1 && holders.length <= HOLDERS_MAX;
}

/** The documents that the walk came by, with their share of visits as score, best first. */
export function walkLinks(input: WalkInput, limit: number): readonly Ranked[] {
  const best = input.ranking[0]?.score ?? 0;
  if (best <= 0) return [];
  const documents = new Numbers();
  const relative: number[] = [];
  const starts = input.ranking.slice(0, STARTS_MAX);
  for (const { document } of starts) documents.of(document);
  const keys = new Numbers();
  const joining = input.holders.filter(joins);
  // Thousands of holders are looked up once, and again only by number.
  const nodes: number[] = [];
  for (const { key, holders } of joining) {
    keys.of(key);
    for (const { document } of holders) nodes.push(documents.of(document));
  }
  for (const { from, to } of input.links) {
    documents.of(from);
    documents.of(to);
  }
  for (const { document, score } of input.ranking)
    if (documents.has(document)) relative[documents.of(document)] = score / best;

  const edges = { from: new Array<number>(), to: new Array<number>(), weight: new Array<number>() };
  const join = (from: number, to: number, weight: number): void => {
    edges.from.push(from);
    edges.to.push(to);
    edges.weight.push(weight);
  };
  // Keys are nodes like the documents, numbered after them.
  const nodeOfKey = (key: string) => documents.size + keys.of(key);
  let next = 0;
  for (const { key, holders } of joining) {
    const from = nodeOfKey(key);
    for (const { count, leading } of holders) {
      const to = nodes[next] ?? 0;
      next += 1;
      const match = 1 + MATCH_BONUS * (relative[to] ?? 0);
      const about = (1 + Math.log(count)) * (leading ? LEADING_FACTOR : 1);
      join(from, to, match * about);
    }
  }
  const holderCounts = new Map(joining.map(({ key, holders }) => [key, holders.length]));
  for (const [document, mentions] of input.mentions) {
    if (!documents.has(document)) continue;
    for (const { key, kind, count } of mentions) {
      const holders = holderCounts.get(key);
      if (holders === undefined) continue;
      const asked = input.asked.has(key) ? ASKED_FACTOR : 1;
      const rarity = inverseFrequency(input.documents, holders);
      join(documents.of(document), nodeOfKey(key), KIND_WEIGHTS[kind] * rarity * asked * (1 + Math.log(count)));
    }
  }
  // As strong as the rarest thing that two documents can share.
  const certain = inverseFrequency(input.documents, 2);
  for (const { from, to, weight } of input.links) {
    join(documents.of(from), documents.of(to), weight * certain);
    join(documents.of(to), documents.of(from), weight * certain);
  }

  const weights = new Float64Array(documents.size + keys.size);
  for (const { document } of starts) {
    const node = documents.of(document);
    weights[node] = (relative[node] ?? 0) ** SHARPNESS;
  }
  const visits = personalisedPageRank(weights, edges, PAGE_RANK);
  return topOf(new Map(documents.names().map((name, index) => [name, visits[index] ?? 0])), limit).filter(
    ({ score }) => score > 0,
  );
}

/** Numbers for names, in the order in which they are first asked for. */
class Numbers {
  readonly #numbers = new Map<string, number>();

  get size(): number {
    return this.#numbers.size;
  }

  has(name: string): boolean {
    return this.#numbers.has(name);
  }

  of(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  names(): readonly string[] {
    return [...this.#numbers.keys()];
  }
}
