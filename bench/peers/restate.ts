/**
 * Restate: a virtual object for each key, whose exclusive handler takes one signal at a time. The idempotency key of the call is the id of
 * the signal. Acceptance, state and steps are in the log of the Restate server, synced to disk as it is by default; only the effect is in
 * Postgres. The server is a process of its own, spoken to over HTTP.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';

import * as restate from '@restatedev/restate-sdk';
import { Pool } from 'pg';

import { runAdapter } from './adapter.ts';
import type { Adapter, Settings } from './adapter.ts';
import { freePorts } from './free-ports.ts';
import { answered, call } from './http.ts';
import { admit, connectionsFor, createTables, decide, nowMs, writeEffect, writtenEffects } from './workload.ts';
import type { KeyedState, Signal } from './workload.ts';

const JSON_BODY = { 'content-type': 'application/json' };

async function open({ databaseUrl, folder, inFlight }: Settings): Promise<Adapter> {
  const [node, ingressPort, adminPort, endpointPort] = await freePorts(4);
  const ingress = `http://127.0.0.1:${ingressPort}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const pool = new Pool({ connectionString: databaseUrl, max: connectionsFor(inFlight) });
  await createTables(pool);

  const contact = restate.object({
    name: 'contact',
    // Nobody looks at what has ended, so its steps need not be kept.
    options: { journalRetention: 0 },
    handlers: {
      signal: async (ctx: restate.ObjectContext, signal: Signal) => {
        const before = await ctx.get<KeyedState>('state');
        const count = (before?.count ?? 0) + 1;
        // The moment comes out of the journaled step, so that a handler that runs again sees the same one.
        const { decision, lastSeen } = await ctx.run('decide', () => {
          const now = nowMs();
          return { decision: decide(signal, { count, lastSeen: now }), lastSeen: now };
        });
        ctx.set('state', { count, lastSeen });
        const admission = await ctx.run('admit', () => admit(decision));
        if (admission.admitted) await ctx.run('effect', () => writeEffect(pool, signal, decision));
      },
    },
  });
  const endpoint = restate.endpoint().bind(contact);
  endpoint.setLogger(() => undefined);
  await endpoint.listen(endpointPort);

  const { platform, arch } = process;
  const binary = createRequire(import.meta.url).resolve(
    `@restatedev/restate-server-${platform}-${arch}/bin/restate-server`,
  );
  const server = spawn(binary, ['--no-logo', '--listen-mode', 'tcp', '--bind-ip', '127.0.0.1'], {
    env: {
      ...process.env,
      DO_NOT_TRACK: '1',
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_BASE_DIR: folder,
      RESTATE_LOG_FILTER: 'warn',
      // The default is 24. As many as there are cores did more on two cores.
      RESTATE_DEFAULT_NUM_PARTITIONS: String(availableParallelism()),
      RESTATE_BIND_PORT: String(node),
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => server.on('exit', () => resolve()));
  await answered({ url: `${admin}/health`, method: 'GET' }, server);
  await answered(
    {
      url: `${admin}/deployments`,
      headers: JSON_BODY,
      body: JSON.stringify({ uri: `http://127.0.0.1:${endpointPort}` }),
    },
    server,
  );
  await answered({ url: `${ingress}/restate/health`, method: 'GET' }, server);

  return {
    batch: 1,
    pids: server.pid === undefined ? [] : [server.pid],
    async handle(signals) {
      for (const signal of signals) {
        await call({
          url: `${ingress}/contact/${signal.key}/signal`,
          headers: { ...JSON_BODY, 'idempotency-key': signal.id },
          body: JSON.stringify(signal),
        });
      }
    },
    settle: () => Promise.resolve(),
    effects: () => writtenEffects(pool),
    async counters() {
      const text = await call({
        url: `${admin}/query`,
        headers: { ...JSON_BODY, accept: 'application/json' },
        body: JSON.stringify({ query: "SELECT service_key, value_utf8 FROM state WHERE service_name = 'contact'" }),
      });
      const { rows } = JSON.parse(text) as { rows: { service_key: string; value_utf8: string }[] };
      return new Map(rows.map((row) => [row.service_key, (JSON.parse(row.value_utf8) as KeyedState).count]));
    },
    async close() {
      server.kill('SIGTERM');
      const stuck = setTimeout(() => server.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(stuck);
      await pool.end();
    },
  };
}

await runAdapter(open);
