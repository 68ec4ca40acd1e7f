/**
 * Hands out the console. Its page may run scripts and styles of this server alone, speak to this server alone, and be framed by nobody; every path of
 * a view gives the same page, which reads the path itself.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { ConsoleFile, ConsoleFiles } from '../console-files.port.ts';
import type { GatewayApp } from '../context.ts';

/** First part of the path of each view of the console. */
const VIEWS = ['review', 'scheduled', 'trace'] as const;

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'x-frame-options': 'DENY',
};
const YEAR_S = 31_536_000;
const HIDDEN = { schema: { hide: true } };

export function registerConsoleRoutes(app: GatewayApp, files: ConsoleFiles | null): void {
  if (files === null) return;
  const page = (request: FastifyRequest, reply: FastifyReply) => sendFile(request, reply, files.page);
  app.get('/', HIDDEN, page);
  for (const view of VIEWS) {
    app.get(`/${view}`, HIDDEN, page);
    app.get(`/${view}/*`, HIDDEN, page);
  }
  for (const [path, file] of files.assets)
    app.get(path, HIDDEN, (request: FastifyRequest, reply: FastifyReply) => sendFile(request, reply, file));
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  const zipped = request.headers['accept-encoding']?.includes('gzip') === true;
  reply.headers({
    ...PAGE_HEADERS,
    'content-type': file.type,
    'cache-control': file.immutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
    vary: 'accept-encoding',
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
  });
  // A stream of bytes is no answer of the API, so nothing turns it into JSON.
  return reply.send(Buffer.from(zipped ? file.gzip : file.body));
}
