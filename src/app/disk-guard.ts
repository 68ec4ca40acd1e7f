/**
 * Stops intake before the disk is full. The embedded database does not survive a full disk: it stops answering and never says why, so
 * room is left for what was accepted already to be finished.
 */
import { statfsSync } from 'node:fs';

import type { Clock } from '../actors/clock.port.ts';
import { GatehouseError } from '../domain/errors.ts';

/** Space that intake leaves free: four segments of the write-ahead log. */
export const LEAST_FREE_BYTES = 64 * 1024 * 1024;
const CHECK_MS = 200;

export class DiskGuard {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #freeBytes: (folder: string) => number;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #free = Number.POSITIVE_INFINITY;

  constructor(folder: string, clock: Clock, freeBytes: (folder: string) => number = freeBytesOf) {
    this.#folder = folder;
    this.#clock = clock;
    this.#freeBytes = freeBytes;
  }

  /** Throws `storage_full` when there is too little room. Nothing was stored then. */
  refuseWhenFull(): void {
    const now = this.#clock.now();
    if (now - this.#checkedAt >= CHECK_MS) {
      this.#free = this.#freeBytes(this.#folder);
      this.#checkedAt = now;
    }
    if (this.#free >= LEAST_FREE_BYTES) return;
    const [free, least] = [this.#free, LEAST_FREE_BYTES].map((bytes) => Math.floor(bytes / 1e6));
    throw new GatehouseError(
      'storage_full',
      `The disk of the data folder has ${free} MB free, and ${least} MB are kept free. Nothing of this request was stored; make room and send it again.`,
    );
  }
}

function freeBytesOf(folder: string): number {
  const stats = statfsSync(folder);
  return stats.bavail * stats.bsize;
}
