/** JSON that somebody handed over as a file. */
import { readFileSync } from 'node:fs';

import { GatehouseError } from '../domain/errors.ts';

/** Throws `usage` when the file cannot be read or holds no JSON. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatehouseError('usage', `${path} cannot be read as JSON: ${why}`, { cause: error });
  }
}
