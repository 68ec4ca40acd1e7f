/** The statements that write one plan: all are sent at once, run in the order of sending, and are waited for together. */
import { RetryableError } from '../../../domain/errors.ts';
import type { SqlSession, SqlValue } from '../../sql/sql.port.ts';

export class Writes {
  readonly #session: SqlSession;
  readonly #sent: Promise<void>[] = [];

  constructor(session: SqlSession) {
    this.#session = session;
  }

  send(text: string, params: readonly SqlValue[]): void {
    this.#keep(this.#session.query(text, params).then(() => {}));
  }

  /** Sends a statement that returns a row for each row it touched, and insists that it touches `count`. */
  expect(what: string, text: string, params: readonly SqlValue[], count: number): void {
    this.#keep(
      this.#session.query(text, params).then((rows) => {
        if (rows.length !== count)
          throw new RetryableError(
            `${what}: ${rows.length} of ${count} rows were as the plan expected; nothing was written`,
          );
      }),
    );
  }

  /** Resolves when every statement did what was expected of it. */
  async done(): Promise<void> {
    await Promise.all(this.#sent);
  }

  #keep(sent: Promise<void>): void {
    // Planning may fail before anybody waits for what was sent already.
    sent.catch(() => {});
    this.#sent.push(sent);
  }
}
