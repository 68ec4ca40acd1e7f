/**
 * The lock file of a data folder. PGlite has no lock of its own, and a second process on the same folder would silently lose writes.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

import { GatehouseError } from '../../domain/errors.ts';

export interface LockHolder {
  readonly pid: number;
  /** Where the holder answers, once it does. */
  readonly url: string | null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Who holds the lock, or null when nobody does or the holder is gone. */
export function lockHolder(path: string): LockHolder | null {
  if (!existsSync(path)) return null;
  const [pid = '', url = ''] = readFileSync(path, 'utf8').split('\n');
  const holder = { pid: Number(pid), url: url === '' ? null : url };
  return Number.isInteger(holder.pid) && holder.pid > 0 && isAlive(holder.pid) ? holder : null;
}

export interface DataLock {
  /** Makes the address known to commands that find the folder locked. */
  announce(url: string): void;
  release(): void;
}

export function takeLock(path: string): DataLock {
  mkdirSync(dirname(path), { recursive: true });
  const holder = lockHolder(path);
  if (holder !== null && holder.pid !== process.pid) {
    throw new GatehouseError(
      'usage',
      `The data folder is in use by process ${holder.pid}${holder.url === null ? '' : ` at ${holder.url}`}. Stop it, or set GATEHOUSE_DATA_DIR to another folder.`,
    );
  }
  rmSync(path, { force: true });
  const file = openSync(path, 'wx', 0o600);
  writeSync(file, `${process.pid}\n`);
  closeSync(file);
  let released = false;
  return {
    announce(url) {
      const again = openSync(path, 'w', 0o600);
      writeSync(again, `${process.pid}\n${url}\n`);
      closeSync(again);
    },
    release() {
      if (!released) rmSync(path, { force: true });
      released = true;
    },
  };
}
