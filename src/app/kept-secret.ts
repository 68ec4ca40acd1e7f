/** Secrets that are made once and kept in the data folder. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A secret that is shown to the operator and kept in a file of the data folder, so that a restart shows the same one. */
export function keptSecret(dataDir: string, name: string, make: () => string): string {
  const path = join(dataDir, 'keys', name);
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const secret = make();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, secret, { mode: 0o600 });
  return secret;
}
