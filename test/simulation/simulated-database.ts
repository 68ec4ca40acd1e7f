import type { CadenceRow } from '../../src/actors/cadence/cadence-store.port.ts';
import type { ExampleWrite } from '../../src/actors/examples/example-store.port.ts';
/**
 * The database of a simulated world: committed state in maps, transactions with row locks, and the same promises as the real one. What a
 * statement would check is checked here in the same place; what a crash would undo is undone. The planted bugs live here too.
 */
import type { ClaimablePermit, ClaimResult, ExecutionStore } from '../../src/actors/execution-store.port.ts';
import type { TimelineRow } from '../../src/actors/memory/memory-store.port.ts';
import type { LedgerReader } from '../../src/actors/replay/ledger-reader.port.ts';
import type { MemoryReader } from '../../src/actors/replay/memory-reader.port.ts';
import type {
  BatchOutcome,
  CommitPlan,
  Delivery,
  LeaseStatus,
  Loaded,
  PermitRow,
  RuntimeStore,
  StoredActor,
  StoredGuard,
  Suppression,
  TimerRow,
} from '../../src/actors/runtime-store.port.ts';
import { actionsToLoad } from '../../src/domain/actions-to-load.ts';
import { GatehouseError, LeaseLostError, must, RetryableError } from '../../src/domain/errors.ts';
import type { GateFacts } from '../../src/domain/gate.ts';
import { PARTITION_COUNT } from '../../src/domain/ids.ts';
import type { Hash, TenantId } from '../../src/domain/ids.ts';
import { canonicalJson } from '../../src/domain/json.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { actorKey, actorKeysOf, guardKeysOfMessage, messageKey, tenantKey } from '../../src/domain/keys.ts';
import { GENESIS_HASH, ledgerHash } from '../../src/domain/ledger-event.ts';
import type { LedgerRow } from '../../src/domain/ledger-event.ts';
import type { Message } from '../../src/domain/message.ts';
import { stricterMode } from '../../src/domain/mode.ts';
import type { Mode } from '../../src/domain/mode.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { isScopeLinked } from '../../src/domain/scope-linked.ts';
import { guardsAsRead } from '../../src/memory/runtime/guards-as-read.ts';
import { sortDeliveries } from '../../src/memory/runtime/sort-deliveries.ts';
import { inboxStateOf } from '../../src/memory/runtime/write/write-inbox.ts';
import { sha256 } from '../../src/memory/sha256.ts';
import type { Random } from '../../src/stats/random.ts';
import type { PlantedBug } from './bugs.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import { DatabaseError, LockTable, Transaction } from './transaction.ts';

interface InboxEntry {
  message: Message;
  state: 'pending' | 'processed' | 'parked' | 'skipped';
  held: boolean;
  error: string | null;
  event: string | null;
  correlation: string | null;
  readonly receivedAt: number;
}

export interface PermitEntry {
  readonly row: PermitRow;
  state: 'granted' | 'claimed' | 'used' | 'failed' | 'revoked' | 'expired' | 'uncertain';
  dueAt: number | null;
  attempts: number;
}

interface Execution {
  attempt: number;
  at: number;
  state: 'open' | 'sent' | 'absent' | 'refused' | 'uncertain';
  worker: string;
  leaseUntil: number;
}

interface Lease {
  holder: string | null;
  epoch: number;
  until: number;
}

const actorKeyOf = ({ tenant, actor }: Message) => actorKey(tenant, actor.kind, actor.id);
const inboxKey = (row: { readonly tenant: string; readonly source: string; readonly id: string }) =>
  `${row.tenant}\n${row.source}\n${row.id}`;

const FACT_KEYS = ['contact', 'account'] as const;

export interface Faults {
  /** Chance that a connection breaks at a step of a transaction. */
  connection: number;
  /** Chance that a commit is done and its answer is lost. */
  answer: number;
}

export class SimulatedDatabase {
  readonly scheduler: Scheduler;
  readonly locks: LockTable;
  readonly faults: Faults = { connection: 0, answer: 0 };
  readonly ledger: LedgerRow[][] = Array.from({ length: PARTITION_COUNT }, () => []);
  readonly actors = new Map<string, StoredActor>();
  readonly guards = new Map<string, StoredGuard>();
  readonly inbox = new Map<string, InboxEntry>();
  readonly permits = new Map<string, PermitEntry>();
  readonly executions = new Map<string, Execution>();
  readonly violations: string[] = [];
  readonly #bug: PlantedBug | null;
  readonly #random: Random;
  readonly #leases: Lease[] = Array.from({ length: PARTITION_COUNT }, () => ({
    holder: null,
    epoch: 0,
    until: -Infinity,
  }));
  readonly #epochsSeen: number[] = Array.from({ length: PARTITION_COUNT }, () => 0);
  readonly #hosts = new Map<string, number>();
  /** The signals of a simulation say nothing that would be noted. */
  readonly #timelines = new Map<string, TimelineRow>();
  /** By id, with what each approval left for later drafts. */
  readonly #examples = new Map<string, ExampleWrite>();
  /** What every touch was proposed as, and how it ended. */
  readonly #touches: CadenceRow[] = [];
  readonly #timers = new Map<string, TimerRow>();
  readonly #parts = new Map<string, string>();
  readonly #policies: ReadonlyMap<string, Policy>;
  readonly #suppressions = new Map<string, Suppression>();
  readonly #open = new Set<Transaction>();

  constructor(scheduler: Scheduler, random: Random, policies: ReadonlyMap<string, Policy>, bug: PlantedBug | null) {
    this.scheduler = scheduler;
    this.locks = new LockTable(scheduler);
    this.#random = random;
    this.#policies = policies;
    this.#bug = bug;
  }

  /** The connections of a process that died are rolled back. */
  disconnect(owner: Owner): void {
    for (const transaction of this.#open) {
      if (transaction.owner !== owner) continue;
      transaction.aborted = true;
      this.#end(transaction);
    }
  }

  #begin(owner: Owner): Transaction {
    const transaction = new Transaction(owner);
    this.#open.add(transaction);
    return transaction;
  }

  #end(transaction: Transaction): void {
    this.#open.delete(transaction);
    this.locks.release(transaction);
  }

  async #step(transaction: Transaction): Promise<void> {
    await this.scheduler.pause(transaction.owner);
    if (transaction.aborted) throw new DatabaseError('57P01', 'the connection is gone');
    if (this.#random() < this.faults.connection) {
      this.#end(transaction);
      throw new GatehouseError('unavailable', 'the connection broke');
    }
  }

  async #transaction<Result>(owner: Owner, work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const transaction = this.#begin(owner);
    try {
      await this.#step(transaction);
      return await work(transaction);
    } finally {
      this.#end(transaction);
    }
  }

  /** The commit is done; whether its answer arrives is another question. */
  async #answer(transaction: Transaction): Promise<void> {
    this.#end(transaction);
    await this.scheduler.pause(transaction.owner);
    if (this.#random() < this.faults.answer) throw new GatehouseError('unavailable', 'the answer was lost');
  }

  storeOf(owner: Owner): RuntimeStore {
    return {
      heartbeat: (host, _url, ttlMs) =>
        this.#transaction(owner, async () => {
          const { now } = this.scheduler;
          this.#hosts.set(host, now);
          return [...this.#hosts].flatMap(([id, seen]) => (seen > now - ttlMs ? [id] : [])).toSorted();
        }),
      leave: (host) =>
        this.#transaction(owner, async () => {
          this.#hosts.delete(host);
        }),
      lease: (host, request) => this.#transaction(owner, async () => this.#lease(host, request)),
      release: (host, partitions) =>
        this.#transaction(owner, async () => {
          for (const partition of partitions) {
            const lease = this.#leases[partition];
            if (lease?.holder === host) lease.until = -Infinity;
          }
        }),
      accept: (messages) => this.#accept(owner, messages),
      receipts: (messages) =>
        this.#transaction(owner, async () =>
          messages.map((message) => {
            const entry = this.inbox.get(inboxKey(message));
            if (entry === undefined) return null;
            if (entry.state === 'pending') return entry.held ? { status: 'held' as const } : null;
            if (entry.state === 'parked') return { status: 'parked' as const, error: entry.error ?? '' };
            return {
              status: 'processed' as const,
              event: entry.event ?? '',
              correlation: entry.correlation ?? '',
              decisions: [],
            };
          }),
        ),
      runBatch: (deliveries, epochs, plan) => this.#runBatch(owner, deliveries, epochs, plan),
      knownDigests: (tenant, messages) =>
        this.#transaction(owner, async () =>
          messages.map((message) => this.inbox.get(inboxKey({ ...message, tenant }))?.message.contentDigest),
        ),
      rehearse: () => Promise.reject(new Error('nothing is rehearsed in a simulation')),
      pendingMessages: (partitions, ageMs, limit) =>
        this.#transaction(owner, async () =>
          [...this.inbox.values()]
            .filter(
              (entry) =>
                entry.state === 'pending' &&
                !(entry.held && this.#held().parked.has(actorKeyOf(entry.message))) &&
                partitions.includes(entry.message.partition) &&
                entry.receivedAt <= this.scheduler.now - ageMs,
            )
            .slice(0, limit)
            .map((entry) => entry.message),
        ),
      dueTimers: (tenants, partitions, now, limit) =>
        this.#transaction(owner, async () =>
          [...this.#timers.values()]
            .filter(
              (timer) =>
                tenants.includes(timer.tenant) &&
                timer.dueAt <= now &&
                (partitions === null || partitions.includes(timer.partition)),
            )
            .toSorted((a, b) => a.dueAt - b.dueAt)
            .slice(0, limit),
        ),
      hasPending: () =>
        this.#transaction(owner, async () =>
          [...this.inbox.values()].some((entry) => entry.state === 'pending' && !entry.held),
        ),
      nextDue: () => Promise.resolve(null),
    };
  }

  #lease(host: string, request: Parameters<RuntimeStore['lease']>[1]): readonly LeaseStatus[] {
    const { now } = this.scheduler;
    const free = request.partitions
      .map((partition) => ({ partition, lease: must(this.#leases[partition], 'a partition has a lease') }))
      .filter(({ lease }) => lease.holder === host || lease.until < now || request.force)
      .toSorted((a, b) => Number(a.lease.holder !== host) - Number(b.lease.holder !== host))
      .slice(0, request.limit);
    return free.map(({ partition, lease }) => {
      if (lease.holder !== host) lease.epoch += 1;
      lease.holder = host;
      lease.until = now + request.leaseMs;
      return { partition, epoch: lease.epoch };
    });
  }

  #accept(owner: Owner, messages: readonly Message[]): Promise<readonly ('accepted' | 'duplicate' | 'conflict')[]> {
    return this.#transaction(owner, async (transaction) => {
      await this.#step(transaction);
      const answers = messages.map((message) => {
        const known = this.inbox.get(inboxKey(message));
        if (known !== undefined)
          return known.message.contentDigest === message.contentDigest ? ('duplicate' as const) : ('conflict' as const);
        this.inbox.set(inboxKey(message), {
          message,
          state: 'pending',
          held: false,
          error: null,
          event: null,
          correlation: message.correlation,
          receivedAt: this.scheduler.now,
        });
        return 'accepted' as const;
      });
      await this.#answer(transaction);
      return answers;
    });
  }

  async #runBatch(
    owner: Owner,
    deliveries: readonly Delivery[],
    epochs: ReadonlyMap<number, number>,
    plan: (loaded: Loaded, fresh: readonly number[]) => CommitPlan,
  ): Promise<BatchOutcome> {
    const transaction = this.#begin(owner);
    try {
      await this.#step(transaction);
      const partitions = [...new Set(deliveries.map((item) => item.message.partition))].toSorted((a, b) => a - b);
      const staleGuards = this.#bug === 'stale-guards' ? new Map(this.guards) : null;
      for (const partition of partitions) await this.locks.take(transaction, `head:${partition}`, 'exclusive');
      // What the host believes may change while the commit is under way; what was checked is what counts.
      const believed = new Map(epochs);
      this.#checkEpochs(partitions, believed);
      const { fresh, results } = sortDeliveries(deliveries, this.#inboxRows(deliveries));
      const wanted = deliveries.flatMap(({ message }) =>
        guardKeysOfMessage(message).map((key) => tenantKey(message.tenant, key)),
      );
      const direct = new Set(wanted);
      const guardKeys = this.#linked(direct);
      const stalePeers = this.#bug === 'unlocked-peers' ? new Map(this.guards) : null;
      const toLock = stalePeers === null ? guardKeys : [...direct];
      for (const key of this.#bug === 'unsorted-locks' ? toLock : toLock.toSorted())
        await this.locks.take(transaction, `guard:${key}`, 'exclusive');
      if (fresh.length === 0) {
        await this.#answer(transaction);
        return { results, outgoing: [] };
      }
      const guards = new Map(staleGuards ?? this.guards);
      for (const key of stalePeers === null ? [] : guardKeys) {
        const stale = stalePeers?.get(key);
        if (!direct.has(key) && stale !== undefined) guards.set(key, stale);
      }
      const loaded = this.#load(deliveries, partitions, guards, guardKeys);
      const planned = plan(loaded, fresh);
      for (const actor of planned.actors)
        if (actor.kind === 'tenant') await this.locks.take(transaction, `registry:${actor.tenant}`, 'exclusive');
      for (const update of planned.permitUpdates)
        await this.locks.take(transaction, `permit:${tenantKey(update.tenant, update.id)}`, 'exclusive');
      const outcome = outcomeOf(planned, fresh, results);
      if (this.#bug === 'ack-before-commit') {
        const later = this.#step(transaction).then(() => {
          this.#apply(planned, loaded, believed);
          this.#end(transaction);
        });
        later.catch(() => this.#end(transaction));
        return outcome;
      }
      await this.#step(transaction);
      this.#apply(planned, loaded, believed);
      await this.#answer(transaction);
      return outcome;
    } catch (error) {
      this.#end(transaction);
      throw error;
    }
  }

  /** These keys, and those of the guards that merges and moves tie to them. */
  #linked(wanted: Iterable<string>): readonly string[] {
    const keys = new Set(wanted);
    for (const key of keys) {
      const guard = this.guards.get(key);
      if (guard === undefined) continue;
      for (const peer of guard.state.joined ?? []) keys.add(tenantKey(guard.tenant, peer.key));
      const { parent } = guard.state;
      if (parent !== undefined && parent !== null) keys.add(tenantKey(guard.tenant, `account:${parent}`));
    }
    return [...keys];
  }

  #checkEpochs(partitions: readonly number[], epochs: ReadonlyMap<number, number>): void {
    if (this.#bug === 'no-epoch-check') return;
    const lost = partitions.filter((partition) => epochs.get(partition) !== this.#leases[partition]?.epoch);
    if (lost.length > 0) throw new LeaseLostError(lost, `partitions ${lost.join(', ')} belong to another host`);
  }

  #inboxRows(deliveries: readonly Delivery[]): Parameters<typeof sortDeliveries>[1] {
    return deliveries.flatMap(({ message }, index) => {
      const entry = this.inbox.get(inboxKey(message));
      return entry === undefined
        ? []
        : [
            {
              ord: index + 1,
              digest: entry.message.contentDigest,
              state: entry.state,
              event: entry.event,
              correlation: entry.correlation,
              held: entry.held,
            },
          ];
    });
  }

  #load(
    deliveries: readonly Delivery[],
    partitions: readonly number[],
    guards: ReadonlyMap<string, StoredGuard>,
    guardKeys: readonly string[],
  ): Loaded {
    const actors = new Map<string, StoredActor>();
    for (const { message } of deliveries) {
      for (const { kind, id } of actorKeysOf(message)) {
        const key = actorKey(message.tenant, kind, id);
        const actor = this.actors.get(key);
        if (actor !== undefined) actors.set(key, actor);
      }
    }
    for (const [key, actor] of this.actors)
      if (actor.kind === 'trust' || guardKeys.includes(tenantKey(actor.tenant, `account:${actor.id}`)))
        actors.set(key, actor);
    const messages = deliveries.map(({ message }) => message);
    for (const { tenant, id } of actionsToLoad(messages, actors)) {
      const key = actorKey(tenant, 'action', id);
      const action = this.actors.get(key);
      if (action !== undefined) actors.set(key, action);
    }
    return {
      heads: new Map(partitions.map((partition) => [partition, this.ledger[partition]?.length ?? 0])),
      actors,
      guards: new Map(
        guardKeys.flatMap((key) => {
          const guard = guards.get(key);
          return guard === undefined ? [] : [[key, guard] as const];
        }),
      ),
      policies: this.#policies,
      suppressions: this.#suppressions,
      listed: new Map(),
      held: this.#held(),
      memory: { slots: new Map(), timelines: new Map([...this.#timelines].map(([key, row]) => [key, row.body])) },
      examples: this.#learnable(),
    };
  }

  #learnable(): Loaded['examples'] {
    const rows = [...this.#examples.values()].filter((row) => row.withdrawn_at === null && row.content !== null);
    return Map.groupBy(rows, ({ tenant }) => tenant);
  }

  #held(): Loaded['held'] {
    const held = [...this.inbox.values()].filter((entry) => entry.held && entry.state !== 'processed');
    const actorOf = ({ message }: InboxEntry) => actorKeyOf(message);
    const parked = new Set(held.filter((entry) => entry.state === 'parked').map(actorOf));
    return {
      parked,
      released: new Set(held.map(actorOf).filter((actor) => !parked.has(actor))),
      messages: new Set(held.map(({ message }) => messageKey(message))),
    };
  }

  /** One moment: everything of the plan, or an error before anything of it. */
  #apply(plan: CommitPlan, loaded: Loaded, epochs: ReadonlyMap<number, number>): void {
    this.#expectStates(plan, loaded);
    for (const draft of plan.drafts) this.#append(draft, epochs);
    for (const actor of plan.actors) this.actors.set(actorKey(actor.tenant, actor.kind, actor.id), actor);
    for (const actor of plan.removedActors) this.actors.delete(actorKey(actor.tenant, actor.kind, actor.id));
    for (const guard of plan.guards) this.guards.set(tenantKey(guard.tenant, guard.key), guard);
    const timerKey = (timer: Pick<TimerRow, 'tenant' | 'actorKind' | 'actorId' | 'name'>) =>
      `${actorKey(timer.tenant, timer.actorKind, timer.actorId)}/${timer.name}`;
    for (const timer of plan.timersCleared) this.#timers.delete(timerKey(timer));
    for (const timer of plan.timersSet) this.#timers.set(timerKey(timer), timer);
    for (const { tenant, action, at } of plan.examplesWithdrawn)
      for (const [key, row] of this.#examples)
        if (row.tenant === tenant && row.action === action && row.withdrawn_at === null)
          this.#examples.set(key, { ...row, withdrawn_at: at });
    this.#touches.push(...plan.cadence);
    for (const row of plan.examples) this.#examples.set(tenantKey(row.tenant, row.id), row);
    for (const { tenant, subject } of plan.erasures)
      for (const [key, row] of this.#examples)
        if (row.tenant === tenant && row.subject === subject) this.#examples.set(key, { ...row, content: null });
    for (const row of plan.memory.timelines) this.#timelines.set(tenantKey(row.tenant, row.scope), row);
    for (const part of plan.parts) this.#parts.set(tenantKey(part.tenant, part.hash), part.body);
    for (const row of plan.permits)
      this.permits.set(tenantKey(row.tenant, row.id), { row, state: 'granted', dueAt: row.grantedAt, attempts: 0 });
    for (const update of plan.permitUpdates) {
      const permit = this.permits.get(tenantKey(update.tenant, update.id));
      if (permit !== undefined)
        Object.assign(permit, { state: update.state, dueAt: update.state === 'granted' ? permit.row.grantedAt : null });
    }
    for (const update of plan.executionUpdates) {
      const execution = this.executions.get(tenantKey(update.tenant, update.permit));
      if (execution === undefined) continue;
      const isFoundOut = execution.state === 'absent' && update.state === 'sent';
      if (execution.state === 'open' || execution.state === 'uncertain' || isFoundOut) execution.state = update.state;
    }
    for (const row of plan.suppressions) {
      if (row.added) this.#suppressions.set(tenantKey(row.tenant, row.key), row);
      else this.#suppressions.delete(tenantKey(row.tenant, row.key));
    }
    for (const row of plan.processed) {
      this.inbox.set(inboxKey(row.message), {
        message: row.message,
        state: inboxStateOf(row),
        held: row.held || row.error !== null,
        error: row.error,
        event: row.event,
        correlation: row.correlation,
        // A message keeps the place in the order that it had when it was accepted.
        receivedAt: this.inbox.get(inboxKey(row.message))?.receivedAt ?? this.scheduler.now,
      });
    }
    for (const { tenant, source, id, decision, data } of plan.resolutions) {
      const entry = this.inbox.get(inboxKey({ tenant, source, id }));
      if (entry?.state !== 'parked') continue;
      entry.state = decision === 'skip' ? 'skipped' : 'pending';
      entry.held = decision !== 'skip';
      if (data !== null) entry.message = { ...entry.message, data } as Message;
    }
    for (const message of plan.outgoing) {
      if (!this.inbox.has(inboxKey(message)))
        this.inbox.set(inboxKey(message), {
          message,
          state: 'pending',
          held: false,
          error: null,
          event: null,
          correlation: message.correlation,
          receivedAt: this.scheduler.now,
        });
    }
  }

  #expectStates(plan: CommitPlan, loaded: Loaded): void {
    for (const actor of [...plan.actors, ...plan.removedActors]) {
      const key = actorKey(actor.tenant, actor.kind, actor.id);
      if ((this.actors.get(key)?.seq ?? 0) !== (loaded.actors.get(key)?.seq ?? 0))
        throw new RetryableError(`the state of ${key} is not as it was read`);
    }
    for (const guard of this.#bug === 'stale-guards' ? [] : plan.guards) {
      const key = tenantKey(guard.tenant, guard.key);
      if ((this.guards.get(key)?.version ?? 0) !== (loaded.guards.get(key)?.version ?? 0))
        throw new RetryableError(`the guard ${key} is not as it was read`);
    }
    for (const { message, committed } of plan.processed) {
      const entry = this.inbox.get(inboxKey(message));
      if (committed && entry?.state !== 'pending') throw new RetryableError('the inbox is not as it was read');
      if (!committed && entry !== undefined) throw new DatabaseError('23505', 'the inbox has this message');
    }
  }

  #append(
    { header, body, sealed, turnLength }: CommitPlan['drafts'][number],
    epochs: ReadonlyMap<number, number>,
  ): void {
    const rows = must(this.ledger[header.partition], 'a partition has rows');
    if (header.seq !== rows.length + 1)
      throw new RetryableError(`position ${header.seq} of partition ${header.partition} is not the next`);
    const epoch = epochs.get(header.partition) ?? 0;
    if (epoch < (this.#epochsSeen[header.partition] ?? 0))
      this.violations.push(`partition ${header.partition} was written by an owner of epoch ${epoch} after a later one`);
    this.#epochsSeen[header.partition] = Math.max(epoch, this.#epochsSeen[header.partition] ?? 0);
    const prevHash: Hash = rows.at(-1)?.hash ?? GENESIS_HASH;
    const text = canonicalJson(body);
    rows.push({
      ...header,
      body: text,
      sealed: sealed?.text ?? null,
      sealedSubject: sealed?.subject ?? null,
      prevHash,
      hash: ledgerHash(header, text, sealed?.text ?? null, prevHash, sha256),
      turnLength,
    });
  }

  executionsOf(owner: Owner): ExecutionStore {
    return {
      claim: (request) => this.#claim(owner, request),
      lapsed: (_tenants, worker, force, limit) =>
        this.#transaction(owner, async () => {
          if (this.#bug === 'claim-again') return [];
          return [...this.permits]
            .flatMap(([key, permit]) => {
              const execution = this.executions.get(key);
              if (permit.state !== 'claimed' || execution?.state !== 'open') return [];
              const isGone = execution.leaseUntil < this.scheduler.now || (force && execution.worker !== worker);
              return isGone ? [{ permit: this.#claimable(permit, permit.attempts - 1), at: execution.at }] : [];
            })
            .slice(0, limit);
        }),
      untold: (_tenants, at, limit) =>
        this.#transaction(owner, async () =>
          [...this.permits.values()]
            .flatMap((permit) => {
              const { state, dueAt } = permit;
              if ((state !== 'expired' && state !== 'failed') || dueAt === null) return [];
              if (at !== null && dueAt > at) return [];
              return [{ permit: this.#claimable(permit, permit.attempts), ended: state, dueAt }];
            })
            .slice(0, limit),
        ),
      retryAt: ({ tenant, permit: id, attempt, dueAt }) =>
        this.#transaction(owner, async (transaction) => {
          const key = tenantKey(tenant, id);
          await this.locks.take(transaction, `permit:${key}`, 'exclusive');
          const execution = this.executions.get(key);
          const permit = this.permits.get(key);
          const isTaken = execution?.state === 'open' && execution.attempt === attempt;
          if (isTaken) execution.state = 'absent';
          if (isTaken && permit?.state === 'claimed') Object.assign(permit, { state: 'granted', dueAt });
          await this.#answer(transaction);
          return isTaken;
        }),
      tenants: () =>
        this.#transaction(owner, async () =>
          [...this.actors.values()]
            .filter((actor) => actor.kind === 'tenant')
            .map((actor) => ({ id: actor.tenant, clock: 'real' as const })),
        ),
    };
  }

  #claimable(permit: PermitEntry, attempts: number): ClaimablePermit {
    const { row } = permit;
    const content = this.ledger[row.partition]?.[row.contentSeq - 1]?.sealed ?? null;
    return { ...row, attempts, content: content === null ? null : (JSON.parse(content) as JsonObject) };
  }

  #isClaimable(key: string, permit: PermitEntry, at: number): boolean {
    if (permit.dueAt === null || permit.dueAt > at) return false;
    if (permit.state === 'granted') return true;
    const execution = this.executions.get(key);
    return (
      this.#bug === 'claim-again' &&
      permit.state === 'claimed' &&
      execution?.state === 'open' &&
      execution.leaseUntil < this.scheduler.now
    );
  }

  async #claim(owner: Owner, request: Parameters<ExecutionStore['claim']>[0]): Promise<ClaimResult> {
    const { partitions, at, limit, worker, leaseMs } = request;
    const transaction = this.#begin(owner);
    try {
      await this.#step(transaction);
      const due = [...this.permits]
        .filter(
          ([key, permit]) =>
            this.#isClaimable(key, permit, at) &&
            (partitions === null || partitions.includes(permit.row.partition)) &&
            (this.#bug === 'permit-reuse' || this.locks.tryTake(transaction, `permit:${key}`)),
        )
        .slice(0, limit)
        .filter(([, { row }]) => request.take(row.detail.channel, row.mode));
      if (due.length === 0) return { claimed: [], refused: [], expired: [], recovered: [] };
      const guardKeys = due.flatMap(([, { row }]) =>
        FACT_KEYS.flatMap((name) => {
          const id = name === 'contact' ? row.detail.person : row.detail.account;
          return id === null ? [] : [tenantKey(row.tenant, `${name}:${id}`)];
        }),
      );
      for (const key of this.#linked(guardKeys).toSorted())
        await this.locks.take(transaction, `guard:${key}`, 'shared');
      for (const tenant of new Set(due.map(([, { row }]) => row.tenant)))
        await this.locks.take(transaction, `registry:${tenant}`, 'shared');
      const claimed: ClaimablePermit[] = [];
      const refused: { permit: ClaimablePermit; reasons: readonly string[] }[] = [];
      const expired: ClaimablePermit[] = [];
      for (const [, entry] of due) {
        const permit = this.#claimable(entry, entry.attempts);
        if (permit.expiresAt < at) {
          expired.push(permit);
          continue;
        }
        const { facts, policy } = this.#facts(permit, at);
        const reasons = policy === undefined ? ['fact_missing'] : request.check(permit, facts, policy);
        if (reasons.length === 0) claimed.push(permit);
        else refused.push({ permit, reasons });
      }
      await this.#step(transaction);
      for (const permit of expired) this.#mark(permit, 'expired', at + leaseMs);
      for (const { permit } of refused) this.#mark(permit, 'failed', at + leaseMs);
      for (const permit of claimed) this.#attempt(permit, at, worker, leaseMs);
      await this.#answer(transaction);
      return { claimed, refused, expired, recovered: [] };
    } finally {
      this.#end(transaction);
    }
  }

  #mark(permit: ClaimablePermit, state: 'expired' | 'failed', dueAt: number): void {
    Object.assign(must(this.permits.get(tenantKey(permit.tenant, permit.id)), 'a permit'), { state, dueAt });
  }

  /** What the trigger and the key of the real table refuse is refused here. */
  #attempt(permit: ClaimablePermit, at: number, worker: string, leaseMs: number): void {
    const key = tenantKey(permit.tenant, permit.id);
    const entry = must(this.permits.get(key), 'a permit');
    const before = this.executions.get(key);
    if (this.#bug !== 'permit-reuse' && this.#bug !== 'claim-again') {
      if (before !== undefined && before.state !== 'absent') throw new DatabaseError('23505', 'executions_single_use');
      if (entry.state !== 'granted') throw new DatabaseError('23514', `permit ${key} is ${entry.state}`);
    }
    if (at < permit.grantedAt || at > permit.expiresAt) throw new DatabaseError('23514', `permit ${key} is not valid`);
    if (this.actors.get(actorKey(permit.tenant, 'tenant', permit.tenant))?.value !== 'running')
      this.violations.push(`permit ${permit.id} was claimed while the kill switch was engaged`);
    this.executions.set(key, {
      attempt: permit.attempts + 1,
      at,
      state: 'open',
      worker,
      leaseUntil: this.scheduler.now + leaseMs,
    });
    if (this.#bug !== 'permit-reuse') Object.assign(entry, { state: 'claimed', attempts: entry.attempts + 1 });
  }

  #facts(permit: ClaimablePermit, at: number): { readonly facts: GateFacts; readonly policy: Policy | undefined } {
    const { tenant, detail } = permit;
    const registry = this.actors.get(actorKey(tenant, 'tenant', tenant));
    const context = registry?.context as
      | { readonly mode: Mode; readonly channel_modes: { readonly [channel: string]: Mode }; readonly policy: string }
      | undefined;
    const states = new Map([...this.guards].map(([key, guard]) => [key, guard.state]));
    const contact = detail.person === null ? null : guardsAsRead(states, tenant, `contact:${detail.person}`, at);
    const account = detail.account === null ? null : guardsAsRead(states, tenant, `account:${detail.account}`, at);
    const suppressionKeys = new Set([
      ...detail.suppressionKeys,
      ...(contact?.suppressionKeys ?? []),
      ...(account?.suppressionKeys ?? []),
    ]);
    return {
      facts: {
        suppressions: [...suppressionKeys].flatMap((key) => {
          const row = this.#suppressions.get(tenantKey(tenant, key));
          return row === undefined ? [] : [{ scope: row.scope, reason: row.reason }];
        }),
        ...(registry === undefined || context === undefined
          ? {}
          : {
              kill_switch: registry.value === 'stopped',
              mode: stricterMode(context.mode, context.channel_modes[detail.channel] ?? context.mode),
            }),
        ...(contact === null ? {} : { contact: contact.state }),
        ...(account === null ? {} : { account: account.state }),
        scope_linked: isScopeLinked(detail.account, detail.scope, contact?.members ?? [], account?.members[0]?.state),
      },
      policy: context === undefined ? undefined : this.#policies.get(tenantKey(tenant, context.policy)),
    };
  }

  memoryReader(): MemoryReader {
    return {
      start: async () => 0,
      // Nothing in the simulated world drafts a play.
      plays: async () => ({ plays: [], analyses: [], cadence: this.#touches }),
      senderSends: async () => [],
      examples: async (partition) =>
        [...this.#examples.values()]
          .filter((row) => row.partition === partition)
          .map(({ content: _, ...record }) => record),
      kept: async (partition) => ({
        timelines: [...this.#timelines.values()].filter((row) => row.partition === partition),
        notes: [],
        versions: [],
        links: [],
      }),
    };
  }

  /** For verification, rebuild and replay once nothing moves any more. */
  reader(): LedgerReader {
    const all = () => this.ledger.flat();
    const isOf = (tenants: readonly TenantId[] | null, row: LedgerRow) =>
      tenants === null || tenants.includes(row.tenant);
    return {
      heads: async () =>
        this.ledger.map((rows, partition) => ({
          partition,
          seq: rows.length,
          hash: rows.at(-1)?.hash ?? GENESIS_HASH,
        })),
      slice: async ({ partition, after, limit }) =>
        (this.ledger[partition] ?? []).slice(Math.max(0, after), Math.max(0, after) + limit),
      strays: async () => [],
      registryEvents: async (tenants) =>
        all().filter((row) => (row.actor.kind === 'tenant' || row.actor.kind === 'trust') && isOf(tenants, row)),
      identityEvents: async (tenants) => all().filter((row) => row.type.startsWith('identity.') && isOf(tenants, row)),
      sharedGuardEvents: async (tenants, keys) =>
        all().filter(
          (row) =>
            isOf(tenants, row) &&
            (/"key":"(domain|sender):/.test(row.body) || keys.some((key) => row.body.includes(`"key":"${key}"`))),
        ),
      scopeEvents: async (tenant, scope, partition) =>
        (this.ledger[partition] ?? []).filter(
          (row) => row.tenant === tenant && (row.scope === scope || row.body.includes('"key":"budget:')),
        ),
      scopeUpTo: async (tenant, scope, { at }) => {
        const rows = all().filter((row) => row.tenant === tenant && row.scope === scope);
        const later = rows.findIndex((row) => row.at > at);
        return later === -1 ? rows : rows.slice(0, later);
      },
      positionsAt: async (tenant, { at }) =>
        this.ledger.map((rows) => {
          const later = rows.find((row) => row.tenant === tenant && row.at > at);
          return later === undefined ? rows.length : later.seq - 1;
        }),
      parts: async (tenant, hashes) =>
        new Map(
          hashes.flatMap((hash) => {
            const body = this.#parts.get(tenantKey(tenant, hash));
            return body === undefined ? [] : [[hash, body] as const];
          }),
        ),
      examples: async (tenant, ids) =>
        new Map(
          ids.flatMap((id) => {
            const row = this.#examples.get(tenantKey(tenant, id));
            return row === undefined ? [] : [[id, row] as const];
          }),
        ),
      policies: async () => this.#policies,
      actorsOf: async (partition) => [...this.actors.values()].filter((actor) => actor.partition === partition),
      guards: async (keys) =>
        keys.flatMap(({ tenant, key }) => {
          const guard = this.guards.get(tenantKey(tenant, key));
          return guard === undefined ? [] : [guard];
        }),
      guardCount: async () => this.guards.size,
    };
  }
}

function outcomeOf(
  plan: CommitPlan,
  fresh: readonly number[],
  known: readonly BatchOutcome['results'][number][],
): BatchOutcome {
  const results = [...known];
  for (const [position, row] of plan.processed.entries()) {
    const index = fresh[position];
    if (index === undefined) continue;
    if (row.held) results[index] = { status: 'held' };
    else if (row.error === null)
      results[index] = {
        status: 'processed',
        event: row.event ?? '',
        correlation: row.correlation ?? '',
        decisions: [],
      };
    else results[index] = { status: 'parked', error: row.error };
  }
  return { results, outgoing: plan.outgoing };
}
