/** A connection on which everything that is written in one turn of the event loop leaves in one packet: `pg` writes statement by statement. */
import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

export class JoiningSocket extends Socket {
  #isJoining = false;

  constructor() {
    super();
    // `pg` corks what has parameters; what has none, such as the beginning of a transaction, it writes as it is. When it connects, a socket
    // puts its own `write` in place of that of its class.
    this.once('connect', () => {
      const write = this.write.bind(this);
      this.write = (data: Uint8Array | string, encoding?: BufferEncoding | Done, done?: Done): boolean => {
        this.#join();
        return typeof encoding === 'function' ? write(data, encoding) : write(data, encoding, done);
      };
    });
  }

  override cork(): void {
    super.cork();
    this.#join();
  }

  #join(): void {
    if (this.#isJoining) return;
    this.#isJoining = true;
    super.cork();
    process.nextTick(() => {
      this.#isJoining = false;
      super.uncork();
    });
  }
}
