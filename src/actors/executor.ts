/**
 * Carries out what the gate permitted. An attempt is recorded before the channel is called and is never claimed again: when its
 * worker dies, the channel is asked what happened, and where it cannot say the action stays uncertain. What no database can fence is
 * a worker that is paused between its claim and its call; that is why channels get an idempotency key.
 */
import { TerminalError, RetryableError } from '../domain/errors.ts';
import { must } from '../domain/errors.ts';
import { fingerprintOf } from '../domain/fingerprint.ts';
import type { EventId, TenantId } from '../domain/ids.ts';
import { asId } from '../domain/ids.ts';
import { SECOND_MS } from '../domain/instant.ts';
import type { Digest } from '../domain/json.ts';
import type { Message, SubjectRefs } from '../domain/message.ts';
import { secondCheck } from '../policies/second-check.ts';
import type { ActionChannel, ChannelReceipt, ChannelRequest } from './channel.port.ts';
import type { ClaimablePermit, ExecutionStore } from './execution-store.port.ts';
import type { Host } from './host.ts';
import type { RuntimeObserver } from './observer.port.ts';

/** Attempts that are made when a channel certainly did not act each time. */
const ATTEMPTS_MAX = 5;
const BACKOFF_MS = 2 * SECOND_MS;
const LEASE_MS = 60 * SECOND_MS;

export interface ExecutorOptions {
  readonly worker: string;
  readonly limit: number;
  /** True when no other worker can exist, so that every open attempt of another name is an orphan. */
  readonly soleWorker: boolean;
}

type ResultData = Pick<
  Extract<Message, { type: 'action.executed' | 'action.failed' | 'action.uncertain' | 'action.expired' }>,
  'type' | 'data'
>;

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #store: ExecutionStore;
  readonly #channels: readonly ActionChannel[];
  readonly #host: Host;
  readonly #digest: Digest;
  readonly #observer: RuntimeObserver;

  constructor(
    options: ExecutorOptions,
    store: ExecutionStore,
    channels: readonly ActionChannel[],
    host: Host,
    digest: Digest,
    observer: RuntimeObserver,
  ) {
    this.#options = options;
    this.#store = store;
    this.#channels = channels;
    this.#host = host;
    this.#digest = digest;
    this.#observer = observer;
  }

  /**
   * Carries out permits that are due at `at`, of these partitions or, when it is null, of all. Returns how many permits it moved; 0
   * means that nothing was due.
   */
  async runDue(tenants: readonly TenantId[], partitions: readonly number[] | null, at: number): Promise<number> {
    const { worker, limit } = this.#options;
    const result = await this.#store.claim({
      worker,
      tenants,
      partitions,
      at,
      limit,
      leaseMs: LEASE_MS,
      check: (permit, facts, policy) =>
        secondCheck({ ...permit, ...permit.detail }, facts, policy, this.#fingerprint(permit), at).map(
          (failure) => failure.code,
        ),
    });
    const messages: Message[] = [
      ...result.expired.map((permit) =>
        this.#message(permit, at, { type: 'action.expired', data: { what: 'permit', id: permit.id } }),
      ),
      ...result.refused.map(({ permit, reasons }) =>
        this.#message(permit, at, {
          type: 'action.failed',
          data: { permit: permit.id, code: 'second_check_failed', detail: reasons.join(', ') },
        }),
      ),
      ...(await this.#send(result.claimed, at)),
    ];
    if (messages.length > 0) await this.#host.deliverResults(messages);
    return result.claimed.length + result.refused.length + result.expired.length;
  }

  /** Finds out what became of attempts whose worker is gone. */
  async reconcile(tenants: readonly TenantId[], at: number): Promise<number> {
    const { worker, soleWorker, limit } = this.#options;
    const orphans = await this.#store.lapsed(tenants, worker, soleWorker, limit);
    const messages: Message[] = [];
    for (const permit of orphans) {
      const channel = this.#channelOf(permit);
      const [answer = 'unknown'] = channel === undefined ? [] : await channel.lookup(permit.tenant, [permit.id]);
      const executedAt = Math.min(at, permit.expiresAt);
      if (answer === 'unknown')
        messages.push(
          this.#message(permit, at, {
            type: 'action.uncertain',
            data: { permit: permit.id, detail: 'the worker ended between sending and its receipt' },
          }),
        );
      else if (answer === 'absent') messages.push(...(await this.#again(permit, at)));
      else
        messages.push(
          this.#message(permit, at, {
            type: 'action.executed',
            data: { permit: permit.id, receipt: answer.receipt, mode: permit.mode, executed_at: executedAt },
          }),
        );
    }
    if (messages.length > 0) await this.#host.deliverResults(messages);
    return orphans.length;
  }

  /** Erased content has no fingerprint, so no permit fits it. */
  #fingerprint(permit: ClaimablePermit): string {
    if (permit.content === null) return '';
    const { actionType, channel, recipient } = permit.detail;
    return fingerprintOf({ actionType, channel, recipient, content: permit.content }, this.#digest);
  }

  #channelOf(permit: ClaimablePermit): ActionChannel | undefined {
    return this.#channels.find((channel) => channel.carries(permit.detail.channel, permit.mode));
  }

  async #send(permits: readonly ClaimablePermit[], at: number): Promise<readonly Message[]> {
    const byChannel = new Map<ActionChannel, ClaimablePermit[]>();
    const messages: Message[] = [];
    for (const permit of permits) {
      const channel = this.#channelOf(permit);
      if (channel === undefined) {
        messages.push(
          this.#message(permit, at, {
            type: 'action.failed',
            data: { permit: permit.id, code: 'channel_refused', detail: 'no channel carries this action' },
          }),
        );
      } else byChannel.set(channel, [...(byChannel.get(channel) ?? []), permit]);
    }
    for (const [channel, group] of byChannel) {
      const requests = group.map((permit): ChannelRequest => ({
        tenant: permit.tenant,
        idempotencyKey: permit.id,
        actionType: permit.detail.actionType,
        channel: permit.detail.channel,
        mode: permit.mode,
        recipient: permit.detail.recipient,
        content: must(permit.content, 'a claimed permit has content'),
        at,
      }));
      const answers = await channel
        .send(requests)
        .catch((error: unknown) =>
          requests.map((): PromiseSettledResult<ChannelReceipt> => ({ status: 'rejected', reason: error })),
        );
      for (const [index, permit] of group.entries()) messages.push(...(await this.#settle(permit, answers[index], at)));
    }
    return messages;
  }

  async #settle(
    permit: ClaimablePermit,
    answer: PromiseSettledResult<ChannelReceipt> | undefined,
    at: number,
  ): Promise<readonly Message[]> {
    if (answer?.status === 'fulfilled') {
      this.#observer.executed('sent', 1);
      return [
        this.#message(permit, at, {
          type: 'action.executed',
          data: { permit: permit.id, receipt: answer.value.receipt, mode: permit.mode, executed_at: at },
        }),
      ];
    }
    const error: unknown = answer?.reason;
    const detail = error instanceof Error ? error.message : 'no answer';
    if (error instanceof RetryableError) return this.#again(permit, at);
    if (error instanceof TerminalError) {
      this.#observer.executed('refused', 1);
      return [
        this.#message(permit, at, {
          type: 'action.failed',
          data: { permit: permit.id, code: 'channel_refused', detail },
        }),
      ];
    }
    this.#observer.executed('uncertain', 1);
    return [this.#message(permit, at, { type: 'action.uncertain', data: { permit: permit.id, detail } })];
  }

  async #again(permit: ClaimablePermit, at: number): Promise<readonly Message[]> {
    const dueAt = at + BACKOFF_MS * 2 ** permit.attempts;
    if (permit.attempts + 1 >= ATTEMPTS_MAX || dueAt > permit.expiresAt) {
      this.#observer.executed('failed', 1);
      return [
        this.#message(permit, at, {
          type: 'action.failed',
          data: { permit: permit.id, code: 'channel_failed', detail: `${permit.attempts + 1} attempts` },
        }),
      ];
    }
    this.#observer.executed('retried', 1);
    await this.#store.retryAt([{ tenant: permit.tenant, id: permit.id, dueAt }]);
    return [];
  }

  #message(permit: ClaimablePermit, at: number, result: ResultData): Message {
    const { detail } = permit;
    const refs = {
      account: detail.account,
      person: detail.person,
      domain: detail.domain,
      suppressionKeys: detail.suppressionKeys,
      hasAddress: detail.hasAddress,
    } as SubjectRefs;
    const message = {
      ...result,
      tenant: permit.tenant,
      source: 'channel',
      id: `${permit.id}:${permit.attempts}:${result.type}`,
      scope: detail.scope,
      partition: permit.partition,
      actor: { kind: 'action', id: permit.action },
      refs,
      at,
      sealed: null,
      profiles: [],
      causation: asId<EventId>(detail.causation),
      correlation: detail.correlation,
      batch: permit.batch,
      history: false,
      contentDigest: '',
    };
    return message as unknown as Message;
  }
}
