/** The notes of one scope in memory, for labelled sets and tests: what the database answers from its tables, answered from maps. */
import type { PostingEntry } from '../../stats/retrieval/bm25.ts';
import { indexedText } from '../../stats/retrieval/index-entries.ts';
import type { Holder } from '../../stats/retrieval/link-walk.ts';
import type { Mention } from '../../stats/retrieval/mentions.ts';
import type { RetrievalSource } from './source.port.ts';

export interface IndexedDocument {
  readonly id: string;
  readonly text: string;
  /** Documents of one group are neighbours in their order. */
  readonly group: string | null;
}

export function createDocumentIndex(documents: readonly IndexedDocument[]): RetrievalSource {
  const postings = new Map<string, (PostingEntry & Holder)[]>();
  const mentions = new Map<string, readonly Mention[]>();
  const neighbours = new Map<string, string[]>();
  const lastOfGroup = new Map<string, string>();
  let terms = 0;

  const append = <Item>(map: Map<string, Item[]>, key: string, item: Item): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [item]);
    else list.push(item);
  };
  for (const { id, text, group } of documents) {
    const indexed = indexedText(text, group);
    const { length } = indexed;
    terms += length;
    mentions.set(id, indexed.mentions);
    for (const { key, count, leading } of indexed.entries) {
      append(postings, key, { document: id, count, length, leading });
    }
    if (group === null) continue;
    const before = lastOfGroup.get(group);
    if (before !== undefined) {
      append(neighbours, before, id);
      append(neighbours, id, before);
    }
    lastOfGroup.set(group, id);
  }
  const size = { documents: documents.length, averageLength: terms / Math.max(1, documents.length) };

  return {
    size: async () => size,
    postings: async (wanted) => wanted.map((term) => ({ term, entries: postings.get(term) ?? [] })),
    neighbours: async (ids) => new Map(ids.map((id) => [id, neighbours.get(id) ?? []])),
    mentions: async (ids) => new Map(ids.map((id) => [id, mentions.get(id) ?? []])),
    holders: async (keys) => keys.map((key) => ({ key, holders: postings.get(key) ?? [] })),
    askedKeys: (keys) => keys,
    links: async () => [],
  };
}
