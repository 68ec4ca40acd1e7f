/**
 * Reads the built console into memory, compressed once. It is small, and what is looked up in a map can lead to no other file of the disk.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import type { ConsoleFile, ConsoleFiles } from '../gateway/console-files.port.ts';

const BUILT = fileURLToPath(new URL('../../console/dist', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function readFile(path: string, immutable: boolean): ConsoleFile {
  const body = readFileSync(path);
  return { type: TYPES[extname(path)] ?? 'application/octet-stream', body, gzip: gzipSync(body), immutable };
}

/** Null when it was not built, as where the packages that build it were left out. */
export function readConsoleFiles(folder = BUILT): ConsoleFiles | null {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) return null;
  const assets = join(folder, 'assets');
  return {
    page: readFile(page, false),
    assets: new Map(readdirSync(assets).map((name) => [`/assets/${name}`, readFile(join(assets, name), true)])),
  };
}
