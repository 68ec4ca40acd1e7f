/** Programs of two versions on one database: which may run, and which partitions they may have. */
import { expect, it } from 'vitest';

import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { PostgresRuntimeStore } from '../src/memory/runtime/postgres-runtime-store.ts';
import { migrate, readMigrations } from '../src/memory/sql/migrate.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import { keyOfBytes } from '../src/memory/vault/cipher.ts';
import { onlyKey } from '../src/memory/vault/generations.ts';
import { SubjectVault } from '../src/memory/vault/subject-vault.ts';
import { describeDatabases } from './needs.ts';
import { copyPglite } from './pglite-template.ts';
import { createDatabase } from './postgres-database.ts';

describeDatabases('an upgrade', (database) => {
  async function opened() {
    const server = database.kind === 'postgres' ? await createDatabase(database.serverUrl) : null;
    const sql = server === null ? await copyPglite('empty') : createPostgres(server.url, { maxConnections: 2 });
    return {
      sql,
      async [Symbol.asyncDispose]() {
        await sql.close();
        await server?.drop();
      },
    };
  }
  const all = readMigrations();
  const future = (safeFrom: number) => [
    ...all,
    {
      version: all.length + 1,
      name: 'future.sql',
      text: 'CREATE TABLE future (id int)',
      checksum: 'f',
      safeFrom,
    },
  ];

  it('lets the program before it go on where the migration says that it can', async () => {
    await using place = await opened();
    await migrate(place.sql, future(all.length));
    expect(await migrate(place.sql, all)).toEqual({ from: all.length + 1, to: all.length + 1 });
  });

  it('refuses the program before it where the migration breaks it', async () => {
    await using place = await opened();
    await migrate(place.sql, future(all.length + 1));
    await expect(migrate(place.sql, all)).rejects.toThrow(/needs a program that knows/);
  });

  it('keeps an older program from partitions that a newer one has written', async () => {
    await using place = await opened();
    await migrate(place.sql, all);
    const store = new PostgresRuntimeStore(
      place.sql,
      new SubjectVault(onlyKey(keyOfBytes(Buffer.alloc(32)))),
      new PolicyCache(),
    );
    const lease = (host: string, generation: number, partitions: readonly number[]) =>
      store.lease(host, { partitions, limit: 64, leaseMs: 1, force: false, generation });
    const taken = (leases: readonly { readonly partition: number }[]) =>
      leases.map(({ partition }) => partition).toSorted((a, b) => a - b);
    expect(taken(await lease('new', 6, [1, 2]))).toEqual([1, 2]);
    await store.release('new', [1, 2]);
    expect(taken(await lease('old', 5, [1, 2, 3]))).toEqual([3]);
    await store.release('old', [3]);
    expect(taken(await lease('new', 6, [1, 2, 3]))).toEqual([1, 2, 3]);
  });

  it('remembers from where on notes and timelines are kept, once for each partition', async () => {
    await using place = await opened();
    await migrate(place.sql, all);
    const run = <Row extends object>(text: string) => place.sql.asOwner((session) => session.query<Row>(text));
    const store = new PostgresRuntimeStore(
      place.sql,
      new SubjectVault(onlyKey(keyOfBytes(Buffer.alloc(32)))),
      new PolicyCache(),
    );
    const startOf3 = async () => {
      await store.lease('host', { partitions: [3], limit: 1, leaseMs: 1, force: false, generation: 1 });
      const rows = await run<{ after: number }>(
        'SELECT projected_after AS after FROM partition_leases WHERE partition = 3',
      );
      return rows[0]?.after;
    };
    await run('UPDATE partition_heads SET seq = 5 WHERE partition = 3');
    expect(await startOf3()).toBe(5);
    await run('UPDATE partition_heads SET seq = 9 WHERE partition = 3');
    expect(await startOf3()).toBe(5);
  });
});
