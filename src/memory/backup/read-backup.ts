/** Opens a backup and refuses one that was cut, altered, or sealed with another master key. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

import type { ChainPosition } from '../../actors/replay/chain-position.port.ts';
import {
  backupKeysText,
  sealedBackupKeysSchema,
  sealedManifestSchema,
  sealedText,
} from '../../domain/backup-manifest.ts';
import type { BackupKeys, BackupManifest, SealedBackupKeys, SealedManifest } from '../../domain/backup-manifest.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { ledgerRow } from '../read/ledger-reader.ts';
import { firstSecret, keyCheckOf, openSecret } from '../vault/generations.ts';
import type { InstallationSecret } from '../vault/installation-secret.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { KEYS, KEYS_FOLDER } from './backup-keys.ts';
import { MANIFEST, tableFile } from './write-backup.ts';

const ARCHIVE_ENDS = 'ledger_archive_ends';

/** Reads the manifest. Throws `usage` when there is none, when it was altered, or when it belongs to another installation. */
export function readManifest(folder: string, secret: InstallationSecret): SealedManifest {
  const manifest = parseManifest(folder);
  if (manifest.key_check !== keyCheckOf(secret)) throw foreign();
  const { seal: found, ...body } = manifest;
  if (secret.hash('backup', sealedText(body)) !== found)
    throw damaged(`${join(folder, MANIFEST)} was altered after the backup was taken`);
  return manifest;
}

function foreign(): GatehouseError {
  return new GatehouseError(
    'usage',
    'The backup was taken with another master key, or with one that was destroyed since, so nothing that is sealed in it could be opened. Set GATEHOUSE_MASTER_KEY, or the files in keys of the data folder, to the keys of that installation.',
  );
}

/**
 * The secret that a backup is sealed with, from the keys at hand. Throws `usage` when they are those of another installation, or do not open the keys
 * of people in it.
 */
export function secretOfBackup(folder: string, ring: KeyRing): InstallationSecret {
  const { key_check: keyCheck } = parseManifest(folder);
  const keys = parseKeys(folder);
  if (keys === null) {
    const first = firstSecret(ring, keyCheck);
    if (first === null) throw foreign();
    return first.secret;
  }
  const missing = keys.generations.filter(({ id }) => ring.find(id) === undefined);
  const secret = openSecret(keys.generations, ring);
  if (secret === null && missing.every(({ id }) => ring.destroyedAt(id) === null)) throw foreign();
  if (secret !== null && missing.length === 0) return secret;
  throw new GatehouseError(
    'usage',
    `The keys of people in this backup are wrapped with ${missing
      .map(({ number, id }) => `generation ${number} (${id})${destroyedWords(ring, id)}`)
      .join(
        ' and ',
      )}, which is not among the keys here. Without it nothing personal in the backup can be opened, so nothing was restored.`,
  );
}

function destroyedWords(ring: KeyRing, id: string): string {
  const at = ring.destroyedAt(id);
  return at === null ? '' : `, destroyed here at ${at}`;
}

function parseManifest(folder: string): SealedManifest {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) {
    throw new GatehouseError(
      'usage',
      `${folder} is no backup: it has no ${MANIFEST}. Name the folder that gatehouse backup has written.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw damaged(`${path} cannot be read as JSON`, error);
  }
  const parsed = sealedManifestSchema.safeParse(value);
  if (!parsed.success) throw damaged(`${path} is not the manifest of a backup that this program knows`, parsed.error);
  return parsed.data;
}

/** The error of a backup that must not be used. */
export function damaged(what: string, cause?: unknown): GatehouseError {
  return new GatehouseError('usage', `The backup is damaged: ${what}. Use another one.`, { cause });
}

/** The keys of people in a backup; null in one of before they stood in a file of their own. */
export function parseKeys(folder: string): SealedBackupKeys | null {
  const path = join(folder, KEYS);
  if (!existsSync(path)) return null;
  const parsed = sealedBackupKeysSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw damaged(`${path} is not what this program knows`, parsed.error);
  return parsed.data;
}

/** The same, for a verified manifest. Throws `usage` when they are missing, were altered, or belong to another backup. */
export function readKeys(folder: string, manifest: SealedManifest, secret: InstallationSecret): BackupKeys | null {
  const sealed = parseKeys(folder);
  // Where a rewrap was interrupted, both are there, and the table is still whole.
  if (manifest.format === 1) return null;
  if (sealed === null) throw damaged(`${KEYS} is missing`);
  const { seal, ...keys } = sealed;
  if (secret.hash('backup', backupKeysText(keys)) !== seal || keys.backup !== manifest.seal)
    throw damaged(`${join(folder, KEYS)} was altered`);
  return keys;
}

/** Compares every file with the manifests. Throws `usage` for the first that differs. */
export async function checkFiles(
  folder: string,
  manifest: BackupManifest,
  keys: BackupKeys | null,
  progress: (table: string, rows: number) => void,
): Promise<void> {
  const files = manifest.tables.map((table) => ({ ...table, file: tableFile(table.name) }));
  if (keys !== null) files.push({ ...keys, name: 'subject_keys', file: join(KEYS_FOLDER, keys.file) });
  for (const { name, bytes, sha256, rows, file } of files) {
    const path = join(folder, file);
    if (!existsSync(path)) throw damaged(`${file} is missing`);
    const size = statSync(path).size;
    if (size !== bytes) throw damaged(`${file} has ${size} bytes instead of ${bytes}`);
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
    if (digest.digest('hex') !== sha256) throw damaged(`${file} was altered`);
    progress(name, rows);
  }
}

/** The rows of a table as JSON texts, in the order of the file. Only a line feed ends a row: other line ends may stand in its texts. */
export async function* readTable(folder: string, name: string): AsyncGenerator<string> {
  yield* readRows(folder, tableFile(name));
}

/** The same of a file of the backup. */
export async function* readRows(folder: string, file: string): AsyncGenerator<string> {
  let rest = '';
  const text = createReadStream(join(folder, file)).pipe(createGunzip()).setEncoding('utf8');
  for await (const chunk of text) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') throw damaged(`${file} ends within a row`);
}

/** The ledger of a backup in the order of its chains. */
export async function* readLedger(folder: string): AsyncGenerator<LedgerRow> {
  for await (const line of readTable(folder, 'ledger')) {
    // Backups from before migration 0002 have turns of one.
    const record = JSON.parse(line) as Parameters<typeof ledgerRow>[0];
    yield ledgerRow({ ...record, turn_length: record.turn_length ?? 1 });
  }
}

/** Where the chains of a backup go on whose earlier part had left the database before it was taken. */
export async function readArchiveEnds(
  folder: string,
  { tables }: BackupManifest,
): Promise<ReadonlyMap<number, ChainPosition>> {
  const ends = new Map<number, ChainPosition>();
  if (!tables.some((table) => table.name === ARCHIVE_ENDS)) return ends;
  for await (const line of readTable(folder, ARCHIVE_ENDS)) {
    const { partition, seq, hash } = JSON.parse(line) as ChainPosition & { readonly partition: number };
    if (seq > (ends.get(partition)?.seq ?? 0)) ends.set(partition, { seq, hash });
  }
  return ends;
}
