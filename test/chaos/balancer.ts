/**
 * A load balancer as simple as they come: asks every host for its readiness ten times a second, and hands each request to the next that is
 * ready. A host that cannot be connected to is passed over; a request that reached one is never sent again.
 */
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 100;

export class Balancer implements AsyncDisposable {
  readonly #ports: readonly number[];
  readonly #server: Server;
  #ready: readonly number[] = [];
  #next = 0;
  #stopped = false;

  constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#server = createServer((incoming, answer) => this.#forward(incoming, answer));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    void this.#keepLooking();
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #keepLooking(): Promise<void> {
    while (!this.#stopped) {
      const answers = await Promise.all(
        this.#ports.map((port) =>
          fetch(`http://127.0.0.1:${port}/readyz`).then(
            (response) => response.ok,
            () => false,
          ),
        ),
      );
      this.#ready = this.#ports.filter((_, index) => answers[index] === true);
      await sleep(LOOK_MS);
    }
  }

  #forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => this.#try(incoming, Buffer.concat(chunks), answer, this.#ports.length));
  }

  #try(incoming: IncomingMessage, body: Buffer, answer: ServerResponse, attempts: number): void {
    const port = this.#ready[(this.#next += 1) % Math.max(1, this.#ready.length)];
    if (port === undefined || attempts === 0) {
      answer.writeHead(502).end();
      return;
    }
    let connected = false;
    const { method, headers, url: path } = incoming;
    const forwarded = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    forwarded.on('socket', (socket) => socket.once('connect', () => (connected = true)));
    forwarded.on('error', () => {
      if (!connected) this.#try(incoming, body, answer, attempts - 1);
      else if (!answer.headersSent) answer.writeHead(502).end();
      else answer.destroy();
    });
    forwarded.end(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
