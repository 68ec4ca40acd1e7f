/** What the command line does with a ledger and files beside it. Each opens the database by itself: none needs the system to run. */
import type { Config } from '../config/config.ts';
import type { VerifyReport } from '../gateway/services.port.ts';

export interface ArchiveView {
  readonly folder: string;
  readonly number: number;
  readonly before: string;
  /** How many rows have left the database. */
  readonly events: number;
  readonly partitions: number;
  readonly bytes: number;
}

export interface Ledgers {
  /**
   * Verifies the ledger of this configuration against anchors and archives in other folders than it names; null for its own. Throws `usage`
   * when there is no such folder.
   */
  verify(
    config: Config,
    files: { readonly anchorDir: string | null; readonly archiveDir: string | null },
  ): Promise<VerifyReport>;
  /** Moves what was recorded before a time (milliseconds) into an archive. Throws `state_conflict` when nothing may leave. */
  export(
    config: Config,
    request: { readonly before: number; readonly to: string; readonly by: string },
    progress: (step: string, rows: number) => void,
  ): Promise<ArchiveView>;
}
