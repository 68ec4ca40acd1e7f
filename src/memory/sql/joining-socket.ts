/** A connection on which everything that is written in one turn of the event loop leaves in one packet: `pg` writes statement by statement. */
import { Socket } from 'node:net';

export class JoiningSocket extends Socket {
  #isJoining = false;

  override cork(): void {
    super.cork();
    if (this.#isJoining) return;
    this.#isJoining = true;
    super.cork();
    process.nextTick(() => {
      this.#isJoining = false;
      super.uncork();
    });
  }
}
