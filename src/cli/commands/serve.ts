/** Runs the server until it is told to stop. `demo` is the same with a small world that keeps things happening. */
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { EXIT } from '../command.ts';
import type { LocalApp } from '../app.port.ts';
import { startDemoWorld } from '../demo-world.ts';

/** How long a stop may take before the process ends anyway. */
const STOP_MS = 10_000;

/** Resolves on the first SIGINT or SIGTERM; the second ends the process at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let told = false;
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (told) process.exit(EXIT.internal);
        told = true;
        resolve(name);
      });
    }
  });
}

async function runUntilStopped(context: CommandContext, start: (app: LocalApp, url: string) => Promise<() => Promise<void>>): Promise<ExitCode> {
  const stopped = stopSignal();
  const app = await context.openApp({ workers: true });
  const { url, stop } = await app.listen();
  const end = await start(app, url);
  const signal = await stopped;
  context.note(`${signal}: finishing what is under way…`);
  const timer = setTimeout(() => process.exit(EXIT.internal), STOP_MS);
  timer.unref();
  await end();
  await stop();
  await app.close();
  return EXIT.ok;
}

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Run the server',
  usage: 'gatehouse serve',
  examples: ['gatehouse serve', 'DATABASE_URL=postgres://localhost/gatehouse gatehouse serve'],
  options: {},
  run: (context) =>
    runUntilStopped(context, async (app, url) => {
      const key = await app.adminKey();
      context.out(context.json ? JSON.stringify({ url, tenant: 'default', key }) : `Gatehouse answers at ${url}\n  admin key of tenant default: ${key}`);
      return () => Promise.resolve();
    }),
};

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Run the server with a demo tenant and a small world that keeps producing signals',
  usage: 'gatehouse demo',
  examples: ['gatehouse demo', 'GATEHOUSE_PORT=5000 gatehouse demo'],
  options: {},
  run: (context) =>
    runUntilStopped(context, async (app, url) => {
      const { tenant, key, caller } = await app.prepareDemo();
      const adminKey = await app.adminKey();
      const world = startDemoWorld(app.services, caller, (error) => context.note(`demo world: ${error instanceof Error ? error.message : String(error)}`));
      if (context.json) context.out(JSON.stringify({ url, tenant, key, admin_key: adminKey }));
      else {
        context.out(
          [
            '',
            `  Gatehouse answers at  ${url}`,
            `  demo tenant key       ${key}`,
            `  default tenant key    ${adminKey}`,
            '',
            '  Post a signal and wait for the decision:',
            '',
            `  curl -s ${url}/v1/signals -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -H 'prefer: wait=10' \\`,
            `    -d '{"specversion":"1.0","id":"first-1","source":"/readme","type":"web.page_viewed","subject":"contact/me","data":{"page":"pricing"}}'`,
            '',
            '  Everything runs in this process and nothing is sent. Stop with Ctrl-C.',
            '',
          ].join('\n'),
        );
      }
      return () => world.stop();
    }),
};
