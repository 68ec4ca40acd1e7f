/** Row locks as a database has them: shared and exclusive, queues in order of arrival, deadlocks found when they close. */
import type { Owner, Scheduler } from './scheduler.ts';

export type LockMode = 'shared' | 'exclusive';

interface Waiter {
  readonly transaction: Transaction;
  readonly mode: LockMode;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

interface Lock {
  readonly holders: Map<Transaction, LockMode>;
  readonly queue: Waiter[];
}

export class DatabaseError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class Transaction {
  readonly owner: Owner;
  readonly keys = new Set<string>();
  /** Set when the process died or its connection broke: nothing of the transaction happens. */
  aborted = false;

  constructor(owner: Owner) {
    this.owner = owner;
  }
}

export class LockTable {
  readonly #locks = new Map<string, Lock>();
  readonly #scheduler: Scheduler;
  readonly #waitsFor = new Map<Transaction, Lock>();
  deadlocks = 0;
  /** Who held what when a deadlock closed. */
  readonly circles: string[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Takes an exclusive lock if nobody has it, as SKIP LOCKED does. */
  tryTake(transaction: Transaction, key: string): boolean {
    const known = this.#locks.get(key);
    if (known !== undefined && !this.#canHold(known, transaction, 'exclusive')) return false;
    const lock = known ?? { holders: new Map(), queue: [] };
    this.#locks.set(key, lock);
    this.#hold(lock, key, transaction, 'exclusive');
    return true;
  }

  async take(transaction: Transaction, key: string, mode: LockMode): Promise<void> {
    await this.#scheduler.pause(transaction.owner);
    if (transaction.aborted) throw new DatabaseError('57P01', 'the connection is gone');
    let lock = this.#locks.get(key);
    if (lock === undefined) {
      lock = { holders: new Map(), queue: [] };
      this.#locks.set(key, lock);
    }
    if (this.#canHold(lock, transaction, mode)) {
      this.#hold(lock, key, transaction, mode);
      return;
    }
    const wanted = lock;
    if (this.#closesCircle(wanted, transaction)) {
      this.deadlocks += 1;
      this.circles.push(
        `${[...transaction.keys].join(' ')} waits for ${key} of ${[...wanted.holders.keys()].map((holder) => [...holder.keys].join(' ')).join(' | ')}`,
      );
      throw new DatabaseError('40P01', `deadlock at ${key}`);
    }
    this.#waitsFor.set(transaction, wanted);
    await new Promise<void>((resolve, reject) => {
      wanted.queue.push({
        transaction,
        mode,
        grant: () => {
          this.#waitsFor.delete(transaction);
          this.#hold(wanted, key, transaction, mode);
          resolve();
        },
        refuse: reject,
      });
    });
  }

  release(transaction: Transaction): void {
    this.#waitsFor.delete(transaction);
    for (const lock of this.#locks.values()) {
      const index = lock.queue.findIndex((waiter) => waiter.transaction === transaction);
      if (index >= 0) lock.queue.splice(index, 1);
    }
    for (const key of transaction.keys) {
      const lock = this.#locks.get(key);
      if (lock === undefined) continue;
      lock.holders.delete(transaction);
      for (let next = lock.queue[0]; next !== undefined; next = lock.queue[0]) {
        if (!this.#canHold(lock, next.transaction, next.mode, true)) break;
        lock.queue.shift();
        next.grant();
      }
      if (lock.holders.size === 0 && lock.queue.length === 0) this.#locks.delete(key);
    }
    transaction.keys.clear();
  }

  #canHold(lock: Lock, transaction: Transaction, mode: LockMode, isNext = false): boolean {
    if (!isNext && lock.queue.length > 0) return false;
    for (const [holder, held] of lock.holders)
      if (holder !== transaction && (mode === 'exclusive' || held === 'exclusive')) return false;
    return true;
  }

  #hold(lock: Lock, key: string, transaction: Transaction, mode: LockMode): void {
    if (lock.holders.get(transaction) !== 'exclusive') lock.holders.set(transaction, mode);
    transaction.keys.add(key);
  }

  #closesCircle(lock: Lock, transaction: Transaction): boolean {
    const seen = new Set<Lock>();
    const open = [lock];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      for (const other of [...next.holders.keys(), ...next.queue.map((waiter) => waiter.transaction)]) {
        if (other === transaction) {
          if (next !== lock || next.holders.has(transaction)) return true;
          continue;
        }
        const waited = this.#waitsFor.get(other);
        if (waited !== undefined) open.push(waited);
      }
    }
    return false;
  }
}
