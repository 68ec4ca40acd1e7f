/**
 * How a command reaches the system: over HTTP when a server runs on this data, else by opening the system in this process.
 * A folder in use is never opened twice.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Config, ReadFile } from '../config/config.ts';
import { GatehouseError } from '../domain/errors.ts';
import { asId } from '../domain/ids.ts';
import type { System } from './app.port.ts';
import type { Connection } from './command.ts';
import { httpCall, httpServices } from './http-services.ts';

/** How long a command waits for a process that holds the data folder to end, or to say where it answers. */
const STARTING_MS = 10_000;
const LOOK_EVERY_MS = 200;

/** `named` is whether the tenant was asked for, or is only the one that is meant otherwise. */
export async function connect(
  system: System,
  config: Config,
  { tenant, named }: { readonly tenant: string; readonly named: boolean },
  readFile: ReadFile,
): Promise<Connection> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const server = await system.findServer(config);
    if (server !== null) {
      if (named && config.key !== null) await refuseOtherTenant(server.url, config.key, tenant);
      return overHttp(server.url, tenant, keyOf(config, tenant, readFile));
    }
    try {
      return await inProcess(system, config, tenant);
    } catch (error) {
      // A server that is starting, or another command, has the folder already and no address yet.
      if (!isLocked(config) || waitedMs >= STARTING_MS) throw error;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** A server takes the tenant from the key, so a command for one tenant would silently be carried out in another. */
async function refuseOtherTenant(url: string, key: string, tenant: string): Promise<void> {
  const session = await httpCall(url, key)<{ readonly tenant: string }>('GET', '/v1/session').catch(
    (error: unknown) => {
      // Some roles may not ask who they are; what they may do in their tenant harms nobody.
      if (error instanceof GatehouseError && error.code === 'forbidden') return null;
      throw error;
    },
  );
  if (session === null || session.tenant === tenant) return;
  throw new GatehouseError(
    'usage',
    `The key in GATEHOUSE_KEY is of the tenant ${session.tenant}, not of ${tenant}. Use a key of ${tenant}, or leave out --tenant.`,
  );
}

function overHttp(url: string, tenant: string, key: string): Connection {
  return {
    services: httpServices(url, key),
    // The server knows by the key who calls; this is only what the type needs.
    caller: { tenant: asId(tenant), identity: 'over-http', kind: 'person', role: 'admin', keyId: 'over-http' },
    where: url,
    close: () => Promise.resolve(),
  };
}

async function inProcess(system: System, config: Config, tenant: string): Promise<Connection> {
  const app = await system.openApp(config, { workers: false });
  try {
    const caller = await app.caller(tenant);
    return { services: app.services, caller, where: 'this process', close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The system lets go of the lock when it cannot be opened, so after a failure a lock is somebody else's. */
function isLocked(config: Config): boolean {
  return config.databaseUrl === null && existsSync(join(config.dataDir, 'lock'));
}

/** A key for the tenant: configured, or kept in the data folder. Throws `unauthorized` when there is none. */
function keyOf(config: Config, tenant: string, readFile: ReadFile): string {
  if (config.key !== null) return config.key;
  if (tenant === 'default' && config.adminKey !== null) return config.adminKey;
  const path = join(config.dataDir, 'keys', tenant === 'default' ? 'admin-key' : `${tenant}-key`);
  try {
    const key = readFile(path).trim();
    if (key !== '') return key;
  } catch {
    // Told below, like an empty file.
  }
  throw new GatehouseError(
    'unauthorized',
    `A server runs on this data, and there is no key here for its tenant ${tenant}. Put an admin key of that tenant into ${path}, or stop the server to work without one.`,
  );
}
