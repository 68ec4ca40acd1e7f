/** The files of archives in one folder: whether they are what their manifests say, and the rows in them. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

import type { LedgerRow } from '../../domain/ledger-event.ts';
import { archiveFolderName } from '../../domain/ledger-manifest.ts';
import type { SignedLedgerManifest } from '../../domain/ledger-manifest.ts';
import type { AnchorFault } from '../anchors/read-anchors.ts';
import { ledgerRow } from '../read/ledger-reader.ts';

export interface ArchivedRow {
  readonly row: LedgerRow;
  /** By the clock of the database, in milliseconds. */
  readonly recordedAt: number;
}

/** What is wrong with the files; nothing when each has the bytes that were signed. */
export async function fileFaults(
  folder: string,
  manifests: readonly SignedLedgerManifest[],
): Promise<readonly AnchorFault[]> {
  const faults: AnchorFault[] = [];
  for (const manifest of manifests)
    for (const part of manifest.partitions) {
      const file = join(archiveFolderName(manifest.number), part.file);
      const path = join(folder, file);
      if (!existsSync(path)) faults.push({ file, detail: 'it is missing' });
      else if ((await digestOf(path)) !== part.sha256) faults.push({ file, detail: 'it was altered' });
    }
  return faults;
}

export async function digestOf(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest('hex');
}

/** The rows of one partition from a position on, through all archives, in their order. */
export async function* archivedRows(
  folder: string,
  manifests: readonly SignedLedgerManifest[],
  partition: number,
  after = 0,
): AsyncGenerator<ArchivedRow> {
  for (const manifest of manifests)
    for (const part of manifest.partitions) {
      if (part.partition !== partition || part.last_seq <= after) continue;
      for await (const archived of rowsOfFile(join(folder, archiveFolderName(manifest.number), part.file)))
        if (archived.row.seq > after) yield archived;
    }
}

/** Only a line feed ends a row: other line ends may stand in its texts. */
export async function* rowsOfFile(path: string): AsyncGenerator<ArchivedRow> {
  let rest = '';
  const source = createReadStream(path);
  const text = source.pipe(createGunzip());
  source.on('error', (error) => text.destroy(error));
  text.setEncoding('utf8');
  for await (const chunk of text) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const record = JSON.parse(line) as Parameters<typeof ledgerRow>[0] & { readonly appended_on: string };
      yield { row: ledgerRow(record), recordedAt: Date.parse(record.appended_on) };
    }
  }
  if (rest !== '') throw new Error(`${path} ends within a row`);
}
