/** The statements that write one plan: all are sent at once, run in the order of sending, and are waited for together. */
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

  /** Sends a statement that returns a row for each row it touches. The database undoes everything when they are not `count`. */
  expect(what: string, text: string, params: readonly SqlValue[], count: number): void {
    const place = params.length;
    this.send(
      `WITH touched AS (${text}) SELECT gatehouse_expect($${place + 1}::text, (SELECT count(*) FROM touched), $${place + 2}::bigint)`,
      [...params, what, count],
    );
  }

  /** The last word of a transaction. Resolves when every statement did what was expected of it. */
  async done(): Promise<void> {
    this.#session.finish();
    await Promise.all(this.#sent);
  }

  #keep(sent: Promise<void>): void {
    // Planning may fail before anybody waits for what was sent already.
    sent.catch(() => {});
    this.#sent.push(sent);
  }
}
