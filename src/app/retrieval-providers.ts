/** The providers that need no service, over labelled documents: words, words with neighbours, and both with links. */
import { evaluateAll } from '../evals/retrieval/evaluate.ts';
import type { RetrievalProvider } from '../evals/retrieval/evaluate.ts';
import type { LabelledDocument, LabelledSet, RetrievalReport } from '../evals/retrieval/labelled-set.port.ts';
import { createDocumentIndex } from '../memory/retrieval/document-index.ts';
import { search } from '../memory/retrieval/search.ts';
import type { Layer } from '../memory/retrieval/search.ts';
import type { RetrievalSource } from '../memory/retrieval/source.port.ts';

const LAYERS_OF: Readonly<Record<string, readonly Layer[]>> = {
  bm25: ['lexical'],
  'bm25+neighbours': ['lexical', 'neighbours'],
  lexical: ['lexical', 'neighbours', 'links'],
};

/** Indexes the documents once per scope; the providers share the index. */
export function lexicalProviders(documents: readonly LabelledDocument[]): readonly RetrievalProvider[] {
  const byScope = Map.groupBy(documents, ({ scope }) => scope);
  const sources = new Map<string, RetrievalSource>(
    [...byScope].map(([scope, items]) => [scope, createDocumentIndex(items)]),
  );
  const now = () => performance.now();
  return Object.entries(LAYERS_OF).map(([name, layers]) => ({
    name,
    semantic: false,
    async search(scope, text) {
      const source = sources.get(scope);
      if (source === undefined) return [];
      const { items } = await search(source, text, { layers, budgetMs: Number.POSITIVE_INFINITY, now, nearest: null });
      return items.map(({ document }) => document);
    },
  }));
}

export function evaluateRetrieval(set: LabelledSet): Promise<RetrievalReport> {
  return evaluateAll(set, lexicalProviders(set.documents), () => performance.now());
}
