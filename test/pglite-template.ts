/**
 * Embedded databases to copy: an empty one, and one as the migrations leave it. Making one takes ten times as long as copying one, so
 * they are made once for these migrations and this PGlite, kept beside the dependencies, and copied for every test.
 */
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { migrate, readMigrations } from '../src/memory/sql/migrate.ts';
import { openPglite } from '../src/memory/sql/pglite.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));
const CACHE = join(MODULES, '.cache', 'gatehouse');

interface Templates {
  readonly empty: string;
  readonly migrated: string;
}

/** Names change with what the databases are made of. */
function templates(): Templates {
  const digest = createHash('sha256').update(readFileSync(join(MODULES, '@electric-sql/pglite/package.json')));
  const empty = digest.copy().digest('hex').slice(0, 16);
  for (const { checksum } of readMigrations()) digest.update(checksum);
  return {
    empty: join(CACHE, `empty-${empty}`),
    migrated: join(CACHE, `migrated-${digest.digest('hex').slice(0, 16)}`),
  };
}

/** Makes what is not there yet, before the first test that may need it. */
export async function setup(): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const { empty, migrated } = templates();
  await make(empty, () => Promise.resolve());
  await make(
    migrated,
    async (sql) => {
      await migrate(sql);
    },
    empty,
  );
}

async function make(folder: string, fill: (sql: Sql) => Promise<void>, from?: string): Promise<void> {
  if (existsSync(folder)) return;
  const own = join(CACHE, `making-${randomUUID()}`);
  try {
    if (from !== undefined) cpSync(from, own, { recursive: true });
    const sql = await openPglite(own);
    await fill(sql);
    await sql.close();
    renameSync(own, folder);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    // Another run may have been quicker; its template is as good.
    if (!existsSync(folder)) throw error;
  }
}

/** Puts a migrated database where the embedded installation of this data folder looks for its own. */
export function layPglite(dataDir: string): void {
  cpSync(templates().migrated, join(dataDir, 'pg'), { recursive: true });
}

/** Opens a copy. It lies in `folder`, or in a folder of its own that goes when it is closed. */
export async function copyPglite(content: keyof Templates, folder?: string): Promise<Sql> {
  const own = folder === undefined ? mkdtempSync(join(tmpdir(), 'gatehouse-pglite-')) : null;
  const place = folder ?? join(own ?? '', 'pg');
  cpSync(templates()[content], place, { recursive: true });
  const sql = await openPglite(place);
  if (own === null) return sql;
  return {
    ...sql,
    async close() {
      await sql.close();
      rmSync(own, { recursive: true, force: true });
    },
  };
}
