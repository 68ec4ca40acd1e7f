/**
 * What happens, as it happens: server-sent events that a browser takes up again where it was. A reader that does not keep up is let go; it comes
 * back with its position and loses nothing.
 */
import { GatehouseError } from '../../domain/errors.ts';
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { streamTextSchema } from '../schemas/stream.ts';
import { sessionSecretOf } from '../session-cookie.ts';
import type { Change } from '../stream.port.ts';

const HEARTBEAT_MS = 15_000;
/** How much may wait for one reader. */
const BUFFER_BYTES_MAX = 256 * 1_024;
const RETRY_MS = 1_000;

export function registerStreamRoutes(app: GatewayApp, { services, authenticator }: GatewayContext): void {
  const open = new Set<() => void>();
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    for (const close of open) close();
    done();
  });

  app.get(
    '/v1/stream',
    {
      // An answer without a body would never end, and would hold a place among those who listen.
      exposeHeadRoute: false,
      ...operation('followChanges', {
        tag: 'review',
        summary: 'Follow what changes',
        description:
          'Server-sent events, one `change` for each event of the tenant that screens show: its kind, its id, its type and its time, and nothing of what it says. With `Last-Event-ID` it goes on after that position. A `reset` says that too much was missed, or that the stream begins now: read what you show again. A comment every 15 seconds shows that it lives.',
        request: {},
        answers: { 200: { description: 'The stream.', schema: streamTextSchema, type: 'text/event-stream' } },
        errors: ['invalid_request'],
      }),
    },
    async (request, reply) => {
      if (closing)
        throw new GatehouseError(
          'overloaded',
          'This server is stopping. Follow another one, or this one when it is back.',
        );
      const caller = callerOf(request);
      const since = request.headers['last-event-id'];
      const { raw } = reply;
      const early: string[] = [];
      let begun = false;
      let close = (): void => {};
      const write = (text: string): void => {
        if (!begun) early.push(text);
        else if (raw.writableLength > BUFFER_BYTES_MAX) close();
        else raw.write(text);
      };
      const end = await services.stream.follow(caller, typeof since === 'string' && since !== '' ? since : null, {
        changed: (changes) => write(changes.map(eventOf).join('')),
        lost: (position) => write(`id: ${position}\nevent: reset\ndata: {}\n\n`),
      });
      const stillAllowed = async (): Promise<void> => {
        const { authorization } = request.headers;
        const secret = authorization === undefined ? sessionSecretOf(request.headers) : null;
        await (
          secret === null ? authenticator.authenticate(authorization) : authenticator.authenticateSession(secret)
        ).then(
          () => write(': alive\n\n'),
          () => close(),
        );
      };
      const heart = setInterval(() => void stillAllowed(), HEARTBEAT_MS);
      close = () => {
        clearInterval(heart);
        open.delete(close);
        end();
        raw.end();
      };
      open.add(close);
      raw.on('close', close);

      reply.hijack();
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        // So that the connection ends with the stream, and nobody keeps a closing server waiting with it.
        connection: 'close',
        'x-content-type-options': 'nosniff',
        'x-request-id': request.id,
      });
      begun = true;
      raw.write(`retry: ${RETRY_MS}\n\n${early.join('')}`);
      return reply;
    },
  );
}

/** Only the last of several has the position, so that whoever loses the connection in between is told all of them again. */
function eventOf({ position, ...change }: Change, index: number, all: readonly Change[]): string {
  const id = index === all.length - 1 ? `id: ${position}\n` : '';
  return `${id}event: change\ndata: ${JSON.stringify(change)}\n\n`;
}
