/** A whole system in this process on a database of its own, for tests that look at it from outside and into its tables. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleepFor } from 'node:timers/promises';

import type { ActionChannel } from '../src/actors/channel.port.ts';
import type { Clock } from '../src/actors/clock.port.ts';
import type { DecisionEngine } from '../src/actors/decision-engine.port.ts';
import { openApp } from '../src/app.ts';
import type { App, AppOptions } from '../src/app.ts';
import type { AccountFacts, ContactFacts } from '../src/domain/entity.ts';
import { NO_RELATIONS } from '../src/domain/entity.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Caller, EventInput, ProposalInput } from '../src/gateway/services.port.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql, SqlValue } from '../src/memory/sql/sql.port.ts';
import type { TestDatabase } from './needs.ts';
import { copyPglite } from './pglite-template.ts';
import { createDatabase } from './postgres-database.ts';

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly caller: Caller;
  readonly sql: Sql;
  readonly dataDir: string;
  readonly rows: <Row extends object>(text: string, params?: readonly SqlValue[]) => Promise<readonly Row[]>;
}

export interface TestAppOptions {
  readonly workers?: boolean;
  readonly smtpUrl?: string;
  readonly engine?: DecisionEngine;
  readonly clock?: Clock;
  /** In base64; without it the system makes one. */
  readonly masterKey?: string;
  readonly journalDir?: string;
  readonly anchorDir?: string;
  readonly archiveDir?: string;
  readonly channels?: readonly ActionChannel[];
  /** Runs on the new database before the system opens it. */
  readonly prepare?: (sql: Sql) => Promise<void>;
}

export async function testApp(database: TestDatabase, options: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const server = database.kind === 'postgres' ? await createDatabase(database.serverUrl) : null;
  const sql =
    server === null
      ? await copyPglite(options.prepare === undefined ? 'migrated' : 'empty')
      : createPostgres(server.url, { maxConnections: 12 });
  await options.prepare?.(sql);
  const app = await openEmbedded(dataDir, {
    database: sql,
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    smtpUrl: options.smtpUrl ?? null,
    journalDir: options.journalDir ?? null,
    anchorDir: options.anchorDir ?? null,
    archiveDir: options.archiveDir ?? null,
    channels: options.channels ?? [],
    masterKey: options.masterKey ?? null,
    adminKey: 'gh_default_test',
    workers: options.workers ?? false,
  });
  return {
    app,
    sql,
    dataDir,
    caller: await app.caller('default'),
    rows: (text, params = []) => sql.asOwner((session) => session.query(text, params)),
    async [Symbol.asyncDispose]() {
      await app.close();
      await server?.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The embedded system on a data folder of its own, with nothing configured and nobody listening. */
export function openEmbedded(dataDir: string, changes: Partial<AppOptions> = {}): Promise<App> {
  return openApp({
    dataDir,
    databaseUrl: null,
    natsUrl: null,
    smtpUrl: null,
    mailFrom: 'Gatehouse <gatehouse@localhost>',
    masterKey: null,
    adminKey: null,
    host: '127.0.0.1',
    port: 0,
    drainMs: 0,
    logLevel: 'silent',
    workers: false,
    ...changes,
  });
}

let made = 0;
export function event(
  type: string,
  subject: string,
  data: JsonObject = {},
  changes: Partial<EventInput> = {},
): EventInput {
  made += 1;
  return {
    source: '/test',
    id: `e${made}`,
    type,
    subject,
    time: null,
    data,
    dataText: JSON.stringify(data),
    ...changes,
  };
}

export function proposal(subject: string, changes: Partial<ProposalInput> = {}): ProposalInput {
  made += 1;
  const content = changes.content ?? { subject: `Hello ${made}`, body: 'A question about your plans.' };
  return {
    id: `p${made}`,
    action_type: 'outreach_push',
    lane: 'operator',
    subject,
    content,
    contentText: JSON.stringify(content),
    confidence: null,
    sender: null,
    originating_proposal_id: null,
    reason: null,
    ...changes,
  };
}

/** Sends at any hour, and lets sales e-mails go without review. */
export const OPEN_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'open',
  sending_hours: { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
  grants: [
    { action_type: 'crm_update', level: 'auto', max_risk: 'low' },
    { action_type: 'outreach_push', level: 'auto', max_risk: 'high' },
  ],
};

export const PROSPECT: AccountFacts = {
  name: 'Example',
  domain: 'example.com',
  abm_active: false,
  relations: NO_RELATIONS,
};
export const REACHABLE: ContactFacts = {
  email: 'someone@example.com',
  account: 'example',
  time_zone: 'Europe/Paris',
  consent: { basis: 'consent', source: 'form' },
};

/** One account and one contact about whom everything is known that the gate asks. */
export async function knowProspect({ app, caller }: TestApp, contact = 'someone'): Promise<void> {
  await app.services.applyPolicy(caller, OPEN_POLICY);
  await app.services.putAccount(caller, 'example', PROSPECT);
  await app.services.putContact(caller, contact, REACHABLE);
}

/** A clock that a test can move forward. */
export function movableClock(): Clock & { ahead: number } {
  return {
    ahead: 0,
    now() {
      return Date.now() + this.ahead;
    },
    async sleep(ms, signal) {
      await sleepFor(ms, undefined, { signal }).catch(() => {});
    },
  };
}

/** Waits until a condition holds; fails the test after a minute. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  throw new Error('the condition did not come true within a minute');
}
