/**
 * Gatehouse itself: its server as a process of its own, spoken to over HTTP. The answer comes after the commit of ledger, states,
 * decision, verdict and permit; the permit is carried out afterwards by the executor, so the loop runs on answers, and effects are counted
 * like those of everybody else, from their rows. `PEERS_BATCH` sets how many signals a request carries.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { Pool } from 'pg';

import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { runAdapter } from './adapter.ts';
import type { Adapter, Settings } from './adapter.ts';
import { freePorts } from './free-ports.ts';
import { answered, call } from './http.ts';
import { signalAt } from './workload.ts';

/** How long what was accepted may take to be carried out after the load. */
const SETTLE_MS = 60_000;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

async function open({ databaseUrl, folder, keys }: Settings): Promise<Adapter> {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const key = `gh_default_${randomBytes(12).toString('hex')}`;
  const authorization = { authorization: `Bearer ${key}` };
  const environment = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    GATEHOUSE_DATA_DIR: folder,
    GATEHOUSE_PORT: String(port),
    GATEHOUSE_ADMIN_KEY: key,
    GATEHOUSE_LOG_LEVEL: 'error',
    NATS_URL: undefined,
  };
  const server = spawn(process.execPath, ['bin/gatehouse.js', 'serve'], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => server.on('exit', () => resolve()));
  await answered({ url: `${url}/readyz`, method: 'GET' }, server);
  await call({
    url: `${url}/v1/policy`,
    method: 'PUT',
    headers: { ...authorization, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...DEFAULT_POLICY,
      name: 'peers',
      grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }],
    }),
  });
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  // What the database cannot say otherwise: when a receipt was written. The same clock as for the effects of the others.
  await pool.query('ALTER TABLE sandbox_deliveries ADD COLUMN written_on timestamptz DEFAULT clock_timestamp()');

  const count = async (query: string) => Number((await pool.query<{ n: string }>(query)).rows[0]?.n ?? 0);

  return {
    batch: Number(process.env['PEERS_BATCH'] ?? '1'),
    pids: server.pid === undefined ? [] : [server.pid],
    async handle(signals) {
      await call({
        url: `${url}/v1/signals`,
        headers: { ...authorization, 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(
          signals.map(({ id, key, payload }) => ({
            specversion: '1.0',
            id,
            source: '/peers',
            type: 'web.form_submitted',
            subject: `lead/${key}`,
            data: payload,
          })),
        ),
      });
    },
    async settle() {
      const left = `SELECT (SELECT count(*) FROM inbox WHERE state = 'pending')
        + (SELECT count(*) FROM permits WHERE state IN ('granted', 'claimed')) AS n`;
      const end = Date.now() + SETTLE_MS;
      for (let n = await count(left); n > 0; n = await count(left)) {
        if (Date.now() > end)
          throw new Error(`${n} messages and permits are still waiting after ${SETTLE_MS / 1_000} s`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async effects() {
      const { rows } = await pool.query<{ signal: string; written_ms: number }>(`
        SELECT i.id AS signal, (extract(epoch FROM d.written_on) * 1000)::double precision AS written_ms
        FROM sandbox_deliveries d
          JOIN permits p ON p.tenant = d.tenant AND p.id = d.idempotency_key
          JOIN inbox i ON i.tenant = p.tenant AND i.correlation = p.detail::jsonb ->> 'correlation'
        WHERE i.source = '/peers'`);
      return rows.map((row) => ({ signal: row.signal, writtenMs: row.written_ms, attempts: 1 }));
    },
    async counters() {
      const { rows } = await pool.query<{ signal: string; count: number }>(`
        SELECT min(i.id) AS signal, (min(a.context)::jsonb ->> 'signals')::integer AS count
        FROM inbox i
          JOIN ledger l ON l.tenant = i.tenant AND l.correlation = i.correlation AND l.turn_length > 0 AND l.type = 'signal.received'
          JOIN actor_state a ON a.tenant = l.tenant AND a.kind = 'lead' AND a.id = l.actor_id
        WHERE i.source = '/peers'
        GROUP BY a.id`);
      return new Map(rows.map((row) => [signalAt('', Number(row.signal.split('-').at(-1)), keys).key, row.count]));
    },
    async findings() {
      const withoutEffect = await count(`
        SELECT count(*) AS n FROM inbox i WHERE i.source = '/peers' AND i.state = 'processed'
          AND NOT EXISTS (SELECT 1 FROM permits p WHERE p.detail::jsonb ->> 'correlation' = i.correlation)`);
      const { rows: ended } = await pool.query<{ state: string; n: string }>(
        "SELECT state, count(*) AS n FROM permits WHERE state <> 'used' GROUP BY state",
      );
      const verify = spawnSync(process.execPath, ['bin/gatehouse.js', 'verify'], {
        cwd: ROOT,
        env: environment,
        encoding: 'utf8',
      });
      const problems = [
        ...ended.map(({ state, n }) => `${n} permits ended as ${state}`),
        ...(verify.status === 0 ? [] : [`gatehouse verify: ${verify.stdout}${verify.stderr}`]),
      ];
      return { withoutEffect, problems };
    },
    async close() {
      await pool.end();
      server.kill('SIGTERM');
      await exited;
    },
  };
}

await runAdapter(open);
