/**
 * The mailboxes of a host. Each lane has one batch under way; whatever arrives meanwhile makes the next batch, so batches grow with the
 * load and nobody waits for a timer. A batch that fails is bisected to the message that the database refuses: its sender learns so, and one
 * that was accepted before, whose sender is gone, is parked.
 */
import { GatehouseError, RetryableError } from '../domain/errors.ts';
import type { BatchOutcome, Delivery } from './runtime-store.port.ts';

export type MessageResult = BatchOutcome['results'][number];

/**
 * Somebody waits for the answer to what is new; results finish what is under way, and nobody waits for them. So a batch takes a portion of the
 * results only, however many came at once. Where more is new than a batch can take, results go first: else executions would fall behind for good.
 */
export type Urgency = 'result' | 'new';

const RESULTS_MIN = 24;
const RESULTS_SHARE = 1 / 2;

interface Waiting extends Delivery {
  readonly settle: (result: MessageResult) => void;
  readonly fail: (error: unknown) => void;
}

export interface LaneOptions {
  readonly lanes: number;
  readonly maxBatch: number;
}

/** Commits a batch and answers in its order, or throws and has changed nothing. */
export type CommitBatch = (lane: number, batch: readonly Delivery[]) => Promise<readonly MessageResult[]>;

/** Commits that an accepted message could not be processed, because of this error. */
export type CommitParked = (lane: number, delivery: Delivery, error: unknown) => Promise<MessageResult>;

export class Lanes {
  readonly #options: LaneOptions;
  readonly #commit: CommitBatch;
  readonly #park: CommitParked;
  readonly #onFailure: (lane: number, messages: number, error: unknown) => void;
  readonly #mailboxes: readonly Readonly<Record<Urgency, Waiting[]>>[];
  readonly #running: (Promise<void> | null)[];
  /** Messages per partition, waiting or in a batch. */
  readonly #busy = new Map<number, number>();
  #waiting = 0;

  constructor(
    options: LaneOptions,
    commit: CommitBatch,
    park: CommitParked,
    onFailure: (lane: number, messages: number, error: unknown) => void,
  ) {
    this.#options = options;
    this.#commit = commit;
    this.#park = park;
    this.#onFailure = onFailure;
    this.#mailboxes = Array.from({ length: options.lanes }, () => ({ result: [], new: [] }));
    this.#running = Array.from({ length: options.lanes }, () => null);
  }

  /** Messages in all mailboxes, without those in a batch. */
  get waiting(): number {
    return this.#waiting;
  }

  /** True when nothing of the partition waits or is in a batch. */
  isQuiet(partition: number): boolean {
    return (this.#busy.get(partition) ?? 0) === 0;
  }

  /** Answers, in order, when each message is committed. */
  async deliver(deliveries: readonly Delivery[], urgency: Urgency): Promise<readonly MessageResult[]> {
    const results = deliveries.map(
      (delivery) =>
        new Promise<MessageResult>((settle, fail) => {
          const { partition } = delivery.message;
          this.#mailboxes[partition % this.#options.lanes]?.[urgency].push({ ...delivery, settle, fail });
          this.#busy.set(partition, (this.#busy.get(partition) ?? 0) + 1);
          this.#waiting += 1;
        }),
    );
    for (let lane = 0; lane < this.#options.lanes; lane += 1) this.#wake(lane);
    return Promise.all(results);
  }

  /** Resolves when every mailbox is empty and every lane at rest. */
  async idle(): Promise<void> {
    while (this.#running.some((lane) => lane !== null)) {
      await Promise.allSettled(this.#running.filter((lane) => lane !== null));
      // What was answered may bring more.
      await Promise.resolve();
    }
  }

  #isEmpty(lane: number): boolean {
    const mailbox = this.#mailboxes[lane];
    return mailbox === undefined || (mailbox.new.length === 0 && mailbox.result.length === 0);
  }

  #wake(lane: number): void {
    if (this.#running[lane] !== null || this.#isEmpty(lane)) return;
    this.#running[lane] = this.#run(lane).finally(() => {
      this.#running[lane] = null;
      this.#wake(lane);
    });
  }

  async #run(lane: number): Promise<void> {
    // One turn of the event loop lets everything that arrived together travel together.
    await Promise.resolve();
    while (!this.#isEmpty(lane)) await this.#process(lane, this.#next(lane));
  }

  #next(lane: number): readonly Waiting[] {
    const { maxBatch } = this.#options;
    const mailbox = this.#mailboxes[lane];
    if (mailbox === undefined) return [];
    const isBehind = mailbox.new.length >= maxBatch;
    const portion = isBehind ? maxBatch : Math.max(RESULTS_MIN, Math.ceil(mailbox.result.length * RESULTS_SHARE));
    const results = mailbox.result.splice(0, Math.min(portion, maxBatch));
    const batch = [...results, ...mailbox.new.splice(0, maxBatch - results.length)];
    this.#waiting -= batch.length;
    return batch;
  }

  async #process(lane: number, batch: readonly Waiting[]): Promise<void> {
    let results: readonly MessageResult[];
    try {
      results = await this.#commit(lane, batch);
    } catch (error) {
      this.#onFailure(lane, batch.length, error);
      const half = Math.floor(batch.length / 2);
      if (error instanceof GatehouseError || error instanceof RetryableError) {
        for (const waiting of batch) this.#end(waiting, () => waiting.fail(error));
        return;
      }
      const [only] = batch;
      if (half === 0 && only !== undefined) {
        await this.#processRefused(lane, only, error);
        return;
      }
      await this.#process(lane, batch.slice(0, half));
      await this.#process(lane, batch.slice(half));
      return;
    }
    for (const [index, waiting] of batch.entries()) {
      const result = results[index];
      this.#end(waiting, () => {
        if (result === undefined) waiting.fail(new Error('the commit gave no result for a message'));
        else waiting.settle(result);
      });
    }
  }

  /** The database refuses what follows from this message. Its sender learns so; one that was accepted before would come back for ever. */
  async #processRefused(lane: number, waiting: Waiting, refusal: unknown): Promise<void> {
    let outcome: { readonly result: MessageResult } | { readonly error: unknown } = { error: refusal };
    if (waiting.committed) {
      try {
        outcome = { result: await this.#park(lane, waiting, refusal) };
      } catch (error) {
        outcome = { error };
      }
    }
    this.#end(waiting, () => {
      if ('result' in outcome) waiting.settle(outcome.result);
      else waiting.fail(outcome.error);
    });
  }

  #end(waiting: Waiting, answer: () => void): void {
    const { partition } = waiting.message;
    this.#busy.set(partition, (this.#busy.get(partition) ?? 1) - 1);
    answer();
  }
}
