/**
 * Runs the server until it is told to stop. `demo` is the same with a small world that keeps things happening. The first signal lets
 * what is under way finish; the second, or ten seconds, ends the process anyway.
 */
import { GatehouseError } from '../../domain/errors.ts';
import type { Caller } from '../../gateway/services.port.ts';
import type { LocalApp } from '../app.port.ts';
import { answer, EXIT, refuseMore } from '../command.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { startDemoWorld } from '../demo-world.ts';
import { listenForInterruption } from '../interruption.ts';
import type { Interruption, SignalSource } from '../interruption.ts';
import type { Paint } from '../terminal.ts';
import { signInUrl } from './sign-in.ts';

/** How long a stop may take before the process ends anyway. */
const STOP_MS = 10_000;

/** What is started beside the server, and how it ends. */
interface Started {
  stop(): Promise<void>;
}

const NOTHING: Started = { stop: () => Promise.resolve() };

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Run the server',
  usage: 'gatehouse serve',
  examples: ['gatehouse serve', 'GATEHOUSE_PORT=5000 DATABASE_URL=postgres://localhost/gatehouse gatehouse serve'],
  options: {},
  run(context, args) {
    refuseMore(args, 0);
    return serve(context, async (app, url) => {
      const key = await app.adminKey();
      const console = await consoleUrl(app, url, await app.caller('default'));
      answer(context, { url, tenant: 'default', key, console }, () =>
        ready(context.terminal.paint, [
          ['Gatehouse answers at', url],
          ['console', `${console}   (signs in once)`],
          ['admin key', `${key}   (tenant default)`],
          ['API', `${url}/openapi.json`],
        ]),
      );
      return NOTHING;
    });
  },
};

/** The server with the demo tenant, and a small world that keeps producing signals. */
export function serveDemo(context: CommandContext): Promise<ExitCode> {
  return serve(context, async (app, url) => {
    const { tenant, key, caller } = await app.prepareDemo();
    const adminKey = await app.adminKey();
    const world = startDemoWorld(app.services, caller, (error) =>
      context.terminal.note(`demo world: ${error instanceof Error ? error.message : String(error)}`),
    );
    const console = await consoleUrl(app, url, caller);
    answer(context, { url, tenant, key, admin_key: adminKey, console }, () =>
      [
        ready(context.terminal.paint, [
          ['Gatehouse answers at', url],
          ['console', `${console}   (signs in once; gatehouse sign-in --tenant demo makes another link)`],
          ['demo key', `${key}   (tenant demo)`],
          ['admin key', `${adminKey}   (tenant default)`],
          ['API', `${url}/openapi.json`],
        ]),
        '  Post a signal and wait for the decision:',
        '',
        curlCommand(url, key),
        '',
        '  Then, in another terminal: gatehouse trace DECISION --tenant demo',
        '  Everything runs in this process and nothing is sent. Stop with Ctrl-C.',
        '',
      ].join('\n'),
    );
    return world;
  });
}

/** A link that signs the operator at this machine in to the console. */
async function consoleUrl(app: LocalApp, url: string, caller: Caller): Promise<string> {
  const { token } = await app.services.sessions.createLink(caller, {
    name: 'operator',
    role: 'admin',
    authorities: [],
  });
  return signInUrl(url, token);
}

async function serve(
  context: CommandContext,
  start: (app: LocalApp, url: string) => Promise<Started>,
  source: SignalSource = process,
): Promise<ExitCode> {
  const { terminal } = context;
  const interruption = listenForInterruption(source);
  const app = await opened(context, interruption);
  if (app === null) return EXIT.ok;
  const stops: (() => Promise<void>)[] = [() => app.close()];
  try {
    const server = await app.listen().catch((error: unknown) => refuseAddress(error, context.config.port));
    stops.unshift(() => server.stop());
    const started = await start(app, server.url);
    stops.unshift(() => started.stop());
    const signal = await interruption.asked;
    terminal.note(`${signal}: finishing what is under way. Again to end at once.`);
  } catch (error) {
    await stopAll(stops);
    interruption.end();
    throw error;
  }
  const timer = setTimeout(
    () => {
      terminal.note(`It did not finish in ${STOP_MS / 1_000} seconds and is ended.`);
      source.exit(EXIT.internal);
    },
    STOP_MS + context.config.drainSeconds * 1_000,
  );
  await stopAll(stops);
  clearTimeout(timer);
  interruption.end();
  return EXIT.ok;
}

/** One after the other: requests first, the database last. A part that fails to stop does not keep the others from stopping. */
async function stopAll(stops: readonly (() => Promise<void>)[]): Promise<void> {
  let failure: unknown = null;
  for (const stop of stops) {
    await stop().catch((error: unknown) => {
      failure ??= error;
    });
  }
  if (failure !== null) throw new Error('a part of the server did not stop cleanly', { cause: failure });
}

/** Null when it was told to stop while it waited for its database. */
async function opened(context: CommandContext, interruption: Interruption): Promise<LocalApp | null> {
  try {
    return await context.openApp({ workers: true, stopping: interruption.signal });
  } catch (error) {
    interruption.end();
    if (interruption.signal.aborted) return null;
    return refuseAddress(error, context.config.port);
  }
}

/** Says what to do about an address that cannot be had; any other error is thrown as it is. */
function refuseAddress(error: unknown, port: number): never {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE') {
    const detail = `Port ${port} is taken by another program. Set GATEHOUSE_PORT to another one, or to 0 for any.`;
    throw new GatehouseError('unavailable', detail, { cause: error });
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const detail = `The address of GATEHOUSE_HOST and GATEHOUSE_PORT (${port}) cannot be used: ${code}.`;
    throw new GatehouseError('usage', detail, { cause: error });
  }
  throw error;
}

function ready(paint: Paint, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return ['', ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${paint('bold', value)}`), ''].join('\n');
}

/** A pricing page is enough interest for a decision, so the answer shows one. */
export function curlCommand(url: string, key: string): string {
  const event = {
    specversion: '1.0',
    id: 'first-1',
    source: '/readme',
    type: 'web.page_viewed',
    subject: 'contact/me',
    data: { page: 'pricing' },
  };
  return [
    `  curl -sS ${url}/v1/signals -H 'Authorization: Bearer ${key}' \\`,
    `    -H 'Content-Type: application/cloudevents+json' -H 'Prefer: wait=10' \\`,
    `    -d '${JSON.stringify(event)}'`,
  ].join('\n');
}
