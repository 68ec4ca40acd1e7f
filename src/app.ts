/**
 * The composition root: the only place that knows every part. It opens the database, takes the partitions, starts the workers, and
 * hands out the services that the gateway and the command line speak to.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleepFor } from 'node:timers/promises';

import type { FastifyBaseLogger } from 'fastify';

import { CheckpointService } from './actors/checkpoints/checkpoint-service.ts';
import type { Clock } from './actors/clock.port.ts';
import type { EffectJournal } from './actors/effect-journal.port.ts';
import { Executor } from './actors/executor.ts';
import { FactCommands } from './actors/fact-commands.ts';
import { Host } from './actors/host.ts';
import { IdentityCommands } from './actors/identity-commands.ts';
import { ImportService } from './actors/imports/import-service.ts';
import { Intake } from './actors/intake/intake.ts';
import { NoteCommands } from './actors/note-commands.ts';
import { OutcomeCommands } from './actors/outcome-commands.ts';
import { OwnershipCommands } from './actors/ownership-commands.ts';
import { ParkedCommands } from './actors/parked-commands.ts';
import type { PlannerDeps } from './actors/planner/plan-builder.ts';
import { PlayCommands } from './actors/plays/play-commands.ts';
import { CLOCK_MARGIN_MS, reconcileRestore } from './actors/restore/reconcile.ts';
import { ReviewCommands } from './actors/review-commands.ts';
import { ScheduleCommands } from './actors/schedule-commands.ts';
import { SubjectCommands } from './actors/subject-commands.ts';
import { TenantCommands } from './actors/tenant-commands.ts';
import { TimelineCommands } from './actors/timeline-commands.ts';
import { UncertainCommands } from './actors/uncertain-commands.ts';
import { WorkerLoop } from './actors/worker-loop.ts';
import type { App, AppOptions } from './app/app.port.ts';
import { BacklogWatch } from './app/backlog-watch.ts';
import { writeServerBackup } from './app/backups.ts';
import { CadenceCoordinator } from './app/cadence-coordinator.ts';
import { createCadenceServices } from './app/cadence-services.ts';
import { ChangeFeed } from './app/change-feed.ts';
import { readConsoleFiles } from './app/console-files.ts';
import { seedDemoPlays } from './app/demo-plays.ts';
import { DiskGuard } from './app/disk-guard.ts';
import { Egress, egressHosts } from './app/egress.ts';
import { ErasureProofs } from './app/erasure-proofs.ts';
import { every } from './app/every.ts';
import { Forgetting } from './app/forgetting.ts';
import { keptSecret } from './app/kept-secret.ts';
import { KeyRotation } from './app/key-rotation.ts';
import { LEASE_MS } from './app/lease.ts';
import { auditLedger } from './app/ledger-audit.ts';
import { anchorDirOf } from './app/ledgers.ts';
import { DEFAULT_TENANT, DEMO_POLICY, DEMO_TENANT, localCaller, LocalTenants } from './app/local-tenants.ts';
import { meteredObserver } from './app/metered-observer.ts';
import { replaceDeadNeighbours } from './app/neighbours.ts';
import { createNoteServices } from './app/note-services.ts';
import { openBus } from './app/open-bus.ts';
import { openChannels } from './app/open-channels.ts';
import { openDatabase } from './app/open-database.ts';
import { openEmbedder } from './app/open-embedder.ts';
import { openObserver } from './app/open-observer.ts';
import { createPlayServices } from './app/play-services.ts';
import { prepareDatabase } from './app/prepare-database.ts';
import { Purge } from './app/purge.ts';
import { reachDatabase } from './app/reach-database.ts';
import { RestorePause } from './app/restore-pause.ts';
import { RetentionKeeper } from './app/retention.ts';
import { openRetrieval } from './app/retrieval.ts';
import { createSearchServices } from './app/search-services.ts';
import { SenderWatch } from './app/sender-watch.ts';
import { createServices } from './app/services.ts';
import { TIME_ZONE_DATA } from './app/time-zone-data.ts';
import { TrustWatch } from './app/trust-watch.ts';
import { UsageMeter } from './app/usage-meter.ts';
import { refreshDueViews } from './app/view-services.ts';
import { isEgressBlocked } from './domain/egress.ts';
import { isoOf } from './domain/instant.ts';
import { DEFAULT_POLICY } from './domain/policy.ts';
import { createGateway } from './gateway/server.ts';
import type { StartingServer } from './gateway/starting-server.ts';
import { createRunners, MACHINE_GENERATION } from './machines/catalogue.ts';
import { AnchorFolder } from './memory/anchors/anchor-folder.ts';
import { signerOf } from './memory/anchors/signing-key.ts';
import { tieredReader } from './memory/archive/tiered-reader.ts';
import { DuplicateReader } from './memory/identity/duplicate-reader.ts';
import { IdentityBook } from './memory/identity/identity-book.ts';
import { KeyStore } from './memory/identity/keys.ts';
import { PostgresDirectory } from './memory/identity/postgres-directory.ts';
import { SessionStore } from './memory/identity/sessions.ts';
import { FileEffectJournal } from './memory/journal/effect-journal.ts';
import { readJournal } from './memory/journal/read-journal.ts';
import { createMemoryReader } from './memory/notes/memory-reader.ts';
import { PostgresNoteReader } from './memory/notes/note-reader.ts';
import { PostgresTimelineReader } from './memory/notes/timeline-reader.ts';
import { createAddressBook } from './memory/read/address-book.ts';
import { readBacklog } from './memory/read/backlog-reader.ts';
import { CadenceReader } from './memory/read/cadence-reader.ts';
import { ChangeReader } from './memory/read/change-reader.ts';
import { CorrectionReader } from './memory/read/correction-reader.ts';
import { ErasureReader } from './memory/read/erasure-reader.ts';
import { createImportStore } from './memory/read/import-store.ts';
import { createLedgerReader } from './memory/read/ledger-reader.ts';
import { OutcomeReader } from './memory/read/outcome-reader.ts';
import { OwnershipReader } from './memory/read/ownership-reader.ts';
import { ParkedMessages } from './memory/read/parked-messages.ts';
import { PlayReader } from './memory/read/play-reader.ts';
import { ReadModel } from './memory/read/read-model.ts';
import { ReadinessReader } from './memory/read/readiness-reader.ts';
import { RegistryReader } from './memory/read/registry-reader.ts';
import { RetrospectiveReader } from './memory/read/retrospective-reader.ts';
import { ReviewReader } from './memory/read/review-reader.ts';
import { ScheduleReader } from './memory/read/schedule-reader.ts';
import { SenderReader } from './memory/read/sender-reader.ts';
import { SubjectReader } from './memory/read/subject-reader.ts';
import { SuppressionsReader } from './memory/read/suppressions-reader.ts';
import { UncertainPermits } from './memory/read/uncertain-permits.ts';
import { ViewReader } from './memory/read/view-reader.ts';
import { ExpiredRows } from './memory/runtime/expired-rows.ts';
import { ForgetRequests } from './memory/runtime/forget-requests.ts';
import { PolicyCache } from './memory/runtime/policy-cache.ts';
import { PostgresExecutionStore } from './memory/runtime/postgres-execution-store.ts';
import { createRestoreStore } from './memory/runtime/postgres-restore-store.ts';
import { PostgresRuntimeStore } from './memory/runtime/postgres-runtime-store.ts';
import { sha256 } from './memory/sha256.ts';
import type { DataLock } from './memory/sql/data-lock.ts';
import type { Sql } from './memory/sql/sql.port.ts';
import { StatisticsKeeper } from './memory/sql/statistics-keeper.ts';
import { watchedSql } from './memory/sql/watched-sql.ts';
import { keyCheckOf } from './memory/vault/generations.ts';
import { KeyRing } from './memory/vault/key-ring.ts';
import { SubjectVault } from './memory/vault/subject-vault.ts';
import { createRulesEngine } from './models/rules/rules-engine.ts';
import { createLogger } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import type { Metrics } from './observability/metrics.ts';

export type { App, AppOptions } from './app/app.port.ts';
export { createBackups } from './app/backups.ts';
export { createLedgers } from './app/ledgers.ts';
export { findServer } from './app/find-server.ts';
export { DEFAULT_TENANT, DEMO_TENANT } from './app/local-tenants.ts';
export { backtestCaps as evaluateCaps } from './evals/caps/cap-backtest.ts';
export { evaluateRetrieval } from './app/retrieval-providers.ts';

const realClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    await sleepFor(ms, undefined, { signal }).catch(() => {});
  },
};

/** How soon a message for another host is found without a broker, and, when the broker lost it, with one. An embedded database has one host. */
const SWEEP_MS = 200;
const SWEEP_BEHIND_BUS_MS = 2_000;
const POLL_MS = 100;
/** An embedded database spends milliseconds on each look, also when nothing is to be done. */
const IDLE_MS = 500;
const EXECUTORS = 4;
const METER_MS = 60_000;
const STATISTICS_MS = 2_000;
/** Whoever searches has what is new indexed first, so this may lag, and larger batches cost less. */
const INDEX_MS = 10_000;
/** How often it is looked which views are due. */
const VIEWS_MS = 60_000;
/** How soon the next contacts are looked at for whom plays may begin something. */
const CADENCE_MS = 5_000;
const BACKLOG_MS = 15_000;
const SENDERS_MS = 30_000;
const TRUST_MS = 10 * 60_000;
const PAUSE_MS = 1_000;
/** How soon every host has forgotten the key of somebody whom another one erased. */
const FORGET_REQUESTS_MS = 5_000;
const FORGET_MS = 1_000;
const ANCHOR_MS = 3_600_000;
const RETENTION_MS = 3_600_000;
const JOURNAL_DAYS = 35;
export async function openApp(options: AppOptions): Promise<App> {
  const logger = createLogger({ level: options.logLevel, destination: process.stderr }) as unknown as FastifyBaseLogger;
  const metrics = createMetrics({ process: options.workers });
  const ring = KeyRing.open(options.masterKey, options.dataDir);
  mkdirSync(options.dataDir, { recursive: true });
  const { sql: opened, lock } =
    options.database === undefined ? await openDatabase(options) : { sql: options.database, lock: null };
  const sql = watchedSql(opened, (result, milliseconds) => {
    metrics.transactions.inc({ result });
    metrics.transactionSeconds.observe(milliseconds / 1_000);
  });
  let starting: StartingServer | null = null;
  try {
    starting = await reachDatabase(options, sql, logger, realClock);
    return await compose(options, logger, metrics, ring, sql, lock, starting);
  } catch (error) {
    await starting?.close();
    await sql.close().catch(() => {});
    lock?.release();
    throw error;
  }
}

async function compose(
  options: AppOptions,
  logger: FastifyBaseLogger,
  metrics: Metrics,
  ring: KeyRing,
  sql: Sql,
  lock: DataLock | null,
  starting: StartingServer | null,
): Promise<App> {
  const embedder = await openEmbedder(options.embeddings ?? null);
  const { secret, generations } = await prepareDatabase(sql, ring);
  const pause = new RestorePause(sql);
  await pause.refresh();
  if (pause.reason !== null) logger.warn(pause.reason);
  const clock = options.clock ?? realClock;
  const keyedDigest = (text: string) => secret.hash('content', text);
  const vault = new SubjectVault(generations);
  const policies = new PolicyCache();
  const store = new PostgresRuntimeStore(sql, vault, policies);
  const executions = new PostgresExecutionStore(sql, vault, policies);
  const registry = new RegistryReader(sql, policies);
  const egress = new Egress(
    egressHosts(options),
    (tenant) => registry.current(tenant),
    () => clock.now(),
  );
  const outbound = openChannels(options, secret, sql, vault, egress);
  const { channels } = outbound;
  const runners = createRunners();
  const hostId = `host_${randomUUID()}`;
  const { observer: watching, tracing } = await openObserver(options, logger, metrics, hostId, egress);
  const meter = new UsageMeter(clock, hostId);
  const observer = meteredObserver(watching, meter);
  const embedded = sql.kind === 'pglite';
  const opened = await openBus(options.natsUrl, sql, secret, { observer, logger, clock: realClock });
  const bus = options.natsUrl === null ? opened : egress.guarded(opened);
  const journalDays = options.journalDays ?? JOURNAL_DAYS;
  const journal = new FileEffectJournal({
    folder: options.journalDir ?? join(options.dataDir, 'journal'),
    host: hostId,
    installation: keyCheckOf(secret),
    keepDays: journalDays,
    now: () => clock.now(),
  });
  if (options.workers) journal.open();
  const planning: PlannerDeps = {
    runners,
    engine: options.engine ?? createRulesEngine(),
    digest: sha256,
    channelReady: (policy, channel, mode) =>
      channels.some(
        (item) => item.carries(channel, mode) && (item.egress === undefined || !isEgressBlocked(policy, item.egress)),
      ),
    timeZoneData: TIME_ZONE_DATA,
  };
  const host = new Host(
    {
      id: hostId,
      lanes: embedded ? 1 : 3,
      maxBatch: 500,
      maxWaiting: 20_000,
      leaseMs: LEASE_MS,
      soleOwner: embedded,
      generation: MACHINE_GENERATION,
      sweepMs: options.natsUrl === null && !embedded ? SWEEP_MS : SWEEP_BEHIND_BUS_MS,
    },
    store,
    bus,
    planning,
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
  const directory = new PostgresDirectory(sql, secret);
  const keys = new KeyStore(sql);
  const importStore = createImportStore(sql);
  const signer = signerOf(secret);
  const identity = { publicKey: signer.publicKey, installation: keyCheckOf(secret) };
  const archiveDir = options.archiveDir ?? null;
  const table = createLedgerReader(sql, policies);
  const reader = tieredReader(table, sql, identity, archiveDir);
  const anchors = new AnchorFolder(anchorDirOf(options), sql, signer, identity.installation);
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
  const senderReader = new SenderReader(sql);
  const senderWatch = new SenderWatch({
    sql,
    registry,
    reader: senderReader,
    commands,
    clock,
    partitions: () => host.partitions,
    report: (level, senders) => metrics.limitedSenders.set({ level }, senders),
  });
  const backlog = new BacklogWatch(() => readBacklog(sql, LEASE_MS), clock);
  const readModel = new ReadModel(sql, vault);
  const trustWatch = new TrustWatch({
    sql,
    registry,
    cells: readModel,
    commands,
    clock,
    partitions: () => host.partitions,
  });
  let draining = false;
  const refuseIntake = (): void => {
    pause.refuse();
    diskGuard?.refuseWhenFull();
  };
  const noteReader = new PostgresNoteReader(sql, vault);
  const retrieval = openRetrieval(sql, secret, noteReader, {
    embeddings: embedder,
    dataDir: options.dataDir,
    called: (call) => {
      metrics.modelCalls.inc({ purpose: call.purpose, result: call.result });
      tracing?.modelCalled(call);
    },
    mayLeave: async (tenant, what) =>
      options.embeddings?.protocol === 'onnx' ||
      !(await egress.isBlocked(tenant, what === 'question' ? 'embeddings.question' : 'embeddings')),
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
  const uncertainPermits = new UncertainPermits(sql);
  const playReader = new PlayReader(sql);
  const playCommands = new PlayCommands({ host, clock, reader: table, digest: sha256, keyedDigest });
  const retention = new RetentionKeeper({
    sql,
    rows: new ExpiredRows(sql),
    registry,
    commands,
    plays: playReader,
    playCommands,
    timelineCommands: new TimelineCommands(host, clock),
    clock,
  });
  const forgetting = new Forgetting({
    requests: new ForgetRequests(sql, vault),
    channels,
    addresses: createAddressBook(sql, vault),
    isBlocked: (tenant, block) => egress.isBlocked(tenant, block),
  });
  const subjectReader = new SubjectReader(sql, readModel, reader);
  const rotation = new KeyRotation({
    sql,
    generations,
    secret,
    host: hostId,
    commands,
    dataDir: options.dataDir,
    now: () => clock.now(),
  });
  await rotation.tick();
  const views = new ViewReader(sql);
  const changes = new ChangeFeed(new ChangeReader(sql), observer);
  const cadenceReader = new CadenceReader(sql);
  const readinessReader = new ReadinessReader(sql, vault);
  const coordinator = new CadenceCoordinator({
    clock,
    digest: sha256,
    engine: planning.engine,
    host,
    registry,
    plays: playReader,
    contacts: readinessReader,
    cadence: cadenceReader,
  });
  const services = createServices({
    anchors,
    checkpoints: new CheckpointService({
      host,
      clock,
      commands,
      reader,
      runners,
      begun: (tenant, actions) => uncertainPermits.begun(tenant, actions),
    }),
    hindsightDeps: { ...planning, reader },
    audit: () => auditLedger({ sql, identity, table, anchors, archiveDir }),
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
    sessions: new SessionStore(sql),
    stream: changes,
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
    identityCommands: new IdentityCommands(host, clock, sha256, keyedDigest),
    identityBook: new IdentityBook(sql, vault, secret),
    ownershipCommands: new OwnershipCommands(host, clock),
    ownershipReader: new OwnershipReader(sql),
    senderReader,
    readinessReader,
    factCommands: new FactCommands(host, clock),
    suppressionsReader: new SuppressionsReader(sql),
    duplicates: new DuplicateReader(sql, vault),
    corrections: new CorrectionReader(sql),
    keyedDigest,
    parked: new ParkedCommands(host, clock),
    parkedMessages: new ParkedMessages(sql, vault),
    outcomeCommands: new OutcomeCommands(host, clock),
    outcomes: new OutcomeReader(sql),
    views,
    notes: noteReader,
    staleDays: options.noteStaleDays ?? {},
    subjects: new SubjectCommands(host, clock),
    subjectReader,
    journalDays,
    uncertain: new UncertainCommands(host, clock),
    uncertainPermits,
    writeBackup: () => writeServerBackup(sql, options.dataDir, ring),
    readModel,
    memoryReader: createMemoryReader(sql),
    noteServices,
    searchServices: createSearchServices({
      clock,
      directory,
      notes: noteServices,
      staleDays: options.noteStaleDays ?? {},
      retrieval,
    }),
    forgetInIndex: (person) => retrieval.forget([person]),
    database: sql.kind,
    egress,
    forgetting,
    retention,
    rotation,
    purge: new Purge(sql, bus, retrieval, (step) => logger.info(step, 'purged what an erasure left')),
    proofs: new ErasureProofs({
      reader: new ErasureReader(sql, reader),
      people: subjectReader,
      retrieval,
      signer,
      installation: identity.installation,
      secret,
      rotation,
      forgetting,
      dataDir: options.dataDir,
      journalDays,
      now: () => clock.now(),
    }),
    cadence: createCadenceServices({
      clock,
      coordinator,
      reader: cadenceReader,
      plays: playReader,
      contacts: readinessReader,
      refuseIntake,
    }),
    plays: createPlayServices({
      clock,
      commands: playCommands,
      directory,
      reader: playReader,
      retrospectives: new RetrospectiveReader(sql),
      refuseIntake,
    }),
    reviews: new ReviewCommands(host, clock, sha256),
    reviewReader: new ReviewReader(sql, vault),
    scheduleCommands: new ScheduleCommands(host, clock),
    scheduleReader: new ScheduleReader(sql, vault),
  });

  const tenants = new LocalTenants(keys, registry, importStore, commands);
  const adminKey =
    options.adminKey ??
    keptSecret(options.dataDir, 'admin-key', () => `gh_default_${randomBytes(24).toString('base64url')}`);
  await tenants.ensure(DEFAULT_TENANT, 'Default', 'customer', DEFAULT_POLICY);
  await keys.adopt({ tenant: DEFAULT_TENANT, label: 'admin', role: 'admin', kind: 'person' }, adminKey);

  const workers = new WorkerLoop(
    { pollMs: POLL_MS, idleMs: IDLE_MS, executors: EXECUTORS, isPaused: () => pause.reason !== null },
    host,
    executor,
    store,
    executions,
    clock,
    observer,
  );
  if (options.workers) workers.start();
  const statistics = new StatisticsKeeper(sql);
  const regular = [
    every(METER_MS, 'metering', observer, () => meter.flush(commands)),
    every(FORGET_MS, 'forgetting erased people', observer, async () => {
      await retrieval.forget(await vault.forgetErased(sql));
    }),
    every(FORGET_MS, 'looking which keys are in use', observer, () => rotation.tick()),
    every(STATISTICS_MS, 'statistics', observer, async () => {
      await statistics.refresh();
      await statistics.vacuum();
    }),
    every(PAUSE_MS, 'reading the pause', observer, async () => {
      if (pause.reason !== null) await pause.refresh();
    }),
    ...(options.workers
      ? [
          every(INDEX_MS, 'indexing notes', observer, (stopping) => retrieval.keep(stopping)),
          every(RETENTION_MS, 'deleting what was kept long enough', observer, () => retention.runAll()),
          every(FORGET_REQUESTS_MS, 'asking channels to forget', observer, async () => {
            if (pause.reason === null) await forgetting.tick();
          }),
          every(VIEWS_MS, 'refreshing views', observer, () => refreshDueViews({ views, clock })),
          every(SENDERS_MS, 'counting what became of messages', observer, async () => {
            if (pause.reason === null) await senderWatch.tick();
          }),
          every(TRUST_MS, 'pooling trust', observer, async () => {
            if (pause.reason === null) await trustWatch.tick();
          }),
          every(CADENCE_MS, 'beginning sequences of plays', observer, async () => {
            if (pause.reason === null) await coordinator.tick();
          }),
          every(BACKLOG_MS, 'measuring what waits', observer, () => backlog.refresh(), 'at once'),
          every(
            ANCHOR_MS,
            'writing the anchor of the day',
            observer,
            async () => pause.reason ?? anchors.writeDaily(),
            'at once',
          ),
        ]
      : []),
  ];

  return {
    services,
    caller: (tenant) => tenants.caller(tenant),
    async listen() {
      const gateway = createGateway({
        services,
        logger,
        metrics,
        tracer: tracing,
        console: readConsoleFiles(),
        now: () => clock.now(),
      });
      await starting?.close();
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
      await tenants.ensure(DEMO_TENANT, 'Demo', 'demo', DEMO_POLICY);
      await keys.adopt({ tenant: DEMO_TENANT, label: 'admin', role: 'admin', kind: 'person' }, key);
      const brainKey = keptSecret(
        options.dataDir,
        'demo-brain-key',
        () => `gh_demo_${randomBytes(24).toString('base64url')}`,
      );
      const brain = { label: 'pipeline brain', role: 'brain', kind: 'brain', brain: 'AGT-901' } as const;
      await keys.adopt({ tenant: DEMO_TENANT, ...brain }, brainKey);
      const caller = await services.authenticate(brainKey);
      if (caller !== null && pause.reason === null) await seedDemoPlays(services.plays, caller, isoOf(clock.now()));
      return { tenant: DEMO_TENANT, key, caller: localCaller(DEMO_TENANT) };
    },
    countSenders: () => senderWatch.tick(),
    flushMeters: () => meter.flush(commands),
    poolTrust: () => trustWatch.tick(),
    adminKey: () => Promise.resolve(adminKey),
    async reconcileRestore({ journalDir, acceptMissing }) {
      const report = await reconcileRestore(
        { store: createRestoreStore(sql), host, commands, channels, clock },
        {
          read: (restore, kept) =>
            readJournal({
              folder: journalDir,
              installation: keyCheckOf(secret),
              restore,
              from: restore.backupAt - CLOCK_MARGIN_MS,
              kept,
            }),
          acceptMissing,
          by: 'person:operator',
        },
      );
      await pause.refresh();
      if (anchors.exist) await anchors.write(report.backup_at);
      return report;
    },
    async close() {
      await Promise.all(regular.map((stop) => stop()));
      changes.stop();
      if (options.workers) await workers.stop();
      await meter.flush(commands).catch((error: unknown) => observer.failed('metering', error));
      await host.stop();
      await journal.close();
      await bus.close();
      await tracing?.stop();
      outbound.close();
      await sql.close();
      lock?.release();
    },
  };
}
