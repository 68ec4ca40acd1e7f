/** What the runtime writes down outside the database, so that a restored installation can know what happened after its backup. */
import type { JournalAttempt, JournalErasure, JournalResult, JournalSuppression } from '../domain/journal.ts';

export interface EffectJournal {
  /** Resolves when the attempts are on disk; only then may a channel be called. Rejects when they cannot be written. */
  attempted(attempts: readonly JournalAttempt[]): Promise<void>;
  /** How attempts ended. Written soon; when it is lost the channel must be asked. */
  settled(results: readonly JournalResult[]): void;
  /**
   * Suppressions and erasures that are about to be committed. They are on disk when it returns: they are rare, and what a person was
   * promised must outlive the database. Throws when they cannot be written, and then they must not be committed.
   */
  promised(changes: readonly (JournalSuppression | JournalErasure)[]): void;
}
