/** What the command line does with a ledger and files beside it. Each opens the database by itself: none needs the system to run. */
import type { Config } from '../config/config.ts';
import type { VerifyReport } from '../gateway/services.port.ts';

export interface Ledgers {
  /** Verifies the ledger of this configuration against the anchors in a folder. Throws `usage` when there is no such folder. */
  verify(config: Config, files: { readonly anchorDir: string }): Promise<VerifyReport>;
}
