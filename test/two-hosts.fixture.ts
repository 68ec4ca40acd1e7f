/** Two whole systems in this process that share one Postgres database, as two hosts do. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { App } from '../src/app.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import { openEmbedded, PROSPECT, REACHABLE, until } from './app.fixture.ts';
import { createDatabase } from './postgres-database.ts';

export interface TwoHosts extends AsyncDisposable {
  readonly one: App;
  readonly two: App;
  readonly caller: Caller;
  readonly rows: <Row extends object>(text: string) => Promise<readonly Row[]>;
}

/** Resolves when both hold partitions. */
export async function twoHosts(serverUrl: string): Promise<TwoHosts> {
  const server = await createDatabase(serverUrl);
  const sql = createPostgres(server.url, { maxConnections: 2 });
  const masterKey = randomBytes(32).toString('base64');
  const folders: string[] = [];
  const apps: App[] = [];
  const open = async (): Promise<App> => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-two-hosts-'));
    folders.push(folder);
    const app = await openEmbedded(folder, {
      databaseUrl: server.url,
      masterKey,
      adminKey: 'gh_default_test',
      workers: true,
    });
    apps.push(app);
    return app;
  };
  const dispose = async (): Promise<void> => {
    for (const app of apps) await app.close();
    await sql.close();
    await server.drop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
  const rows = <Row extends object>(text: string) => sql.asOwner((session) => session.query<Row>(text));
  try {
    const [one, two] = [await open(), await open()];
    const owners = () => rows(`SELECT DISTINCT holder FROM partition_leases WHERE until_on > clock_timestamp()`);
    await until(async () => (await owners()).length === 2);
    return { one, two, caller: await one.caller('default'), rows, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Everything that the gate asks about people who each work for a company of their own. */
export async function knowPeople({ one, caller }: TwoHosts, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await one.services.putAccount(caller, `${name}-co`, { ...PROSPECT, name, domain: `${name}.example` });
    await one.services.putContact(caller, name, {
      ...REACHABLE,
      email: `kim@${name}.example`,
      account: `${name}-co`,
    });
  }
}
