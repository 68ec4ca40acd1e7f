/**
 * Posts over plain connections that are kept: the loader shares the machine with what it measures, and Node's own client costs it as much as the server's
 * side of a request does. It reads answers that give their length, as all of the server do.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

interface Request {
  readonly body: string;
  readonly answered: (status: number) => void;
  readonly failed: (error: Error) => void;
}

export class Poster {
  readonly #url: URL;
  readonly #head: string;
  readonly #max: number;
  readonly #idle: Socket[] = [];
  readonly #waiting: Request[] = [];
  readonly #underWay = new Map<Socket, Request>();

  /** At most `max` connections; more requests wait for one. */
  constructor(url: URL, headers: Readonly<Record<string, string>>, max: number) {
    this.#url = url;
    const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#head = `POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}`;
    this.#max = max;
  }

  /** The status of the answer, when all of it is there. */
  post(body: string): Promise<number> {
    return new Promise((answered, failed) => {
      const request = { body, answered, failed };
      const socket = this.#idle.pop() ?? (this.#underWay.size < this.#max ? this.#open() : undefined);
      if (socket === undefined) this.#waiting.push(request);
      else this.#send(socket, request);
    });
  }

  close(): void {
    for (const socket of this.#idle) socket.destroy();
  }

  #open(): Socket {
    const socket = connect(Number(this.#url.port), this.#url.hostname).setNoDelay(true);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      const body = text.indexOf('\r\n\r\n') + 4;
      if (body < 4) return;
      const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1];
      if (length === undefined) socket.destroy(new Error('an answer does not give its length'));
      if (text.length < body + Number(length)) return;
      const status = Number(text.slice(9, 12));
      text = '';
      this.#answer(socket, status);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      const place = this.#idle.indexOf(socket);
      if (place >= 0) this.#idle.splice(place, 1);
      this.#underWay.get(socket)?.failed(new Error('the connection was closed before the answer'));
      this.#underWay.delete(socket);
    });
    return socket;
  }

  #send(socket: Socket, request: Request): void {
    this.#underWay.set(socket, request);
    socket.write(`${this.#head}content-length: ${Buffer.byteLength(request.body)}\r\n\r\n${request.body}`);
  }

  #answer(socket: Socket, status: number): void {
    this.#underWay.get(socket)?.answered(status);
    this.#underWay.delete(socket);
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(socket);
    else this.#send(socket, next);
  }
}
