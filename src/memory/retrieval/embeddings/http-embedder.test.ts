/** Against a server on this machine that speaks the protocol, faults included. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, test } from 'vitest';

import { createHttpEmbedder } from './http-embedder.ts';
import type { HttpEmbedderOptions } from './http-embedder.ts';

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Never answers. */
  readonly silent?: boolean;
}

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const seen: { path: string | undefined; authorization: string | undefined; body: Record<string, unknown> }[] = [];

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
}

/** Answers with the replies in turn, the last one for ever. */
async function provider(replies: readonly Reply[], options: Partial<HttpEmbedderOptions> = {}) {
  seen.length = 0;
  let turn = 0;
  const waits: number[] = [];
  server = createServer((request, response) => {
    const reply = replies[Math.min(turn, replies.length - 1)] ?? {};
    turn += 1;
    void bodyOf(request).then((body) => {
      seen.push({ path: request.url, authorization: request.headers.authorization, body });
      if (reply.silent === true) return;
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const embedder = createHttpEmbedder({
    protocol: 'openai',
    baseUrl: `http://127.0.0.1:${port}/v1/`,
    apiKey: 'secret',
    model: 'small',
    dimensions: 2,
    timeoutMs: 2_000,
    attempts: 3,
    sleep: async (ms) => waits.push(ms),
    ...options,
  });
  return { embedder, waits };
}

const good = {
  body: {
    data: [
      { index: 1, embedding: [0, 2] },
      { index: 0, embedding: [3, 4] },
    ],
  },
};

test('vectors come in the order of the texts, with length 1', async () => {
  const { embedder } = await provider([good]);
  const [first, second] = await embedder.embed(['a', 'b'], 'document');
  expect([...(first ?? [])].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8]);
  expect([...(second ?? [])]).toEqual([0, 1]);
  expect(seen).toEqual([
    {
      path: '/v1/embeddings',
      authorization: 'Bearer secret',
      body: { input: ['a', 'b'], model: 'small', dimensions: 2, encoding_format: 'float' },
    },
  ]);
  expect(await embedder.embed([], 'query')).toEqual([]);
});

test('Voyage is told what the text is for', async () => {
  const { embedder } = await provider([good], { protocol: 'voyage', apiKey: null });
  await embedder.embed(['a', 'b'], 'query');
  expect(seen[0]).toEqual({
    path: '/v1/embeddings',
    authorization: undefined,
    body: { input: ['a', 'b'], model: 'small', output_dimension: 2, input_type: 'query' },
  });
  expect(embedder.space).toEqual({ provider: 'voyage', model: 'small', dimensions: 2 });
});

test('a busy provider is asked again after the time that it names', async () => {
  const { embedder, waits } = await provider([{ status: 429, headers: { 'retry-after': '7' } }, { status: 503 }, good]);
  expect(await embedder.embed(['a', 'b'], 'document')).toHaveLength(2);
  expect(waits).toEqual([7_000, 2_000]);
});

test.each([
  [[{ status: 429 }], 3, 'answered 429'],
  [[{ status: 429, headers: { 'retry-after': '3600' } }], 1, 'answered 429'],
  [[{ status: 401 }], 1, 'Check its API key'],
  [[{ status: 404 }], 1, 'name of the model'],
] as const)('%j is refused after %i requests', async (replies, requests, words) => {
  const { embedder } = await provider(replies);
  await expect(embedder.embed(['a'], 'query')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(words) as string,
  });
  expect(seen).toHaveLength(requests);
});

test('a provider that is silent or gone is unavailable', async () => {
  const { embedder } = await provider([{ silent: true }], { timeoutMs: 50 });
  await expect(embedder.embed(['a'], 'query')).rejects.toThrow('did not answer within 50 ms');
  const gone = await provider([good], { baseUrl: 'http://127.0.0.1:9/v1' });
  await expect(gone.embedder.embed(['a'], 'query')).rejects.toThrow('cannot be reached');
});

test.each([
  [{ data: [{ index: 0, embedding: [1, 2, 3] }] }, '3 dimensions, and small was asked for 2'],
  [{ data: [] }, 'fewer vectors than texts'],
  [{ data: 'none' }, 'something else'],
  ['<html>', 'something else'],
] as const)('the answer %j is refused', async (body, words) => {
  const { embedder } = await provider([{ body }]);
  await expect(embedder.embed(['a'], 'query')).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining(words) as string,
  });
});
