/**
 * A whole installation in one process and in virtual time: hosts, executors and workers as they are, around a simulated database, bus and
 * channel. Runs a scenario, heals everything, and says which promises were broken.
 */
import { Executor } from '../../src/actors/executor.ts';
import { Host } from '../../src/actors/host.ts';
import type { RuntimeObserver } from '../../src/actors/observer.port.ts';
import { rebuildCheck } from '../../src/actors/replay/rebuild.ts';
import { replayAll } from '../../src/actors/replay/replay.ts';
import { verifyLedger } from '../../src/actors/replay/verify.ts';
import { WorkerLoop } from '../../src/actors/worker-loop.ts';
import { fingerprintOf } from '../../src/domain/fingerprint.ts';
import { tenantKey } from '../../src/domain/keys.ts';
import type { Message } from '../../src/domain/message.ts';
import type { ActionContext } from '../../src/machines/action/action.machine.ts';
import { createRunners } from '../../src/machines/catalogue.ts';
import { sha256 } from '../../src/memory/sha256.ts';
import { createRulesEngine } from '../../src/models/rules/rules-engine.ts';
import { seededRandom } from '../../src/stats/random.ts';
import type { PlantedBug } from './bugs.ts';
import { crowdedTogether, guardHistories } from './joined-touches.ts';
import { HOSTS, START, TENANT } from './scenario-parts.ts';
import { drawScenario, groundwork, POLICY, POLICY_HASH } from './scenario.ts';
import type { Happening } from './scenario.ts';
import { Scheduler } from './scheduler.ts';
import type { Owner } from './scheduler.ts';
import { SimulatedBus } from './simulated-bus.ts';
import { SimulatedChannel } from './simulated-channel.ts';
import { SimulatedDatabase } from './simulated-database.ts';

export interface RunOptions {
  readonly seed: string;
  readonly bug: PlantedBug | null;
  /** Steps after which a run is given up; a run that needs them all has a violation of its own. */
  readonly steps: number;
  /** Replaces the scenario that the seed would draw. */
  readonly scenario?: readonly Happening[];
}

export interface RunResult {
  readonly violations: readonly string[];
  readonly scenario: readonly Happening[];
  readonly steps: number;
  readonly events: number;
  readonly acts: number;
  readonly uncertain: number;
}

const LIFE_SECONDS = 25;
/** Longer than the lease of an attempt and the pause between two looks for orphans, so that every fate is known at the end. */
const HEALING_MS = 80_000;
const CLIENT_PATIENCE_MS = 5_000;
const CLIENT_PAUSE_MS = 1_000;
const LEASE_MS = 4_000;

const runners = createRunners();
const engine = createRulesEngine();
const identityOf = (message: Message) => `${message.source}/${message.id}`;

interface Slot {
  owner: Owner;
  host: Host | null;
  born: number;
}

class World {
  readonly scheduler: Scheduler;
  readonly database: SimulatedDatabase;
  readonly bus: SimulatedBus;
  readonly channel: SimulatedChannel;
  readonly accepted = new Map<string, Message>();
  readonly violations: string[] = [];
  readonly slots: Slot[];
  isHealed = false;

  constructor(options: RunOptions) {
    const random = (what: string) => seededRandom(`${options.seed}/${what}`);
    this.scheduler = new Scheduler(random('order'), START);
    this.database = new SimulatedDatabase(
      this.scheduler,
      random('database'),
      new Map([[tenantKey(TENANT, POLICY_HASH), POLICY]]),
      options.bug,
    );
    this.bus = new SimulatedBus(this.scheduler, random('bus'));
    this.channel = new SimulatedChannel(
      this.scheduler,
      random('channel'),
      (request) => {
        const permit = this.database.permits.get(tenantKey(TENANT, request.idempotencyKey));
        const { actionType, channel, recipient, content } = request;
        if (permit === undefined) this.violations.push(`${request.idempotencyKey} was carried out without a permit`);
        else if (permit.row.fingerprint !== fingerprintOf({ actionType, channel, recipient, content }, sha256))
          this.violations.push(`${request.idempotencyKey} was carried out with other content than was permitted`);
        if ((this.channel.acts.get(request.idempotencyKey) ?? 0) > 1)
          this.violations.push(`${request.idempotencyKey} was carried out twice`);
      },
      (owner) => {
        const slot = this.slots.find((item) => item.owner === owner);
        if (slot !== undefined) this.crash(slot, 2_000);
      },
    );
    this.slots = Array.from({ length: HOSTS }, () => ({
      owner: { alive: false, frozenUntil: 0 },
      host: null,
      born: 0,
    }));
  }

  setFaults(on: boolean): void {
    const rate = (value: number) => (on ? value : 0);
    Object.assign(this.database.faults, { connection: rate(0.004), answer: rate(0.01) });
    Object.assign(this.bus.faults, { lost: rate(0.1), twice: rate(0.1) });
    Object.assign(this.channel.faults, {
      retryable: rate(0.08),
      terminal: rate(0.03),
      silentBefore: rate(0.03),
      silentAfter: rate(0.03),
      death: rate(0.02),
    });
  }

  boot(slot: Slot): void {
    if (slot.owner.alive) return;
    const owner: Owner = { alive: true, frozenUntil: 0 };
    slot.owner = owner;
    slot.born += 1;
    const id = `host-${this.slots.indexOf(slot)}-${slot.born}`;
    const clock = {
      now: () => this.scheduler.now,
      sleep: (ms: number, signal: AbortSignal) => this.scheduler.sleep(owner, ms, signal),
    };
    const store = this.database.storeOf(owner);
    const executions = this.database.executionsOf(owner);
    const observer: RuntimeObserver = {
      gateAsked: () => {},
      batchCommitted: (_lane, _messages, { processed }) => {
        for (const { message, error } of processed)
          if (error !== null) this.violations.push(`${message.source}/${message.id} could not be processed: ${error}`);
      },
      batchFailed: () => {},
      executed: () => {},
      timerFired: () => {},
      partitionsChanged: () => {},
      failed: () => {},
    };
    const host = new Host(
      {
        id,
        lanes: 2,
        maxBatch: 8,
        maxWaiting: 1_000,
        leaseMs: LEASE_MS,
        soleOwner: false,
        generation: 1,
        sweepMs: 1_000,
      },
      store,
      this.bus.busOf(owner),
      { runners, engine, digest: sha256, channelReady: () => true, timeZoneData: 'test' },
      clock,
      observer,
    );
    const executor = new Executor(
      { worker: id, limit: 10, soleWorker: false },
      executions,
      [this.channel.channelOf(owner)],
      host,
      sha256,
      clock,
      observer,
    );
    const workers = new WorkerLoop(
      { pollMs: 150, idleMs: 150, executors: 2 },
      host,
      executor,
      store,
      executions,
      clock,
      observer,
    );
    const start = (): void => {
      host.start().then(
        () => {
          slot.host = host;
          workers.start();
        },
        // A start that fails for want of the database is tried again by whoever watches processes.
        () => this.crash(slot, 500),
      );
    };
    this.scheduler.at(this.scheduler.now, owner, start);
  }

  crash(slot: Slot, downMs: number): void {
    if (!slot.owner.alive) return;
    slot.owner.alive = false;
    slot.host = null;
    this.database.disconnect(slot.owner);
    this.scheduler.at(this.scheduler.now + downMs, null, () => this.boot(slot));
  }

  happen(happening: Happening): void {
    const slot = this.slots[happening.host];
    if (slot === undefined) return;
    if (happening.kind === 'crash') this.crash(slot, happening.forMs);
    else if (happening.kind === 'freeze') slot.owner.frozenUntil = this.scheduler.now + happening.forMs;
    else this.send(happening.message, happening.host);
  }

  /** A client that asks again, of the next host, until it has an answer. */
  send(message: Message, first: number): void {
    let answered = false;
    const ask = (index: number): void => {
      if (answered) return;
      const host = this.slots[index % HOSTS]?.host ?? null;
      const again = (ms: number) => this.scheduler.at(this.scheduler.now + ms, null, () => ask(index + 1));
      if (host === null) {
        again(CLIENT_PAUSE_MS);
        return;
      }
      let failed = false;
      host.submit([message], message.source === 'web' ? 'stored' : 'processed').then(
        ([result]) => {
          answered = true;
          if (result?.status === 'conflict')
            this.violations.push(`${identityOf(message)} is said to conflict with itself`);
          this.accepted.set(identityOf(message), message);
        },
        () => {
          failed = true;
          again(CLIENT_PAUSE_MS);
        },
      );
      this.scheduler.at(this.scheduler.now + CLIENT_PATIENCE_MS, null, () => {
        if (!failed) ask(index + 1);
      });
    };
    ask(first);
  }

  heal(): void {
    this.setFaults(false);
    for (const slot of this.slots) slot.owner.frozenUntil = 0;
    this.isHealed = true;
  }
}

/** Reserved touches that stand closer together than the policy allows. */
function crowded(world: World): readonly string[] {
  const found: string[] = [];
  const limits = [
    ['contact:', POLICY.cooldown.contact_ms],
    ['account:', POLICY.cooldown.account_ms],
    ['domain:', POLICY.cooldown.domain_ms],
  ] as const;
  const rows = world.database.ledger.flat();
  const histories = guardHistories(rows);
  const cooldownMs = (key: string) => limits.find(([prefix]) => key.startsWith(prefix))?.[1] ?? 0;
  for (const guard of world.database.guards.values()) {
    const { key } = guard;
    const own = histories.get(key)?.own(guard) ?? [];
    const times = own.map(({ touch }) => touch.at).toSorted((a, b) => a - b);
    for (const [index, at] of times.entries()) {
      const before = times[index - 1];
      if (before !== undefined && at - before < cooldownMs(key))
        found.push(`${key} was touched twice within its cooldown, ${Math.round(at - before)} ms apart`);
    }
    if (key.startsWith('contact:') && times.length > POLICY.touch_cap.max)
      found.push(`${key} was touched ${times.length} times, ${POLICY.touch_cap.max} are allowed`);
  }
  found.push(...crowdedTogether(rows, world.database.guards, { cooldownMs, capMax: POLICY.touch_cap.max }));
  return found;
}

function unfinished(world: World): readonly string[] {
  const { database, accepted, channel } = world;
  const found: string[] = [];
  for (const [identity, message] of accepted) {
    const entry = [...database.inbox.values()].find((item) => identityOf(item.message) === identityOf(message));
    if (entry === undefined) found.push(`${identity} was accepted and is lost`);
    else if (entry.state !== 'processed') found.push(`${identity} was accepted and is ${entry.state} at the end`);
  }
  for (const entry of database.inbox.values())
    if (entry.state === 'pending') found.push(`${identityOf(entry.message)} still waits in the inbox at the end`);
  for (const [key, execution] of database.executions) {
    const acts = channel.acts.get(key.slice(TENANT.length + 1)) ?? 0;
    if (execution.state === 'open') found.push(`nobody knows what became of the attempt at ${key}`);
    if (execution.state === 'sent' && acts === 0) found.push(`${key} is recorded as sent and never happened`);
    if ((execution.state === 'absent' || execution.state === 'refused') && acts > 0)
      found.push(`${key} happened and is recorded as ${execution.state}`);
  }
  for (const actor of database.actors.values()) {
    if (actor.kind !== 'action' || actor.value !== 'permitted') continue;
    const { permit } = actor.context as unknown as ActionContext;
    const state = database.permits.get(tenantKey(actor.tenant, permit ?? ''))?.state;
    if (state !== 'granted' && state !== 'claimed')
      found.push(`${actor.id} is permitted for ever: its permit is ${state ?? 'unknown'}`);
  }
  const processed = new Map<string, number>();
  for (const row of database.ledger.flat())
    if (row.type === 'signal.received') processed.set(row.correlation, (processed.get(row.correlation) ?? 0) + 1);
  for (const [correlation, count] of processed)
    if (count > 1) found.push(`the signal of ${correlation} was processed ${count} times`);
  return found;
}

async function audit(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  const reader = world.database.reader();
  for (const fault of (await verifyLedger(reader, sha256)).faults)
    found.push(`the chain of partition ${fault.partition} is broken: ${fault.detail}`);
  for (const { kind, key, detail } of (await rebuildCheck(reader, world.database.memoryReader(), runners)).differences)
    found.push(`the ${kind} ${key} does not follow from the ledger: ${detail}`);
  await replayAll({ reader, runners, digest: sha256, timeZoneData: 'test' }, null, (evaluation) => {
    if (evaluation.recordedHash !== evaluation.replayedHash)
      found.push(`the verdict at ${evaluation.event} replays differently: ${evaluation.differences.join('; ')}`);
  });
  return found;
}

export async function runWorld(options: RunOptions): Promise<RunResult> {
  const scenario = options.scenario ?? drawScenario(seededRandom(`${options.seed}/scenario`), LIFE_SECONDS);
  const world = new World(options);
  const { scheduler, database, violations } = world;
  let left = options.steps;
  const run = async (until: number): Promise<void> => {
    left -= await scheduler.run(until, left, () => violations.length + database.violations.length > 0);
  };
  for (const slot of world.slots) world.boot(slot);
  const ground = groundwork();
  for (const message of ground) world.send(message, 0);
  await run(START + 3_500);
  // What a client may send comes after the tenant, as it does where the client's key belongs to one.
  const isGoing = () => left > 0 && violations.length + database.violations.length === 0;
  while (isGoing() && world.accepted.size < ground.length) await run(scheduler.now + 500);
  world.setFaults(true);
  for (const happening of scenario) scheduler.at(happening.at, null, () => world.happen(happening));
  await run(START + LIFE_SECONDS * 1_000);
  world.heal();
  await run(scheduler.now + HEALING_MS);
  if (left <= 0) violations.push(`the run took more than ${options.steps} steps`);
  if (database.locks.deadlocks > 0) violations.push(`${database.locks.deadlocks} transactions deadlocked`);
  if (violations.length + database.violations.length === 0)
    violations.push(...crowded(world), ...unfinished(world), ...(await audit(world)));
  return {
    violations: [...database.violations, ...violations],
    scenario,
    steps: options.steps - left,
    events: database.ledger.flat().length,
    acts: world.channel.acts.size,
    uncertain: [...database.executions.values()].filter((execution) => execution.state === 'uncertain').length,
  };
}

/** Leaves out what the failure does not need, half by half, as long as some violation remains. */
export async function shorten(
  options: RunOptions,
  scenario: readonly Happening[],
  runsMax: number,
): Promise<readonly Happening[]> {
  let shortest = scenario;
  let runs = 0;
  for (
    let size = Math.ceil(scenario.length / 2);
    size >= 1 && runs < runsMax;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < shortest.length && runs < runsMax;) {
      const candidate = [...shortest.slice(0, start), ...shortest.slice(start + size)];
      runs += 1;
      if ((await runWorld({ ...options, scenario: candidate })).violations.length > 0) shortest = candidate;
      else start += size;
    }
  }
  return shortest;
}
