/** Who is meant, on real databases: what a host believes of a name is what is committed. */
import { expect, it } from 'vitest';

import { PostgresDirectory } from '../src/memory/identity/postgres-directory.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { keyOfBytes, newKeyBytes } from '../src/memory/vault/cipher.ts';
import { InstallationSecret } from '../src/memory/vault/installation-secret.ts';
import { testApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('the directory', (database) => {
  it('believes no row that was lost before its commit, because another host may make it anew in another partition', async () => {
    await using system = await testApp(database);
    const { tenant } = system.caller;
    const secret = InstallationSecret.of(keyOfBytes(newKeyBytes()));
    let isBroken = true;
    const breaking: Sql = {
      ...system.sql,
      transaction: (scope, work) =>
        system.sql.transaction(scope, async (session) => {
          const result = await work(session);
          if (isBroken) throw new Error('the database is gone');
          return result;
        }),
    };
    const one = new PostgresDirectory(breaking, secret);
    const other = new PostgresDirectory(system.sql, secret);
    const named = { kind: 'contact', externalId: 'maria', email: null, domain: null } as const;
    await expect(one.resolve(tenant, [{ ...named, account: 'acme' }])).rejects.toThrow('the database is gone');
    isBroken = false;
    const [made] = await other.resolve(tenant, [{ ...named, account: null }]);
    const [found] = await one.resolve(tenant, [{ ...named, account: 'acme' }]);
    expect(made?.scope).toBe(made?.id);
    expect(found).toMatchObject({ id: made?.id, scope: made?.scope, account: null });
  });
});
