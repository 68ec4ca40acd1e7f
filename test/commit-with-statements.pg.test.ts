/** The commit that travels with what it commits: when the database refuses one statement, none of them was done. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Writes } from '../src/memory/runtime/write/writes.ts';
import { migrate } from '../src/memory/sql/migrate.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql, SqlSession } from '../src/memory/sql/sql.port.ts';
import { describeDatabases } from './needs.ts';
import { copyPglite } from './pglite-template.ts';
import { createDatabase } from './postgres-database.ts';

const SCOPE = { role: 'gatehouse_runtime', tenants: [], keyed: true } as const;
const HOST = `INSERT INTO hosts (id, url) VALUES ($1, NULL)`;

describeDatabases('a transaction', (database) => {
  let sql: Sql;
  let drop = async () => {};
  beforeAll(async () => {
    if (database.kind === 'pglite') sql = await copyPglite('empty');
    else {
      const made = await createDatabase(database.serverUrl);
      sql = createPostgres(made.url, { maxConnections: 2 });
      drop = () => made.drop();
    }
    await migrate(sql);
  });
  afterAll(async () => {
    await sql.close();
    await drop();
  });

  const hosts = async () => {
    const rows = await sql.asOwner((session) => session.query<{ id: string }>('SELECT id FROM hosts ORDER BY id'));
    return rows.map((row) => row.id);
  };
  const forgetHosts = () => sql.asOwner((session) => session.query('DELETE FROM hosts'));
  const write = (work: (writes: Writes, session: SqlSession) => void) =>
    sql.transaction(SCOPE, async (session) => {
      const writes = new Writes(session);
      work(writes, session);
      await writes.done();
    });

  it('does all that was sent before its last word', async () => {
    await write((writes) => {
      writes.send(HOST, ['one']);
      writes.expect('hosts', `UPDATE hosts SET url = 'http://one' WHERE id = $1 RETURNING 1`, ['one'], 1);
    });
    expect(await hosts()).toEqual(['one']);
    await forgetHosts();
  });

  it('does nothing when a row is not as it was expected, and says so as something to try again', async () => {
    await expect(
      write((writes) => {
        writes.send(HOST, ['one']);
        writes.expect('hosts', `UPDATE hosts SET url = 'http://two' WHERE id = $1 RETURNING 1`, ['two'], 1);
        writes.send(HOST, ['three']);
      }),
    ).rejects.toMatchObject({
      code: '40001',
      message: expect.stringContaining('hosts: 0 of 1 rows were as the plan expected; nothing was written') as string,
    });
    expect(await hosts()).toEqual([]);
  });

  it('does nothing when the database refuses a statement, names that one, and goes on with the next transaction', async () => {
    await expect(
      write((writes) => {
        writes.send(HOST, ['one']);
        writes.send(HOST, ['one']);
        writes.send(HOST, ['two']);
      }),
    ).rejects.toMatchObject({ code: '23505' });
    expect(await hosts()).toEqual([]);
    await write((writes) => writes.send(HOST, ['two']));
    expect(await hosts()).toEqual(['two']);
    await forgetHosts();
  });

  it('does nothing when it throws before its last word', async () => {
    await expect(
      sql.transaction(SCOPE, async (session) => {
        await session.query(HOST, ['one']);
        throw new Error('changed its mind');
      }),
    ).rejects.toThrow('changed its mind');
    expect(await hosts()).toEqual([]);
  });

  it('lets the planner choose freely in the next transaction that does not look up by key', async () => {
    const allowed = (session: SqlSession) =>
      session
        .query<{ value: string }>(`SELECT current_setting('enable_seqscan') AS value`)
        .then((rows) => rows[0]?.value);
    expect(await sql.transaction(SCOPE, allowed)).toBe('off');
    expect(await sql.asOwner(allowed)).toBe('on');
    expect(await sql.transaction(SCOPE, allowed)).toBe('off');
    expect(await sql.transaction({ ...SCOPE, keyed: false }, allowed)).toBe('on');
  });
});
