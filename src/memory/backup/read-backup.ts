/** Opens a backup and refuses one that was cut, altered, or sealed with another master key. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

import type { ChainPosition } from '../../actors/replay/chain-position.port.ts';
import { sealedManifestSchema, sealedText } from '../../domain/backup-manifest.ts';
import type { BackupManifest, SealedManifest } from '../../domain/backup-manifest.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { ledgerRow } from '../read/ledger-reader.ts';
import { MANIFEST, tableFile } from './write-backup.ts';

const ARCHIVE_ENDS = 'ledger_archive_ends';

export interface OpenBackup {
  readonly folder: string;
  readonly keyCheck: string;
  readonly seal: (text: string) => string;
}

/** Reads the manifest. Throws `usage` when there is none, when it was altered, or when the master key is another one. */
export function readManifest({ folder, keyCheck, seal }: OpenBackup): BackupManifest {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) {
    throw new GatehouseError(
      'usage',
      `${folder} is no backup: it has no ${MANIFEST}. Name the folder that gatehouse backup has written.`,
    );
  }
  const manifest = parseManifest(path);
  if (manifest.key_check !== keyCheck) {
    throw new GatehouseError(
      'usage',
      'The backup was taken with another master key, so nothing that is sealed in it could be opened. Set GATEHOUSE_MASTER_KEY, or keys/master.key in the data folder, to the key of that installation.',
    );
  }
  const { seal: found, ...body } = manifest;
  if (seal(sealedText(body)) !== found) throw damaged(`${path} was altered after the backup was taken`);
  return body;
}

function parseManifest(path: string): SealedManifest {
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

/** Compares every file with the manifest. Throws `usage` for the first that differs. */
export async function checkFiles(
  folder: string,
  manifest: BackupManifest,
  progress: (table: string, rows: number) => void,
): Promise<void> {
  for (const { name, bytes, sha256, rows } of manifest.tables) {
    const path = join(folder, tableFile(name));
    if (!existsSync(path)) throw damaged(`${tableFile(name)} is missing`);
    const size = statSync(path).size;
    if (size !== bytes) throw damaged(`${tableFile(name)} has ${size} bytes instead of ${bytes}`);
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
    if (digest.digest('hex') !== sha256) throw damaged(`${tableFile(name)} was altered`);
    progress(name, rows);
  }
}

/** The rows of a table as JSON texts, in the order of the file. Only a line feed ends a row: other line ends may stand in its texts. */
export async function* readTable(folder: string, name: string): AsyncGenerator<string> {
  let rest = '';
  const text = createReadStream(join(folder, tableFile(name)))
    .pipe(createGunzip())
    .setEncoding('utf8');
  for await (const chunk of text) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') throw damaged(`${tableFile(name)} ends within a row`);
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
