/**
 * No container runs in a test. What can be known without one is held together here: every file, folder, port, variable and name that one
 * of the files for containers uses exists in another, or in the code.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { loadConfig, variableNames } from '../src/config/config.ts';
import { createMetrics } from '../src/observability/metrics.ts';
import { metricsOf, unknownNames } from './promql.ts';
import type { KnownMetrics } from './promql.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const yaml = (path: string): unknown => parse(text(path), { merge: true });

const serviceSchema = z.strictObject({
  build: z.literal('.').optional(),
  image: z.string().regex(/^[\w./-]+:[\w.-]+$/),
  restart: z.literal('unless-stopped'),
  stop_grace_period: z.string().optional(),
  command: z.array(z.string()).optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.enum(['service_healthy', 'service_started']) }))
    .default({}),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).default([]),
  expose: z.array(z.string().regex(/^\d+$/)).default([]),
  volumes: z.array(z.string().regex(/^[^:]+:[^:]+(:ro)?$/)).default([]),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
});
const composeSchema = z.strictObject({
  'x-host': z.unknown(),
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
});

const { services, volumes } = composeSchema.parse(yaml('docker-compose.yml'));
const entries = Object.entries(services);
const hosts = entries.filter(([, service]) => service.build !== undefined);
const dockerfile = text('Dockerfile');

/** As Compose does it, with the values of somebody who filled in `.env`. */
const ENV: Readonly<Record<string, string>> = {
  GATEHOUSE_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  GATEHOUSE_ADMIN_KEY: 'gh_default_0123456789',
  POSTGRES_PASSWORD: '0123456789abcdef',
};
function filled(value: string): string {
  return value.replaceAll(/\$\{(\w+)(?::[-?]([^}]*))?\}/g, (_whole, name: string, rest: string) => ENV[name] ?? rest);
}

/** Fails unless the service exists and listens there. */
function expectListening(address: URL): void {
  expect(services[address.hostname]?.expose, `at ${address.href}`).toContain(address.port);
}

describe('the compose file', () => {
  test('has two hosts and all that they and their operators need', () => {
    expect(Object.keys(services).toSorted()).toEqual(
      ['grafana', 'host-a', 'host-b', 'mail', 'nats', 'otel-collector', 'postgres', 'prometheus'].toSorted(),
    );
    expect(hosts.map(([name]) => name)).toEqual(['host-a', 'host-b']);
  });

  test('waits only for services that exist, and for health only where health is told', () => {
    const needs = entries.flatMap(([, { depends_on }]) => Object.entries(depends_on));
    for (const [needed] of needs) expect(services[needed], `service ${needed}`).toBeDefined();
    for (const [needed] of needs.filter(([, { condition }]) => condition === 'service_healthy'))
      expect(services[needed]?.healthcheck, `of ${needed}`).toBeDefined();
  });

  test('mounts files of this repository and volumes that are declared, and leaves none over', () => {
    const used = entries.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0] ?? ''));
    for (const source of used.filter((item) => item.startsWith('.')))
      expect(existsSync(join(ROOT, source)), `path ${source}`).toBe(true);
    expect(used.filter((item) => !item.startsWith('.')).toSorted()).toEqual(Object.keys(volumes).toSorted());
  });

  test('publishes each port once', () => {
    const published = entries.flatMap(([, service]) => service.ports.map((port) => port.split(':')[1]));
    expect(new Set(published).size).toBe(published.length);
  });

  test('pins the version of every image', () => {
    for (const [, { image }] of entries) expect(image).not.toMatch(/:latest$/);
  });

  test('asks for what has no default, and .env.example names all that it reads', () => {
    const named = [...text('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    const read = [...text('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(read));
    for (const name of Object.keys(ENV)) expect(text('docker-compose.yml')).toContain(`\${${name}:?`);
  });
});

describe('a host in it', () => {
  test.each(hosts)(
    '%s is given settings that exist and are right, and addresses where somebody listens',
    (_name, host) => {
      const given = Object.fromEntries(Object.entries(host.environment).map(([name, value]) => [name, filled(value)]));
      expect(Object.keys(given).filter((name) => !variableNames().includes(name))).toEqual([]);
      const config = loadConfig(given, () => '');
      for (const url of [config.databaseUrl, config.natsUrl, config.smtpUrl, config.otlpEndpoint])
        expectListening(new URL(url ?? ''));
      expect(config.traceShare).toBe(1);
    },
  );

  test('logs in to the database that the file makes', () => {
    const { environment = {} } = services['postgres'] ?? {};
    const url = new URL(filled(services['host-a']?.environment['DATABASE_URL'] ?? ''));
    expect([url.username, url.password, url.pathname.slice(1)]).toEqual([
      environment['POSTGRES_USER'],
      filled(environment['POSTGRES_PASSWORD'] ?? ''),
      environment['POSTGRES_DB'],
    ]);
  });

  test('listens inside its container on the port that is published', () => {
    const variables: Record<string, string> = {};
    for (const [, name = '', value = ''] of dockerfile.matchAll(/(GATEHOUSE_\w+)=(\S+)/g)) variables[name] = value;
    const config = loadConfig(variables, () => '');
    expect(config.host).toBe('0.0.0.0');
    expect(dockerfile).toContain(`EXPOSE ${config.port}\n`);
    expect(dockerfile).toContain(`http://127.0.0.1:${config.port}/readyz`);
    for (const [name, host] of hosts) {
      expect(host.ports.map((port) => port.split(':')[2])).toEqual([String(config.port)]);
      expect(host.volumes).toEqual([`${name}:${config.dataDir}`]);
    }
  });
});

describe('the image', () => {
  test('copies what exists, and what the ignore file lets through', () => {
    const allowed = [...text('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path = '']) => path);
    // What another stage made comes from no file of the checkout.
    const copied = [...dockerfile.matchAll(/^COPY (?!--from=)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    );
    for (const path of copied) expect(existsSync(join(ROOT, path)), `path ${path}`).toBe(true);
    expect([...new Set(copied)].toSorted()).toEqual(allowed.toSorted());
  });

  test('runs the Node that the package asks for, not as root', () => {
    const { devDependencies } = z
      .object({ devDependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(text('package.json')));
    expect(dockerfile).toMatch(new RegExp(`^FROM node:${devDependencies['node']?.split('.')[0]}-slim$`, 'm'));
    expect(dockerfile).toMatch(/^USER node$/m);
  });
});

describe('what watches', () => {
  test('Prometheus scrapes every host under the name that the alerts expect', () => {
    const config = z
      .object({
        rule_files: z.array(z.string()),
        scrape_configs: z.array(
          z.object({ job_name: z.string(), static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
        ),
      })
      .parse(yaml('ops/prometheus/prometheus.yml'));
    const [job] = config.scrape_configs;
    expect(job?.job_name).toBe('gatehouse');
    const targets = job?.static_configs.flatMap((item) => item.targets) ?? [];
    for (const target of targets) expectListening(new URL(`http://${target}`));
    expect(targets.map((target) => target.split(':')[0])).toEqual(hosts.map(([name]) => name));
    const mounted = services['prometheus']?.volumes.map((volume) => volume.split(':')[1]);
    for (const file of config.rule_files) expect(mounted).toContain(`/etc/prometheus/${file}`);
  });

  test('the collector takes traces where the hosts send them, through parts that it has', () => {
    const config = z
      .object({
        receivers: z.object({ otlp: z.object({ protocols: z.object({ http: z.object({ endpoint: z.string() }) }) }) }),
        processors: z.record(z.string(), z.unknown()),
        exporters: z.record(z.string(), z.unknown()),
        service: z.object({ pipelines: z.record(z.string(), z.record(z.string(), z.array(z.string()))) }),
      })
      .parse(yaml('ops/otel/collector.yml'));
    const endpoint = new URL(services['host-a']?.environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '');
    expect(config.receivers.otlp.protocols.http.endpoint).toBe(`0.0.0.0:${endpoint.port}`);
    for (const [part, names] of Object.entries(config.service.pipelines['traces'] ?? {}))
      expect(Object.keys(config[part as 'receivers' | 'processors' | 'exporters']), `of ${part}`).toEqual(
        expect.arrayContaining(names),
      );
  });

  test('Grafana finds Prometheus and the board', () => {
    const { datasources } = z
      .object({ datasources: z.array(z.object({ uid: z.string(), url: z.url() })) })
      .parse(yaml('ops/grafana/provisioning/datasources/prometheus.yml'));
    for (const { url } of datasources) expectListening(new URL(url));
    const { providers } = z
      .object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) })
      .parse(yaml('ops/grafana/provisioning/dashboards/gatehouse.yml'));
    const mounted = services['grafana']?.volumes.map((volume) => volume.split(':')[1]);
    for (const { options } of providers) expect(mounted).toContain(options.path);
    for (const { datasource } of board().panels) expect(datasources.map(({ uid }) => uid)).toContain(datasource.uid);
  });
});

const boardSchema = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      datasource: z.object({ uid: z.string() }),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ expr: z.string() })).min(1),
    }),
  ),
});
function board(): z.infer<typeof boardSchema> {
  return boardSchema.parse(JSON.parse(text('ops/grafana/dashboards/gatehouse.json')));
}

test('every figure on the board exists', async () => {
  const { groups } = z
    .object({ groups: z.array(z.object({ rules: z.array(z.looseObject({ record: z.string().optional() })) })) })
    .parse(yaml('ops/prometheus/alerts.yml'));
  const recorded = groups.flatMap(({ rules }) => rules.flatMap(({ record }) => (record === undefined ? [] : [record])));
  const known: KnownMetrics = new Map([
    ...(await metricsOf(createMetrics({ process: true }).registry)),
    ...recorded.map((name) => [name, new Set<string>()] as const),
    // Of Prometheus itself.
    ['ALERTS', new Set(['alertname', 'alertstate'])],
  ]);
  const { panels } = board();
  expect(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => unknownNames(expr, known)))).toEqual([]);
  expect(panels.length).toBeGreaterThan(15);
});

test('no panel of the board lies on another', () => {
  const cells = board().panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
});
