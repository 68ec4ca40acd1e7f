/** How hosts reach each other: over NATS, or within the process where there is no broker or no second host. */

import type { Bus } from '../actors/bus.port.ts';
import type { RuntimeObserver } from '../actors/observer.port.ts';
import { createInProcessBus } from '../bus/in-process-bus.ts';
import { openJetStreamBus } from '../bus/jetstream-bus.ts';
import { must } from '../domain/errors.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';
import { installationName } from './installation-name.ts';

export async function openBus(
  natsUrl: string | null,
  sql: Sql,
  secret: InstallationSecret,
  observer: RuntimeObserver,
): Promise<Bus> {
  if (sql.kind === 'pglite' || natsUrl === null) return createInProcessBus();
  return openJetStreamBus({
    url: natsUrl,
    // Hosts of one installation share the database and the master key.
    installation: installationName(secret, await databaseName(sql)),
    failed: (what, error) => observer.failed(what, error),
  });
}

async function databaseName(sql: Sql): Promise<string> {
  const [row] = await sql.asOwner((session) => session.query<{ name: string }>('SELECT current_database() AS name'));
  return must(row, 'a database has a name').name;
}
