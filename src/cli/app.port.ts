/** What the command line needs of the system behind it. `src/app.ts` is the system; tests have another. */
import type { ReconcileReport } from '../actors/restore/reconcile-report.port.ts';
import type { Config } from '../config/config.ts';
import type { CapReport, TouchCount } from '../evals/caps/touch-log.port.ts';
import type { LabelledSet, RetrievalReport } from '../evals/retrieval/labelled-set.port.ts';
import type { Caller, Services } from '../gateway/services.port.ts';
import type { Backups } from './backups.port.ts';
import type { Ledgers } from './ledgers.port.ts';

/** The system opened in this process. */
export interface LocalApp {
  readonly services: Services;
  /** The operator at this machine, as an admin of the tenant. Makes the tenant when it does not exist. */
  caller(tenant: string): Promise<Caller>;
  /** Serves the API. Rejects with the error of the socket when the port cannot be had. */
  listen(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  /** Makes the demo tenant with its policy and key. */
  prepareDemo(): Promise<{ readonly tenant: string; readonly key: string; readonly caller: Caller }>;
  /** Ends the pause after a restore. `journalDir` has the journals of all hosts; null when there are none. */
  reconcileRestore(request: {
    readonly journalDir: string | null;
    readonly acceptMissing: boolean;
  }): Promise<ReconcileReport>;
  /** Admin key of the tenant `default`. */
  adminKey(): Promise<string>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** False for a command that reads or imports: timers and permits of tenants stay untouched. */
  readonly workers: boolean;
  /** Ends a server's wait for a database that is not there yet. */
  readonly stopping?: AbortSignal;
}

export interface System {
  /** The address of a server that runs on the data folder or the database, or null. */
  findServer(config: Config): Promise<{ readonly url: string } | null>;
  openApp(config: Config, options: OpenOptions): Promise<LocalApp>;
  readonly backups: Backups;
  readonly ledgers: Ledgers;
  /** Asks every question of a labelled set of each provider that needs no service. */
  evaluateRetrieval(set: LabelledSet): Promise<RetrievalReport>;
  /** What caps from 1 to `most` would have done to a log of touches. */
  evaluateCaps(counts: readonly TouchCount[], most: number): CapReport;
}
