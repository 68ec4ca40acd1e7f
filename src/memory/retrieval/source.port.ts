/** What a search has to be able to read of the notes of one scope. Two stand behind it: the database, and a labelled set in memory. */
import type { CollectionSize, Postings } from '../../stats/retrieval/bm25.ts';
import type { KeyHolders, StatedLink } from '../../stats/retrieval/link-walk.ts';
import type { Mention } from '../../stats/retrieval/mentions.ts';
import type { Neighbours } from '../../stats/retrieval/neighbours.ts';

export interface RetrievalSource {
  size(): Promise<CollectionSize>;
  /** The postings of those of the terms that any document has. */
  postings(terms: readonly string[]): Promise<readonly Postings[]>;
  neighbours(documents: readonly string[]): Promise<Neighbours>;
  mentions(documents: readonly string[]): Promise<ReadonlyMap<string, readonly Mention[]>>;
  /** Who has each key; a key that too many have may be left out. */
  holders(keys: readonly string[]): Promise<readonly KeyHolders[]>;
  /** Keys of a question, in the form in which mentions and holders have them. */
  askedKeys(keys: readonly string[]): readonly string[];
  /** Links that somebody stated, from or to one of the documents. */
  links(documents: readonly string[]): Promise<readonly StatedLink[]>;
}
