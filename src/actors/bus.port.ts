/**
 * How accepted messages travel between hosts. The inbox in the database is the truth: a message that the bus loses is swept up by the
 * owner of its partition, and one that it brings twice changes nothing. So the bus only has to be fast.
 */
import type { Message } from '../domain/message.ts';

export interface Subscription {
  /** Takes no further messages; resolves when what was taken is answered. */
  stop(): Promise<void>;
}

export interface Bus {
  /** Hands on messages whose inbox rows are committed. Failure is no loss. */
  publish(messages: readonly Message[]): Promise<void>;
  /**
   * Brings the messages of a partition, in the order of publishing while nothing fails. A batch is acknowledged when `handle` resolves,
   * and brought again when it rejects.
   */
  subscribe(partition: number, handle: (messages: readonly Message[]) => Promise<void>): Promise<Subscription>;
  /** Drops whatever lies in the files of a broker. It stands in the inbox too, and the sweep finds it there. */
  drop(): Promise<void>;
  close(): Promise<void>;
}
