/** How hosts reach each other: over NATS, or within the process where there is no broker or no second host. */

import type { FastifyBaseLogger } from 'fastify';

import type { Bus } from '../actors/bus.port.ts';
import type { Clock } from '../actors/clock.port.ts';
import type { RuntimeObserver } from '../actors/observer.port.ts';
import { createInProcessBus } from '../bus/in-process-bus.ts';
import { openJetStreamBus } from '../bus/jetstream-bus.ts';
import { openLateBus } from '../bus/late-bus.ts';
import { must } from '../domain/errors.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';
import { hostOf } from './egress.ts';
import { installationName } from './installation-name.ts';

export async function openBus(
  natsUrl: string | null,
  sql: Sql,
  secret: InstallationSecret,
  watch: { readonly observer: RuntimeObserver; readonly logger: FastifyBaseLogger; readonly clock: Clock },
): Promise<Bus> {
  if (sql.kind === 'pglite' || natsUrl === null) return createInProcessBus();
  const { observer, logger, clock } = watch;
  const nats = hostOf(natsUrl);
  // Hosts of one installation share the database and the master key.
  const installation = installationName(secret, await databaseName(sql));
  return openLateBus({
    open: () => openJetStreamBus({ url: natsUrl, installation, failed: (what, error) => observer.failed(what, error) }),
    clock,
    missed: (error) =>
      logger.warn(
        { nats, reason: error instanceof Error ? error.message : String(error) },
        'the NATS server cannot be used; it is tried again, and messages of other hosts are found in the database meanwhile',
      ),
    came: () => logger.info({ nats }, 'the NATS server is there now; messages travel over it'),
  });
}

async function databaseName(sql: Sql): Promise<string> {
  const [row] = await sql.asOwner((session) => session.query<{ name: string }>('SELECT current_database() AS name'));
  return must(row, 'a database has a name').name;
}
