/** Ports that nobody listens on, so that a run does not meet another server of this machine. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** So many different free ports of the loopback interface. Somebody else may take one before it is used, which then fails loudly. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return ports;
}
