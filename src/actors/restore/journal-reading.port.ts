/** What the journals of the hosts say about the time after a backup. */
import type { JournalAttempt, JournalErasure, JournalResult, JournalSuppression } from '../../domain/journal.ts';

export interface JournalReading {
  /** The last attempt at each permit, by `tenant/permit`. */
  readonly attempts: ReadonlyMap<string, JournalAttempt>;
  /** How a permit ended, by `tenant/permit`: `absent` when every attempt certainly did not act. Nothing where an attempt is open. */
  readonly results: ReadonlyMap<string, JournalResult>;
  /** In order of time. */
  readonly suppressions: readonly JournalSuppression[];
  readonly erasures: readonly JournalErasure[];
  readonly files: number;
  readonly entries: number;
  /** Why something may be missing, in words. Empty when every host that was alive in the backup has its journal here, without a hole. */
  readonly gaps: readonly string[];
}
