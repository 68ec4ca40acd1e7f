/** Writes over a file before it is removed, so that its bytes are not left where the file was. A file system that copies on write may keep them all the same. */
import { randomFillSync } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';

const CHUNK_BYTES = 65_536;

export function destroyFile(path: string): void {
  if (!existsSync(path)) return;
  const { size } = statSync(path);
  const noise = Buffer.alloc(Math.min(size, CHUNK_BYTES));
  const handle = openSync(path, 'r+');
  try {
    for (let at = 0; at < size; at += noise.length)
      writeSync(handle, randomFillSync(noise), 0, Math.min(noise.length, size - at), at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  unlinkSync(path);
}

/** What was made, renamed or removed in a folder survives a crash of the machine when the folder is on disk too. */
export function syncFolder(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
