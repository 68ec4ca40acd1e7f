/** Names an import by what it would bring in, so that the same files with the same map are known again. */
import { createHash } from 'node:crypto';

import { canonicalJson } from '../../domain/json.ts';
import type { ImportMode } from '../../gateway/services.port.ts';
import type { ImportMap } from './map-schema.ts';

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Over the bytes of the files in their order and the map. Names and folders of the files do not matter. */
export function contentDigest(
  map: ImportMap,
  files: readonly { readonly entry: number; readonly sha256: string }[],
): string {
  return sha256(canonicalJson({ v: 1, map, files: files.map((file) => ({ entry: file.entry, sha256: file.sha256 })) }));
}

export function importDigest(content: string, mode: ImportMode): string {
  return sha256(canonicalJson({ v: 1, content, mode }));
}
