/** Where the keys of people stand in a backup: apart from all other rows, so that they can be wrapped anew without the backup being taken again. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { backupKeysText } from '../../domain/backup-manifest.ts';
import type { BackupKeys } from '../../domain/backup-manifest.ts';
import { syncFolder } from '../vault/destroy-file.ts';
import type { InstallationSecret } from '../vault/installation-secret.ts';

export const KEYS = 'subject-keys.json';
export const KEYS_FOLDER = 'subject-keys';
/** These tables are no part of the manifest of tables. */
export const KEY_TABLES: readonly string[] = ['subject_keys', 'key_generations'];

/** Puts what is said of the keys into its place at once, over what stood there. */
export function writeKeys(folder: string, keys: BackupKeys, secret: InstallationSecret): void {
  const sealed = { ...keys, seal: secret.hash('backup', backupKeysText(keys)) };
  const unfinished = join(folder, `${KEYS}.unfinished`);
  writeFileSync(unfinished, `${JSON.stringify(sealed, null, 2)}\n`, { mode: 0o600, flush: true });
  syncFolder(join(folder, KEYS_FOLDER));
  renameSync(unfinished, join(folder, KEYS));
  syncFolder(folder);
}
