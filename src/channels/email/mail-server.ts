/**
 * A mail server over SMTP, through a few connections that are kept open. What matters is what is known when something goes wrong: as
 * long as the message itself was not handed over the server cannot have it, so the attempt may be made again; a reply that
 * refuses is an answer; and a connection that breaks after the hand-over leaves the message uncertain. Source: RFC 5321, 4.2 and 4.5.
 */
import { Readable } from 'node:stream';

import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

import { ChannelUnavailableError, RetryableError, TerminalError } from '../../domain/errors.ts';

export interface Letter {
  readonly from: string;
  readonly to: string;
  /** The whole message in MIME. */
  readonly raw: Buffer;
}

export interface MailServerOptions {
  /** Such as `smtp://user:password@host:587`. */
  readonly url: string;
  readonly connections: number;
  /** How long a letter may wait for its turn. */
  readonly patienceMs: number;
  /** How long the server may be silent. */
  readonly silenceMs: number;
}

/** The server closes the channel; whether it took the message is not said. */
const CLOSING = 421;
const CONNECT_MS = 10_000;

interface SmtpFailure extends Error {
  readonly responseCode?: number;
}

export class MailServer {
  readonly #options: MailServerOptions;
  readonly #idle: SMTPConnection[] = [];
  readonly #queue: (() => void)[] = [];
  #busy = 0;

  constructor(options: MailServerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the server has taken the letter. Throws `RetryableError` when it certainly has not, which is a `ChannelUnavailableError`
   * when the server itself is the reason, `TerminalError` when it refused for good, and any other error when it may have.
   */
  async send(letter: Letter): Promise<void> {
    await this.#turn();
    try {
      const connection = this.#idle.pop() ?? (await this.#connect());
      try {
        await deliver(connection, letter);
      } catch (error) {
        connection.close();
        throw error;
      }
      this.#idle.push(connection);
    } finally {
      this.#busy -= 1;
      this.#queue.shift()?.();
    }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.quit();
  }

  async #turn(): Promise<void> {
    const { connections, patienceMs } = this.#options;
    if (this.#busy >= connections) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(resolve), 1);
        reject(new ChannelUnavailableError(`the mail server was busy for ${patienceMs} ms`));
      }, patienceMs);
      this.#queue.push(resolve);
      await promise.finally(() => clearTimeout(timer));
    }
    this.#busy += 1;
  }

  async #connect(): Promise<SMTPConnection> {
    const { auth, ...place } = parseConnectionUrl(this.#options.url);
    const connection = new SMTPConnection({
      ...place,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: this.#options.silenceMs,
    });
    // An idle connection that the server closes is no failure of anything.
    connection.on('error', () => this.#forget(connection));
    connection.once('end', () => this.#forget(connection));
    try {
      await new Promise<void>((resolve, reject) => {
        connection.once('error', reject);
        connection.connect((error) => (error ? reject(error) : resolve()));
      });
      if (auth !== undefined)
        await new Promise<void>((resolve, reject) => {
          connection.login(auth, (error) => (error ? reject(error) : resolve()));
        });
    } catch (error) {
      connection.close();
      throw new ChannelUnavailableError(`the mail server cannot be used: ${messageOf(error)}`, { cause: error });
    }
    return connection;
  }

  #forget(connection: SMTPConnection): void {
    const place = this.#idle.indexOf(connection);
    if (place !== -1) this.#idle.splice(place, 1);
  }
}

async function deliver(connection: SMTPConnection, { from, to, raw }: Letter): Promise<void> {
  let handedOver = false;
  const message = new Readable({
    read() {
      handedOver = true;
      this.push(raw);
      this.push(null);
    },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.send({ from, to, size: raw.length }, message, (error) => {
        connection.removeListener('error', reject);
        if (error) reject(error);
        else resolve();
      });
    });
  } catch (error) {
    const code = (error as SmtpFailure).responseCode ?? null;
    if (code !== null && code >= 500) throw new TerminalError(`the mail server refused: ${messageOf(error)}`);
    const answered = code !== null && code >= 400 && code !== CLOSING;
    const detail = `the mail server did not take it: ${messageOf(error)}`;
    if (answered) throw new RetryableError(detail, { cause: error });
    if (!handedOver) throw new ChannelUnavailableError(detail, { cause: error });
    throw new Error(`the connection broke after the message was handed over: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
