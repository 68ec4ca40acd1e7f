/**
 * The journal of one host: files of JSON lines in a folder, one for each day, written and flushed to disk before a channel is called.
 * Attempts that wait together are flushed together. A command that causes no effect leaves no file behind.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { EffectJournal } from '../../actors/effect-journal.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { DAY_MS, isoOf } from '../../domain/instant.ts';
import type { JournalEntry } from '../../domain/journal.ts';

export interface JournalOptions {
  readonly folder: string;
  readonly host: string;
  /** By which the master key of the installation is recognised. */
  readonly installation: string;
  readonly keepDays: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Waiting {
  readonly text: string;
  /** Null for an entry that nobody waits for. */
  readonly done: { resolve(): void; reject(error: unknown): void } | null;
}

const FILE_DAY = /^effects-.+-(\d{4}-\d{2}-\d{2})\.jsonl$/;
const dataSync = promisify(fdatasync);
const writeSome = promisify(write);

export class FileEffectJournal implements EffectJournal {
  readonly #options: JournalOptions;
  readonly #since: number;
  #file: { readonly day: string; readonly handle: number } | null = null;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#since = options.now();
  }

  /** Opens the file of today. A host that serves does so at once: that its journal exists proves that it had nothing to write. */
  open(): void {
    try {
      this.#today();
    } catch (error) {
      throw unwritable(error);
    }
  }

  attempted(attempts: readonly JournalEntry[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#add({ text: linesOf(attempts), done: { resolve, reject } });
    return promise;
  }

  settled(results: readonly JournalEntry[]): void {
    this.#add({ text: linesOf(results), done: null });
  }

  promised(changes: readonly JournalEntry[]): void {
    try {
      // A new day waits for the next flush: one may be writing to this file right now.
      const handle = this.#file?.handle ?? this.#open();
      writeSync(handle, linesOf(changes));
      fdatasyncSync(handle);
    } catch (error) {
      throw unwritable(error);
    }
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    await this.#flushing;
    if (this.#file !== null) closeSync(this.#file.handle);
    this.#file = null;
  }

  #add(item: Waiting): void {
    this.#waiting.push(item);
    this.#flushing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    // What is added in this turn goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const handle = this.#today();
        await writeAll(handle, Buffer.from(batch.map((item) => item.text).join('')));
        if (batch.some((item) => item.done !== null)) await dataSync(handle);
        for (const item of batch) item.done?.resolve();
      } catch (error) {
        for (const item of batch) item.done?.reject(unwritable(error));
      }
    }
    // In the same turn as the look at what waits, or an entry in between would wait for ever.
    this.#flushing = null;
  }

  #today(): number {
    const day = isoOf(this.#options.now()).slice(0, 10);
    return this.#file?.day === day ? this.#file.handle : this.#open();
  }

  /** Opens the file of today, which begins by saying whose it is. */
  #open(): number {
    const { folder, host, installation, now } = this.#options;
    const at = now();
    const day = isoOf(at).slice(0, 10);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const handle = openSync(join(folder, `effects-${host}-${day}.jsonl`), 'a', 0o600);
    const isFirst = this.#file === null;
    if (this.#file !== null) closeSync(this.#file.handle);
    this.#file = { day, handle };
    const since = this.#since;
    writeSync(
      handle,
      linesOf([{ kind: 'begin', format: 1, installation, host, host_since: since, at: isFirst ? since : at }]),
    );
    this.#prune(at);
    return handle;
  }

  #prune(at: number): void {
    const { folder, keepDays } = this.#options;
    const oldest = isoOf(at - keepDays * DAY_MS).slice(0, 10);
    for (const name of readdirSync(folder)) {
      const day = FILE_DAY.exec(name)?.[1];
      if (day !== undefined && day < oldest) rmSync(join(folder, name), { force: true });
    }
  }
}

async function writeAll(handle: number, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const { bytesWritten } = await writeSome(handle, bytes, offset, bytes.length - offset, null);
    offset += bytesWritten;
  }
}

function linesOf(entries: readonly JournalEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

function unwritable(error: unknown): GatehouseError {
  const why = error instanceof Error ? error.message : String(error);
  return new GatehouseError(
    'storage_full',
    `The journal of effects cannot be written, so nothing may leave: ${why}. Make room, or set GATEHOUSE_JOURNAL_DIR to another folder.`,
    { cause: error },
  );
}
