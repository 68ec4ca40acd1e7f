/**
 * Embeddings over HTTP in the form of OpenAI's interface, which many servers speak, and in that of Voyage, which differs in the names of two
 * members. A busy provider is asked again after the time that it names; whoever answers too late, or with vectors of another space,
 * is refused, because vectors that cannot be compared are worse than none.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';

import { z } from 'zod';

import { GatehouseError } from '../../../domain/errors.ts';
import type { Embedder, EmbeddingPurpose } from './embedder.port.ts';

export interface HttpEmbedderOptions {
  readonly protocol: 'openai' | 'voyage';
  /** Without `/embeddings`, such as `https://api.voyageai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly model: string;
  readonly dimensions: number;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** How often in all a request is made. */
  readonly attempts: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

const BATCH_MAX = 128;
/** A provider that wants us to wait longer has nothing for us now. */
const RETRY_S_MAX = 30;

const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()) })),
});

export function createHttpEmbedder(options: HttpEmbedderOptions): Embedder {
  const { protocol, baseUrl, model, dimensions, attempts, sleep = sleepFor } = options;
  const url = `${baseUrl.replace(/\/+$/, '')}/embeddings`;

  async function embed(texts: readonly string[], purpose: EmbeddingPurpose): Promise<readonly Float32Array[]> {
    if (texts.length === 0) return [];
    const body = JSON.stringify(
      protocol === 'voyage'
        ? { input: texts, model, output_dimension: dimensions, input_type: purpose }
        : { input: texts, model, dimensions, encoding_format: 'float' },
    );
    for (let attempt = 1; ; attempt += 1) {
      const { status, retryAfter, text } = await send(url, body, options);
      if (status < 300) return vectorsOf(text, texts.length, options);
      const busy = status === 429 || status >= 500;
      if (!busy || attempt >= attempts || retryAfter > RETRY_S_MAX) throw refusal(status, url);
      await sleep(Math.max(retryAfter, attempt) * 1_000);
    }
  }

  return { space: { provider: protocol, model, dimensions }, batchMax: BATCH_MAX, embed };
}

async function send(url: string, body: string, { apiKey, timeoutMs }: HttpEmbedderOptions) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const retryAfter = Number(response.headers.get('retry-after') ?? 0);
    const text = await response.text();
    return { status: response.status, retryAfter: Number.isFinite(retryAfter) ? retryAfter : 0, text };
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    const why = late ? `did not answer within ${timeoutMs} ms` : 'cannot be reached';
    throw new GatehouseError('unavailable', `The provider of embeddings at ${url} ${why}.`, { cause: error });
  }
}

function refusal(status: number, url: string): GatehouseError {
  const fix =
    status === 401 || status === 403
      ? ' Check its API key.'
      : status === 404
        ? ' Check the address and the name of the model.'
        : '';
  return new GatehouseError('unavailable', `The provider of embeddings at ${url} answered ${status}.${fix}`);
}

function vectorsOf(text: string, wanted: number, { dimensions, model }: HttpEmbedderOptions): readonly Float32Array[] {
  const refuse = (what: string) =>
    new GatehouseError(
      'invalid_request',
      `The provider of embeddings answered ${what}. Set the model and the number of dimensions to what it serves.`,
    );
  const parsed = answerSchema.safeParse(parsedJson(text));
  if (!parsed.success) throw refuse('with something else than embeddings');
  const vectors = Array.from({ length: wanted }, (): Float32Array | undefined => undefined);
  for (const { index, embedding } of parsed.data.data) {
    if (embedding.length !== dimensions)
      throw refuse(`with ${embedding.length} dimensions, and ${model} was asked for ${dimensions}`);
    if (index < wanted) vectors[index] = unitVector(embedding);
  }
  return vectors.map((vector) => {
    if (vector === undefined) throw refuse('with fewer vectors than texts');
    return vector;
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Scaled to length 1, so that a product of two is the cosine. */
export function unitVector(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => (length === 0 ? 0 : value / length));
}
