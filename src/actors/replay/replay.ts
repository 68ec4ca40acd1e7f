/**
 * Runs evaluations of the gate again. The facts are derived from the ledger as of the versions that the evaluation read, compared
 * with the stored snapshot, and evaluated under the stored policy; the verdict must have the recorded hash.
 */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { Admission, EventType } from '../../domain/event-types.ts';
import { gateFactsSchema, gateRequestSchema } from '../../domain/gate.ts';
import type { GateFacts, GateRequest, Verdict } from '../../domain/gate.ts';
import { EMPTY_GUARD } from '../../domain/guard.ts';
import type { GuardState } from '../../domain/guard.ts';
import { eventIdOf, PARTITION_COUNT } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Digest } from '../../domain/json.ts';
import { actorKey, tenantKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { SubjectRefs } from '../../domain/message.ts';
import { pausedFact } from '../../domain/pause.ts';
import type { Policy } from '../../domain/policy.ts';
import { isScopeLinked } from '../../domain/scope-linked.ts';
import { senderFact } from '../../domain/sender-health.ts';
import { asOne, keysReadWith } from '../../domain/stricter-guard.ts';
import type { GuardMember } from '../../domain/stricter-guard.ts';
import { trustCellId } from '../../domain/trust.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { TrustContext } from '../../machines/trust/trust.machine.ts';
import { evaluateReleasedGate } from '../../policies/released-gates.ts';
import { verdictHash } from '../../policies/verdict-hash.ts';
import { approvalInForce, gateRequest } from '../planner/admit-effect.ts';
import { gateGuards, modeOf, pausableOf, trustFactOf } from '../planner/gate-facts.ts';
import { LedgerFold, parseRow } from './ledger-fold.ts';
import type { ParsedRow } from './ledger-fold.ts';
import type { LedgerReader } from './ledger-reader.port.ts';
import { RegistryHistory } from './registry-history.ts';
import { sharedGuards, sharedHistory } from './shared-guards.ts';
import type { SharedGuards, SharedHistory } from './shared-guards.ts';

const ADMISSION_TYPES: ReadonlySet<EventType> = new Set<EventType>([
  'action.passed',
  'action.shadowed',
  'action.scheduled',
  'action.held',
  'action.denied',
]);

/** Why a decision cannot be replayed of which too little is left. */
const SNAPSHOT_GONE =
  'what the gate saw was kept long enough and deleted, so this decision cannot be replayed any more';

export interface Evaluation {
  readonly event: string;
  readonly action: string;
  readonly recordedHash: string;
  readonly replayedHash: string;
  readonly factsEqual: boolean;
  readonly redacted: boolean;
  readonly differences: readonly string[];
  /** The edition of the time zone database that answered then, when it is not the one of this program. */
  readonly otherTimeZoneData: string | null;
  readonly verdict: Verdict | null;
}

export function isAdmission(type: EventType): boolean {
  return ADMISSION_TYPES.has(type);
}

export function admissionOf(data: unknown): Admission {
  return (data as { admission: Admission }).admission;
}

interface ReplayDeps {
  readonly reader: LedgerReader;
  readonly runners: Runners;
  readonly digest: Digest;
  /** The edition of the time zone database of this program. */
  readonly timeZoneData: string;
}

function sharedGuardAt(history: SharedHistory, runners: Runners, tenant: TenantId, key: string, version: number) {
  const fold = new LedgerFold(runners);
  for (const write of history.get(tenantKey(tenant, key)) ?? []) {
    if (write.version > version) break;
    fold.applyGuard(tenant, write);
  }
  return fold.guards.get(tenantKey(tenant, key));
}

class Replayer {
  readonly #deps: ReplayDeps;
  readonly #registry: RegistryHistory;
  readonly #shared: SharedGuards;
  readonly #history: SharedHistory;

  constructor(deps: ReplayDeps, registry: RegistryHistory, shared: SharedGuards, history: SharedHistory) {
    this.#deps = deps;
    this.#registry = registry;
    this.#shared = shared;
    this.#history = history;
  }

  static async create(deps: ReplayDeps, tenants: readonly TenantId[] | null): Promise<Replayer> {
    const { reader, runners } = deps;
    const shared = await sharedGuards(reader, tenants);
    return new Replayer(
      deps,
      new RegistryHistory(await reader.registryEvents(tenants), runners),
      shared,
      await sharedHistory(reader, tenants, shared),
    );
  }

  /** A guard at the version that an evaluation read, or what is wrong with that. */
  #guardAt(row: LedgerRow, admission: Admission, fold: LedgerFold, key: string): GuardMember | string {
    const read = admission.guard_versions[key] ?? 0;
    const folded = this.#shared.has(row.tenant, key)
      ? sharedGuardAt(this.#history, this.#deps.runners, row.tenant, key, read)
      : fold.guards.get(tenantKey(row.tenant, key));
    if ((folded?.version ?? 0) !== read)
      return `${key} was read at version ${read}, the ledger gives ${folded?.version ?? 0}`;
    return { key, state: folded?.state ?? EMPTY_GUARD };
  }

  /** The facts of an evaluation as the ledger gives them. `fold` stands just before the event. */
  #derive(
    row: LedgerRow,
    admission: Admission,
    fold: LedgerFold,
    stored: GateFacts,
    policy: Policy,
  ): { readonly request: GateRequest; readonly facts: GateFacts } | string {
    const action = fold.actors.get(actorKey(row.tenant, 'action', row.actor.id));
    const context = action?.context as unknown as ActionContext | undefined;
    const proposal = context?.proposal;
    if (context === undefined || proposal === undefined || proposal === null)
      return 'the ledger has no proposal for this evaluation';
    const request = gateRequest(row.actor.id, proposal, approvalInForce(context, proposal, policy), row.at);
    const registry = this.#registry.registry(row.tenant, admission.registry_version);
    if (registry === null) return `the ledger has no registry at version ${admission.registry_version}`;
    const refs = { account: proposal.account, person: proposal.person, domain: proposal.domain } as SubjectRefs;
    const guards: Record<string, GuardState> = {};
    const read: Record<string, readonly GuardMember[]> = {};
    for (const [name, key] of gateGuards(refs, row.partition)) {
      const first = this.#guardAt(row, admission, fold, key);
      if (typeof first === 'string') return first;
      const others: GuardMember[] = [];
      for (const peer of keysReadWith(first).slice(1)) {
        const member = this.#guardAt(row, admission, fold, peer);
        if (typeof member === 'string') return member;
        others.push(member);
      }
      read[name] = [first, ...others];
      guards[name] = asOne([first, ...others], row.at);
    }
    const cell = trustCellId(proposal.action_type, proposal.channel, proposal.risk_class, proposal.engine);
    const trust = this.#registry.trust(row.tenant, cell, admission.trust_version);
    const facts = {
      ...guards,
      kill_switch: registry.stopped,
      ...pausedFact(registry.context.pauses ?? [], pausableOf(proposal, read['account']?.[0]?.state), row.at),
      ...senderFact(registry.context.senders ?? [], proposal),
      mode: modeOf(registry.context, proposal.channel),
      // Which channels were configured, and which time zone data answered, is not on the ledger: it is taken as it was recorded.
      ...(stored.channel_ready === undefined ? {} : { channel_ready: stored.channel_ready }),
      ...(stored.time_zone_data === undefined ? {} : { time_zone_data: stored.time_zone_data }),
      suppressions: [
        ...this.#registry.suppressions(row.tenant, admission.suppression_keys, admission.registry_version),
      ],
      trust: trustFactOf(
        cell,
        trust?.value ?? null,
        (trust?.context ?? null) as TrustContext | null,
        ACTION_TYPE_SPECS[proposal.action_type].initialLevel,
        row.at,
        registry.context.trust_prior,
      ),
      scope_linked: isScopeLinked(proposal.account, row.scope, read['contact'] ?? [], read['account']?.[0]?.state),
      ...(registry.context.single_operator ? { single_operator: true } : {}),
      ...(registry.context.syncs === undefined ? {} : { syncs: registry.context.syncs }),
      attributes: proposal.attributes,
    } as GateFacts;
    return { request, facts };
  }

  evaluate(parsed: ParsedRow, fold: LedgerFold, part: string | undefined, policy: Policy | undefined): Evaluation {
    const { row } = parsed;
    const admission = admissionOf(parsed.data);
    const event = eventIdOf(row.partition, row.seq);
    const base = { event, action: row.actor.id, recordedHash: admission.verdict_hash };
    if (part === undefined || policy === undefined) {
      return {
        ...base,
        replayedHash: '',
        factsEqual: false,
        redacted: true,
        differences: [part === undefined ? SNAPSHOT_GONE : 'the policy is not stored'],
        otherTimeZoneData: null,
        verdict: null,
      };
    }
    const snapshot = JSON.parse(part) as { request: unknown; facts: unknown };
    const request = gateRequestSchema.parse(snapshot.request);
    const facts = gateFactsSchema.parse(snapshot.facts);
    const differences: string[] = [];
    const derived = this.#derive(row, admission, fold, facts, policy);
    if (typeof derived === 'string') differences.push(derived);
    else {
      if (canonicalJson(derived.request) !== canonicalJson(request))
        differences.push('the request differs from the snapshot');
      for (const name of new Set([...Object.keys(facts), ...Object.keys(derived.facts)])) {
        const key = name as keyof GateFacts;
        if (canonicalJson(derived.facts[key] ?? null) !== canonicalJson(facts[key] ?? null))
          differences.push(`${name} differs from the snapshot`);
      }
    }
    const { timeZoneData: today } = this.#deps;
    const { time_zone_data: then = today } = facts;
    const otherTimeZoneData = then === today ? null : then;
    const source = typeof derived === 'string' ? { request, facts } : derived;
    const { gate_version: version } = admission;
    const verdict = evaluateReleasedGate(version, source.request, source.facts, policy);
    if (verdict === null) {
      differences.push(`this program has no gate of version ${version}`);
      return {
        ...base,
        replayedHash: '',
        factsEqual: false,
        redacted: false,
        differences,
        otherTimeZoneData,
        verdict,
      };
    }
    const hash = verdictHash(verdict, source.request.at, admission.policy, this.#deps.digest, version);
    if (hash !== admission.verdict_hash)
      differences.push(
        otherTimeZoneData === null
          ? 'the verdict differs'
          : `the verdict differs; time zone data ${otherTimeZoneData} answered then, ${today} now`,
      );
    return {
      ...base,
      replayedHash: hash,
      factsEqual: differences.length === 0,
      redacted: false,
      differences,
      otherTimeZoneData,
      verdict,
    };
  }
}

const SLICE = 2_000;

async function evaluateRows(
  deps: ReplayDeps,
  replayer: Replayer,
  fold: LedgerFold,
  rows: readonly LedgerRow[],
  wanted: (row: LedgerRow) => boolean,
  emit: (evaluation: Evaluation) => void,
): Promise<void> {
  const parsedRows = rows.map(parseRow);
  const admissions = parsedRows.filter((parsed) => isAdmission(parsed.row.type) && wanted(parsed.row));
  const parts = new Map<string, string>();
  for (const tenant of new Set(admissions.map((parsed) => parsed.row.tenant))) {
    const hashes = admissions
      .filter((parsed) => parsed.row.tenant === tenant)
      .map((parsed) => admissionOf(parsed.data).snapshot);
    for (const [hash, body] of await deps.reader.parts(tenant, hashes)) parts.set(tenantKey(tenant, hash), body);
  }
  const policies = await deps.reader.policies(
    admissions.map((parsed) => ({ tenant: parsed.row.tenant, hash: admissionOf(parsed.data).policy })),
  );
  for (const parsed of parsedRows) {
    if (isAdmission(parsed.row.type) && wanted(parsed.row)) {
      const admission = admissionOf(parsed.data);
      emit(
        replayer.evaluate(
          parsed,
          fold,
          parts.get(tenantKey(parsed.row.tenant, admission.snapshot)),
          policies.get(tenantKey(parsed.row.tenant, admission.policy)),
        ),
      );
    }
    fold.apply(parsed);
  }
}

/** Every evaluation on the ledger of these tenants, or of all when null, run again in order. */
export async function replayAll(
  deps: ReplayDeps,
  tenants: readonly TenantId[] | null,
  emit: (evaluation: Evaluation) => void,
): Promise<void> {
  const replayer = await Replayer.create(deps, tenants);
  const wanted = new Set(tenants);
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const fold = new LedgerFold(deps.runners);
    let after = 0;
    for (;;) {
      const rows = await deps.reader.slice({ partition, after, limit: SLICE });
      if (rows.length === 0) break;
      await evaluateRows(deps, replayer, fold, rows, (row) => tenants === null || wanted.has(row.tenant), emit);
      after = rows.at(-1)?.seq ?? after;
    }
  }
}

/** The evaluations of one action, run again. */
export async function replayAction(
  deps: ReplayDeps,
  tenant: TenantId,
  scope: string,
  partition: number,
  action: string,
): Promise<readonly Evaluation[]> {
  const replayer = await Replayer.create(deps, [tenant]);
  const evaluations: Evaluation[] = [];
  const rows = await deps.reader.scopeEvents(tenant, scope, partition);
  await evaluateRows(
    deps,
    replayer,
    new LedgerFold(deps.runners),
    rows,
    (row) => row.actor.id === action,
    (evaluation) => evaluations.push(evaluation),
  );
  return evaluations;
}
