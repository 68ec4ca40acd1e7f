/** What a process is started with, and what it can do then. */
import type { ActionChannel } from '../actors/channel.port.ts';
import type { Clock } from '../actors/clock.port.ts';
import type { DecisionEngine } from '../actors/decision-engine.port.ts';
import type { ReconcileReport } from '../actors/restore/reconcile-report.port.ts';
import type { Caller, Services } from '../gateway/services.port.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import type { LogLevel } from '../observability/logger.ts';
import type { StaleDays } from '../policies/staleness.ts';
import type { EmbeddingOptions } from './open-embedder.ts';

export interface AppOptions {
  readonly dataDir: string;
  /** Null for the embedded database. */
  readonly databaseUrl: string | null;
  /** A database that is open already; it is closed with the app. */
  readonly database?: Sql;
  /** The time that the whole process lives in; the clock of the machine when it is left out. */
  readonly clock?: Clock;
  /** Makes the decisions; the rules engine when it is left out. */
  readonly engine?: DecisionEngine;
  /** Where the journal of effects is kept; null for a folder in the data folder. */
  readonly journalDir?: string | null;
  readonly journalDays?: number;
  readonly noteStaleDays?: StaleDays;
  /** Null when memory is searched by words and links alone. */
  readonly embeddings?: EmbeddingOptions | null;
  /** Where anchors of the ledger are kept; null for a folder in the data folder. */
  readonly anchorDir?: string | null;
  /** Where the archives of the ledger are; null when they are not at hand. */
  readonly archiveDir?: string | null;
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
  /** The address of the collector, to name it; null when there is none. */
  readonly tracesUrl?: string | null;
  /** How long a database server that cannot be reached is waited for; not at all when it is left out. */
  readonly startWaitMs?: number;
  /** Ends that wait. */
  readonly stopping?: AbortSignal;
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
  /** Looks at what became of the messages of each sender now; a server with workers does so by itself. */
  countSenders(): Promise<void>;
  /** Puts on the ledger what was metered since the last time; a server does so each minute. */
  flushMeters(): Promise<void>;
  /** Computes now what trust cells lend each other, where that was not done today; a server with workers does so by itself. */
  poolTrust(): Promise<void>;
  adminKey(): Promise<string>;
  /** Ends the pause after a restore. `journalDir` has the journals of all hosts; null when there are none. */
  reconcileRestore(request: {
    readonly journalDir: string | null;
    readonly acceptMissing: boolean;
  }): Promise<ReconcileReport>;
  close(): Promise<void>;
}
