/**
 * How a command reaches the system: over HTTP when a server runs on this data folder, else by opening the system in this process.
 * A folder in use is never opened twice.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Config } from '../config/config.ts';
import { GatehouseError } from '../domain/errors.ts';
import { asId } from '../domain/ids.ts';
import type { LocalApp } from './app.port.ts';
import type { Connection } from './command.ts';
import { httpServices } from './http-services.ts';

function keyOf(config: Config, tenant: string): string {
  if (tenant === 'default' && config.adminKey !== null) return config.adminKey;
  const path = join(config.dataDir, 'keys', tenant === 'demo' ? 'demo-key' : 'admin-key');
  if ((tenant === 'default' || tenant === 'demo') && existsSync(path)) return readFileSync(path, 'utf8').trim();
  throw new GatehouseError(
    'usage',
    `A server is running, and it has no key for tenant ${tenant} here. Stop the server to work on that tenant, or use --tenant default.`,
  );
}

export async function connect(
  config: Config,
  tenant: string,
  server: { readonly url: string } | null,
  openApp: (options: { readonly workers: boolean }) => Promise<LocalApp>,
): Promise<Connection> {
  if (server !== null) {
    return {
      services: httpServices(server.url, keyOf(config, tenant)),
      // The server knows who calls by the key; this is only what the local type needs.
      caller: { tenant: asId(tenant), identity: 'over-http', kind: 'person', role: 'admin', keyId: 'http' },
      where: server.url,
      close: () => Promise.resolve(),
    };
  }
  const app = await openApp({ workers: false });
  return { services: app.services, caller: await app.caller(tenant), where: 'this process', close: () => app.close() };
}
