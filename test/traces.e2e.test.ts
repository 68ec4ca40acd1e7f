/** A signal that one host takes and another carries out is one trace at the collector, under one id. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';

import { must } from '../src/domain/errors.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { until } from './app.fixture.ts';
import { describePostgres } from './needs.ts';
import { createDatabase } from './postgres-database.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { finished, serve, Workplace } from './process.fixture.ts';

const KEY = 'gh_default_traces-test';
const SIGNALS = 20;

const attributesSchema = z
  .array(z.object({ key: z.string(), value: z.looseObject({ stringValue: z.string().optional() }) }))
  .transform((items) => new Map(items.map(({ key, value }) => [key, value.stringValue])));
const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string().regex(/^[0-9a-f]{32}$/),
              spanId: z.string().regex(/^[0-9a-f]{16}$/),
              parentSpanId: z.string().optional(),
              name: z.string(),
              attributes: attributesSchema.default(new Map()),
            }),
          ),
        }),
      ),
    }),
  ),
});

interface ReceivedSpan {
  readonly host: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string | undefined>;
}

/** What a collector is to us: it takes POST /v1/traces in JSON. */
class Collector {
  readonly bodies: string[] = [];
  readonly spans: ReceivedSpan[] = [];
  readonly #server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      if (request.method === 'POST' && request.url === '/v1/traces') this.#take(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(body: string): void {
    this.bodies.push(body);
    for (const { resource, scopeSpans } of exportSchema.parse(JSON.parse(body)).resourceSpans) {
      const host = resource.attributes.get('service.instance.id') ?? '';
      for (const { traceId, spanId, parentSpanId = '', name, attributes } of scopeSpans.flatMap((item) => item.spans))
        this.spans.push({ host, traceId, spanId, parent: parentSpanId, name, attributes });
    }
  }
}

describePostgres('traces of two hosts', (serverUrl) => {
  const place = new Workplace();
  const collector = new Collector();
  const children: ChildProcess[] = [];
  let database: PostgresDatabase;
  let sql: Sql;
  let endpoint: string;

  beforeAll(async () => {
    endpoint = await collector.listen();
    database = await createDatabase(serverUrl);
    sql = createPostgres(database.url, { maxConnections: 2 });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    collector.close();
    await sql.close();
    await database.drop();
    place[Symbol.dispose]();
  });

  async function startHost(): Promise<string> {
    const { child, url } = await serve(place, {
      DATABASE_URL: database.url,
      GATEHOUSE_ADMIN_KEY: KEY,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    children.push(child);
    return url;
  }
  const count = async (text: string): Promise<number> =>
    must((await sql.asOwner((session) => session.query<{ count: number }>(text)))[0], 'one row').count;
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };

  it('join into one for each signal, from request to receipt', { timeout: 60_000 }, async () => {
    const first = await startHost();
    await fetch(`${first}/v1/policy`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({
        ...DEFAULT_POLICY,
        name: 'traces',
        grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }],
      }),
    });
    await startHost();
    const owned = `SELECT count(*) FROM (SELECT holder FROM partition_leases WHERE until_on > clock_timestamp() GROUP BY holder HAVING count(*) = 32) h`;
    await until(async () => (await count(owned)) === 2);

    const callers = Array.from({ length: SIGNALS }, (_, index) => `${index}`.padStart(32, 'c'));
    for (const [index, caller] of callers.entries()) {
      const response = await fetch(`${first}/v1/signals`, {
        method: 'POST',
        headers: { ...headers, traceparent: `00-${caller}-${'d'.repeat(16)}-01` },
        body: JSON.stringify({
          specversion: '1.0',
          id: `s${index}`,
          source: '/test',
          type: 'web.form_submitted',
          subject: `lead/l${index}`,
          data: { form: 'demo', contact: { email: `someone${index}@example.com` } },
        }),
      });
      expect(response.status).toBe(202);
    }
    await until(async () => (await count(`SELECT count(*) FROM executions WHERE state = 'sent'`)) === SIGNALS);
    // A host that is asked to stop sends what it still has.
    const gone = children.map((child) => finished(child));
    for (const child of children) child.kill('SIGTERM');
    expect((await Promise.all(gone)).map(({ code }) => code)).toEqual([0, 0]);

    const { spans } = collector;
    const requests = spans.filter((span) => span.name === 'POST /v1/signals');
    expect(requests.map((span) => span.traceId).toSorted()).toEqual(callers.toSorted());

    const roots = spans.filter((span) => span.name === 'process signal.received');
    expect(new Set(roots.map((span) => span.traceId)).size).toBe(SIGNALS);
    const hosts = new Set<number>();
    for (const root of roots) {
      const life = spans.filter((span) => span.traceId === root.traceId);
      expect(life.map((span) => span.name)).toEqual(
        expect.arrayContaining(['accept', 'decide', 'execute', 'claim', 'send', 'record', 'process action.executed']),
      );
      const ids = new Set(life.map((span) => span.spanId));
      expect(life.filter((span) => span !== root && !ids.has(span.parent))).toEqual([]);
      const decisions = new Set(
        life
          .filter((span) => ['decide', 'execute'].includes(span.name))
          .map((span) => span.attributes.get('gatehouse.decision')),
      );
      expect(decisions.size).toBe(1);
      expect([...decisions][0]).toMatch(/^dec_/);
      hosts.add(new Set(life.map((span) => span.host)).size);
    }
    // Some lives stayed at the host that took them, the others went on at the second.
    expect(hosts).toEqual(new Set([1, 2]));
  });

  it('hold nothing about the people', () => {
    expect(collector.bodies.length).toBeGreaterThan(0);
    expect(collector.bodies.join('')).not.toMatch(/someone|example\.com|lead\/|"demo"/);
  });
});
