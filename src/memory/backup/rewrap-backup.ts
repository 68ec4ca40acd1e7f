/**
 * Wraps the keys of people in a backup with the generation that is in use, and leaves out the people who were erased since it was taken. The backup stays
 * whole at every moment: the new file is complete before it takes the place of the old one.
 */
import type { KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { GatehouseError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { destroyFile, syncFolder } from '../vault/destroy-file.ts';
import { firstSecret, keyCheckOf, sealSecret } from '../vault/generations.ts';
import type { InstallationSecret } from '../vault/installation-secret.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { subjectKeyOf, unwrapKey, wrapKey } from '../vault/subject-vault.ts';
import { KEYS_FOLDER, writeKeys } from './backup-keys.ts';
import { checkFiles, readKeys, readManifest, readRows } from './read-backup.ts';
import { MANIFEST, sealManifest, tableFile, writeCompressed } from './write-backup.ts';

export interface Rewrap {
  readonly folder: string;
  readonly secret: InstallationSecret;
  readonly ring: KeyRing;
  readonly to: { readonly number: number; readonly id: string; readonly key: KeyObject };
  /** When people were erased, by `subjectKeyOf`. */
  readonly erased: ReadonlyMap<string, string>;
  readonly at: string;
}

export interface Rewrapped {
  readonly people: number;
  /** People whose key was in the backup until now, and who were erased since. */
  readonly left_out: number;
  /** False when it was wrapped with this generation already, and nobody had to be left out. */
  readonly changed: boolean;
}

interface KeyRow {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly wrapped: string | null;
  readonly destroyed_on: string | null;
  /** Missing in backups of before there were generations. */
  readonly generation?: number;
}

/** Throws `usage` when the backup is damaged, or wrapped with a key that is not at hand. */
export async function rewrapBackup(request: Rewrap): Promise<Rewrapped> {
  const { folder, secret, to, at, ring } = request;
  const sealed = readManifest(folder, secret);
  const keys = readKeys(folder, sealed, secret);
  await checkFiles(
    folder,
    { ...sealed, tables: sealed.tables.filter(({ name }) => name === 'subject_keys') },
    keys,
    () => {},
  );
  const from = keys === null ? tableFile('subject_keys') : join(KEYS_FOLDER, keys.file);
  const places = keys?.generations ?? [{ number: 1, id: firstSecret(ring, keyCheckOf(secret))?.id ?? '' }];
  const found = { people: 0, leftOut: 0, erased: 0, rewrapped: 0 };
  mkdirSync(join(folder, KEYS_FOLDER), { recursive: true, mode: 0o700 });
  const file = `${to.id}-${Date.parse(at)}.jsonl.gz`;
  async function* rows(): AsyncGenerator<string> {
    for await (const line of readRows(folder, from)) {
      const row = JSON.parse(line) as KeyRow;
      const next = rewrapRow(row, request, places);
      if (next.wrapped === null) found.erased += 1;
      else found.people += 1;
      if (next.wrapped === null && row.wrapped !== null) found.leftOut += 1;
      if (next.wrapped !== row.wrapped) found.rewrapped += 1;
      yield `${JSON.stringify(next)}\n`;
    }
  }
  const written = await writeCompressed(join(folder, KEYS_FOLDER, file), rows());
  const result = { people: found.people, left_out: found.leftOut };
  if (keys !== null && found.rewrapped === 0) {
    destroyFile(join(folder, KEYS_FOLDER, file));
    return { ...result, changed: false };
  }
  const { seal: _, ...body } = sealed;
  const manifest = sealManifest(
    {
      ...body,
      format: 2,
      tables: body.tables.filter(({ name }) => name !== 'subject_keys' && name !== 'key_generations'),
    },
    secret,
  );
  writeKeys(
    folder,
    {
      format: 1,
      backup: manifest.seal,
      wrapped_at: at,
      generations: [{ number: to.number, id: to.id, secret: sealSecret(secret, to.id, to.key) }],
      file,
      rows: found.people + found.erased,
      erased: found.erased,
      ...written,
    },
    secret,
  );
  if (keys === null) {
    const unfinished = join(folder, `${MANIFEST}.unfinished`);
    writeFileSync(unfinished, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(unfinished, join(folder, MANIFEST));
    syncFolder(folder);
    destroyFile(join(folder, tableFile('subject_keys')));
  }
  // Also what an interrupted run has left.
  for (const name of readdirSync(join(folder, KEYS_FOLDER)))
    if (name !== file) destroyFile(join(folder, KEYS_FOLDER, name));
  return { ...result, changed: true };
}

function rewrapRow(
  row: KeyRow,
  { ring, to, erased }: Rewrap,
  places: readonly { readonly number: number; readonly id: string }[],
): KeyRow {
  if (row.wrapped === null) return row;
  const destroyedOn = erased.get(subjectKeyOf(row));
  if (destroyedOn !== undefined) return { ...row, wrapped: null, destroyed_on: destroyedOn };
  const generation = row.generation ?? 1;
  const id = places.find(({ number }) => number === generation)?.id ?? '';
  const key = ring.find(id)?.key;
  if (key === undefined)
    throw new GatehouseError(
      'usage',
      `The keys of people in it are wrapped with generation ${generation} (${id}), which is not among the keys here.`,
    );
  if (id === to.id && generation === to.number) return row;
  return { ...row, wrapped: wrapKey(to.key, row, unwrapKey(key, row, row.wrapped)), generation: to.number };
}

/** The folders of backups in a folder, and the folder itself when it is one. */
export function backupsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  if (existsSync(join(folder, MANIFEST))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, MANIFEST)))
    .map((entry) => join(folder, entry.name));
}
