/**
 * The composition root: the only place that knows every part. It opens the database, takes the partitions, starts the workers, and
 * hands out the services that the gateway and the command line speak to.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleepFor } from 'node:timers/promises';

import type { FastifyBaseLogger } from 'fastify';

import type { Clock } from './actors/clock.port.ts';
import { Executor } from './actors/executor.ts';
import { Host } from './actors/host.ts';
import { ImportService } from './actors/imports/import-service.ts';
import { Intake } from './actors/intake/intake.ts';
import type { RuntimeObserver } from './actors/observer.port.ts';
import { ReviewCommands } from './actors/review-commands.ts';
import { TenantCommands } from './actors/tenant-commands.ts';
import { WorkerLoop } from './actors/worker-loop.ts';
import { DiskGuard } from './app/disk-guard.ts';
import { checkMasterKey } from './app/key-check.ts';
import { keptSecret, masterKey } from './app/master-key.ts';
import { createServices } from './app/services.ts';
import { UsageMeter } from './app/usage-meter.ts';
import { createInProcessBus } from './bus/in-process-bus.ts';
import { openJetStreamBus } from './bus/jetstream-bus.ts';
import { createSandboxChannel } from './channels/sandbox/sandbox-channel.ts';
import { GatehouseError, must } from './domain/errors.ts';
import { asId } from './domain/ids.ts';
import type { TenantId } from './domain/ids.ts';
import { canonicalJson } from './domain/json.ts';
import { DEFAULT_POLICY } from './domain/policy.ts';
import type { Policy } from './domain/policy.ts';
import { createGateway } from './gateway/server.ts';
import type { Caller, Services } from './gateway/services.port.ts';
import { createRunners } from './machines/catalogue.ts';
import { KeyStore } from './memory/identity/keys.ts';
import { PostgresDirectory } from './memory/identity/postgres-directory.ts';
import { createImportStore } from './memory/read/import-store.ts';
import { createLedgerReader } from './memory/read/ledger-reader.ts';
import { ReadModel } from './memory/read/read-model.ts';
import { RegistryReader } from './memory/read/registry-reader.ts';
import { PolicyCache } from './memory/runtime/policy-cache.ts';
import { PostgresExecutionStore } from './memory/runtime/postgres-execution-store.ts';
import { PostgresRuntimeStore } from './memory/runtime/postgres-runtime-store.ts';
import { createSandboxStore } from './memory/runtime/postgres-sandbox-store.ts';
import { sha256 } from './memory/sha256.ts';
import { lockHolder, takeLock } from './memory/sql/data-lock.ts';
import type { DataLock } from './memory/sql/data-lock.ts';
import { migrate } from './memory/sql/migrate.ts';
import { openPglite } from './memory/sql/pglite.ts';
import { createPostgres } from './memory/sql/postgres.ts';
import type { Sql } from './memory/sql/sql.port.ts';
import { StatisticsKeeper } from './memory/sql/statistics-keeper.ts';
import { keyedHash } from './memory/vault/cipher.ts';
import { SubjectVault } from './memory/vault/subject-vault.ts';
import { createRulesEngine } from './models/rules/rules-engine.ts';
import { createLogger } from './observability/logger.ts';
import type { LogLevel } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import type { Metrics } from './observability/metrics.ts';

export interface AppOptions {
  readonly dataDir: string;
  /** Null for the embedded database. */
  readonly databaseUrl: string | null;
  /** A database that is open already; it is closed with the app. */
  readonly database?: Sql;
  /** Null when hosts find each other's messages in the database alone. */
  readonly natsUrl: string | null;
  readonly masterKey: string | null;
  /** First admin key of the default tenant; null makes one and keeps it in the data folder. */
  readonly adminKey: string | null;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  /** False for a command that only reads and imports: timers and permits of real tenants stay untouched. */
  readonly workers: boolean;
}

export interface App {
  readonly services: Services;
  /** The operator at this machine, as an admin of the tenant. Makes the tenant when it does not exist. */
  caller(tenant: string): Promise<Caller>;
  listen(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  /** Makes the demo tenant with its policy and key. */
  prepareDemo(): Promise<{ readonly tenant: string; readonly key: string; readonly caller: Caller }>;
  adminKey(): Promise<string>;
  close(): Promise<void>;
}

export const DEFAULT_TENANT = asId<TenantId>('default');
export const DEMO_TENANT = asId<TenantId>('demo');

const realClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    await sleepFor(ms, undefined, { signal }).catch(() => {});
  },
};

const LEASE_MS = 4_000;
/** How soon a message for another host is found without a broker, and, when the broker lost it, with one. */
const SWEEP_MS = 200;
const SWEEP_BEHIND_BUS_MS = 2_000;
const POLL_MS = 100;
const EXECUTORS = 4;
const METER_MS = 60_000;
const STATISTICS_MS = 2_000;
const INSTALLATION_LENGTH = 12;

function observerOf(logger: FastifyBaseLogger, metrics: Metrics): RuntimeObserver {
  return {
    batchCommitted(lane, messages, events, milliseconds) {
      metrics.commitSeconds.observe(milliseconds / 1_000);
      metrics.batchMessages.observe(messages);
      logger.debug({ lane, messages, events, milliseconds }, 'batch committed');
    },
    batchFailed: (lane, messages, error) =>
      logger.warn({ lane, messages, err: error }, 'a batch failed and is tried in parts'),
    messageParked: (tenant, source, id, error) =>
      logger.error({ tenant, source, id, reason: error }, 'a message could not be processed and waits for an operator'),
    verdict: (kind) => metrics.verdicts.inc({ verdict: kind }),
    executed: (result, count) => metrics.executions.inc({ result }, count),
    timerFired: (lagMs) => metrics.timerLagSeconds.set(lagMs / 1_000),
    partitionsChanged: (how, partitions) => logger.info({ how, partitions }, 'partitions changed hands'),
    failed: (what, error) => logger.error({ err: error, what }, 'background work failed and is tried again'),
  };
}

async function databaseName(sql: Sql): Promise<string> {
  const [row] = await sql.asOwner((session) => session.query<{ name: string }>('SELECT current_database() AS name'));
  return must(row, 'a database has a name').name;
}

async function openDatabase(options: AppOptions): Promise<{ sql: Sql; lock: DataLock | null }> {
  mkdirSync(options.dataDir, { recursive: true });
  if (options.database !== undefined) return { sql: options.database, lock: null };
  if (options.databaseUrl !== null)
    return { sql: createPostgres(options.databaseUrl, { maxConnections: 12 }), lock: null };
  const lock = takeLock(join(options.dataDir, 'lock'));
  try {
    return { sql: await openPglite(join(options.dataDir, 'pg')), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The address of a server that runs on this data folder, or of a host that lives on this database, or null. */
export async function findServer(
  dataDir: string,
  databaseUrl: string | null,
): Promise<{ readonly url: string } | null> {
  if (databaseUrl !== null) return findHost(databaseUrl);
  const url = lockHolder(join(dataDir, 'lock'))?.url ?? null;
  return url === null ? null : { url };
}

async function findHost(databaseUrl: string): Promise<{ readonly url: string } | null> {
  const sql = createPostgres(databaseUrl, { maxConnections: 1 });
  try {
    return await sql.asOwner(async (session) => {
      const [table] = await session.query<{ found: boolean }>(`SELECT to_regclass('hosts') IS NOT NULL AS found`);
      // A new database has nobody on it yet.
      if (table?.found !== true) return null;
      const [host] = await session.query<{ url: string }>(
        `SELECT url FROM hosts WHERE url IS NOT NULL AND seen_on > clock_timestamp() - make_interval(secs => $1::float8 / 1000)
         ORDER BY started_on LIMIT 1`,
        [LEASE_MS],
      );
      return host ?? null;
    });
  } finally {
    await sql.close();
  }
}

export async function openApp(options: AppOptions): Promise<App> {
  const logger = createLogger({ level: options.logLevel, destination: process.stderr }) as unknown as FastifyBaseLogger;
  const metrics = createMetrics({ process: options.workers });
  const master = masterKey(options.masterKey, options.dataDir);
  const { sql, lock } = await openDatabase(options);
  try {
    return await compose(options, logger, metrics, master, sql, lock);
  } catch (error) {
    await sql.close().catch(() => {});
    lock?.release();
    throw error;
  }
}

async function compose(
  options: AppOptions,
  logger: FastifyBaseLogger,
  metrics: Metrics,
  master: KeyObject,
  sql: Sql,
  lock: DataLock | null,
): Promise<App> {
  await migrate(sql);
  await checkMasterKey(sql, master);
  const clock = realClock;
  const keyedDigest = (text: string) => keyedHash(master, 'content', text);
  const vault = new SubjectVault(master);
  const policies = new PolicyCache();
  const store = new PostgresRuntimeStore(sql, vault, policies);
  const executions = new PostgresExecutionStore(sql, vault, policies);
  const channels = [createSandboxChannel(createSandboxStore(sql))];
  const runners = createRunners();
  const observer = observerOf(logger, metrics);
  const embedded = sql.kind === 'pglite';
  const bus =
    embedded || options.natsUrl === null
      ? createInProcessBus()
      : await openJetStreamBus({
          url: options.natsUrl,
          // Hosts of one installation share the database and the master key.
          installation: keyedHash(master, 'installation', await databaseName(sql)).slice(0, INSTALLATION_LENGTH),
          failed: (what, error) => observer.failed(what, error),
        });
  const hostId = `host_${randomUUID()}`;
  const host = new Host(
    {
      id: hostId,
      lanes: embedded ? 1 : 3,
      maxBatch: 500,
      maxWaiting: 20_000,
      leaseMs: LEASE_MS,
      soleOwner: embedded,
      sweepMs: options.natsUrl === null ? SWEEP_MS : SWEEP_BEHIND_BUS_MS,
    },
    store,
    bus,
    {
      runners,
      engine: createRulesEngine(),
      digest: sha256,
      channelReady: (channel, mode) => channels.some((item) => item.carries(channel, mode)),
    },
    clock,
    observer,
  );
  await host.start();
  // A command that works beside no server does everything itself.
  if (!options.workers) await host.ownAll();
  const executor = new Executor(
    { worker: hostId, limit: 500, soleWorker: embedded },
    executions,
    channels,
    host,
    sha256,
    observer,
  );
  const commands = new TenantCommands(host, clock);
  const meter = new UsageMeter(commands, clock, hostId);
  const registry = new RegistryReader(sql, policies);
  const directory = new PostgresDirectory(sql, master);
  const keys = new KeyStore(sql);
  const importStore = createImportStore(sql);
  const reader = createLedgerReader(sql, policies);
  const intakeDeps = { host, store, directory, policies: registry, clock, digest: sha256, keyedDigest };
  const intake = new Intake(intakeDeps);
  const imports = new ImportService({
    ...intakeDeps,
    intake,
    executor,
    imports: importStore,
    reader,
    runners,
    commands,
    executions,
  });
  // A server watches its own disk and says so in its errors.
  const diskGuard = embedded && options.database === undefined ? new DiskGuard(options.dataDir, clock) : null;
  const services = createServices({
    clock,
    commands,
    directory,
    host,
    imports,
    importStore,
    intake,
    keys,
    meter,
    metrics,
    reader,
    registry,
    runners,
    refuseWhenFull: () => diskGuard?.refuseWhenFull(),
    ping: async () => {
      await sql.asOwner((session) => session.query('SELECT 1'));
    },
    readModel: new ReadModel(sql, vault),
    reviews: new ReviewCommands(host, clock, sha256),
  });

  async function ensureTenant(id: TenantId, name: string, kind: 'customer' | 'demo', policy: Policy): Promise<void> {
    await keys.ensureTenant(id, name, kind);
    if ((await registry.registry(id)) !== null) return;
    const hash = sha256(canonicalJson(policy));
    await importStore.storePolicy(id, hash, policy);
    await commands.record(id, 'created', 'tenant.created', { clock: 'real', mode: 'sandbox', policy: hash });
  }

  const adminKey =
    options.adminKey ??
    keptSecret(options.dataDir, 'admin-key', () => `gh_default_${randomBytes(24).toString('base64url')}`);
  await ensureTenant(DEFAULT_TENANT, 'Default', 'customer', DEFAULT_POLICY);
  await keys.adopt({ tenant: DEFAULT_TENANT, label: 'admin', role: 'admin', kind: 'person' }, adminKey);

  const workers = new WorkerLoop(
    { pollMs: POLL_MS, executors: EXECUTORS },
    host,
    executor,
    store,
    executions,
    clock,
    observer,
  );
  if (options.workers) workers.start();
  const meterTimer = setInterval(() => {
    meter.flush().catch((error: unknown) => observer.failed('metering', error));
  }, METER_MS);
  meterTimer.unref();
  const statistics = new StatisticsKeeper(sql);
  const statisticsTimer = setInterval(() => {
    statistics.refresh().catch((error: unknown) => observer.failed('statistics', error));
  }, STATISTICS_MS);
  statisticsTimer.unref();

  const localCaller = (tenant: TenantId): Caller => ({
    tenant,
    identity: 'person:operator',
    kind: 'person',
    role: 'admin',
    keyId: 'local',
  });
  return {
    services,
    async caller(tenant) {
      const id = asId<TenantId>(tenant);
      if (!/^[a-z][a-z0-9-]{0,39}$/.test(tenant))
        throw new GatehouseError(
          'usage',
          `A tenant's name has lower-case letters, digits and hyphens, not ${JSON.stringify(tenant)}.`,
        );
      await ensureTenant(id, tenant, 'customer', DEFAULT_POLICY);
      return localCaller(id);
    },
    async listen() {
      const gateway = createGateway({ services, logger, metrics, now: () => clock.now() });
      await gateway.listen({ host: options.host, port: options.port });
      const address = gateway.server.address();
      const port = typeof address === 'object' && address !== null ? address.port : options.port;
      const url = `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${port}`;
      lock?.announce(url);
      host.announce(url);
      return { url, stop: () => gateway.close() };
    },
    async prepareDemo() {
      const key = keptSecret(options.dataDir, 'demo-key', () => `gh_demo_${randomBytes(24).toString('base64url')}`);
      await ensureTenant(DEMO_TENANT, 'Demo', 'demo', demoPolicy());
      await keys.adopt({ tenant: DEMO_TENANT, label: 'admin', role: 'admin', kind: 'person' }, key);
      return { tenant: DEMO_TENANT, key, caller: localCaller(DEMO_TENANT) };
    },
    adminKey: () => Promise.resolve(adminKey),
    async close() {
      clearInterval(meterTimer);
      clearInterval(statisticsTimer);
      if (options.workers) await workers.stop();
      await meter.flush().catch((error: unknown) => observer.failed('metering', error));
      await host.stop();
      await bus.close();
      await sql.close();
      lock?.release();
    },
  };
}

/** The demo grants autonomy to what reaches nobody, so that something executes while outreach waits in review. */
function demoPolicy(): Policy {
  return {
    ...DEFAULT_POLICY,
    name: 'demo',
    grants: [
      { action_type: 'crm_update', level: 'auto', max_risk: 'low' },
      { action_type: 'email_generation', level: 'auto', max_risk: 'low' },
    ],
  };
}
