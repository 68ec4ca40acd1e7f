import { Client } from 'pg';
import { expect, test } from 'vitest';

import { describePostgres } from './needs.ts';
import { createDatabase } from './postgres-database.ts';

async function scalar(url: string, query: string, values: readonly unknown[] = []): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<{ readonly value: unknown }>(query, [...values]);
    return result.rows[0]?.value;
  } finally {
    await client.end();
  }
}

describePostgres('createDatabase', (serverUrl) => {
  test('makes a database of its own and leaves none behind, even with a client still connected', async () => {
    const database = await createDatabase(serverUrl);
    expect(await scalar(database.url, 'SELECT current_database() AS value')).toBe(database.name);

    const forgotten = new Client({ connectionString: database.url });
    forgotten.on('error', () => undefined);
    await forgotten.connect();
    await database.drop();

    const left = await scalar(serverUrl, 'SELECT count(*)::int AS value FROM pg_database WHERE datname = $1', [
      database.name,
    ]);
    expect(left).toBe(0);
  });
});
