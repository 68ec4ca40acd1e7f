/**
 * A server of its own for a demonstration, on the embedded database, and people and programs who speak to its API with keys of their own. Nobody
 * here has a way that a user has not.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Role } from '../../domain/authority.ts';
import type { AccountFacts, ContactFacts } from '../../domain/entity.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { asId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Caller, TraceView } from '../../gateway/services.port.ts';
import type { CommandContext, CommandServices } from '../command.ts';
import { httpCall, httpServices } from '../http-services.ts';
import type { HttpCall } from '../http-services.ts';
import { awaited } from './scene.ts';

const TENANT = 'demo';

/** Somebody with a key. */
export interface Player {
  readonly services: CommandServices;
  /** The server knows by the key who calls; this is only what the type needs. */
  readonly caller: Caller;
  readonly call: HttpCall;
}

export interface Stage {
  readonly admin: Player;
  /** Where the data stays; null when it goes with the demonstration. */
  readonly kept: string | null;
  /** Makes a key for a person or a program. */
  enter(label: string, role: Role, kind: 'person' | 'agent'): Promise<Player>;
  close(): Promise<void>;
}

/** `folder` is made when it does not exist. Throws `usage` when anything is in it. */
export async function openStage(context: CommandContext, folder: string | null, policy: Policy): Promise<Stage> {
  const dataDir = folder ?? mkdtempSync(join(tmpdir(), 'gatehouse-demo-'));
  if (folder !== null) refuseFull(folder);
  const app = await context.system.openApp(
    {
      ...context.config,
      dataDir,
      journalDir: null,
      anchorDir: null,
      archiveDir: null,
      databaseUrl: null,
      natsUrl: null,
      smtpUrl: null,
      embeddings: null,
      host: '127.0.0.1',
      port: 0,
      drainSeconds: 0,
      logLevel: 'error',
    },
    { workers: true },
  );
  const stops: (() => Promise<void>)[] = [() => app.close()];
  const close = async (): Promise<void> => {
    for (const stop of stops) await stop();
    if (folder === null) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const server = await app.listen();
    stops.unshift(() => server.stop());
    const { key } = await app.prepareDemo();
    const admin = playerOf(server.url, key);
    await admin.services.applyPolicy(admin.caller, policy);
    return {
      admin,
      kept: folder,
      async enter(label, role, kind) {
        const made = await admin.services.createKey(admin.caller, { label, role, kind });
        return playerOf(server.url, made.key);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function refuseFull(folder: string): void {
  let names: readonly string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // It is made.
  }
  if (names.length > 0)
    throw new GatehouseError(
      'usage',
      `${folder} is not empty. Name a folder that is, or leave --data out for a temporary one.`,
    );
}

function playerOf(url: string, key: string): Player {
  return {
    services: httpServices(url, key),
    caller: { tenant: asId(TENANT), identity: 'over-http', kind: 'person', role: 'admin', keyId: 'over-http' },
    call: httpCall(url, key),
  };
}

/** A company and its people, as a CRM would send them. */
export async function know(
  player: Player,
  account: string,
  facts: AccountFacts,
  people: Readonly<Record<string, ContactFacts>>,
): Promise<void> {
  const part = encodeURIComponent;
  await player.call('PUT', `/v1/accounts/${part(account)}`, facts);
  for (const [person, contact] of Object.entries(people))
    await player.call('PUT', `/v1/contacts/${part(person)}`, { account, ...contact });
}

let sent = 0;

type Sent = readonly [type: string, subject: string, data: JsonObject];

/** Sends one signal or outcome, and returns the correlation of its life. */
export async function send(player: Player, what: 'signals' | 'outcomes', ...event: Sent): Promise<string> {
  const [correlation = ''] = await post(player, what, [event]);
  return correlation;
}

/** Sends signals in one request, so that they are committed in this order at one moment. */
export function sendTogether(player: Player, events: readonly Sent[]): Promise<readonly string[]> {
  return post(player, 'signals', events);
}

async function post(player: Player, what: 'signals' | 'outcomes', events: readonly Sent[]): Promise<readonly string[]> {
  const body = events.map(([type, subject, data]) => {
    sent += 1;
    return { specversion: '1.0', id: `demo-${sent}`, source: '/demo', type, subject, data };
  });
  const { accepted } = await player.call<{ readonly accepted: readonly { readonly correlation: string | null }[] }>(
    'POST',
    `/v1/${what}`,
    body,
  );
  return accepted.map(({ correlation }) => correlation ?? '');
}

/** The trace of the decision that a signal led to. */
export async function decided(player: Player, correlation: string): Promise<TraceView> {
  const id = await awaited('nothing was decided', async () => {
    const steps = await player.services.traceCorrelation(player.caller, correlation);
    const made = steps.find(({ type }) => type === 'decision.made');
    return made === undefined ? null : (made.data as { readonly decision: string }).decision;
  });
  return player.services.traceDecision(player.caller, id);
}
