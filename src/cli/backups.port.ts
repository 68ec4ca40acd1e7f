/** What the command line asks for about backups. Each opens the database by itself: none needs the system to run. */
import type { Config } from '../config/config.ts';
import type { BackupView } from '../gateway/services.port.ts';

export interface RestoreView extends BackupView {
  /** The backup of this time is loaded; the installation is paused until it is reconciled. */
  readonly paused: boolean;
  /** Where it was loaded, without a password. */
  readonly into: string;
}

export interface MoveView {
  readonly from: string;
  /** Without a password. */
  readonly to: string;
  readonly events: number;
  /** Rows of every table, equal on both sides. */
  readonly tables: Readonly<Record<string, number>>;
}

/** Called now and then with what is done so far. */
export type BackupProgress = (step: string, table: string, rows: number) => void;

export interface Backups {
  /** Writes a backup of the database of this configuration into a new folder, beside whoever uses the database. */
  write(config: Config, folder: string, progress: BackupProgress): Promise<BackupView>;
  /** Checks files, seal and chains. Throws `usage` for a backup that must not be used. */
  verify(config: Config, folder: string, progress: BackupProgress): Promise<BackupView>;
  /** Loads a backup into the empty database of this configuration, which is then paused. */
  restore(config: Config, folder: string, progress: BackupProgress): Promise<RestoreView>;
  /** Moves the embedded database into an empty Postgres database, and marks the folder so that nothing starts on it again. */
  move(config: Config, databaseUrl: string, progress: BackupProgress): Promise<MoveView>;
}
