/** Tells what became of each call of a provider of embeddings. */
import type { Embedder } from '../memory/retrieval/embeddings/embedder.port.ts';
import type { ModelCall } from '../observability/model-call.ts';

/** A question that is not embedded is searched by its words. A note waits until it can be embedded, and nothing stands in for that. */
const WITHOUT_ANSWER = { query: 'fallback', document: 'failed' } as const;
const PURPOSE = { query: 'question', document: 'note' } as const;

export function watchedEmbedder(embedder: Embedder, called: (call: ModelCall) => void, now: () => number): Embedder {
  const { provider, model, dimensions } = embedder.space;
  return {
    ...embedder,
    async embed(texts, purpose) {
      const from = now();
      const tell = (result: ModelCall['result']) =>
        called({ purpose: PURPOSE[purpose], result, provider, model, dimensions, time: [from, now()] });
      try {
        const vectors = await embedder.embed(texts, purpose);
        tell('answered');
        return vectors;
      } catch (error) {
        tell(WITHOUT_ANSWER[purpose]);
        throw error;
      }
    },
  };
}
