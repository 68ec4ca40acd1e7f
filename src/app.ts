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

import type { ActionChannel } from './actors/channel.port.ts';
import type { Clock } from './actors/clock.port.ts';
import type { DecisionEngine } from './actors/decision-engine.port.ts';
import type { EffectJournal } from './actors/effect-journal.port.ts';
import { Executor } from './actors/executor.ts';
import { Host } from './actors/host.ts';
import { ImportService } from './actors/imports/import-service.ts';
import { Intake } from './actors/intake/intake.ts';
import { NoteCommands } from './actors/note-commands.ts';
import type { RuntimeObserver } from './actors/observer.port.ts';
import { ParkedCommands } from './actors/parked-commands.ts';
import type { ReconcileReport } from './actors/restore/reconcile-report.port.ts';
import { CLOCK_MARGIN_MS, reconcileRestore } from './actors/restore/reconcile.ts';
import { ReviewCommands } from './actors/review-commands.ts';
import { TenantCommands } from './actors/tenant-commands.ts';
import { UncertainCommands } from './actors/uncertain-commands.ts';
import { WorkerLoop } from './actors/worker-loop.ts';
import { BacklogWatch } from './app/backlog-watch.ts';
import { writeServerBackup } from './app/backups.ts';
import { DiskGuard } from './app/disk-guard.ts';
import { checkMasterKey, keyCheckOf } from './app/key-check.ts';
import { keptSecret, masterKey } from './app/master-key.ts';
import { replaceDeadNeighbours } from './app/neighbours.ts';
import { createNoteServices } from './app/note-services.ts';
import { folderServer, openDatabase } from './app/open-database.ts';
import { RestorePause } from './app/restore-pause.ts';
import { openRetrieval } from './app/retrieval.ts';
import type { EmbeddingOptions } from './app/retrieval.ts';
import { createRuntimeObserver } from './app/runtime-observer.ts';
import { createSearchServices } from './app/search-services.ts';
import { createServices } from './app/services.ts';
import { UsageMeter } from './app/usage-meter.ts';
import { createInProcessBus } from './bus/in-process-bus.ts';
import { openJetStreamBus } from './bus/jetstream-bus.ts';
import { createEmailChannel } from './channels/email/email-channel.ts';
import { MailServer } from './channels/email/mail-server.ts';
import { createSandboxChannel } from './channels/sandbox/sandbox-channel.ts';
import { GatehouseError, must } from './domain/errors.ts';
import { asId } from './domain/ids.ts';
import type { TenantId } from './domain/ids.ts';
import { canonicalJson } from './domain/json.ts';
import { DEFAULT_POLICY } from './domain/policy.ts';
import type { Policy } from './domain/policy.ts';
import { createGateway } from './gateway/server.ts';
import type { Caller, Services } from './gateway/services.port.ts';
import { createRunners, MACHINE_GENERATION } from './machines/catalogue.ts';
import { KeyStore } from './memory/identity/keys.ts';
import { PostgresDirectory } from './memory/identity/postgres-directory.ts';
import { FileEffectJournal } from './memory/journal/effect-journal.ts';
import { readJournal } from './memory/journal/read-journal.ts';
import { createMemoryReader } from './memory/notes/memory-reader.ts';
import { PostgresNoteReader } from './memory/notes/note-reader.ts';
import { PostgresTimelineReader } from './memory/notes/timeline-reader.ts';
import { createAddressBook } from './memory/read/address-book.ts';
import { readBacklog } from './memory/read/backlog-reader.ts';
import { createImportStore } from './memory/read/import-store.ts';
import { createLedgerReader } from './memory/read/ledger-reader.ts';
import { ParkedMessages } from './memory/read/parked-messages.ts';
import { ReadModel } from './memory/read/read-model.ts';
import { RegistryReader } from './memory/read/registry-reader.ts';
import { UncertainPermits } from './memory/read/uncertain-permits.ts';
import { PolicyCache } from './memory/runtime/policy-cache.ts';
import { PostgresExecutionStore } from './memory/runtime/postgres-execution-store.ts';
import { createRestoreStore } from './memory/runtime/postgres-restore-store.ts';
import { PostgresRuntimeStore } from './memory/runtime/postgres-runtime-store.ts';
import { createSandboxStore } from './memory/runtime/postgres-sandbox-store.ts';
import { sha256 } from './memory/sha256.ts';
import type { DataLock } from './memory/sql/data-lock.ts';
import { migrate } from './memory/sql/migrate.ts';
import { createPostgres } from './memory/sql/postgres.ts';
import type { Sql } from './memory/sql/sql.port.ts';
import { StatisticsKeeper } from './memory/sql/statistics-keeper.ts';
import { watchedSql } from './memory/sql/watched-sql.ts';
import { keyedHash } from './memory/vault/cipher.ts';
import { SubjectVault } from './memory/vault/subject-vault.ts';
import { createRulesEngine } from './models/rules/rules-engine.ts';
import { createLogger } from './observability/logger.ts';
import type { LogLevel } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Tracing } from './observability/tracing.ts';
import type { StaleDays } from './policies/staleness.ts';

export interface AppOptions {
  readonly dataDir: string;
  /** Null for the embedded database. */
  readonly databaseUrl: string | null;
  /** A database that is open already; it is closed with the app. */
  readonly database?: Sql;
  /** Makes the decisions; the rules engine when it is left out. */
  readonly engine?: DecisionEngine;
  /** Where the journal of effects is kept; null for a folder in the data folder. */
  readonly journalDir?: string | null;
  readonly journalDays?: number;
  readonly noteStaleDays?: StaleDays;
  /** Null when memory is searched by words and links alone. */
  readonly embeddings?: EmbeddingOptions | null;
  /** Channels beside the sandbox. */
  readonly channels?: readonly ActionChannel[];
  /** Null when hosts find each other's messages in the database alone. */
  readonly natsUrl: string | null;
  /** Null when no real e-mail can be sent. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly masterKey: string | null;
  /** First admin key of the default tenant; null makes one and keeps it in the data folder. */
  readonly adminKey: string | null;
  readonly host: string;
  readonly port: number;
  /** How long a server that was asked to stop still answers, and says that it is not ready. */
  readonly drainMs: number;
  readonly logLevel: LogLevel;
  /** The share of traces that is kept, 0 to 1; null traces nothing. Where they go is told by the variables of OpenTelemetry. */
  readonly traces?: number | null;
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
  /** Ends the pause after a restore. `journalDir` has the journals of all hosts; null when there are none. */
  reconcileRestore(request: {
    readonly journalDir: string | null;
    readonly acceptMissing: boolean;
  }): Promise<ReconcileReport>;
  close(): Promise<void>;
}

export { createBackups } from './app/backups.ts';
export { evaluateRetrieval } from './app/retrieval-providers.ts';

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
const INDEX_MS = 2_000;
const BACKLOG_MS = 15_000;
const PAUSE_MS = 1_000;
const JOURNAL_DAYS = 35;
const INSTALLATION_LENGTH = 12;
const MAIL_CONNECTIONS = 5;
/** Enough to keep the connections busy; what a host holds when it dies may have to stay uncertain. */
const MAIL_CAPACITY = 20;
/** Both together stay below the lease of an attempt, so that a slow mail server is not taken for a dead worker. */
const MAIL_PATIENCE_MS = 20_000;
const MAIL_SILENCE_MS = 30_000;

/** The packages of OpenTelemetry are loaded by a server that sends traces, and by nobody else. */
async function openTracing({ traces = null, workers }: AppOptions, hostId: string): Promise<Tracing | null> {
  if (traces === null || !workers) return null;
  const { createTracing } = await import('./observability/tracing.ts');
  return createTracing({ hostId, share: traces });
}

function alsoTraced(observer: RuntimeObserver, tracing: Tracing): RuntimeObserver {
  return {
    ...observer,
    batchCommitted(...told) {
      observer.batchCommitted(...told);
      tracing.batchCommitted(...told);
    },
    executed(report) {
      observer.executed(report);
      tracing.executed(report);
    },
  };
}

async function databaseName(sql: Sql): Promise<string> {
  const [row] = await sql.asOwner((session) => session.query<{ name: string }>('SELECT current_database() AS name'));
  return must(row, 'a database has a name').name;
}

/** An older program has nothing to do where a newer one has written every partition. */
async function refuseNewerStates(sql: Sql): Promise<void> {
  const [row] = await sql.asOwner((session) =>
    session.query<{ open: number }>('SELECT count(*)::int AS open FROM partition_leases WHERE generation <= $1', [
      MACHINE_GENERATION,
    ]),
  );
  if (row?.open === 0)
    throw new GatehouseError(
      'unavailable',
      'A newer version of Gatehouse has written to every partition of this database, and this one cannot read what it wrote. Run the newer version, or restore a backup.',
    );
}

/** The address of a server that runs on this data folder, or of a host that lives on this database, or null. */
export async function findServer(
  dataDir: string,
  databaseUrl: string | null,
): Promise<{ readonly url: string } | null> {
  if (databaseUrl !== null) return findHost(databaseUrl);
  return folderServer(dataDir);
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
  mkdirSync(options.dataDir, { recursive: true });
  const { sql: opened, lock } =
    options.database === undefined ? await openDatabase(options) : { sql: options.database, lock: null };
  const sql = watchedSql(opened, (result, milliseconds) => {
    metrics.transactions.inc({ result });
    metrics.transactionSeconds.observe(milliseconds / 1_000);
  });
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
  await refuseNewerStates(sql);
  const pause = new RestorePause(sql);
  await pause.refresh();
  if (pause.reason !== null) logger.warn(pause.reason);
  const clock = realClock;
  const keyedDigest = (text: string) => keyedHash(master, 'content', text);
  const vault = new SubjectVault(master);
  const policies = new PolicyCache();
  const store = new PostgresRuntimeStore(sql, vault, policies);
  const executions = new PostgresExecutionStore(sql, vault, policies);
  const mailServer =
    options.smtpUrl === null
      ? null
      : new MailServer({
          url: options.smtpUrl,
          connections: MAIL_CONNECTIONS,
          patienceMs: MAIL_PATIENCE_MS,
          silenceMs: MAIL_SILENCE_MS,
        });
  const channels: ActionChannel[] = [...(options.channels ?? []), createSandboxChannel(createSandboxStore(sql))];
  if (mailServer !== null) {
    const installation = keyedHash(master, 'installation', 'mail').slice(0, INSTALLATION_LENGTH);
    channels.push(
      createEmailChannel(
        { from: options.mailFrom, installation, capacity: MAIL_CAPACITY },
        mailServer,
        createAddressBook(sql, vault),
      ),
    );
  }
  const runners = createRunners();
  const hostId = `host_${randomUUID()}`;
  const tracing = await openTracing(options, hostId);
  const watching = createRuntimeObserver(logger, metrics);
  const observer = tracing === null ? watching : alsoTraced(watching, tracing);
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
  const journal = new FileEffectJournal({
    folder: options.journalDir ?? join(options.dataDir, 'journal'),
    host: hostId,
    installation: keyCheckOf(master),
    keepDays: options.journalDays ?? JOURNAL_DAYS,
    now: () => clock.now(),
  });
  if (options.workers) journal.open();
  const host = new Host(
    {
      id: hostId,
      lanes: embedded ? 1 : 2,
      maxBatch: 500,
      maxWaiting: 20_000,
      leaseMs: LEASE_MS,
      soleOwner: embedded,
      generation: MACHINE_GENERATION,
      sweepMs: options.natsUrl === null ? SWEEP_MS : SWEEP_BEHIND_BUS_MS,
    },
    store,
    bus,
    {
      runners,
      engine: options.engine ?? createRulesEngine(),
      digest: sha256,
      channelReady: (channel, mode) => channels.some((item) => item.carries(channel, mode)),
    },
    clock,
    observer,
    journal,
  );
  if (!embedded) {
    const dead = await replaceDeadNeighbours(sql, hostId);
    if (dead.length > 0) logger.info({ hosts: dead }, 'took the place of hosts that died on this machine');
  }
  await host.start();
  // A command that works beside no server does everything itself.
  if (!options.workers) await host.ownAll();
  const executorWith = (effects: EffectJournal | null): Executor =>
    new Executor(
      { worker: hostId, limit: 500, soleWorker: embedded },
      executions,
      channels,
      host,
      sha256,
      clock,
      observer,
      effects,
    );
  const executor = executorWith(journal);
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
    // It moves simulated tenants only, who reach nobody.
    executor: executorWith(null),
    imports: importStore,
    reader,
    runners,
    commands,
    executions,
  });
  // A server watches its own disk and says so in its errors.
  const diskGuard = embedded && options.database === undefined ? new DiskGuard(options.dataDir, clock) : null;
  const backlog = new BacklogWatch(() => readBacklog(sql, LEASE_MS), clock);
  let draining = false;
  const refuseIntake = (): void => {
    pause.refuse();
    diskGuard?.refuseWhenFull();
  };
  const noteReader = new PostgresNoteReader(sql, vault);
  const retrieval = openRetrieval(sql, master, noteReader, {
    embeddings: options.embeddings ?? null,
    dataDir: options.dataDir,
  });
  const noteServices = createNoteServices({
    clock,
    commands: new NoteCommands({ host, clock, directory, digest: sha256, keyedDigest }),
    directory,
    notes: noteReader,
    timelines: new PostgresTimelineReader(sql),
    staleDays: options.noteStaleDays ?? {},
    refuseIntake,
  });
  const services = createServices({
    backlog,
    clock,
    draining: () => draining,
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
    refuseIntake,
    pauseReason: () => pause.reason,
    ping: async () => {
      await sql.asOwner((session) => session.query('SELECT 1'));
    },
    parked: new ParkedCommands(host, clock),
    parkedMessages: new ParkedMessages(sql),
    uncertain: new UncertainCommands(host, clock),
    uncertainPermits: new UncertainPermits(sql),
    writeBackup: () => writeServerBackup(sql, options.dataDir, master),
    readModel: new ReadModel(sql, vault),
    memoryReader: createMemoryReader(sql),
    noteServices,
    searchServices: createSearchServices({
      clock,
      directory,
      notes: noteServices,
      staleDays: options.noteStaleDays ?? {},
      retrieval,
    }),
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
    { pollMs: POLL_MS, executors: EXECUTORS, isPaused: () => pause.reason !== null },
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
  const retrievalTimer = setInterval(() => {
    if (options.workers) retrieval.keep().catch((error: unknown) => observer.failed('indexing notes', error));
  }, INDEX_MS);
  retrievalTimer.unref();
  const statistics = new StatisticsKeeper(sql);
  const statisticsTimer = setInterval(() => {
    statistics.refresh().catch((error: unknown) => observer.failed('statistics', error));
  }, STATISTICS_MS);
  statisticsTimer.unref();
  const lookAtBacklog = () => {
    backlog.refresh().catch((error: unknown) => observer.failed('measuring what waits', error));
  };
  const backlogTimer = options.workers ? setInterval(lookAtBacklog, BACKLOG_MS) : undefined;
  backlogTimer?.unref();
  if (options.workers) lookAtBacklog();

  const pauseTimer = setInterval(() => {
    if (pause.reason !== null) pause.refresh().catch((error: unknown) => observer.failed('reading the pause', error));
  }, PAUSE_MS);
  pauseTimer.unref();

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
      const gateway = createGateway({ services, logger, metrics, tracer: tracing, now: () => clock.now() });
      await gateway.listen({ host: options.host, port: options.port });
      const address = gateway.server.address();
      const port = typeof address === 'object' && address !== null ? address.port : options.port;
      const url = `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${port}`;
      lock?.announce(url);
      host.announce(url);
      return {
        url,
        async stop() {
          draining = true;
          await sleepFor(options.drainMs);
          await gateway.close();
        },
      };
    },
    async prepareDemo() {
      const key = keptSecret(options.dataDir, 'demo-key', () => `gh_demo_${randomBytes(24).toString('base64url')}`);
      await ensureTenant(DEMO_TENANT, 'Demo', 'demo', demoPolicy());
      await keys.adopt({ tenant: DEMO_TENANT, label: 'admin', role: 'admin', kind: 'person' }, key);
      return { tenant: DEMO_TENANT, key, caller: localCaller(DEMO_TENANT) };
    },
    adminKey: () => Promise.resolve(adminKey),
    async reconcileRestore({ journalDir, acceptMissing }) {
      const report = await reconcileRestore(
        { store: createRestoreStore(sql), host, commands, channels, clock },
        {
          read: (restore, kept) =>
            readJournal({
              folder: journalDir,
              installation: keyCheckOf(master),
              restore,
              from: restore.backupAt - CLOCK_MARGIN_MS,
              kept,
            }),
          acceptMissing,
          by: 'person:operator',
        },
      );
      await pause.refresh();
      return report;
    },
    async close() {
      clearInterval(meterTimer);
      clearInterval(retrievalTimer);
      clearInterval(statisticsTimer);
      clearInterval(backlogTimer);
      clearInterval(pauseTimer);
      if (options.workers) await workers.stop();
      await meter.flush().catch((error: unknown) => observer.failed('metering', error));
      await host.stop();
      await journal.close();
      await bus.close();
      await tracing?.stop();
      mailServer?.close();
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
