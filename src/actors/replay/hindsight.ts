/**
 * What the policy, the engine and the gate of today would have made of decisions of the past, given what was known then. The input of the
 * engine is derived from the ledger and proven by making the recorded choice again, to the same hash; the gate gets the snapshot of its first
 * evaluation. Nothing is written.
 */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { Candidate } from '../../domain/candidate.ts';
import { must } from '../../domain/errors.ts';
import type { EventData, EventType } from '../../domain/event-types.ts';
import type { Example } from '../../domain/example.ts';
import { GATE_VERSION, gateFactsSchema, gateRequestSchema, reasonsOf } from '../../domain/gate.ts';
import type { GateFacts, GateRequest } from '../../domain/gate.ts';
import { EMPTY_GUARD } from '../../domain/guard.ts';
import type { GuardState } from '../../domain/guard.ts';
import { PARTITION_COUNT } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Digest } from '../../domain/json.ts';
import { actorKey, tenantKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { ActorRef } from '../../domain/message.ts';
import type { Policy } from '../../domain/policy.ts';
import { asOne, keysReadWith } from '../../domain/stricter-guard.ts';
import { trustCellId } from '../../domain/trust.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { SubjectContext } from '../../machines/subject-context.ts';
import type { TrustContext } from '../../machines/trust/trust.machine.ts';
import { evaluateGate } from '../../policies/gate.ts';
import { membersThatChange } from '../../policies/policy-difference.ts';
import type { DecisionEngine, DecisionInput, DecisionOutput } from '../decision-engine.port.ts';
import { gateRequest } from '../planner/admit-effect.ts';
import { inputFrom, proposalFrom } from '../planner/decide-effect.ts';
import { modeOf, trustFactOf } from '../planner/gate-facts.ts';
import type { PlannerDeps } from '../planner/plan-builder.ts';
import { openGuardKey, subjectContext } from '../planner/subject-view.ts';
import { LedgerFold, parseRow } from './ledger-fold.ts';
import type { ParsedRow } from './ledger-fold.ts';
import type { LedgerReader } from './ledger-reader.port.ts';
import { RegistryHistory } from './registry-history.ts';
import { admissionOf, isAdmission } from './replay.ts';

export interface Said {
  readonly verdict: 'pass' | 'schedule' | 'hold' | 'deny';
  /** Codes of the checks that did not pass. */
  readonly reasons: readonly string[];
}

type Option = Pick<Candidate, 'action_type'> & { readonly score: number | null; readonly reason: string | null };

export interface Hindsight {
  readonly decision: string;
  readonly at: number;
  readonly subject: ActorRef;
  readonly engine: { readonly then: string; readonly now: string };
  readonly policy: { readonly then: string | null; readonly now: string };
  readonly known: 'proven' | 'derived' | 'unknown' | 'outside';
  readonly candidate: { readonly then: Option; readonly now: Option | null };
  readonly gate: { readonly then: Said | null; readonly now: Said | null };
  readonly result: 'same' | 'other_choice' | 'other_verdict' | 'unknown';
  readonly because: readonly string[];
  readonly note: string | null;
}

export interface HindsightDeps {
  readonly reader: LedgerReader;
  readonly runners: Runners;
  readonly digest: Digest;
  readonly engine: DecisionEngine;
  readonly channelReady: PlannerDeps['channelReady'];
}

export interface PolicyInForce {
  readonly hash: string;
  readonly policy: Policy;
}

/** A decision whose choice was made again, and which waits for what the gate said of it. */
interface Reconsidered {
  readonly row: LedgerRow;
  readonly data: EventData<'decision.made'>;
  readonly known: Hindsight['known'];
  readonly then: PolicyInForce | null;
  readonly input: DecisionInput | null;
  readonly made: DecisionOutput | null;
  readonly today: DecisionOutput | null;
}

const VERDICTS: Partial<Record<EventType, Said['verdict']>> = {
  'action.passed': 'pass',
  'action.shadowed': 'pass',
  'action.scheduled': 'schedule',
  'action.held': 'hold',
  'action.denied': 'deny',
};

class Reconsideration {
  readonly #deps: HindsightDeps;
  readonly #tenant: TenantId;
  readonly #today: PolicyInForce;
  readonly #registry: RegistryHistory;
  readonly #policies: ReadonlyMap<string, Policy>;

  private constructor(
    deps: HindsightDeps,
    tenant: TenantId,
    today: PolicyInForce,
    registry: RegistryHistory,
    policies: ReadonlyMap<string, Policy>,
  ) {
    this.#deps = deps;
    this.#tenant = tenant;
    this.#today = today;
    this.#registry = registry;
    this.#policies = policies;
  }

  static async create(deps: HindsightDeps, tenant: TenantId, today: PolicyInForce): Promise<Reconsideration> {
    const registry = new RegistryHistory(await deps.reader.registryEvents([tenant]), deps.runners);
    const wanted = registry.policiesAround(tenant, 0).map((hash) => ({ tenant, hash }));
    return new Reconsideration(deps, tenant, today, registry, await deps.reader.policies(wanted));
  }

  #policy(hash: string): PolicyInForce | null {
    const policy = this.#policies.get(tenantKey(this.#tenant, hash));
    return policy === undefined ? null : { hash, policy };
  }

  /** Asks the engine again. `fold` stands just before the decision. */
  decide(
    row: LedgerRow,
    data: EventData<'decision.made'>,
    fold: LedgerFold,
    examples: ReadonlyMap<string, Example>,
  ): Reconsidered {
    const engine = this.#engineOf(data.engine);
    const shown = (data.examples ?? []).flatMap((id) => examples.get(id) ?? []);
    const nothing = { row, data, then: null, input: null, made: null, today: null };
    if (/^(external|sequence):/.test(data.engine)) return { ...nothing, known: 'outside' };
    const around = this.#registry.policiesAround(this.#tenant, row.at);
    const inputs = around.flatMap((hash) => {
      const then = this.#policy(hash);
      return then === null ? [] : this.#inputs(row, data.decision, fold, then, shown).map((input) => ({ then, input }));
    });
    if (engine === null) {
      // That version cannot be asked again, so the policy of the time is taken as it stands.
      const [first] = inputs;
      return first === undefined
        ? { ...nothing, known: 'unknown' }
        : { ...nothing, ...first, known: 'derived', today: this.#decideToday(first.input) };
    }
    for (const { then, input } of inputs) {
      const made = engine.decide(input);
      if (this.#deps.digest(canonicalJson(made.choice)) === data.choice)
        return { row, data, known: 'proven', then, input, made, today: this.#decideToday(input) };
    }
    return { ...nothing, known: 'unknown' };
  }

  #engineOf(version: string): Pick<DecisionEngine, 'decide'> | null {
    const { engine } = this.#deps;
    if (version === engine.version) return engine;
    return engine.earlier?.find((earlier) => earlier.version === version) ?? null;
  }

  #decideToday(input: DecisionInput): DecisionOutput {
    return this.#deps.engine.decide({ ...input, policy: this.#today.policy });
  }

  /** What the engine may have known. Whether the person had an address is not on the ledger, so both are possible. */
  #inputs(
    row: LedgerRow,
    seed: string,
    fold: LedgerFold,
    { policy }: PolicyInForce,
    examples: readonly Example[],
  ): readonly DecisionInput[] {
    const { actor, tenant, at } = row;
    const stored = fold.actors.get(actorKey(tenant, actor.kind, actor.id)) ?? null;
    const isPerson = actor.kind === 'lead';
    const account = isPerson ? subjectContext(stored).account : actor.id;
    const key = openGuardKey({ account: null, person: isPerson ? (actor.id as never) : null }, actor);
    const own = { key, state: guardOf(fold, tenant, key) };
    const peers = keysReadWith(own)
      .slice(1)
      .map((peer) => ({ key: peer, state: guardOf(fold, tenant, peer) }));
    const known = {
      at,
      seed,
      actor,
      stored,
      account: account === null ? null : accountOf(fold, tenant, account),
      guard: asOne([own, ...peers], at),
      policy,
      examples,
    };
    return isPerson
      ? [true, false].map((hasRecipient) => inputFrom({ ...known, hasRecipient }))
      : [inputFrom({ ...known, hasRecipient: false })];
  }

  /** Without a row the gate was never asked. */
  conclude(reconsidered: Reconsidered, asked: ParsedRow | null, part: string | undefined): Hindsight {
    const { row, data, known, then, made, today } = reconsidered;
    const thenOption = made === null ? { action_type: data.action_type, score: null, reason: null } : chosen(made);
    const nowOption = today === null ? null : chosen(today);
    const gate = this.#gate(reconsidered, asked, part);
    const base = {
      decision: data.decision,
      at: row.at,
      subject: row.actor,
      engine: { then: data.engine, now: this.#deps.engine.version },
      policy: { then: gate.policy?.hash ?? then?.hash ?? null, now: this.#today.hash },
      known,
      candidate: { then: thenOption as Option, now: nowOption },
      gate: { then: gate.then, now: gate.now },
    };
    if (known === 'unknown')
      return {
        ...base,
        result: 'unknown',
        because: [],
        note: 'What the engine knew cannot be derived from the ledger.',
      };
    if (nowOption !== null && nowOption.action_type !== thenOption.action_type)
      return { ...base, result: 'other_choice', because: this.#whyOtherChoice(reconsidered), note: gate.note };
    if (gate.then === null) return { ...base, result: 'same', because: [], note: null };
    if (gate.now === null) return { ...base, result: 'unknown', because: [], note: gate.note };
    const isSame = gate.now.verdict === gate.then.verdict;
    return { ...base, result: isSame ? 'same' : 'other_verdict', because: isSame ? [] : gate.because, note: gate.note };
  }

  #whyOtherChoice({ data, then, input, made }: Reconsidered): readonly string[] {
    const { engine } = this.#deps;
    const choosesOtherwise = (policy: Policy): boolean =>
      input !== null && chosen(engine.decide({ ...input, policy })).action_type !== data.action_type;
    if (then === null || made === null || choosesOtherwise(then.policy)) return ['engine'];
    return membersThatChange(then.policy, this.#today.policy, choosesOtherwise);
  }

  #gate(
    reconsidered: Reconsidered,
    asked: ParsedRow | null,
    part: string | undefined,
  ): {
    readonly then: Said | null;
    readonly now: Said | null;
    readonly policy: PolicyInForce | null;
    readonly because: readonly string[];
    readonly note: string | null;
  } {
    const nothing = { then: null, now: null, policy: null, because: [], note: null };
    const { today } = reconsidered;
    const todayProposes = today !== null && chosen(today).action_type !== 'none';
    if (asked === null)
      return todayProposes
        ? { ...nothing, note: 'The gate was not asked then, so what it would have seen is not recorded.' }
        : nothing;
    const admission = admissionOf(asked.data);
    const then: Said = {
      verdict: must(VERDICTS[asked.row.type], 'an evaluation has a verdict'),
      reasons: codesOf(admission.reasons),
    };
    const policy = this.#policy(admission.policy);
    if (part === undefined)
      return { ...nothing, then, policy, note: 'What the gate saw was kept long enough and deleted.' };
    if (today !== null && !todayProposes)
      return { ...nothing, then, policy, note: 'Today nothing would be proposed, so the gate would not be asked.' };
    const snapshot = JSON.parse(part) as { readonly request: unknown; readonly facts: unknown };
    const request = gateRequestSchema.parse(snapshot.request);
    const facts = gateFactsSchema.parse(snapshot.facts);
    const seen =
      today === null ? { request, facts } : this.#seenToday(reconsidered, today, asked.row.at, request, facts);
    const say = (with_: Policy): Said => {
      const verdict = evaluateGate(seen.request, seen.facts, with_);
      return { verdict: verdict.kind, reasons: codesOf(reasonsOf(verdict)) };
    };
    const now = say(this.#today.policy);
    const isByGate = policy !== null && say(policy.policy).verdict !== then.verdict;
    const because =
      isByGate || policy === null
        ? [`gate ${admission.gate_version} → ${GATE_VERSION}`]
        : membersThatChange(policy.policy, this.#today.policy, (with_) => say(with_).verdict !== then.verdict);
    return { then, now, policy, because, note: null };
  }

  /** What the gate would see of the proposal of today: its content and scores, the same guards, and the trust in it at that time. */
  #seenToday(
    { data, input }: Reconsidered,
    { choice, content }: DecisionOutput,
    at: number,
    request: GateRequest,
    facts: GateFacts,
  ): { readonly request: GateRequest; readonly facts: GateFacts } {
    const actionType = choice.candidates[choice.chosen]?.action_type ?? 'none';
    if (actionType === 'none' || content === null || input === null) return { request, facts };
    const { account, person, domain } = request;
    const proposal = proposalFrom({
      decision: data.decision,
      choice,
      content,
      actionType,
      input,
      refs: { account, person, domain },
      recipient: person ?? account ?? '',
      originatingProposalId: request.originating_proposal_id,
      digest: this.#deps.digest,
    });
    const asked = gateRequest(request.action, proposal, null, at);
    if (actionType === request.action_type)
      return { request: asked, facts: { ...facts, attributes: proposal.attributes } };
    const cell = trustCellId(actionType, proposal.channel, proposal.risk_class, proposal.engine);
    const trust = this.#registry.trustAt(this.#tenant, cell, at);
    const registry = this.#registry.registryAt(this.#tenant, at);
    const mode = registry === null ? facts.mode : modeOf(registry, proposal.channel);
    return {
      request: asked,
      facts: {
        ...facts,
        mode,
        channel_ready:
          mode === 'shadow' ||
          mode === undefined ||
          this.#deps.channelReady(this.#today.policy, proposal.channel, mode),
        trust: trustFactOf(
          cell,
          trust?.value ?? null,
          (trust?.context ?? null) as TrustContext | null,
          ACTION_TYPE_SPECS[actionType].initialLevel,
          at,
          registry?.trust_prior,
        ),
        attributes: proposal.attributes,
      },
    };
  }
}

function chosen({ choice }: DecisionOutput): Option & { readonly action_type: Candidate['action_type'] } {
  const { action_type, score, reason } = must(choice.candidates[choice.chosen], 'the engine chose a candidate');
  return { action_type, score, reason };
}

function codesOf(checks: readonly { readonly code: string | null }[]): readonly string[] {
  return checks.flatMap(({ code }) => (code === null ? [] : [code]));
}

function guardOf(fold: LedgerFold, tenant: TenantId, key: string): GuardState {
  return fold.guards.get(tenantKey(tenant, key))?.state ?? EMPTY_GUARD;
}

/** What was known of the account that answered for this one. */
function accountOf(fold: LedgerFold, tenant: TenantId, account: string): SubjectContext {
  const contextOf = (id: string) => fold.actors.get(actorKey(tenant, 'account', id));
  const seen = new Set<string>();
  let survivor = account;
  for (;;) {
    const { into } = guardOf(fold, tenant, `account:${survivor}`);
    if (into === undefined || seen.has(into.id)) break;
    seen.add(into.id);
    survivor = into.id;
  }
  return subjectContext(contextOf(survivor) ?? contextOf(account) ?? null);
}

const SLICE = 2_000;

/** Decisions of a partition, or of all: those that fit, in the order in which the gate had spoken about them. */
export async function hindsightOf(
  deps: HindsightDeps,
  tenant: TenantId,
  today: PolicyInForce,
  wanted: {
    readonly partition: number | null;
    readonly fits: (row: LedgerRow, data: EventData<'decision.made'>) => boolean;
  },
  emit: (hindsight: Hindsight) => void,
): Promise<void> {
  const again = await Reconsideration.create(deps, tenant, today);
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    if (wanted.partition !== null && wanted.partition !== partition) continue;
    const fold = new LedgerFold(deps.runners);
    const waiting = new Map<string, Reconsidered>();
    for (let after = 0; ;) {
      const rows = await deps.reader.slice({ partition, after, limit: SLICE });
      if (rows.length === 0) break;
      after = rows.at(-1)?.seq ?? after;
      const parsed = rows.filter((row) => row.tenant === tenant).map(parseRow);
      const parts = await deps.reader.parts(
        tenant,
        parsed.filter(({ row }) => isAdmission(row.type)).map(({ data }) => admissionOf(data).snapshot),
      );
      const decisions = parsed.filter(({ row }) => row.type === 'decision.made');
      const examples = await deps.reader.examples(
        tenant,
        decisions.flatMap(({ data }) => (data as EventData<'decision.made'>).examples ?? []),
      );
      for (const item of parsed) {
        const { row } = item;
        if (row.type === 'decision.made') {
          const data = item.data as EventData<'decision.made'>;
          if (wanted.fits(row, data)) {
            const reconsidered = again.decide(row, data, fold, examples);
            if (data.action === null) emit(again.conclude(reconsidered, null, undefined));
            else waiting.set(data.action, reconsidered);
          }
        } else if (isAdmission(row.type)) {
          const reconsidered = waiting.get(row.actor.id);
          waiting.delete(row.actor.id);
          if (reconsidered !== undefined)
            emit(again.conclude(reconsidered, item, parts.get(admissionOf(item.data).snapshot)));
        }
        fold.apply(item);
      }
    }
    for (const reconsidered of waiting.values()) emit(again.conclude(reconsidered, null, undefined));
  }
}
