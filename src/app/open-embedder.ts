/** The provider of embeddings that is configured, if any. */
import type { Embedder } from '../memory/retrieval/embeddings/embedder.port.ts';
import { createHttpEmbedder } from '../memory/retrieval/embeddings/http-embedder.ts';
import { openOnnxEmbedder } from '../memory/retrieval/embeddings/onnx-embedder.ts';

export interface EmbeddingOptions {
  /** `onnx` runs a model of this machine. */
  readonly protocol: 'openai' | 'voyage' | 'onnx';
  /** Its name; for `onnx` the folder of the model. */
  readonly model: string;
  readonly dimensions: number;
  /** Null for the protocol's own address. */
  readonly url: string | null;
  readonly apiKey: string | null;
}

/** Where a protocol is spoken when no other address is named. */
const OWN_ADDRESS = { voyage: 'https://api.voyageai.com/v1', openai: 'https://api.openai.com/v1' };
/** A search waits for its question to be embedded, so not for long. */
const TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;

/** Where texts are sent; null when they stay on this machine. */
export function embeddingsAddress({ protocol, url }: Pick<EmbeddingOptions, 'protocol' | 'url'>): string | null {
  return protocol === 'onnx' ? null : (url ?? OWN_ADDRESS[protocol]);
}

/** Throws `usage` when a model of this machine cannot be used, with what to do about it. */
export async function openEmbedder(options: EmbeddingOptions | null): Promise<Embedder | null> {
  if (options === null) return null;
  const { protocol, model, dimensions, url } = options;
  if (protocol === 'onnx') return openOnnxEmbedder({ folder: model, dimensions });
  const baseUrl = url ?? OWN_ADDRESS[protocol];
  return createHttpEmbedder({ ...options, protocol, baseUrl, timeoutMs: TIMEOUT_MS, attempts: ATTEMPTS });
}
