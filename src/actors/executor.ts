/**
 * Carries out what the gate permitted. An attempt is recorded before the channel is called and is never claimed again: when its
 * worker dies, the channel is asked what happened, and where it cannot say the action stays uncertain. What no database can fence is
 * a worker that is paused between its claim and its call; that is why channels get an idempotency key.
 */
import { isEgressBlocked } from '../domain/egress.ts';
import { ChannelUnavailableError, must, RetryableError, TerminalError } from '../domain/errors.ts';
import { fingerprintOf } from '../domain/fingerprint.ts';
import type { TenantId } from '../domain/ids.ts';
import { SECOND_MS } from '../domain/instant.ts';
import type { JournalAttempt, JournalResult } from '../domain/journal.ts';
import type { Digest } from '../domain/json.ts';
import type { Message } from '../domain/message.ts';
import type { Policy } from '../domain/policy.ts';
import { isOnlyTheHour, secondCheck } from '../policies/second-check.ts';
import { actionResult } from './action-result.ts';
import type { ResultData } from './action-result.ts';
import { ChannelRoom } from './channel-room.ts';
import type { ActionChannel, ChannelReceipt, ChannelRequest } from './channel.port.ts';
import type { Clock } from './clock.port.ts';
import type { EffectJournal } from './effect-journal.port.ts';
import type { ClaimablePermit, ClaimResult, ExecutionStore } from './execution-store.port.ts';
import type { Host } from './host.ts';
import type { ExecutionResult, RuntimeObserver, Span } from './observer.port.ts';
import { retryDelayMs } from './retry-delay.ts';

const LEASE_MS = 60 * SECOND_MS;

export interface ExecutorOptions {
  readonly worker: string;
  readonly limit: number;
  /** True when no other worker can exist, so that every open attempt of another name is an orphan. */
  readonly soleWorker: boolean;
}

/** What became of a permit, and what its actor is told; nothing when another attempt follows. */
interface Fate {
  readonly permit: ClaimablePermit;
  readonly result: ExecutionResult;
  readonly message: Message | null;
  readonly sent: Span | null;
}

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #store: ExecutionStore;
  readonly #host: Host;
  readonly #digest: Digest;
  readonly #clock: Clock;
  readonly #observer: RuntimeObserver;
  readonly #journal: EffectJournal | null;
  readonly #room: ChannelRoom;

  /** Without a journal nothing is known of effects beside the database; that is for simulated tenants. */
  constructor(
    options: ExecutorOptions,
    store: ExecutionStore,
    channels: readonly ActionChannel[],
    host: Host,
    digest: Digest,
    clock: Clock,
    observer: RuntimeObserver,
    journal: EffectJournal | null = null,
  ) {
    this.#options = options;
    this.#store = store;
    this.#host = host;
    this.#digest = digest;
    this.#clock = clock;
    this.#observer = observer;
    this.#journal = journal;
    this.#room = new ChannelRoom(channels);
  }

  /**
   * Carries out permits that are due at `at`, of these partitions or, when it is null, of all. Returns how many permits it moved; 0
   * means that nothing was due.
   */
  async runDue(tenants: readonly TenantId[], partitions: readonly number[] | null, at: number): Promise<number> {
    const { worker, limit } = this.#options;
    const began = this.#clock.now();
    const hand = this.#room.hand(began);
    try {
      const result = await this.#store.claim({
        worker,
        tenants,
        partitions,
        at,
        limit,
        leaseMs: LEASE_MS,
        full: hand.full,
        take: (channelName, mode) => {
          const channel = this.#room.channelOf(channelName, mode);
          return channel === undefined || hand.take(channel);
        },
        check: (permit, facts, policy) =>
          this.#isKeptBack(permit, policy)
            ? ['channel_unavailable']
            : secondCheck({ ...permit, ...permit.detail }, facts, policy, this.#fingerprint(permit), at).map(
                (failure) => failure.code,
              ),
      });
      const claimed: Span = [began, this.#clock.now()];
      const fates: Fate[] = [
        ...result.expired.map((permit) => this.#expired(permit, at)),
        ...result.refused.map(({ permit, reasons }) =>
          isOnlyTheHour(reasons)
            ? this.#returned(permit, at, reasons.join(', '))
            : this.#withheld(permit, at, reasons.join(', ')),
        ),
        ...result.recovered.map((item) => this.#recovered(item, at)),
      ];
      // A slow channel does not keep the others waiting, nor what they did from being known.
      const groups = [Promise.resolve(fates), ...(await this.#send(result.claimed, at))].map(async (group) =>
        this.#record(await group, claimed, at),
      );
      await Promise.allSettled(groups);
      await Promise.all(groups);
      return result.claimed.length + result.refused.length + result.expired.length + result.recovered.length;
    } finally {
      hand.free();
    }
  }

  /**
   * Finds out what became of attempts whose worker is gone, and tells actions of permits that a worker ended without saying so.
   * `abandoned` says that nobody else works for these tenants: nothing is waited for, and what was under way goes on at the moment
   * at which it was. Returns how many attempts it looked at.
   */
  async reconcile(tenants: readonly TenantId[], at: number, abandoned = false): Promise<number> {
    const { worker, soleWorker, limit } = this.#options;
    const began = this.#clock.now();
    const orphans = await this.#store.lapsed(tenants, worker, soleWorker, limit);
    const untold = await this.#store.untold(tenants, abandoned ? null : at, limit);
    const fates: Fate[] = untold.map(({ permit, ended, dueAt }) => {
      const moment = abandoned ? dueAt - LEASE_MS : at;
      return ended === 'expired'
        ? this.#expired(permit, moment)
        : this.#withheld(permit, moment, 'the worker ended before it gave its reasons');
    });
    for (const { permit, at: claimedAt } of orphans) {
      const detail = 'the worker ended between sending and its receipt';
      const fate = await (abandoned
        ? this.#ask(permit, claimedAt, detail, claimedAt)
        : this.#ask(permit, at, detail, at + retryDelayMs(permit)));
      if (fate !== null) fates.push(fate);
    }
    await this.#record(fates, [began, this.#clock.now()], at);
    return orphans.length;
  }

  /**
   * What the channel says of an attempt that gave no receipt. When it did not act it is tried again at `againAt`. Null when it cannot be
   * asked now; it is asked again when the attempt's lease is over.
   */
  async #ask(permit: ClaimablePermit, at: number, detail: string, againAt: number): Promise<Fate | null> {
    const channel = this.#channelOf(permit);
    let answer: ChannelReceipt | 'absent' | 'unknown' = 'unknown';
    if (channel !== undefined) {
      try {
        [answer = 'unknown'] = await channel.lookup(permit.tenant, [permit.id]);
      } catch (error) {
        this.#observer.failed(`asking the channel ${channel.name}`, error);
        return null;
      }
    }
    if (answer === 'unknown') {
      this.#noteResult(permit, at, 'uncertain');
      return this.#fate(permit, at, 'uncertain', { type: 'action.uncertain', data: { permit: permit.id, detail } });
    }
    if (answer === 'absent') return this.#absent(permit, at, againAt);
    return this.#executed(permit, at, Math.min(at, permit.expiresAt), answer);
  }

  /** Tells the actors, and then whoever watches: what is not recorded will be found out again. */
  async #record(fates: readonly Fate[], claimed: Span, at: number): Promise<void> {
    if (fates.length === 0) return;
    const began = this.#clock.now();
    const messages = fates.flatMap(({ message }) => (message === null ? [] : [message]));
    if (messages.length > 0) await this.#host.deliverResults(messages);
    const recorded: Span = [began, this.#clock.now()];
    // The time that passed here counts on virtual clocks too, where `at` is long ago.
    const now = at + (recorded[1] - claimed[0]);
    for (const { permit, result, sent } of fates)
      this.#observer.executed({
        tenant: permit.tenant,
        decision: permit.detail.decision,
        correlation: permit.detail.correlation,
        permit: permit.id,
        actionType: permit.detail.actionType,
        channel: permit.detail.channel,
        mode: permit.mode,
        result,
        latencyMs: Math.max(0, now - permit.grantedAt),
        claimed,
        sent,
        recorded,
      });
  }

  /** Erased content has no fingerprint, so no permit fits it. */
  #fingerprint(permit: ClaimablePermit): string {
    if (permit.content === null) return '';
    const { actionType, channel, recipient } = permit.detail;
    return fingerprintOf({ actionType, channel, recipient, content: permit.content }, this.#digest);
  }

  /** Whether the policy has come to block where it would go to. */
  #isKeptBack(permit: ClaimablePermit, policy: Policy): boolean {
    const block = this.#channelOf(permit)?.egress;
    return block !== undefined && isEgressBlocked(policy, block);
  }

  #channelOf(permit: ClaimablePermit): ActionChannel | undefined {
    return this.#room.channelOf(permit.detail.channel, permit.mode);
  }

  /** What becomes of them, one promise for each channel. */
  async #send(permits: readonly ClaimablePermit[], at: number): Promise<readonly Promise<readonly Fate[]>[]> {
    const byChannel = new Map<ActionChannel, ClaimablePermit[]>();
    const fates: Fate[] = [];
    for (const permit of permits) {
      const channel = this.#channelOf(permit);
      if (channel === undefined) {
        fates.push(
          this.#fate(permit, at, 'refused', {
            type: 'action.failed',
            data: { permit: permit.id, code: 'channel_refused', detail: 'no channel carries this action' },
          }),
        );
      } else byChannel.set(channel, [...(byChannel.get(channel) ?? []), permit]);
    }
    const fault = await this.#writeAttempts([...byChannel.values()].flat(), at);
    if (fault !== null) {
      this.#observer.failed('writing the journal of effects', fault);
      for (const permit of [...byChannel.values()].flat()) {
        const fate = await this.#again(permit, at, at + retryDelayMs(permit));
        if (fate !== null) fates.push(fate);
      }
      return [Promise.resolve(fates)];
    }
    return [Promise.resolve(fates), ...[...byChannel].map(([channel, group]) => this.#sendThrough(channel, group, at))];
  }

  async #sendThrough(
    channel: ActionChannel,
    permits: readonly ClaimablePermit[],
    at: number,
  ): Promise<readonly Fate[]> {
    const requests = permits.map((permit): ChannelRequest => ({
      tenant: permit.tenant,
      idempotencyKey: permit.id,
      actionType: permit.detail.actionType,
      channel: permit.detail.channel,
      mode: permit.mode,
      recipient: permit.detail.recipient,
      content: must(permit.content, 'a claimed permit has content'),
      at,
    }));
    const began = this.#clock.now();
    const answers = await channel
      .send(requests)
      .catch((error: unknown) =>
        requests.map((): PromiseSettledResult<ChannelReceipt> => ({ status: 'rejected', reason: error })),
      );
    const sent: Span = [began, this.#clock.now()];
    const pause = this.#room.learn(channel, answers, sent[1]);
    if (pause !== null)
      this.#observer.failed(
        `sending through ${channel.name}, which is left alone for ${pause} ms and then tried with one request`,
        reasonsOf(answers)[0],
      );
    const fates: Fate[] = [];
    for (const [index, permit] of permits.entries()) {
      const fate = await this.#settle(permit, answers[index], at);
      if (fate !== null) fates.push({ ...fate, sent });
    }
    return fates;
  }

  /** Writes down what is about to be attempted. Returns the error when it could not, and then nothing may leave. */
  async #writeAttempts(permits: readonly ClaimablePermit[], at: number): Promise<Error | null> {
    if (this.#journal === null || permits.length === 0) return null;
    try {
      await this.#journal.attempted(permits.map((permit) => attemptEntry(permit, at)));
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #noteResult(
    permit: ClaimablePermit,
    at: number,
    result: JournalResult['result'],
    receipt: string | null = null,
  ): void {
    this.#journal?.settled([{ kind: 'result', at, tenant: permit.tenant, permit: permit.id, result, receipt }]);
  }

  /** Null when nothing is known yet and the channel cannot be asked. */
  async #settle(
    permit: ClaimablePermit,
    answer: PromiseSettledResult<ChannelReceipt> | undefined,
    at: number,
  ): Promise<Fate | null> {
    if (answer?.status === 'fulfilled') return this.#executed(permit, at, at, answer.value);
    const error: unknown = answer?.reason;
    const detail = error instanceof Error ? error.message : 'no answer';
    if (error instanceof RetryableError) {
      // The circuit of a channel that cannot be used holds everything back; its requests need no longer wait of their own.
      const attempts = error instanceof ChannelUnavailableError ? 0 : permit.attempts;
      return this.#absent(permit, at, at + retryDelayMs({ ...permit, attempts }));
    }
    if (error instanceof TerminalError) {
      this.#noteResult(permit, at, 'refused');
      return this.#fate(permit, at, 'refused', {
        type: 'action.failed',
        data: { permit: permit.id, code: 'channel_refused', detail },
      });
    }
    return this.#ask(permit, at, detail, at + retryDelayMs(permit));
  }

  #executed(permit: ClaimablePermit, at: number, executedAt: number, { receipt }: ChannelReceipt): Fate {
    this.#noteResult(permit, executedAt, 'sent', receipt);
    return this.#fate(permit, at, 'sent', {
      type: 'action.executed',
      data: { permit: permit.id, receipt, mode: permit.mode, executed_at: executedAt },
    });
  }

  /** A permit that was used before a restore, as a journal says. */
  #recovered({ permit, at: executedAt, receipt }: ClaimResult['recovered'][number], at: number): Fate {
    return receipt === null
      ? this.#fate(permit, at, 'uncertain', {
          type: 'action.uncertain',
          data: { permit: permit.id, detail: 'begun before the restore' },
        })
      : this.#fate(permit, at, 'sent', {
          type: 'action.executed',
          data: { permit: permit.id, receipt, mode: permit.mode, executed_at: executedAt },
        });
  }

  /** An end that is noted twice would hide from a restore that a later attempt has none, so only who ends the attempt notes it. */
  async #absent(permit: ClaimablePermit, at: number, dueAt: number): Promise<Fate | null> {
    const fate = await this.#again(permit, at, dueAt);
    if (fate !== null) this.#noteResult(permit, at, 'absent');
    return fate;
  }

  /** Null when somebody else has settled the attempt. */
  async #again(permit: ClaimablePermit, at: number, dueAt: number): Promise<Fate | null> {
    if (dueAt > permit.expiresAt) {
      return this.#fate(permit, at, 'failed', {
        type: 'action.failed',
        data: { permit: permit.id, code: 'channel_failed', detail: `${permit.attempts + 1} attempts` },
      });
    }
    const { tenant, id, attempts } = permit;
    const isTaken = await this.#store.retryAt({ tenant, permit: id, attempt: attempts + 1, dueAt });
    return isTaken ? { permit, result: 'retried', message: null, sent: null } : null;
  }

  #fate(permit: ClaimablePermit, at: number, result: ExecutionResult, told: ResultData): Fate {
    return { permit, result, message: actionResult(permit, at, told), sent: null };
  }

  #expired(permit: ClaimablePermit, at: number): Fate {
    return this.#fate(permit, at, 'expired', { type: 'action.expired', data: { what: 'permit', id: permit.id } });
  }

  /** The sending hours ended while the permit waited: the gate says when they come again. */
  #returned(permit: ClaimablePermit, at: number, detail: string): Fate {
    return this.#fate(permit, at, 'withheld', { type: 'action.returned', data: { permit: permit.id, detail } });
  }

  #withheld(permit: ClaimablePermit, at: number, detail: string): Fate {
    const data = { permit: permit.id, code: 'second_check_failed' as const, detail };
    return this.#fate(permit, at, 'withheld', { type: 'action.failed', data });
  }
}

/** The reasons of what was rejected. */
function reasonsOf(results: readonly PromiseSettledResult<unknown>[]): readonly unknown[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
}

function attemptEntry(permit: ClaimablePermit, at: number): JournalAttempt {
  const { detail } = permit;
  return {
    kind: 'attempt',
    at,
    tenant: permit.tenant,
    permit: permit.id,
    action_type: detail.actionType,
    channel: detail.channel,
    mode: permit.mode,
    fingerprint: permit.fingerprint,
    account: detail.account,
    person: detail.person,
    domain: detail.domain,
    scope: detail.scope,
    correlation: detail.correlation,
  };
}
