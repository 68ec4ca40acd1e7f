/**
 * What answers at the address of a host while it waits for its database: alive, not ready, and everything else refused with the time
 * to come back. Whoever watches a host learns so why it is not ready, where a closed port would say nothing.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { GatehouseError } from '../domain/errors.ts';
import { problemOf, PROBLEM_TYPE } from './problem.ts';
import type { HealthView } from './services.port.ts';

export interface StartingServer {
  /** Frees the port. */
  close(): Promise<void>;
}

const RETRY_AFTER_S = '2';

/** Rejects with the error of the socket when the port cannot be had. `waitsFor` is told to people. */
export async function openStartingServer(at: {
  readonly host: string;
  readonly port: number;
  readonly waitsFor: string;
}): Promise<StartingServer> {
  const detail = `This host is starting and waits for ${at.waitsFor}.`;
  const health: HealthView = { ready: false, checks: { database: { ok: false, detail } } };
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    response.setHeader('connection', 'close');
    if (path === '/healthz') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'ok' }));
      return;
    }
    response.setHeader('retry-after', RETRY_AFTER_S);
    if (path === '/readyz') {
      response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(health));
      return;
    }
    const problem = problemOf(new GatehouseError('unavailable', detail), randomUUID());
    response.writeHead(problem.status, { 'content-type': PROBLEM_TYPE }).end(JSON.stringify(problem));
  });
  server.listen(at.port, at.host);
  await once(server, 'listening');
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
