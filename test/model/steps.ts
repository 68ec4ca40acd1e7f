/**
 * Everything that can happen next in a world of the model: the planner takes a message, a person decides, time passes, a worker
 * claims, calls, dies or reports. The planner, the machines, the gate and the second check are the real ones; what stands in SQL
 * (claiming, the fate of attempts) is written here again, as briefly as it can be said.
 */
import type { PermitRow } from '../../src/actors/runtime-store.port.ts';
import { ACTION_TYPE_SPECS } from '../../src/domain/action-types.ts';
import type { EventData, EventType } from '../../src/domain/event-types.ts';
import type { GateFacts } from '../../src/domain/gate.ts';
import { asId, permitIdOf } from '../../src/domain/ids.ts';
import type { ActionId } from '../../src/domain/ids.ts';
import type { ActorRef } from '../../src/domain/message.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { isScopeLinked } from '../../src/domain/scope-linked.ts';
import type { TenantContext } from '../../src/machines/tenant/tenant.machine.ts';
import { secondCheck } from '../../src/policies/second-check.ts';
import { attemptFault } from './execution-fault.ts';
import type { Step } from './explorer.ts';
import type { Mistake } from './mistakes.ts';
import { remembered } from './parts.ts';
import { leadRef, messageOf, NO_ACTION, PlannerStep, reviewsOf, tenantRef } from './planner-step.ts';
import type { Forget, Memory, Planned } from './planner-step.ts';
import { brokenAtClaim } from './promises.ts';
import { atOf, DRAFTER, fingerprintOfContent, policyOf, REVIEWER, START_AT, TICK_MS } from './scenarios.ts';
import type { Disturbance, Scenario } from './scenarios.ts';
import { contextOf, lives, memoryKey, permits } from './world.ts';
import type { ActionParts, Life, UnderWay, World } from './world.ts';

/** Ledger positions that tell first content, edited content and everything else apart. */
const HEADS = { proposal: 100, edit: 200, other: 300 } as const;

/** After so many a reviewer only rejects or cancels, or drafts could be approved and held for ever. */
const REVIEWS_MAX = 3;

function actionId(index: number): ActionId {
  return asId<ActionId>(`act_${index}`);
}

function actionRef(index: number): ActorRef {
  return { kind: 'action', id: actionId(index) };
}

type Steps = Step<World>[];

export class StepMaker {
  readonly scenario: Scenario;
  readonly policy: Policy;
  /** Pairs of a machine's state and what it did, for coverage. */
  readonly seen = new Set<string>();
  readonly #mistakes: ReadonlySet<Mistake>;
  readonly #planner: PlannerStep;
  readonly #planned = new Map<string, Planned>();
  readonly #stepsOf = new Map<string, readonly Step<World>[]>();
  readonly #checked = new Map<string, readonly string[]>();

  constructor(scenario: Scenario, mistakes: readonly Mistake[] = []) {
    this.scenario = scenario;
    this.policy = policyOf(scenario);
    this.#mistakes = new Set(mistakes);
    this.#planner = new PlannerStep(this.policy);
  }

  next(world: World): Steps {
    const steps: Steps = [];
    const at = atOf(world.now);
    // A call ends within the moment of its claim: a worker that is paused in between cannot be fenced, and that is not promised.
    const calling = world.actions.some(({ life }) => life.value.attempt?.worker === 'calling');
    if (world.now < this.scenario.ticks && !calling)
      steps.push({ label: 'time passes', to: { ...world, now: world.now + 1 } });
    this.#disturb(world, at, steps);
    for (const index of world.actions.keys()) {
      for (const step of this.#ofAction(world, index)) steps.push(applied(world, index, step));
    }
    return steps;
  }

  /** What can happen to one action depends on nothing but itself, the time and the memory, so it is worked out once for each of these. */
  #ofAction(world: World, index: number): readonly Step<World>[] {
    const action = world.actions[index];
    if (action === undefined) return [];
    const { actor, permit, life } = action;
    const key = `${index},${world.now},${actor.id},${permit.id},${life.id},${memoryKey(world.memory)}`;
    return remembered(this.#stepsOf, key, () => {
      const at = atOf(world.now);
      const steps: Steps = [];
      if (actor.value === null) {
        this.#propose(world, index, at, steps);
        return steps;
      }
      this.#review(world, index, at, steps);
      this.#timers(world, index, at, steps);
      this.#process(world, index, steps);
      this.#claim(world, index, at, steps);
      this.#call(world, index, at, steps);
      this.#reconcile(world, index, at, steps);
      this.#tell(world, index, at, steps);
      return steps;
    });
  }

  #forget(): Forget {
    if (this.#has('touch_not_reserved')) return 'touches';
    return this.#has('cooldown_from_permit') ? 'until' : null;
  }

  #has(mistake: Mistake): boolean {
    return this.#mistakes.has(mistake);
  }

  // ── Messages through the planner ──

  #plan<Type extends EventType>(
    world: World,
    index: number | null,
    type: Type,
    data: EventData<Type>,
    actor: ActorRef,
    at: number,
    head: number,
  ): Planned {
    const before = index === null ? NO_ACTION : (world.actions[index]?.actor ?? NO_ACTION);
    const key = `${type}|${at}|${head}|${actor.id}|${before.id}|${memoryKey(world.memory)}|${JSON.stringify(data)}`;
    return remembered(this.#planned, key, () => {
      const message = messageOf(type, data, actor, at);
      const planned = this.#planner.run(message, world.memory, before, head, this.#forget());
      if (index !== null)
        this.seen.add(`${before.value?.value ?? 'idle'} -${type}-> ${planned.action.value?.value ?? 'none'}`);
      return planned;
    });
  }

  /** The world after a message that an action received, with `change` made to what else belongs to the action. */
  #received<Type extends EventType>(
    world: World,
    index: number,
    label: string,
    type: Type,
    data: EventData<Type>,
    at: number,
    head: number,
    change: Partial<Life> = {},
  ): Step<World> {
    const planned = this.#plan(world, index, type, data, actionRef(index), at, head);
    if (planned.error !== null) return { label, broken: `the planner threw: ${planned.error}` };
    const { plan } = planned;
    const action = world.actions[index];
    if (action === undefined) throw new Error('there is no such action');
    let life: Life = { ...action.life.value, ...change };
    let { permit } = action;
    for (const row of plan.permits) {
      permit = permits.of(this.#has('takeover_forgotten') ? withoutEpochs(row) : row);
      life = { ...life, permitState: 'granted', takenSince: false };
    }
    for (const update of plan.permitUpdates) life = { ...life, permitState: update.state };
    for (const update of plan.executionUpdates) {
      const { attempt } = life;
      if (attempt !== null && (attempt.state === 'open' || attempt.state === 'uncertain'))
        life = { ...life, attempt: { ...attempt, state: update.state } };
    }
    for (const timer of plan.timersCleared)
      life = { ...life, ...(timer.name === 'due' ? { dueAt: null } : { review: null }) };
    for (const timer of plan.timersSet) {
      if (timer.name === 'due') life = { ...life, dueAt: timer.dueAt };
      else if (timer.message.type === 'action.expired')
        life = { ...life, review: { id: timer.message.data.id, expiresAt: timer.dueAt } };
    }
    return {
      label,
      to: {
        ...this.#with(world, index, { actor: planned.action, permit, life: lives.of(life) }),
        memory: planned.memory,
      },
    };
  }

  #with(world: World, index: number, parts: Partial<ActionParts>): World {
    return {
      ...world,
      actions: world.actions.map((action, other) => (other === index ? { ...action, ...parts } : action)),
    };
  }

  #live(world: World, index: number, label: string, change: Partial<Life>): Step<World> {
    const life = world.actions[index]?.life.value;
    if (life === undefined) throw new Error('there is no such action');
    return { label, to: this.#with(world, index, { life: lives.of({ ...life, ...change }) }) };
  }

  #propose(world: World, index: number, at: number, steps: Steps): void {
    const proposal = this.scenario.proposals[index];
    if (proposal === undefined) return;
    const spec = ACTION_TYPE_SPECS[proposal.type];
    const data: EventData<'action.proposed'> = {
      decision: `dec_${index}`,
      action_type: proposal.type,
      channel: spec.channel,
      risk_class: spec.riskClass,
      lane: proposal.lane,
      proposer: proposal.proposer,
      engine: 'model@1',
      account: 'acc_model',
      person: 'con_model',
      domain: null,
      fingerprint: fingerprintOfContent(index, false),
      confidence: 0.9,
      sender: 'default',
      attributes: {},
      originating_proposal_id: null,
    };
    steps.push(this.#received(world, index, `${index} is proposed`, 'action.proposed', data, at, HEADS.proposal));
  }

  // ── People ──

  #review(world: World, index: number, at: number, steps: Steps): void {
    const action = world.actions[index];
    const context = action === undefined ? null : contextOf(action);
    if (action === undefined || context === null || context.proposal === null) return;
    const state = action.actor.value?.value;
    const { fingerprint } = context.proposal;
    const other = fingerprintOfContent(index, fingerprint === fingerprintOfContent(index, false));
    const decide = (
      decision: EventData<'action.reviewed'>['decision'],
      by: string,
      byKind: EventData<'action.reviewed'>['by_kind'],
      read: string,
    ): void => {
      const editing = decision === 'edit';
      if (editing && action.life.value.edited) return;
      if (state === 'held' && (editing || decision === 'approve') && reviewsOf(action.actor.value) >= REVIEWS_MAX)
        return;
      const edited = editing ? fingerprintOfContent(index, true) : null;
      const counts = byKind === 'person' && by !== context.proposal?.proposer && read === fingerprint;
      const approves = state === 'held' && counts && (decision === 'approve' || editing);
      const approved = [...new Set([...action.life.value.approved, ...(approves ? [edited ?? read] : [])])].toSorted();
      const data: EventData<'action.reviewed'> = {
        decision,
        by: this.#has('drafter_approves') ? REVIEWER : by,
        by_kind: this.#has('agent_approves') ? 'person' : byKind,
        fingerprint: this.#has('approval_for_any_draft') ? fingerprint : read,
        reason: null,
        edited_fingerprint: edited,
        edited_share: editing ? 0.5 : 0,
      };
      const stale = read === fingerprint ? '' : ' an old draft of';
      const label = `${by} (${byKind}) decides ${decision} on${stale} ${index}`;
      const head = editing ? HEADS.edit : HEADS.other;
      // What an edit says is on the ledger even when it comes too late to count.
      const change = { approved, edited: action.life.value.edited || editing };
      steps.push(this.#received(world, index, label, 'action.reviewed', data, at, head, change));
    };
    if (state === 'held') {
      for (const decision of ['approve', 'edit', 'reject', 'cancel'] as const)
        decide(decision, REVIEWER, 'person', fingerprint);
    }
    if (!this.scenario.carelessReviewers) return;
    if (state === 'held') {
      decide('approve', DRAFTER, 'person', fingerprint);
      decide('edit', DRAFTER, 'person', fingerprint);
      decide('reject', 'agent:x', 'agent', fingerprint);
      decide('cancel', 'agent:x', 'agent', fingerprint);
    }
    // Whatever is decided too late, or on a draft that is not the current one.
    decide('approve', 'agent:x', 'agent', fingerprint);
    decide('approve', REVIEWER, 'person', other);
    decide('reject', REVIEWER, 'person', other);
    if (state !== 'held') {
      decide('approve', REVIEWER, 'person', fingerprint);
      if (state === 'permitted') decide('edit', REVIEWER, 'person', fingerprint);
      decide('reject', REVIEWER, 'person', fingerprint);
      // No command offers to cancel what is permitted; the mistake does.
      if (state !== 'permitted' || this.#has('permitted_cancelled')) decide('cancel', REVIEWER, 'person', fingerprint);
    }
  }

  #disturb(world: World, at: number, steps: Steps): void {
    if (world.objection) {
      const data = {
        key: 'k',
        scope: 'contact',
        reason: 'unsubscribe',
        source: 'outcome',
        by: 'system:outcome',
      } as const;
      const planned = this.#plan(world, null, 'suppression.added', data, tenantRef(), START_AT, HEADS.other);
      steps.push({
        label: 'the objection reaches the tenant',
        to: { ...world, memory: planned.memory, objection: false },
      });
    }
    if (world.disturbed >= this.scenario.disturbances) return;
    for (const kind of this.scenario.kinds) {
      const after = this.#disturbed(world, kind, at);
      if (after !== null && after.memory !== world.memory)
        steps.push({ label: `disturbance: ${kind}`, to: { ...after, disturbed: world.disturbed + 1 } });
    }
  }

  #disturbed(world: World, kind: Disturbance, at: number): World | null {
    const registry = world.memory.tenant.value;
    const tell = <Type extends EventType>(type: Type, data: EventData<Type>): Memory =>
      this.#plan(world, null, type, data, tenantRef(), START_AT, HEADS.other).memory;
    const hear = <Type extends EventType>(type: Type, data: EventData<Type>): Memory =>
      this.#plan(world, null, type, data, leadRef(), at, HEADS.other).memory;
    const lock = world.memory.account.value.lock;
    switch (kind) {
      case 'kill':
        if (registry.value === 'stopped') return null;
        return { ...world, memory: tell('kill_switch.engaged', { by: REVIEWER, reason: 'model' }) };
      case 'release':
        if (registry.value !== 'stopped') return null;
        return { ...world, memory: tell('kill_switch.released', { by: REVIEWER, reason: 'model' }) };
      case 'take': {
        if (lock?.person === true) return null;
        const memory = hear('ownership.taken', { owner: 'person:eve', until: at + 10 * TICK_MS, by: 'person:eve' });
        const actions = world.actions.map((action) =>
          action.life.value.permitState === null
            ? action
            : { ...action, life: lives.of({ ...action.life.value, takenSince: true }) },
        );
        return { ...world, memory, actions };
      }
      case 'give_back':
        if (lock?.person !== true) return null;
        return { ...world, memory: hear('ownership.released', { by: 'person:eve' }) };
      case 'suppress': {
        if (world.memory.suppressed) return null;
        const data = { key: 'k', scope: 'contact', reason: 'asked', source: 'api', by: REVIEWER } as const;
        return { ...world, memory: tell('suppression.added', data) };
      }
      case 'opt_out': {
        if (world.memory.contact.value.opted_out_at !== undefined) return null;
        const memory = hear('outcome.recorded', {
          outcome: 'out_1',
          outcome_type: 'unsubscribe',
          occurred_at: at,
          amount: null,
          history: false,
          window_ms: null,
          decision_hint: null,
        });
        return { ...world, memory, objection: true };
      }
      case 'shadow': {
        if ((registry.context as unknown as TenantContext).mode === 'shadow') return null;
        return {
          ...world,
          memory: tell('tenant.mode_set', { mode: 'shadow', channel: null, by: REVIEWER, reason: 'model' }),
        };
      }
    }
  }

  // ── Timers and messages under way ──

  #timers(world: World, index: number, at: number, steps: Steps): void {
    const life = world.actions[index]?.life.value;
    if (life === undefined) return;
    // A timer that has fired is on its way and can come after it was cancelled.
    if (life.dueAt !== null && life.dueAt <= at) {
      const data = { due_at: life.dueAt };
      const underWay = withMessage(life, { type: 'action.due', at, data, again: false });
      steps.push(this.#live(world, index, `the timer of ${index} fires`, { dueAt: null, underWay }));
    }
    if (life.review !== null && life.review.expiresAt <= at) {
      const data = { what: 'review', id: life.review.id } as const;
      const underWay = withMessage(life, { type: 'action.expired', at, data, again: false });
      steps.push(this.#live(world, index, `the review of ${index} runs out`, { review: null, underWay }));
    }
  }

  /** In any order, and each message once more after it was processed. */
  #process(world: World, index: number, steps: Steps): void {
    const life = world.actions[index]?.life.value;
    if (life === undefined) return;
    for (const [place, message] of life.underWay.entries()) {
      const others = life.underWay.filter((_, other) => other !== place);
      const underWay =
        message.again || !this.scenario.repeats ? others : sorted([...others, { ...message, again: true }]);
      const label = `${index} hears ${message.type}${message.again ? ' again' : ''}`;
      steps.push(
        this.#received(world, index, label, message.type, message.data, message.at, HEADS.other, { underWay }),
      );
    }
  }

  // ── The executor ──

  #claim(world: World, index: number, at: number, steps: Steps): void {
    const action = world.actions[index];
    if (action === undefined) return;
    const { value: life } = action.life;
    const { value: permit } = action.permit;
    const claimable = life.permitState === 'granted' || (this.#has('permit_used_twice') && life.attempt !== null);
    if (permit === null || !claimable) return;

    const ended = (label: string, permitState: 'expired' | 'failed', message: UnderWay): void => {
      steps.push(this.#live(world, index, label, { permitState, underWay: withMessage(life, message) }));
      if (!this.scenario.crashes) return;
      const untold = this.#has('report_lost') ? null : permitState;
      steps.push(this.#live(world, index, `${label}, and the worker dies before it says so`, { permitState, untold }));
    };
    if (permit.expiresAt < at && !this.#has('expiry_ignored')) {
      if (life.permitState !== 'granted') return;
      ended(`the permit of ${index} is found expired`, 'expired', expiredMessage(permit.id, at));
      return;
    }
    const edited = this.#has('newest_content_sent') ? life.edited : isEditedContent(permit);
    const fingerprint = fingerprintOfContent(index, edited);
    const reasons = this.#has('second_check_skipped') ? [] : this.#check(world.memory, action, permit, fingerprint, at);
    if (reasons.length > 0) {
      ended(`the second check refuses ${index}`, 'failed', failedMessage(permit.id, at, 'second_check_failed'));
      return;
    }
    const label = `a worker claims ${index}`;
    const fault = attemptFault({
      permit: { ...permit, state: life.permitState ?? 'granted' },
      registry: world.memory.tenant.value.value,
      previous: life.attempt?.state ?? null,
      at,
      fingerprint: this.#has('newest_content_sent') ? permit.fingerprint : fingerprint,
    });
    if (fault !== null && !this.#has('database_check_skipped')) {
      // With a mistake planted the database may be what is left; without one nothing should come so far.
      if (this.#mistakes.size === 0) steps.push({ label, broken: `only the database stopped an attempt: ${fault}` });
      return;
    }
    const broken = brokenAtClaim({ world, index, at, fingerprint, scenario: this.scenario });
    if (broken !== null) {
      steps.push({ label, broken });
      return;
    }
    const attempts = life.attempts + 1;
    steps.push(
      this.#live(world, index, label, {
        permitState: 'claimed',
        attempts,
        attempt: { number: attempts, state: 'open', worker: 'calling', acted: false },
      }),
    );
  }

  #check(memory: Memory, action: ActionParts, permit: PermitRow, fingerprint: string, at: number): readonly string[] {
    const { tenant, suppressed, contact, account } = memory;
    const key = `${action.permit.id},${tenant.id},${suppressed},${contact.id},${account.id},${fingerprint},${at}`;
    return remembered(this.#checked, key, () => {
      const facts: GateFacts = {
        kill_switch: tenant.value.value === 'stopped',
        mode: (tenant.value.context as unknown as TenantContext).mode,
        suppressions: suppressed ? [{ scope: 'contact', reason: 'asked' }] : [],
        contact: contact.value,
        account: account.value,
        scope_linked: isScopeLinked(
          permit.detail.account,
          permit.detail.scope,
          [{ key: `contact:${permit.detail.person ?? ''}`, state: contact.value }],
          account.value,
        ),
      };
      return secondCheck({ ...permit, ...permit.detail }, facts, this.policy, fingerprint, at).map(({ code }) => code);
    });
  }

  #call(world: World, index: number, at: number, steps: Steps): void {
    const action = world.actions[index];
    const attempt = action?.life.value.attempt;
    if (action === undefined || attempt?.worker !== 'calling') return;
    const life = action.life.value;
    const reported = (label: string, message: UnderWay, acted: boolean): void => {
      const change = {
        attempt: { ...attempt, worker: 'reported', acted } as const,
        acts: acted ? [...life.acts, at] : life.acts,
        underWay: withMessage(life, message),
      };
      steps.push(this.#live(world, index, label, change));
    };
    const permit = this.#permitId(index);
    reported(`the channel acts for ${index}`, executedMessage(permit, at), true);
    reported(`the channel refuses ${index}`, failedMessage(permit, at, 'channel_refused'), false);
    this.#again(world, index, `the channel certainly did not act for ${index}`, at, steps);
    if (!this.scenario.crashes) return;
    reported(`the channel acts for ${index} and its answer is lost`, uncertainMessage(permit, at), true);
    reported(`the call for ${index} is lost`, uncertainMessage(permit, at), false);
    for (const acted of [true, false]) {
      const label = `the worker of ${index} dies ${acted ? 'after' : 'before'} its call`;
      const acts = acted ? [...life.acts, at] : life.acts;
      steps.push(this.#live(world, index, label, { attempt: { ...attempt, worker: 'gone', acted }, acts }));
    }
  }

  /** What the executor does when the channel certainly did not act: a later attempt, or the end. */
  #again(world: World, index: number, label: string, at: number, steps: Steps): void {
    const action = world.actions[index];
    const attempt = action?.life.value.attempt;
    if (action === undefined || attempt === null || attempt === undefined) return;
    const life = action.life.value;
    if (attempt.number >= this.scenario.attemptsMax || at >= (action.permit.value?.expiresAt ?? 0)) {
      const underWay = withMessage(life, failedMessage(this.#permitId(index), at, 'channel_failed'));
      steps.push(
        this.#live(world, index, `${label}, for the last time`, {
          attempt: { ...attempt, worker: 'reported' },
          underWay,
        }),
      );
      return;
    }
    steps.push(
      this.#live(world, index, label, {
        attempt: { ...attempt, state: 'absent', worker: 'reported' },
        permitState: life.permitState === 'claimed' ? 'granted' : life.permitState,
      }),
    );
  }

  /** Somebody asks the channel what became of an attempt whose worker is gone; some channels cannot say. */
  #reconcile(world: World, index: number, at: number, steps: Steps): void {
    const action = world.actions[index];
    const attempt = action?.life.value.attempt;
    if (action === undefined || attempt === null || attempt === undefined) return;
    const life = action.life.value;
    const lapsed = attempt.worker === 'gone' || (this.#has('late_report') && attempt.worker === 'reported');
    if (life.permitState !== 'claimed' || attempt.state !== 'open' || !lapsed) return;
    const permit = this.#permitId(index);
    const reported = { ...attempt, worker: 'reported' } as const;
    const say = (label: string, message: UnderWay): void => {
      steps.push(this.#live(world, index, label, { attempt: reported, underWay: withMessage(life, message) }));
    };
    say(`nobody can say what became of ${index}`, uncertainMessage(permit, at));
    if (attempt.acted) say(`the channel says that it acted for ${index}`, executedMessage(permit, at));
    else this.#again(world, index, `the channel says that it did not act for ${index}`, at, steps);
  }

  /** Somebody tells the action how its permit ended. */
  #tell(world: World, index: number, at: number, steps: Steps): void {
    const life = world.actions[index]?.life.value;
    if (life === undefined || life.untold === null) return;
    const permit = this.#permitId(index);
    const message: UnderWay =
      life.untold === 'expired' ? expiredMessage(permit, at) : failedMessage(permit, at, 'second_check_failed');
    const change = { untold: null, underWay: withMessage(life, message) };
    steps.push(this.#live(world, index, `another worker tells ${index} how its permit ended`, change));
  }

  #permitId(index: number): string {
    return permitIdOf(actionId(index), 0);
  }
}

/** A step that was worked out in one world, taken in another in which the action, the time and the memory are the same. */
function applied(world: World, index: number, step: Step<World>): Step<World> {
  if ('broken' in step) return step;
  const { memory, actions } = step.to;
  const changed = actions[index];
  return {
    label: step.label,
    to: {
      ...world,
      memory,
      actions: world.actions.map((action, other) => (other === index && changed !== undefined ? changed : action)),
    },
  };
}

function withoutEpochs(row: PermitRow): PermitRow {
  return { ...row, detail: { ...row.detail, lockEpochs: { account: null, contact: null } } };
}

function isEditedContent(permit: PermitRow): boolean {
  return permit.contentSeq > HEADS.edit && permit.contentSeq <= HEADS.other;
}

function executedMessage(permit: string, at: number): UnderWay {
  const data = { permit, receipt: 'receipt', mode: 'sandbox', executed_at: at } as const;
  return { type: 'action.executed', at, data, again: false };
}

function expiredMessage(permit: string, at: number): UnderWay {
  return { type: 'action.expired', at, data: { what: 'permit', id: permit }, again: false };
}

function failedMessage(permit: string, at: number, code: string): UnderWay {
  return { type: 'action.failed', at, data: { permit, code, detail: '' }, again: false };
}

function uncertainMessage(permit: string, at: number): UnderWay {
  return { type: 'action.uncertain', at, data: { permit, detail: '' }, again: false };
}

function sorted(messages: readonly UnderWay[]): readonly UnderWay[] {
  return messages.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

/** One more message; the same one twice is one, since its identity is the same. */
function withMessage(life: Life, message: UnderWay): readonly UnderWay[] {
  const text = JSON.stringify({ ...message, again: false });
  const known = life.underWay.some((other) => JSON.stringify({ ...other, again: false }) === text);
  return known ? life.underWay : sorted([...life.underWay, message]);
}
