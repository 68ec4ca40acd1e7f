import type { SqlSession, SqlValue } from './sql.port.ts';

/** The one statement of a transaction: the commit travels with it. */
export function only<Row extends object>(
  session: SqlSession,
  text: string,
  params: readonly SqlValue[],
): Promise<readonly Row[]> {
  const rows = session.query<Row>(text, params);
  session.finish();
  return rows;
}
