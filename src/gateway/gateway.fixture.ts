/** A gateway over fake services, for tests. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse as Response } from 'fastify';
import { afterEach } from 'vitest';

import type { Role } from '../domain/authority.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createGateway } from './server.ts';
import type { GatewayOptions } from './server.ts';
import { FakeServices } from './services.fake.ts';

export const NOW = Date.UTC(2026, 10, 21, 10);

export interface TestGateway {
  readonly app: FastifyInstance;
  readonly services: FakeServices;
  readonly metrics: GatewayOptions['metrics'];
  /** Lines of the log, from debug on. */
  readonly log: string[];
  /** Sends with the key of an admin, unless the headers name another. */
  readonly send: (options: InjectOptions) => Promise<Response>;
  readonly headersOf: (role: Role) => Record<string, string>;
}

const open: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

export function testGateway(options: Partial<GatewayOptions> = {}): TestGateway {
  const services = new FakeServices();
  const log: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void log.push(line) } });
  const metrics = createMetrics();
  const app = createGateway({ services, logger, metrics, now: () => NOW, ...options });
  open.push(app);
  const headersOf = (role: Role): Record<string, string> => ({ authorization: `Bearer ${services.addKey(role)}` });
  const send = async (request: InjectOptions): Promise<Response> =>
    app.inject({ ...request, headers: { ...headersOf('admin'), ...request.headers } });
  return { app, services, metrics, log, send, headersOf };
}

/** A signal that is right in every respect, for tests to spoil. */
export function signal(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: 'evt-1',
    source: '/web/site',
    type: 'web.page_viewed',
    subject: 'contact/c-42',
    time: '2026-11-21T10:00:00Z',
    data: { page: 'pricing' },
    ...members,
  };
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly reasons?: readonly unknown[];
}

export function problemIn(response: Response): Problem {
  return response.json<Problem>();
}
