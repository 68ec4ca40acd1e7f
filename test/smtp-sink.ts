/** A real mail server that delivers nowhere: it counts what it took, by Message-ID and recipient, and fails as it is told. */
import type { AddressInfo, Socket } from 'node:net';

import { SMTPServer } from 'smtp-server';

/**
 * What the server does with a message: take it, refuse the recipient for good or for now, hang up before it has the message, or take it
 * and hang up without saying so.
 */
export type SmtpFate = 'take' | 'refuse' | 'busy' | 'cut_before' | 'cut_after';

export interface Delivery {
  readonly messageId: string;
  readonly to: string;
  readonly at: number;
  readonly text: string;
}

const NO_SUCH_MAILBOX = 550;
const BUSY = 451;

function withCode(message: string, responseCode: number): Error {
  return Object.assign(new Error(message), { responseCode });
}

export class SmtpSink implements AsyncDisposable {
  readonly deliveries: Delivery[] = [];
  readonly #server: SMTPServer;

  /** `fate` is asked for each message, by its recipient. */
  constructor(fate: (recipient: string) => SmtpFate = () => 'take') {
    const sockets = new Map<number, Socket>();
    const fates = new Map<string, SmtpFate>();
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onRcptTo({ address }, session, done) {
        const how = fate(address);
        fates.set(session.id, how);
        if (how === 'refuse') done(withCode('no such mailbox', NO_SUCH_MAILBOX));
        else if (how === 'busy') done(withCode('try again later', BUSY));
        else done();
      },
      onData: (stream, session, done) => {
        const to = session.envelope.rcptTo[0]?.address ?? '';
        const how = fates.get(session.id);
        if (how === 'cut_before') {
          sockets.get(session.remotePort)?.destroy();
          return;
        }
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const messageId = /^message-id:\s*(<[^>]+>)/im.exec(text)?.[1] ?? '';
          this.deliveries.push({ messageId, to, at: Date.now(), text });
          if (how === 'cut_after') sockets.get(session.remotePort)?.destroy();
          else done();
        });
      },
    });
    // A socket that was cut is no error of the sink.
    this.#server.on('error', () => {});
    this.#server.server.on('connection', (socket: Socket) => {
      const { remotePort = 0 } = socket;
      sockets.set(remotePort, socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(remotePort));
    });
  }

  /** Starts to listen, on a free port unless one is named, and says where. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, '127.0.0.1', () => resolve());
    });
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
