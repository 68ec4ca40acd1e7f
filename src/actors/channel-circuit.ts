/**
 * Whether a channel is worth asking. One that failed several times in a row is left alone for a while, and then given one request at a
 * time until it has answered again: a server that is away, or that takes messages and hangs up, then costs a few attempts and not all that
 * wait. What waits has not been claimed, so nothing becomes uncertain meanwhile.
 */
import { ChannelUnavailableError, RetryableError, TerminalError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { SECOND_MS } from '../domain/instant.ts';

/** So many in a row: a single connection that breaks is nothing unusual. */
const FAILURES_MAX = 3;
const FIRST_PAUSE_MS = SECOND_MS;
const LONGEST_PAUSE_MS = 60 * SECOND_MS;

export class ChannelCircuit {
  #failures = 0;
  #pauses = 0;
  #askAgainAt: Instant = 0;

  /** Whether one more request may be given to it, when so many are in its hands. */
  isWorthAsking(now: Instant, inHand: number): boolean {
    if (this.#failures < FAILURES_MAX) return true;
    return now >= this.#askAgainAt && inHand === 0;
  }

  /** Learns from the answers to one call. Returns for how long the channel is left alone, in milliseconds; null when it is not. */
  learn(answers: readonly PromiseSettledResult<unknown>[], now: Instant): number | null {
    if (answers.some((answer) => isAnswer(answer))) {
      this.#failures = 0;
      this.#pauses = 0;
      return null;
    }
    this.#failures += answers.length;
    // A call that was under way when the pause began says nothing new.
    if (this.#failures < FAILURES_MAX || now < this.#askAgainAt) return null;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#pauses, LONGEST_PAUSE_MS);
    this.#pauses += 1;
    this.#askAgainAt = now + pause;
    return pause;
  }
}

/** A refusal is an answer too: it is about the request. Silence is none, whatever the channel did. */
function isAnswer(answer: PromiseSettledResult<unknown>): boolean {
  if (answer.status === 'fulfilled') return true;
  const reason: unknown = answer.reason;
  if (reason instanceof ChannelUnavailableError) return false;
  return reason instanceof RetryableError || reason instanceof TerminalError;
}
