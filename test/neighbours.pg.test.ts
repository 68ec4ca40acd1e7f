/** What a killed host held is free for its successor at once, and what a living one holds is not. */
import { expect, it } from 'vitest';

import { replaceDeadNeighbours, thisMachine } from '../src/app/neighbours.ts';
import { testApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('neighbours', (database) => {
  it('are replaced when they are dead, and left alone otherwise', async () => {
    await using system = await testApp(database);
    const { sql, rows } = system;
    await sql.asOwner(async (session) => {
      await session.query(
        `INSERT INTO hosts (id, machine, pid) VALUES ('dead', 'here', 10), ('alive', 'here', 11), ('elsewhere', 'there', 10)`,
      );
      await session.query(
        `UPDATE partition_leases SET until_on = 'infinity', holder = (ARRAY['dead', 'alive', 'elsewhere'])[1 + partition % 3]`,
      );
    });
    expect(await replaceDeadNeighbours(sql, 'new', 'here', (pid) => pid === 11)).toEqual(['dead']);
    expect(
      await rows(
        `SELECT holder, bool_and(until_on < now()) AS free FROM partition_leases GROUP BY holder ORDER BY holder COLLATE "C"`,
      ),
    ).toEqual([
      { holder: 'alive', free: false },
      { holder: 'dead', free: true },
      { holder: 'elsewhere', free: false },
    ]);
    expect(await rows(`SELECT pid FROM hosts WHERE id = 'new'`)).toEqual([{ pid: process.pid }]);
  });
});

it('a machine keeps its name while it runs', () => {
  expect(thisMachine()).toBe(thisMachine());
});
