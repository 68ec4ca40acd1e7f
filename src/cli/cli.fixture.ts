/** Runs command lines in the process of a test, against fake services. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach } from 'vitest';

import type { ReconcileReport } from '../actors/restore/reconcile-report.port.ts';
import { evaluateRetrieval } from '../app/retrieval-providers.ts';
import type { Environment } from '../config/config.ts';
import { asId } from '../domain/ids.ts';
import { backtestCaps } from '../evals/caps/cap-backtest.ts';
import { FakeServices } from '../gateway/services.fake.ts';
import type { Caller } from '../gateway/services.port.ts';
import type { LocalApp, System } from './app.port.ts';
import type { Backups } from './backups.port.ts';
import type { ExitCode } from './command.ts';
import type { Ledgers } from './ledgers.port.ts';
import { run } from './run.ts';
import type { Terminal } from './terminal.ts';

export const NOW = Date.UTC(2026, 10, 21, 10);

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

export function temporaryDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
  folders.push(folder);
  return folder;
}

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

const BACKUP = { taken_at: '2026-11-21T09:00:00.000Z', schema: 4, events: 3, rows: 70, bytes: 1_200_000 };

function reconcileReport({ journalDir }: { readonly journalDir: string | null }): ReconcileReport {
  const unknown = [{ tenant: 'default', permit: 'per_1.0', correlation: 'cor_1' }];
  return {
    backup_at: BACKUP.taken_at,
    restored_at: '2026-11-21T10:00:00.000Z',
    journal:
      journalDir === null
        ? { state: 'missing', files: 0, entries: 0, gaps: ['no folder with journals was given'] }
        : { state: 'complete', files: 2, entries: 7, gaps: [] },
    open_permits: {
      marked: 4,
      executed: 1,
      failed: 1,
      resumed: 1 + (journalDir === null ? 0 : 1),
      unknown: journalDir === null ? unknown : [],
    },
    effects: [],
    suppressions: 1,
    erasures: 0,
    lifted_again: [],
    waiting_messages: 0,
  };
}

function fakeBackups(): Backups {
  return {
    write: async (_config, folder) => ({ folder, ...BACKUP }),
    verify: async (_config, folder) => ({ folder, ...BACKUP }),
    move: async () => ({
      from: '/data/pg',
      to: 'postgres://localhost/new',
      events: 3,
      tables: { ledger: 3 },
    }),
    restore: async (_config, folder) => ({ folder, ...BACKUP, paused: true, into: 'postgres://localhost/restored' }),
  };
}

export class TestWorld {
  readonly services = new FakeServices();
  readonly dataDir = temporaryDataDir();
  readonly backups = fakeBackups();
  readonly ledgers: Ledgers = {
    verify: () => this.services.verify(),
    export: async (_config, { before, to }) => ({
      folder: `${to}/ledger-000001`,
      number: 1,
      before: new Date(before).toISOString(),
      events: 3,
      partitions: 2,
      bytes: 900,
    }),
  };
  env: Environment = {};
  /** Answers to the questions that are asked; null when nobody is there. */
  answers: string[] | null = null;
  readonly questions: string[] = [];
  server: { readonly url: string } | null = null;
  /** Tenants that were opened in this process, and how many of these are still open. */
  readonly opened: string[] = [];
  openApps = 0;
  listenError: Error | null = null;
  /** Thrown by every attempt to open the system. */
  openError: Error | null = null;

  async run(...argv: string[]): Promise<Ran> {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(argv, {
      env: { GATEHOUSE_DATA_DIR: this.dataDir, ...this.env },
      terminal: this.#terminal(out, err),
      system: this.#system(),
      readFile: (path) => readFileSync(path, 'utf8'),
      now: () => NOW,
      version: '1.2.3',
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  #terminal(out: string[], err: string[]): Terminal {
    const plain = (_tone: string, text: string): string => text;
    return {
      out: (text) => void out.push(text),
      note: (text) => void err.push(text),
      status: () => {},
      isLive: false,
      width: 80,
      canAsk: this.answers !== null,
      ask: (question) => {
        this.questions.push(question);
        return Promise.resolve(this.answers?.shift() ?? '');
      },
      paint: plain,
      notePaint: plain,
      stderr: { isTTY: false, columns: 80, write: (text) => err.push(text.trimEnd()) },
    };
  }

  #system(): System {
    return {
      findServer: () => Promise.resolve(this.server),
      openApp: () => this.#open(),
      backups: this.backups,
      ledgers: this.ledgers,
      evaluateCaps: backtestCaps,
      evaluateRetrieval,
    };
  }

  #open(): Promise<LocalApp> {
    return this.openError === null ? Promise.resolve(this.#app()) : Promise.reject(this.openError);
  }

  #app(): LocalApp {
    this.openApps += 1;
    const callerOf = (tenant: string): Caller => ({
      tenant: asId(tenant),
      identity: 'person:operator',
      kind: 'person',
      role: 'admin',
      keyId: 'local',
    });
    return {
      services: this.services,
      caller: (tenant) => {
        this.opened.push(tenant);
        return Promise.resolve(callerOf(tenant));
      },
      listen: () =>
        this.listenError === null
          ? Promise.resolve({ url: 'http://127.0.0.1:4800', stop: () => Promise.resolve() })
          : Promise.reject(this.listenError),
      prepareDemo: () => Promise.resolve({ tenant: 'demo', key: 'gh_demo_1', caller: callerOf('demo') }),
      reconcileRestore: (request) => Promise.resolve(reconcileReport(request)),
      adminKey: () => Promise.resolve('gh_default_1'),
      close: () => {
        this.openApps -= 1;
        return Promise.resolve();
      },
    };
  }
}
