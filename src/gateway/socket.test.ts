/**
 * What only a real socket shows: that an answer to a body that is too large can be read, that a connection survives an error, and
 * that a sender which goes away half-way leaves nothing behind.
 */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test, vi } from 'vitest';

import { signal, testGateway } from './gateway.fixture.ts';
import type { Problem, TestGateway } from './gateway.fixture.ts';
import type { GatewayOptions } from './server.ts';

const TWO_MEGABYTES = 2 * 1_048_576;

async function listening(
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway & { readonly port: number; readonly key: string }> {
  const gateway = testGateway(options);
  await gateway.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = gateway.app.server.address() as AddressInfo;
  return { ...gateway, port, key: gateway.services.addKey('admin') };
}

interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** One connection, on which requests are written as they are, and answers are read one after another. */
class RawClient implements AsyncDisposable {
  readonly socket: Socket;
  #received = '';
  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('utf8');
    });
    this.socket.on('error', () => undefined);
  }

  async write(bytes: string | Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async answer(): Promise<RawAnswer> {
    const parts = await vi.waitUntil(
      () => {
        const match = /^HTTP\/1\.1 (\d+) [^\r]*\r\n([^]*?)\r\n\r\n/.exec(this.#received);
        if (match === null) return null;
        const length = Number(/content-length: (\d+)/i.exec(match[2] ?? '')?.[1] ?? 0);
        if (Buffer.byteLength(this.#received) < match[0].length + length) return null;
        return { match, length };
      },
      { timeout: 5_000, interval: 5 },
    );
    const [head, status, headers = ''] = parts.match;
    const rest = Buffer.from(this.#received.slice(head.length));
    this.#received = rest.subarray(parts.length).toString('utf8');
    return { status: Number(status), headers, body: rest.subarray(0, parts.length).toString('utf8') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    if (!this.socket.closed) await once(this.socket, 'close');
  }
}

function head(key: string, fields: string, path = '/v1/signals'): string {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n${fields}\r\n\r\n`;
}

function problemOf(answer: RawAnswer): Problem {
  return JSON.parse(answer.body) as Problem;
}

describe('a body of two megabytes', () => {
  const big = Buffer.alloc(TWO_MEGABYTES, 0x20);

  test('is refused, and a client that writes all of it first can read the answer and go on', async () => {
    const { port, key, services } = await listening();
    await using client = new RawClient(port);
    await client.write(head(key, `content-length: ${TWO_MEGABYTES}`));
    await client.write(big);
    const refused = await client.answer();
    expect(refused.status).toBe(413);
    expect(problemOf(refused)).toMatchObject({ type: '/problems/too_large', status: 413 });

    const body = JSON.stringify(signal());
    await client.write(head(key, `content-length: ${body.length}`) + body);
    expect((await client.answer()).status).toBe(202);
    expect(services.events).toHaveLength(1);
  });

  test('is refused when it comes in chunks, and the connection goes on', async () => {
    const { port, key } = await listening();
    await using client = new RawClient(port);
    await client.write(head(key, 'transfer-encoding: chunked'));
    for (let sent = 0; sent < TWO_MEGABYTES; sent += 65_536) {
      await client.write(`10000\r\n${' '.repeat(65_536)}\r\n`);
    }
    await client.write('0\r\n\r\n');
    const refused = await client.answer();
    expect(refused.status).toBe(413);
    const body = JSON.stringify(signal());
    await client.write(head(key, `content-length: ${body.length}`) + body);
    expect((await client.answer()).status).toBe(202);
  });

  test('without a key is refused for that, readably', async () => {
    const { port } = await listening();
    await using client = new RawClient(port);
    await client.write(head('nobody', `content-length: ${TWO_MEGABYTES}`));
    await client.write(big);
    expect((await client.answer()).status).toBe(401);
  });

  test('is refused for fetch and for node:http', async () => {
    const { port, key } = await listening();
    const url = `http://127.0.0.1:${port}/v1/signals`;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' };
    const fetched = await fetch(url, { method: 'POST', headers, body: big });
    expect(fetched.status).toBe(413);
    expect(await fetched.json()).toMatchObject({ type: '/problems/too_large' });

    const outgoing = httpRequest(url, { method: 'POST', headers: { ...headers, expect: '100-continue' } });
    outgoing.on('error', () => undefined);
    outgoing.end(big);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.resume();
    expect(incoming.statusCode).toBe(413);
  });
});

describe('a connection', () => {
  test('survives every kind of refusal', async () => {
    const { port, key, services } = await listening();
    await using client = new RawClient(port);
    const good = JSON.stringify(signal());
    const refused: [string, number][] = [
      [head(key, 'content-length: 1') + '{', 400],
      [head('nobody', 'content-length: 2') + '{}', 401],
      [head(key, 'content-length: 2', '/v1/nowhere') + '{}', 404],
      [head(key, 'content-length: 2', '/v1/trust') + '{}', 405],
      [head(key, 'content-length: 2\r\ncontent-encoding: gzip') + '{}', 415],
      [head(key, `content-length: ${good.length}`) + good, 202],
    ];
    for (const [text, status] of refused) {
      await client.write(text);
      const answer = await client.answer();
      expect([text.slice(-40), answer.status]).toEqual([text.slice(-40), status]);
      expect(answer.headers).not.toMatch(/connection: close/i);
    }
    expect(services.events).toHaveLength(1);
  });

  test('takes requests that are sent without waiting', async () => {
    const { port, key, services } = await listening();
    await using client = new RawClient(port);
    const texts = ['a', 'b', 'c'].map((id) => JSON.stringify(signal({ id })));
    await client.write(texts.map((text) => head(key, `content-length: ${text.length}`) + text).join(''));
    for (const id of ['a', 'b', 'c']) expect((await client.answer()).body).toContain(`"id":"${id}"`);
    expect(services.events.map((event) => event.id)).toEqual(['a', 'b', 'c']);
  });
});

test('invalid UTF-8 is malformed JSON', async () => {
  const { port, key } = await listening();
  await using client = new RawClient(port);
  const bytes = Buffer.from([0x22, 0xc3, 0x28, 0x22]);
  await client.write(head(key, `content-length: ${bytes.length}`));
  await client.write(bytes);
  const answer = await client.answer();
  expect(answer.status).toBe(400);
  expect(problemOf(answer)).toMatchObject({ type: '/problems/malformed_json', detail: 'The body is not valid UTF-8.' });
});

test('a body that is split inside a character is whole', async () => {
  const { port, key, services } = await listening();
  await using client = new RawClient(port);
  const bytes = Buffer.from(JSON.stringify(signal({ id: '漢字' })));
  const cut = bytes.indexOf('漢') + 1;
  await client.write(head(key, `content-length: ${bytes.length}`));
  await client.write(bytes.subarray(0, cut));
  await sleep(20);
  await client.write(bytes.subarray(cut));
  expect((await client.answer()).status).toBe(202);
  expect(services.events).toMatchObject([{ id: '漢字' }]);
});

test('a sender that goes away half-way leaves nothing behind, and the server goes on', async () => {
  const { port, key, services, log } = await listening();
  {
    await using client = new RawClient(port);
    await client.write(`${head(key, 'content-length: 1000')}[${JSON.stringify(signal())}`);
    await sleep(20);
  }
  {
    await using client = new RawClient(port);
    await client.write(`${head(key, 'transfer-encoding: chunked')}5\r\n[   `);
    await sleep(20);
  }
  await using client = new RawClient(port);
  const body = JSON.stringify(signal({ id: 'after' }));
  await client.write(head(key, `content-length: ${body.length}`) + body);
  expect((await client.answer()).status).toBe(202);
  expect(services.events.map((event) => event.id)).toEqual(['after']);
  expect(log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

test('nobody waits on for a sender that asked to wait and went away', async () => {
  const { port, key, services } = await listening();
  services.looksUntilTriage = Number.POSITIVE_INFINITY;
  {
    await using client = new RawClient(port);
    const body = JSON.stringify(signal());
    await client.write(head(key, `prefer: wait=30\r\ncontent-length: ${body.length}`) + body);
    await vi.waitUntil(() => services.calls.length > 0);
  }
  await sleep(600);
  const looks = services.calls.length;
  await sleep(600);
  expect(services.calls.length).toBe(looks);
});

test('a sender that is too slow is told so, and lets go of the connection', async () => {
  const { port, key, services } = await listening({ requestTimeoutMs: 50 });
  await using client = new RawClient(port);
  const closed = once(client.socket, 'close');
  await client.write(`${head(key, 'content-length: 1000')}[`);
  const answer = await client.answer();
  expect(answer.status).toBe(408);
  expect(problemOf(answer)).toMatchObject({ type: 'about:blank', status: 408, title: 'Request Timeout' });
  await closed;
  expect(services.events).toEqual([]);
});

test('what is not HTTP, and headers that are too large, get a problem too', async () => {
  const { port } = await listening();
  for (const [text, status] of [
    ['hello\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: x\r\nx-big: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['POST /v1/signals HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n', 400],
  ] as const) {
    await using client = new RawClient(port);
    await client.write(text);
    const answer = await client.answer();
    expect(answer.status).toBe(status);
    expect(answer.headers).toContain('application/problem+json');
    expect(problemOf(answer)).toMatchObject({ status });
  }
});
