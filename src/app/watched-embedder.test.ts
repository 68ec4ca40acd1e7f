import { expect, it } from 'vitest';

import type { Embedder } from '../memory/retrieval/embeddings/embedder.port.ts';
import type { ModelCall } from '../observability/model-call.ts';
import { watchedEmbedder } from './watched-embedder.ts';

it('tells of a question without answer that its words answer, and of a note without answer that nothing does', async () => {
  let answers = true;
  const provider: Embedder = {
    space: { provider: 'test', model: 'm', dimensions: 1 },
    batchMax: 8,
    embed: () => (answers ? Promise.resolve([new Float32Array([1])]) : Promise.reject(new Error('gone'))),
  };
  const calls: ModelCall[] = [];
  let now = 0;
  const embedder = watchedEmbedder(
    provider,
    (call) => calls.push(call),
    () => (now += 5),
  );
  await embedder.embed(['a'], 'query');
  await embedder.embed(['a'], 'document');
  answers = false;
  await expect(embedder.embed(['a'], 'query')).rejects.toThrow('gone');
  await expect(embedder.embed(['a'], 'document')).rejects.toThrow('gone');
  expect(calls.map(({ purpose, result, time }) => [purpose, result, ...time])).toEqual([
    ['question', 'answered', 5, 10],
    ['note', 'answered', 15, 20],
    ['question', 'fallback', 25, 30],
    ['note', 'failed', 35, 40],
  ]);
  // What was asked is nobody's business.
  expect(JSON.stringify(calls)).not.toContain('"a"');
});
