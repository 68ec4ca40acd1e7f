/**
 * Whether this installation was restored from a backup and is not reconciled yet. Until then nothing may leave, because nobody knows
 * yet what left after the backup was taken, and nothing may come in, because it would be decided without knowing it. The database refuses
 * executions by itself; this keeps everything else from trying.
 */
import { GatehouseError } from '../domain/errors.ts';
import type { Sql } from '../memory/sql/sql.port.ts';

export class RestorePause {
  readonly #sql: Sql;
  #backupAt: string | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Looks into the database. A restore needs an empty one, so an installation that is not paused never becomes so. */
  async refresh(): Promise<void> {
    const [row] = await this.#sql.asOwner((session) =>
      session.query<{ backup_on: Date }>(
        'SELECT backup_on FROM restores WHERE reconciled_on IS NULL ORDER BY restored_on DESC LIMIT 1',
      ),
    );
    this.#backupAt = row?.backup_on.toISOString() ?? null;
  }

  /** Why nothing moves; null when everything does. */
  get reason(): string | null {
    return this.#backupAt === null
      ? null
      : `This installation was restored from the backup of ${this.#backupAt} and is paused. Stop it and run: gatehouse restore reconcile`;
  }

  /** Throws `unavailable` while the installation is paused. */
  refuse(): void {
    if (this.reason !== null) throw new GatehouseError('unavailable', this.reason);
  }
}
