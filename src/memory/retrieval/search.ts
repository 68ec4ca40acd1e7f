/**
 * A search by progressive disclosure: the cheapest layer first, and the next only while there is time. Words find notes, what stands beside
 * them is added, links lead on to notes that share no word with the question, and vectors are asked when there are any. The trace says
 * which layer brought each note and why the search ended.
 */
import { rankByTerms } from '../../stats/retrieval/bm25.ts';
import { NEIGHBOUR_WEIGHT, STARTS_MAX, walkLinks } from '../../stats/retrieval/link-walk.ts';
import type { KeyHolders, StatedLink } from '../../stats/retrieval/link-walk.ts';
import { MENTION_KINDS, mentionsOf } from '../../stats/retrieval/mentions.ts';
import type { Mention } from '../../stats/retrieval/mentions.ts';
import type { Neighbours } from '../../stats/retrieval/neighbours.ts';
import { withNeighbours } from '../../stats/retrieval/neighbours.ts';
import { fused } from '../../stats/retrieval/ranking.ts';
import type { Ranked, WeightedRanking } from '../../stats/retrieval/ranking.ts';
import { termsOf } from '../../stats/retrieval/tokens.ts';
import type { RetrievalSource } from './source.port.ts';

export const LAYERS = ['lexical', 'neighbours', 'links', 'vectors'] as const;
export type Layer = (typeof LAYERS)[number];

export type StopReason = 'all_layers_done' | 'nothing_found' | 'time_budget';

export interface SearchItem extends Ranked {
  /** The layer that brought it first. */
  readonly layer: Layer;
}

export interface SearchStep {
  readonly layer: Layer;
  /** Documents that no layer before had found. */
  readonly added: number;
  readonly milliseconds: number;
}

export interface SearchResult {
  readonly items: readonly SearchItem[];
  readonly steps: readonly SearchStep[];
  readonly stopped: StopReason;
}

export interface SearchOptions {
  /** The layers to go through; `lexical` always is. */
  readonly layers: readonly Layer[];
  /** No further layer begins after so long. */
  readonly budgetMs: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** What is nearest to the question by meaning, best first; null when no semantic provider is configured. */
  readonly nearest: ((query: string, limit: number) => Promise<readonly Ranked[]>) | null;
}

/** How many documents each layer passes on. */
const POOL = 100;
/** How far down each list counts when several are made into one. */
const FUSION_DEPTH = 20;
/** The walk begins with what the words found, so its order holds both and counts more. */
const LINKS_WEIGHT = 3;
const VECTORS_WEIGHT = 2;
/** Documents of the first round that a second goes on from. */
const EXPANDED_MAX = 60;
/** Keys that one round follows. */
const KEYS_MAX = 250;

export async function search(source: RetrievalSource, query: string, options: SearchOptions): Promise<SearchResult> {
  const began = options.now();
  const steps: SearchStep[] = [];
  const layerOf = new Map<string, Layer>();
  let stepBegan = began;
  const finish = (layer: Layer, ranking: readonly Ranked[]): void => {
    let added = 0;
    for (const { document } of ranking) {
      if (layerOf.has(document)) continue;
      layerOf.set(document, layer);
      added += 1;
    }
    const now = options.now();
    steps.push({ layer, added, milliseconds: now - stepBegan });
    stepBegan = now;
  };
  const inTime = () => options.now() - began < options.budgetMs;
  const result = (ranking: readonly Ranked[], stopped: StopReason): SearchResult => ({
    items: ranking.map((item) => ({ ...item, layer: layerOf.get(item.document) ?? 'lexical' })),
    steps,
    stopped,
  });
  const wants = (layer: Layer) => options.layers.includes(layer);

  let ranking = await rankByWords(source, query);
  finish('lexical', ranking);
  const beside = new Map<string, readonly string[]>();
  const neighboursOf = (ids: readonly string[]) => knownNeighbours(source, beside, ids);
  if (wants('neighbours')) {
    if (!inTime()) return result(ranking, 'time_budget');
    ranking = withNeighbours(ranking, await neighboursOf(ranking.map(({ document }) => document)), POOL);
    finish('neighbours', ranking);
  }
  const lists: WeightedRanking[] = [{ ranking, weight: 1 }];
  const merged = () => (lists.length === 1 ? ranking : followedBy(fused(lists, FUSION_DEPTH), ranking));
  if (wants('links') && ranking.length > 0) {
    if (!inTime()) return result(ranking, 'time_budget');
    const walked = await walk({ ...source, neighbours: neighboursOf }, query, ranking, inTime);
    lists.push({ ranking: walked, weight: LINKS_WEIGHT });
    finish('links', walked.slice(0, FUSION_DEPTH));
  }
  if (wants('vectors') && options.nearest !== null) {
    if (!inTime()) return result(merged(), 'time_budget');
    const nearest = await options.nearest(query, POOL);
    lists.push({ ranking: nearest, weight: VECTORS_WEIGHT });
    finish('vectors', nearest.slice(0, FUSION_DEPTH));
  }
  const items = merged();
  return result(items, items.length === 0 ? 'nothing_found' : 'all_layers_done');
}

async function rankByWords(source: RetrievalSource, query: string): Promise<readonly Ranked[]> {
  const terms = [...new Set(termsOf(query))];
  const [postings, size] = await Promise.all([source.postings(terms), source.size()]);
  return rankByTerms(postings, size, POOL);
}

/** What stands beside documents, asked once of each. */
async function knownNeighbours(
  source: RetrievalSource,
  known: Map<string, readonly string[]>,
  ids: readonly string[],
): Promise<Neighbours> {
  const unknown = ids.filter((id) => !known.has(id));
  const found: Neighbours = unknown.length === 0 ? new Map() : await source.neighbours(unknown);
  for (const id of unknown) known.set(id, found.get(id) ?? []);
  return new Map(ids.map((id) => [id, known.get(id) ?? []]));
}

/** The fused documents, and after them what was found beyond the depth of fusion, in its own order. */
function followedBy(first: readonly Ranked[], rest: readonly Ranked[]): readonly Ranked[] {
  const placed = new Set(first.map(({ document }) => document));
  const last = first.at(-1)?.score ?? 0;
  const best = rest[0]?.score ?? 1;
  // Scores of another kind are brought below the last one, so that a list of results still falls.
  const tail = rest.filter(({ document }) => !placed.has(document));
  return [...first, ...tail.map(({ document, score }) => ({ document, score: (last * score) / best }))];
}

/** Two rounds: from the best answers to what shares something with them, and from the best of that once more. */
async function walk(
  source: RetrievalSource,
  query: string,
  ranking: readonly Ranked[],
  inTime: () => boolean,
): Promise<readonly Ranked[]> {
  const { documents } = await source.size();
  const asked = new Set(source.askedKeys(mentionsOf(query).map(({ key }) => key)));
  const mentions = new Map<string, readonly Mention[]>();
  const holders: KeyHolders[] = [];
  const followed = new Set<string>();
  const links: StatedLink[] = [];
  const expand = async (ids: readonly string[]): Promise<readonly Ranked[]> => {
    // What does not wait for an answer is asked at once.
    const [mentioned, neighbours, stated] = await Promise.all([
      source.mentions(ids),
      source.neighbours(ids),
      source.links(ids),
    ]);
    for (const [id, found] of mentioned) mentions.set(id, found);
    const wanted = keysToFollow(
      ids.flatMap((id) => mentions.get(id) ?? []),
      followed,
    );
    for (const key of wanted) followed.add(key);
    holders.push(...(await source.holders(wanted)));
    links.push(...stated);
    for (const [from, beside] of neighbours) {
      for (const to of beside) links.push({ from, to, weight: NEIGHBOUR_WEIGHT });
    }
    return walkLinks({ ranking, asked, documents, mentions, holders, links }, POOL);
  };

  const first = await expand(ranking.slice(0, STARTS_MAX).map(({ document }) => document));
  const next = first.map(({ document }) => document).filter((id) => !mentions.has(id));
  if (next.length === 0 || !inTime()) return first;
  return expand(next.slice(0, EXPANDED_MAX));
}

/** The surest mentions first, because only so many are followed; among equals those of the best documents. */
function keysToFollow(found: readonly Mention[], followed: ReadonlySet<string>): readonly string[] {
  const inOrder = MENTION_KINDS.flatMap((kind) => found.filter((mention) => mention.kind === kind));
  return [...new Set(inOrder.map(({ key }) => key))].filter((key) => !followed.has(key)).slice(0, KEYS_MAX);
}
