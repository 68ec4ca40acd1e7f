/** The `gatehouse` command in its process: joins the command line to the terminal, the environment and the system. */
import { readFileSync } from 'node:fs';

import packageJson from '../../package.json' with { type: 'json' };
import { createBackups, createLedgers, evaluateCaps, evaluateRetrieval, findServer, openApp } from '../app.ts';
import type { System } from './app.port.ts';
import { run } from './run.ts';
import { createTerminal } from './terminal.ts';

/** What a command opens for itself says only what went wrong; a server says what it does. */
const QUIET_LEVEL = 'warn';

const system: System = {
  backups: createBackups(),
  ledgers: createLedgers(),
  evaluateCaps,
  evaluateRetrieval,
  findServer: (config) => findServer(config.dataDir, config.databaseUrl),
  openApp(config, { workers, stopping }) {
    const chosen = (process.env['GATEHOUSE_LOG_LEVEL'] ?? '') !== '';
    return openApp({
      dataDir: config.dataDir,
      journalDir: config.journalDir,
      journalDays: config.journalDays,
      anchorDir: config.anchorDir,
      noteStaleDays: config.noteStaleDays ?? {},
      archiveDir: config.archiveDir,
      embeddings:
        config.embeddings === null
          ? null
          : { ...config.embeddings, url: config.embeddingsUrl, apiKey: config.embeddingsKey },
      databaseUrl: config.databaseUrl,
      natsUrl: config.natsUrl,
      smtpUrl: config.smtpUrl,
      mailFrom: config.mailFrom,
      masterKey: config.masterKey,
      adminKey: config.adminKey,
      host: config.host,
      port: config.port,
      drainMs: config.drainSeconds * 1_000,
      logLevel: workers || chosen ? config.logLevel : QUIET_LEVEL,
      tracesUrl: config.otlpEndpoint,
      traces: config.otlpEndpoint === null ? null : config.traceShare,
      // A command says at once that nobody is there.
      startWaitMs: workers ? config.startWaitSeconds * 1_000 : 0,
      ...(stopping === undefined ? {} : { stopping }),
      workers,
    });
  },
};

// A reader that went away, as in `gatehouse trace … | head`, is no reason for a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  terminal: createTerminal(process, process.env),
  system,
  readFile: (path) => readFileSync(path, 'utf8'),
  now: () => Date.now(),
  version: packageJson.version,
});
