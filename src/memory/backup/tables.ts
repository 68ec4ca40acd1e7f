/** Which tables belong to a backup, in an order in which they can be loaded: those that others refer to come first. */
import type { SqlSession } from '../sql/sql.port.ts';

/** Migrations are made by the program, and a backup names them in its manifest. */
const LEFT_OUT = 'schema_migrations';

/** Every table of the installation, found in the catalogue, so that a new one cannot be forgotten. */
export async function backupTables(session: SqlSession): Promise<readonly string[]> {
  const tables = await session.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> $1 ORDER BY 1`,
    [LEFT_OUT],
  );
  const references = await session.query<{ name: string; target: string }>(
    `SELECT conrelid::regclass::text AS name, confrelid::regclass::text AS target FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`,
  );
  const ordered: string[] = [];
  const place = (name: string): void => {
    if (ordered.includes(name)) return;
    for (const reference of references)
      if (reference.name === name && reference.target !== name) place(reference.target);
    ordered.push(name);
  };
  for (const { name } of tables) place(name);
  return ordered;
}

/** A name for use in a statement. Throws when it is none of ours. */
export function tableName(name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`not a table of ours: ${JSON.stringify(name)}`);
  return `"${name}"`;
}
