/**
 * Reconciles a restored installation with what happened after its backup. Every permit that was open is marked uncertain and then looked
 * into: the journal of the hosts knows what was begun, the channel knows what it did. What nobody knows stays uncertain and is never
 * sent again. Effects and suppressions that only the journal knows are put on the ledger, so that cooldowns, duplicates and opt-outs hold.
 * Everything here may be run again after it was interrupted.
 */
import { GatehouseError } from '../../domain/errors.ts';
import { asId } from '../../domain/ids.ts';
import type { CorrelationId, TenantId } from '../../domain/ids.ts';
import { HOUR_MS, isoOf } from '../../domain/instant.ts';
import type { JournalAttempt } from '../../domain/journal.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { Message } from '../../domain/message.ts';
import { actionResult } from '../action-result.ts';
import type { ResultData } from '../action-result.ts';
import type { ActionChannel } from '../channel.port.ts';
import type { Clock } from '../clock.port.ts';
import { commandMessage } from '../command-message.ts';
import type { PermitFacts } from '../execution-store.port.ts';
import type { Host } from '../host.ts';
import { subjectMessage } from '../subject-commands.ts';
import type { TenantCommands } from '../tenant-commands.ts';
import type { JournalReading } from './journal-reading.port.ts';
import type { FoundEffect, PermitFate, ReconcileReport } from './reconcile-report.port.ts';
import type { PendingRestore, RecoveredEffect, RestoreStore } from './restore-store.port.ts';

/** The clocks of hosts and database may differ, so the journal is read from a little before the backup. */
export const CLOCK_MARGIN_MS = HOUR_MS;
const BATCH = 500;

export interface ReconcileDeps {
  readonly store: RestoreStore;
  readonly host: Host;
  readonly commands: TenantCommands;
  readonly channels: readonly ActionChannel[];
  readonly clock: Clock;
}

export interface ReconcileRequest {
  /** Reads the journals for this restore; `kept` says which permits matter however old their entries are. */
  readonly read: (restore: PendingRestore, kept: ReadonlySet<string>) => Promise<JournalReading>;
  /** Goes on although something may be missing in the journals. */
  readonly acceptMissing: boolean;
  readonly by: string;
}

type Fate = 'executed' | 'failed' | 'resumed' | 'unknown';

interface Judgement {
  readonly fate: Fate;
  readonly result: ResultData | null;
}

const keyOf = (item: { readonly tenant: string; readonly permit: string }): string =>
  tenantKey(asId<TenantId>(item.tenant), item.permit);

/**
 * Ends the pause of a restored installation. Throws `state_conflict` when nothing waits for it, and when the journals have holes, nobody
 * accepted that, and a cooldown of before the restore may still run.
 */
export async function reconcileRestore(deps: ReconcileDeps, request: ReconcileRequest): Promise<ReconcileReport> {
  const { store, clock, commands } = deps;
  const restore = await store.pending();
  if (restore === null) throw new GatehouseError('state_conflict', 'This installation is not paused by a restore.');
  const open = await store.openPermits();
  const source = `restore:${restore.id}`;
  const kept = new Set(
    [...open, ...(await store.uncertainPermits(source))].map((permit) => tenantKey(permit.tenant, permit.id)),
  );
  const journal = await request.read(restore, kept);
  if (journal.gaps.length > 0 && !request.acceptMissing) await refuseHoles(deps, restore, journal);

  const effects = await recoverEffects(deps, restore, journal);
  await deliver(
    deps,
    open.map((permit) =>
      actionResult(
        permit,
        clock.now(),
        {
          type: 'action.uncertain',
          data: { permit: permit.id, detail: 'the backup does not say whether it was executed afterwards' },
        },
        source,
      ),
    ),
  );
  const suppressions = await reapplySuppressions(deps, restore, journal);
  const erasures = await reapplyErasures(deps, restore, journal);
  const fates = await settleFates(deps, source, journal);
  const counts = {
    uncertain: fates.unknown.length,
    executed: fates.counts.executed,
    failed: fates.counts.failed,
    resumed: fates.counts.resumed,
    effects: effects.length,
    suppressions: suppressions.added,
    erasures,
  };
  for (const tenant of await store.tenants()) {
    await commands.record(tenant, restore.id, 'tenant.restored', {
      backup_at: restore.backupAt,
      restored_at: restore.restoredAt,
      journal: journal.gaps.length === 0 ? 'complete' : 'missing',
      counts,
      by: request.by,
    });
  }
  const waiting = await store.finish();
  return {
    backup_at: isoOf(restore.backupAt),
    restored_at: isoOf(restore.restoredAt),
    journal: {
      state: journal.gaps.length === 0 ? 'complete' : 'missing',
      files: journal.files,
      entries: journal.entries,
      gaps: journal.gaps,
    },
    open_permits: { marked: open.length, ...fates.counts, unknown: fates.unknown },
    effects,
    suppressions: suppressions.added,
    erasures,
    lifted_again: suppressions.liftedAgain,
    waiting_messages: waiting,
  };
}

/** Without journals nobody is safe before every cooldown has ended that an unknown effect may have begun. */
async function refuseHoles(
  { store, clock }: ReconcileDeps,
  restore: PendingRestore,
  journal: JournalReading,
): Promise<void> {
  const safeAt = restore.restoredAt + (await store.longestCooldownMs());
  if (clock.now() >= safeAt) return;
  throw new GatehouseError(
    'state_conflict',
    `It cannot be known what was sent after the backup, so somebody could be contacted twice. Give --journal a folder with the journals of all hosts; or wait until ${isoOf(safeAt)}, when every cooldown has ended; or accept it with --accept-missing-journal.`,
    { faults: journal.gaps.map((detail) => ({ pointer: 'journal', detail })) },
  );
}

async function deliver({ host }: ReconcileDeps, messages: readonly Message[]): Promise<void> {
  for (let index = 0; index < messages.length; index += BATCH) {
    for (const result of await host.deliverResults(messages.slice(index, index + BATCH))) {
      if (result.status === 'parked') throw new GatehouseError('internal', result.error);
    }
  }
}

/** Effects whose permits were granted after the backup: the database knows nothing of them. */
async function recoverEffects(
  deps: ReconcileDeps,
  restore: PendingRestore,
  journal: JournalReading,
): Promise<readonly FoundEffect[]> {
  const { store } = deps;
  const late = [...journal.attempts.values()].filter((attempt) => attempt.at >= restore.backupAt - CLOCK_MARGIN_MS);
  const known = await store.known(late);
  const found: { readonly attempt: JournalAttempt; readonly effect: RecoveredEffect }[] = [];
  for (const attempt of late) {
    if (known.has(keyOf(attempt))) continue;
    const ended = journal.results.get(keyOf(attempt));
    if (ended?.result === 'absent' || ended?.result === 'refused') continue;
    const receipt = ended?.result === 'sent' ? ended.receipt : await receiptOf(deps.channels, attempt);
    if (receipt === 'absent') continue;
    found.push({
      attempt,
      effect: {
        tenant: attempt.tenant,
        permit: attempt.permit,
        at: attempt.at,
        result: receipt === null ? 'uncertain' : 'sent',
        receipt,
        detail: 'known from the journal of a host only',
      },
    });
  }
  // First of all, because from now on these permits cannot be used, whatever is interrupted.
  await store.remember(
    restore.id,
    found.map((item) => item.effect),
  );
  await deliver(
    deps,
    found.map(({ attempt, effect }) => recoveredMessage(restore, attempt, effect, deps.clock.now())),
  );
  return found.map(({ attempt, effect }) => ({
    tenant: attempt.tenant,
    permit: attempt.permit,
    correlation: attempt.correlation,
    at: isoOf(attempt.at),
    action_type: attempt.action_type,
    channel: attempt.channel,
    result: effect.result,
  }));
}

/** Asks the channel: its receipt, `absent` when it certainly did not act, null when nobody knows. */
async function receiptOf(
  channels: readonly ActionChannel[],
  { tenant, permit, channel: name, mode }: Pick<JournalAttempt, 'tenant' | 'permit' | 'channel' | 'mode'>,
): Promise<string | null> {
  const channel = channels.find((item) => item.carries(name, mode));
  const [answer = 'unknown'] = channel === undefined ? [] : await channel.lookup(tenant, [permit]);
  if (answer === 'unknown') return null;
  if (answer !== 'absent') return answer.receipt;
  return channel?.remembersInDatabase === true ? null : 'absent';
}

function recoveredMessage(
  restore: PendingRestore,
  attempt: JournalAttempt,
  effect: RecoveredEffect,
  at: number,
): Message {
  const { account, person } = attempt;
  return commandMessage({
    type: 'effect.recovered',
    data: {
      permit: attempt.permit,
      action_type: attempt.action_type,
      channel: attempt.channel,
      fingerprint: attempt.fingerprint,
      occurred_at: attempt.at,
      result: effect.result,
      receipt: effect.receipt,
    },
    tenant: asId<TenantId>(attempt.tenant),
    source: `restore:${restore.id}`,
    id: `effect:${attempt.permit}`,
    scope: attempt.scope,
    actor: person === null ? { kind: 'account', id: account ?? attempt.scope } : { kind: 'lead', id: person },
    refs: { account, person, domain: attempt.domain, suppressionKeys: [], hasAddress: false },
    at,
    correlation: asId<CorrelationId>(attempt.correlation),
  });
}

/** The last word on each key counts. What was added after the backup holds again; what was lifted is left to a person. */
async function reapplySuppressions(
  { store, commands }: ReconcileDeps,
  restore: PendingRestore,
  journal: JournalReading,
): Promise<{ readonly added: number; readonly liftedAgain: ReconcileReport['lifted_again'] }> {
  const late = journal.suppressions.filter((entry) => entry.at >= restore.backupAt - CLOCK_MARGIN_MS);
  const last = [...new Map(late.map((entry) => [tenantKey(asId(entry.tenant), entry.key), entry])).values()];
  const inForce = await store.suppressed(last);
  const isInForce = (entry: { tenant: string; key: string }): boolean =>
    inForce.has(tenantKey(asId(entry.tenant), entry.key));
  let added = 0;
  for (const entry of last) {
    if (entry.change !== 'added' || entry.scope === null || isInForce(entry)) continue;
    await commands.record(asId<TenantId>(entry.tenant), `${restore.id}:${entry.key}`, 'suppression.added', {
      key: entry.key,
      scope: entry.scope,
      reason: entry.reason,
      source: entry.source,
      by: 'system:restore',
    });
    added += 1;
  }
  const liftedAgain = last.filter((entry) => entry.change === 'removed' && isInForce(entry));
  return { added, liftedAgain: liftedAgain.map(({ tenant, key }) => ({ tenant, key })) };
}

/** Whoever was erased after the backup came back with it, and is erased again. Returns how many. */
async function reapplyErasures(deps: ReconcileDeps, restore: PendingRestore, journal: JournalReading): Promise<number> {
  const erased = new Map(journal.erasures.map((entry) => [tenantKey(asId(entry.tenant), entry.subject), entry]));
  await deliver(
    deps,
    [...erased.values()].map((entry) =>
      subjectMessage({
        type: 'subject.erased',
        data: { by: 'system:restore', reason: 'erased after the backup' },
        tenant: asId(entry.tenant),
        source: `restore:${restore.id}`,
        id: `erasure:${entry.subject}`,
        subject: { id: entry.subject, scope: entry.scope, account: entry.account, domain: null, suppressionKeys: [] },
        at: deps.clock.now(),
      }),
    ),
  );
  return erased.size;
}

async function settleFates(
  deps: ReconcileDeps,
  source: string,
  journal: JournalReading,
): Promise<{ readonly counts: Record<Exclude<Fate, 'unknown'>, number>; readonly unknown: readonly PermitFate[] }> {
  const counts = { executed: 0, failed: 0, resumed: 0 };
  const unknown: PermitFate[] = [];
  const messages: Message[] = [];
  const at = deps.clock.now();
  for (const permit of await deps.store.uncertainPermits(source)) {
    const { fate, result } = await judge(deps.channels, permit, journal, at);
    if (fate === 'unknown')
      unknown.push({ tenant: permit.tenant, permit: permit.id, correlation: permit.detail.correlation });
    else counts[fate] += 1;
    if (result !== null) messages.push(actionResult(permit, at, result, source));
  }
  await deliver(deps, messages);
  return { counts, unknown };
}

async function judge(
  channels: readonly ActionChannel[],
  permit: PermitFacts,
  journal: JournalReading,
  at: number,
): Promise<Judgement> {
  const key = tenantKey(permit.tenant, permit.id);
  const attempt = journal.attempts.get(key);
  const ended = journal.results.get(key);
  const executed = (receipt: string, executedAt: number): Judgement => ({
    fate: 'executed',
    result: {
      type: 'action.executed',
      data: { permit: permit.id, receipt, mode: permit.mode, executed_at: executedAt },
    },
  });
  const resumed = (detail: string): Judgement => ({
    fate: 'resumed',
    result: { type: 'action.resumed', data: { permit: permit.id, detail } },
  });
  if (ended?.result === 'sent' && ended.receipt !== null) return executed(ended.receipt, ended.at);
  if (ended?.result === 'refused') {
    const data = { permit: permit.id, code: 'channel_refused', detail: 'known from the journal of a host' };
    return { fate: 'failed', result: { type: 'action.failed', data } };
  }
  if (ended?.result === 'absent') return resumed('the journal says that the channel did not act');
  // An attempt is in the journal before the channel is called, so without one nothing was tried.
  if (attempt === undefined && permit.attempts === 0 && journal.gaps.length === 0)
    return resumed('no journal has an attempt');
  const receipt = await receiptOf(channels, {
    tenant: permit.tenant,
    permit: permit.id,
    channel: permit.detail.channel,
    mode: permit.mode,
  });
  if (receipt === null) return { fate: 'unknown', result: null };
  if (receipt === 'absent') return resumed('the channel says that it did not act');
  return executed(receipt, attempt?.at ?? Math.min(at, permit.expiresAt));
}
