/** The running system as the gateway and the command line see it. Each method names a part that does the work. */
import { randomUUID } from 'node:crypto';

import type { Clock } from '../actors/clock.port.ts';
import type { Host } from '../actors/host.ts';
import type { ImportService } from '../actors/imports/import-service.ts';
import type { ImportState, ImportStore } from '../actors/imports/import-store.port.ts';
import type { Directory } from '../actors/intake/directory.port.ts';
import type { Intake } from '../actors/intake/intake.ts';
import type { OutcomeCommands } from '../actors/outcome-commands.ts';
import type { ParkedCommands } from '../actors/parked-commands.ts';
import type { LedgerReader } from '../actors/replay/ledger-reader.port.ts';
import type { MemoryReader } from '../actors/replay/memory-reader.port.ts';
import { rebuildCheck } from '../actors/replay/rebuild.ts';
import { replayAction, replayAll } from '../actors/replay/replay.ts';
import { traceStep } from '../actors/replay/trace.ts';
import type { SubjectCommands } from '../actors/subject-commands.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import type { UncertainCommands } from '../actors/uncertain-commands.ts';
import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import type { ActionType, TrustLevel } from '../domain/action-types.ts';
import { channelSchema } from '../domain/action-types.ts';
import { GatehouseError } from '../domain/errors.ts';
import { ACTOR_KINDS } from '../domain/event-types.ts';
import { asId, partitionOf } from '../domain/ids.ts';
import type { ImportId, TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import { canonicalJson } from '../domain/json.ts';
import { modeSchema } from '../domain/mode.ts';
import { parseTrustCellId } from '../domain/trust.ts';
import type { CadenceServices } from '../gateway/cadence.port.ts';
import type { NoteServices } from '../gateway/note-services.port.ts';
import type { PlayServices } from '../gateway/play-services.port.ts';
import type { SearchServices } from '../gateway/search-services.port.ts';
import type {
  BackupView,
  Services,
  VerifyReport,
  TraceStep,
  Caller,
  ImportView,
  ReplayView,
  TraceView,
  SubjectActView,
  SubjectExport,
  PurgeView,
} from '../gateway/services.port.ts';
import type { StreamServices } from '../gateway/stream.port.ts';
import type { Runners } from '../machines/catalogue.ts';
import { shapeOf } from '../machines/machine-shape.ts';
import { decayedTrust } from '../machines/trust/trust.machine.ts';
import type { TrustContext } from '../machines/trust/trust.machine.ts';
import type { AnchorFolder } from '../memory/anchors/anchor-folder.ts';
import type { KeyStore } from '../memory/identity/keys.ts';
import type { SessionStore } from '../memory/identity/sessions.ts';
import type { NoteReader } from '../memory/notes/note-reader.port.ts';
import type { OutcomeReader } from '../memory/read/outcome-reader.ts';
import type { ParkedMessages } from '../memory/read/parked-messages.ts';
import type { ReadModel } from '../memory/read/read-model.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import type { DirectoryPerson, SubjectReader } from '../memory/read/subject-reader.ts';
import type { UncertainPermits } from '../memory/read/uncertain-permits.ts';
import type { ViewReader } from '../memory/read/view-reader.ts';
import { sha256 } from '../memory/sha256.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { StaleDays } from '../policies/staleness.ts';
import { pathUp, pathWords } from '../policies/trust-path.ts';
import { priorInForce } from '../policies/trust-pool.ts';
import { nextLevel, trustQuantile } from '../policies/trust.ts';
import type { BacklogWatch } from './backlog-watch.ts';
import type { Egress } from './egress.ts';
import type { ErasureProofs } from './erasure-proofs.ts';
import { remainsOfErased, remainsOfPurged } from './erasure-remains.ts';
import type { Forgetting } from './forgetting.ts';
import { createGateFactServices } from './gate-fact-services.ts';
import type { GateFactParts } from './gate-fact-services.ts';
import { createIdentityServices } from './identity-services.ts';
import type { IdentityParts } from './identity-services.ts';
import type { KeyRotation } from './key-rotation.ts';
import { KnownStates } from './known-states.ts';
import { lastEvaluation } from './last-evaluation.ts';
import type { LastEvaluation } from './last-evaluation.ts';
import { anchorView } from './ledger-audit.ts';
import { createOutcomeServices } from './outcome-services.ts';
import { createOwnershipServices } from './ownership-services.ts';
import type { OwnershipParts } from './ownership-services.ts';
import { createPastServices } from './past-services.ts';
import type { PastParts } from './past-services.ts';
import { createPatternServices } from './pattern-services.ts';
import type { PatternParts } from './pattern-services.ts';
import { createPolicyServices, refuseSingleStep } from './policy-services.ts';
import type { Purge } from './purge.ts';
import type { RetentionKeeper } from './retention.ts';
import type { ErasedPerson } from './retrieval.ts';
import { createReviewServices } from './review-services.ts';
import type { ReviewParts } from './review-services.ts';
import { createScheduleServices } from './schedule-services.ts';
import { createSenderServices } from './sender-services.ts';
import type { SenderParts } from './sender-services.ts';
import { createSessionServices } from './session-services.ts';
import { shownTo } from './shown-context.ts';
import { createSuppressionServices } from './suppression-services.ts';
import type { SuppressionParts } from './suppression-services.ts';
import { TIME_ZONE_DATA } from './time-zone-data.ts';
import type { UsageMeter } from './usage-meter.ts';
import { createViewServices } from './view-services.ts';
import { createWhatIfServices } from './what-if-services.ts';

export interface ServiceParts
  extends
    IdentityParts,
    Omit<OwnershipParts, 'now' | 'policies'>,
    Omit<SenderParts, 'now'>,
    Omit<GateFactParts, 'now' | 'policies' | 'syncTimes' | 'senders'>,
    PastParts,
    Omit<PatternParts, 'now' | 'policies'>,
    ReviewParts,
    SuppressionParts {
  readonly anchors: AnchorFolder;
  readonly audit: () => Promise<VerifyReport>;
  readonly backlog: BacklogWatch;
  readonly clock: Clock;
  readonly commands: TenantCommands;
  readonly directory: Directory;
  /** True when this server was asked to stop and still answers. */
  readonly draining: () => boolean;
  readonly host: Host;
  readonly imports: ImportService;
  readonly importStore: ImportStore;
  readonly intake: Intake;
  readonly noteServices: NoteServices;
  readonly plays: PlayServices;
  readonly cadence: CadenceServices;
  readonly searchServices: SearchServices;
  readonly keys: KeyStore;
  readonly sessions: SessionStore;
  readonly stream: StreamServices;
  readonly meter: UsageMeter;
  readonly metrics: Metrics;
  readonly parked: ParkedCommands;
  readonly parkedMessages: ParkedMessages;
  readonly subjects: SubjectCommands;
  readonly outcomeCommands: OutcomeCommands;
  readonly outcomes: OutcomeReader;
  readonly views: ViewReader;
  readonly notes: NoteReader;
  readonly staleDays: StaleDays;
  readonly subjectReader: SubjectReader;
  /** Takes the notes of an erased person out of the index of searches. */
  readonly forgetInIndex: (person: ErasedPerson) => Promise<void>;
  readonly proofs: ErasureProofs;
  readonly forgetting: Pick<Forgetting, 'prepare'>;
  readonly purge: Purge;
  readonly rotation: KeyRotation;
  readonly egress: Egress;
  readonly retention: RetentionKeeper;
  readonly database: 'pglite' | 'postgres';
  /** How long journals, and so backups, are kept. */
  readonly journalDays: number;
  readonly uncertain: UncertainCommands;
  readonly uncertainPermits: UncertainPermits;
  readonly ping: () => Promise<void>;
  /** Throws when nothing may come in: `storage_full` without room for more, `unavailable` while a restored installation is paused. */
  readonly refuseIntake: () => void;
  /** Why the installation is paused; null when it is not. */
  readonly pauseReason: () => string | null;
  /** Writes a backup into the data folder. Throws `state_conflict` when the database is not the embedded one. */
  readonly writeBackup: () => Promise<BackupView>;
  readonly reader: LedgerReader;
  readonly memoryReader: MemoryReader;
  readonly readModel: ReadModel;
  readonly registry: RegistryReader;
  readonly runners: Runners;
}

function holdText({ by, reason, at }: NonNullable<SubjectExport['hold']>): string {
  return `a legal hold by ${by} is on them since ${at}, because of “${reason}”.`;
}

/** Examples that a report names; the counts are whole. */
const EXAMPLES_MAX = 20;

function importView(state: ImportState): ImportView {
  return {
    id: state.id,
    name: state.name,
    mode: state.mode,
    state: state.state,
    total: state.total,
    applied: state.applied,
    counts: { ...state.counts },
    started_at: isoOf(state.startedAt),
  };
}

/** What concerns all tenants is for those who run the installation. */
function refuseOtherTenants(caller: Caller, what: string): void {
  if (caller.tenant !== 'default')
    throw new GatehouseError('forbidden', `${what} every tenant. Only a key of the tenant default may ask for it.`);
}

/** A purge is worth having where the next key must be brought by an operator, too; what is missing is said. */
async function replaceKeys(rotation: KeyRotation, caller: Caller): Promise<PurgeView['keys']> {
  try {
    return await rotation.rotateAll(caller);
  } catch (error) {
    if (error instanceof GatehouseError && (error.code === 'state_conflict' || error.code === 'unavailable'))
      return { done: false, to_do: error.message };
    throw error;
  }
}

export function createServices(parts: ServiceParts): Services {
  const {
    backlog,
    clock,
    commands,
    directory,
    host,
    imports,
    importStore,
    intake,
    keys,
    meter,
    parked,
    parkedMessages,
    subjects,
    subjectReader,
    forgetInIndex,
    proofs,
    purge,
    rotation,
    egress,
    retention,
    journalDays,
    uncertain,
    uncertainPermits,
    metrics,
    reader,
    memoryReader,
    readModel,
    registry,
    runners,
    refuseIntake,
  } = parts;
  const replayDeps = { reader, runners, digest: sha256, timeZoneData: TIME_ZONE_DATA };
  const known = new KnownStates({ directory, reader, registry, runners });

  async function idOf(tenant: TenantId, kind: 'account' | 'contact' | 'lead', externalId: string): Promise<string> {
    const found = await directory.find(tenant, kind, externalId);
    if (found === null) throw new GatehouseError('not_found', `There is no ${kind} ${externalId}.`);
    return found.id;
  }

  /** Both names of a merge lead to the survivor. */
  async function survivorOf(tenant: TenantId, kind: 'account' | 'contact', externalId: string): Promise<string> {
    return parts.identityBook.survivor(tenant, await idOf(tenant, kind, externalId));
  }

  async function withDecisions<
    Item extends {
      readonly duplicate: boolean;
      readonly correlation: string | null;
      readonly decisions: readonly string[];
    },
  >(tenant: TenantId, items: readonly Item[]): Promise<readonly Item[]> {
    const repeated = items.flatMap((item) => (item.duplicate && item.correlation !== null ? [item.correlation] : []));
    if (repeated.length === 0) return items;
    const known = await readModel.decisionsOf(tenant, repeated);
    return items.map((item) =>
      item.duplicate ? { ...item, decisions: known.get(item.correlation ?? '') ?? [] } : item,
    );
  }

  async function stepsOf(tenant: TenantId, correlation: string): Promise<readonly TraceStep[]> {
    return (await readModel.correlationRows(tenant, correlation)).map(traceStep);
  }

  /** Every check of the last evaluation of an action, computed again from its snapshot. */
  async function trace(caller: Caller, id: string): Promise<TraceView> {
    const { view, scope } = await readModel.decision(caller.tenant, id);
    const steps = await stepsOf(caller.tenant, view.correlation);
    const outcomes = (await readModel.outcomeRows(caller.tenant, scope, view.id))
      .map(traceStep)
      .filter((step) => steps.every((known) => known.event !== step.event));
    const { checks, snapshot } =
      view.action === null
        ? { checks: [], snapshot: null }
        : await lastEvaluation({ readModel, reader }, caller.tenant, view.correlation, view.action.id);
    const shown = await shownTo({ reader, notes: parts.notes }, caller.tenant, view.id, steps);
    return { decision: view, steps: [...steps, ...outcomes], gate: checks, snapshot, shown };
  }

  async function lastAsked({ tenant }: Caller, id: string): Promise<LastEvaluation['asked']> {
    const { view } = await readModel.decision(tenant, id);
    if (view.action === null) return null;
    return (await lastEvaluation({ readModel, reader }, tenant, view.correlation, view.action.id)).asked;
  }

  async function personOf(tenant: TenantId, name: string): Promise<DirectoryPerson> {
    const [kind, ...rest] = name.split('/');
    const isNamed = rest.length > 0 && (kind === 'contact' || kind === 'lead');
    return subjectReader.person(tenant, isNamed ? await idOf(tenant, kind, rest.join('/')) : name);
  }

  async function recordOfSubject(
    caller: Caller,
    type: 'subject.objected' | 'subject.held' | 'subject.released',
    person: DirectoryPerson,
    reason: string,
  ): Promise<SubjectActView> {
    const act = await subjects.record(caller.tenant, randomUUID(), type, person, { by: caller.identity, reason });
    return { subject: person.id, event: act.event, at: isoOf(act.at) };
  }

  async function refuseLiveDemo(caller: Caller, mode: string): Promise<void> {
    if (mode !== 'live') return;
    const current = await registry.registry(caller.tenant);
    if (current?.clock === 'virtual' || (await keys.tenantKind(caller.tenant)) === 'demo') {
      throw new GatehouseError('state_conflict', 'A demo tenant, or one on a virtual clock, can never be live.');
    }
  }

  const policies = createPolicyServices({ ...parts, now: () => clock.now() });

  return {
    ...parts.noteServices,
    identities: createIdentityServices(parts),
    suppressions: createSuppressionServices(parts),
    keyGenerations: {
      async list(caller) {
        refuseOtherTenants(caller, 'The master key is that of');
        return rotation.list();
      },
      async rotate(caller, { backups }) {
        refuseOtherTenants(caller, 'The master key is that of');
        return rotation.rotate(caller, backups);
      },
    },
    ownership: createOwnershipServices({ ...parts, policies: registry, now: () => clock.now() }),
    senders: createSenderServices({ ...parts, now: () => clock.now() }),
    gateFacts: createGateFactServices({
      ...parts,
      policies: registry,
      now: () => clock.now(),
      syncTimes: async (tenant) => (await registry.registry(tenant))?.syncs ?? {},
      senders: async (tenant) => (await registry.registry(tenant))?.senders ?? [],
    }),
    past: createPastServices(parts),
    whatIf: createWhatIfServices({ trace, lastAsked }),
    plays: parts.plays,
    cadence: parts.cadence,
    policies,
    patterns: createPatternServices({ ...parts, now: () => clock.now(), policies }),
    sessions: createSessionServices(parts.sessions),
    stream: parts.stream,
    ...parts.searchServices,
    ...createOutcomeServices(parts),
    ...createViewServices(parts),
    ...createReviewServices(parts),
    ...createScheduleServices(parts),
    async authenticate(key) {
      const found = await keys.authenticate(key);
      return found === null
        ? null
        : {
            tenant: found.tenant,
            keyId: found.keyId,
            identity: found.identity,
            kind: found.kind,
            role: found.role,
            authorities: found.authorities,
            brain: found.brain,
          };
    },
    async acceptSignals(caller, events) {
      refuseIntake();
      meter.count(caller.tenant, 'api.call', 1);
      return withDecisions(caller.tenant, await intake.signals(caller.tenant, events));
    },
    async acceptOutcomes(caller, events) {
      refuseIntake();
      meter.count(caller.tenant, 'api.call', 1);
      return intake.outcomes(caller.tenant, events);
    },
    async propose(caller, proposal) {
      refuseIntake();
      meter.count(caller.tenant, 'api.call', 1);
      return intake.propose(caller.tenant, caller.identity, proposal);
    },
    async checkGate(caller, proposal) {
      const verdict = await intake.rehearse(caller.tenant, caller.identity, proposal);
      return {
        verdict: verdict.kind,
        at: verdict.kind === 'schedule' ? isoOf(verdict.at) : null,
        checks: verdict.checks,
      };
    },

    async listDecisions(caller, query) {
      const account = query.account === undefined ? undefined : await idOf(caller.tenant, 'account', query.account);
      const person = query.contact === undefined ? undefined : await idOf(caller.tenant, 'contact', query.contact);
      return readModel.decisions(caller.tenant, { ...query, account, person });
    },
    getDecision: async (caller, id) => (await readModel.decision(caller.tenant, id)).view,
    async getMachine(_caller, wanted) {
      const kind = ACTOR_KINDS.find((item) => item === wanted);
      if (kind === undefined)
        throw new GatehouseError('not_found', `There is no machine ${wanted}; there are ${ACTOR_KINDS.join(', ')}.`);
      const { machine, version } = runners[kind].definition;
      const { initial, states, edges } = shapeOf(machine);
      return { kind, version, initial, states, edges };
    },
    traceDecision: trace,
    async replayDecision(caller, id): Promise<ReplayView> {
      const { view, scope } = await readModel.decision(caller.tenant, id);
      const evaluations =
        view.action === null
          ? []
          : await replayAction(replayDeps, caller.tenant, scope, partitionOf(scope), view.action.id);
      const result =
        evaluations.length === 0
          ? 'nothing_to_replay'
          : evaluations.some((item) => item.redacted)
            ? 'redacted'
            : evaluations.every((item) => item.recordedHash === item.replayedHash && item.factsEqual)
              ? 'identical'
              : 'different';
      return {
        decision: view.id,
        result,
        evaluations: evaluations.map((item) => ({
          event: item.event,
          recorded_hash: item.recordedHash,
          replayed_hash: item.replayedHash,
          facts_equal: item.factsEqual,
          differences: item.differences,
          other_time_zone_data: item.otherTimeZoneData,
        })),
      };
    },
    traceCorrelation: (caller, correlation) => stepsOf(caller.tenant, correlation),

    async putAccount(caller, externalId, facts) {
      refuseIntake();
      const found = await intake.profile(
        caller.tenant,
        `account/${externalId}`,
        { account: facts },
        caller.identity,
        randomUUID(),
      );
      return readModel.account(caller.tenant, found.id);
    },
    async getAccount(caller, externalId, asOf) {
      const today = await readModel.account(caller.tenant, await survivorOf(caller.tenant, 'account', externalId));
      return asOf === undefined ? today : known.account(caller.tenant, today, asOf);
    },
    listAccounts: (caller, query) => readModel.accounts(caller.tenant, query),
    async accountEvents(caller, id, query) {
      const found = await directory.find(caller.tenant, 'account', id);
      return readModel.events(caller.tenant, found?.scope ?? id, query);
    },
    async putContact(caller, externalId, facts) {
      refuseIntake();
      const found = await intake.profile(
        caller.tenant,
        `contact/${externalId}`,
        { contact: facts },
        caller.identity,
        randomUUID(),
      );
      return readModel.contact(caller.tenant, found.id);
    },
    async getContact(caller, externalId, asOf) {
      const today = await readModel.contact(caller.tenant, await survivorOf(caller.tenant, 'contact', externalId));
      return asOf === undefined ? today : known.contact(caller.tenant, today, asOf);
    },
    getKnownState: (caller, subject, asOf) => known.view(caller.tenant, subject, asOf),

    async exportSubject(caller, subject) {
      const person = await personOf(caller.tenant, subject);
      return { ...(await subjectReader.export(caller.tenant, person)), exported_at: isoOf(clock.now()) };
    },
    async objectSubject(caller, subject, reason) {
      const person = await personOf(caller.tenant, subject);
      return recordOfSubject(caller, 'subject.objected', person, reason);
    },
    async holdSubject(caller, subject, reason) {
      const person = await personOf(caller.tenant, subject);
      if ((await subjectReader.erasedAt(caller.tenant, person.id)) !== null)
        throw new GatehouseError('state_conflict', 'The person was erased, so nothing is left that could be held.');
      const hold = await subjectReader.hold(caller.tenant, person.id);
      if (hold !== null) throw new GatehouseError('state_conflict', `The person is held already: ${holdText(hold)}`);
      return recordOfSubject(caller, 'subject.held', person, reason);
    },
    async releaseSubject(caller, subject, reason) {
      const person = await personOf(caller.tenant, subject);
      if ((await subjectReader.hold(caller.tenant, person.id)) === null)
        throw new GatehouseError('state_conflict', 'There is no legal hold on the person.');
      return recordOfSubject(caller, 'subject.released', person, reason);
    },
    async eraseSubject(caller, subject, reason) {
      const person = await personOf(caller.tenant, subject);
      await parts.forgetting.prepare(caller.tenant, person.id);
      const act = await subjects.record(caller.tenant, randomUUID(), 'subject.erased', person, {
        by: caller.identity,
        reason,
      });
      // The planner decides: a hold may have been put on the person a moment ago.
      const hold = await subjectReader.hold(caller.tenant, person.id);
      if (hold !== null)
        throw new GatehouseError(
          'state_conflict',
          `The person was not erased: ${holdText(hold)} Release the hold first, with gatehouse subject release.`,
        );
      await forgetInIndex({ tenant: caller.tenant, subject: person.id, at: act.at });
      return {
        subject: person.id,
        event: act.event,
        at: isoOf(act.at),
        remains: remainsOfErased(act.at, journalDays, await rotation.fateOf(caller.tenant, person.id)),
      };
    },
    async purgeSubject(caller, subject) {
      const person = await personOf(caller.tenant, subject);
      const at = await subjectReader.erasedAt(caller.tenant, person.id);
      if (at === null)
        throw new GatehouseError(
          'state_conflict',
          'The person was not erased, so there is nothing to purge. Erase them first with gatehouse subject erase.',
        );
      const steps = await purge.run({ tenant: caller.tenant, subject: person.id, at });
      const rotated = await replaceKeys(rotation, caller);
      await commands.record(caller.tenant, randomUUID(), 'subject.purged', {
        subject: person.id,
        places: steps.map(({ what }) => what),
        generation: 'generation' in rotated ? rotated.generation : null,
        by: caller.identity,
      });
      const fate = await rotation.fateOf(caller.tenant, person.id);
      return {
        subject: person.id,
        steps,
        keys: rotated,
        remains: remainsOfPurged(at, journalDays, fate, parts.database),
      };
    },
    getEgress: (caller) => egress.show(caller.tenant),
    getRetention: (caller) => retention.show(caller.tenant),
    runRetention: (caller) => retention.run(caller.tenant, caller.identity),
    proveErasure: async (caller, subject) => proofs.issue(caller.tenant, await personOf(caller.tenant, subject)),
    checkErasureProof: (caller, document) => proofs.check(caller.tenant, document),

    listUncertain: (caller, query) => uncertainPermits.list(caller.tenant, query),
    async settleUncertain(caller, permit, { happened, reason, receipt }) {
      const facts = await uncertainPermits.find(caller.tenant, permit);
      await uncertain.settle(facts, { happened, receipt, at: null, by: caller.identity, reason });
      return { permit, happened };
    },

    listParked: (caller, query) => parkedMessages.list(caller.tenant, query),
    getParked: async (caller, id) => (await parkedMessages.find(caller.tenant, id)).view,
    async decideParked(caller, id, input) {
      const { message } = await parkedMessages.find(caller.tenant, id);
      await parked.decide(randomUUID(), message, { ...input, by: caller.identity });
      return { id, decision: input.decision };
    },

    async listTrust(caller) {
      const { policy } = await registry.current(caller.tenant);
      const pooled = (await registry.registry(caller.tenant))?.pooledTrust ?? null;
      const priors = priorInForce(policy.trust, pooled?.prior);
      const now = clock.now();
      return (await readModel.trustCells(caller.tenant)).map((cell) => {
        const key = parseTrustCellId(cell.id);
        const spec = ACTION_TYPE_SPECS[key.actionType as ActionType];
        const { good, bad } = decayedTrust(cell.context as unknown as TrustContext, now);
        const level: TrustLevel = cell.value === 'initial' ? spec.initialLevel : (cell.value as TrustLevel);
        const step = nextLevel(level, good, bad, spec, { trust: priors }, false);
        return {
          cell: cell.id,
          action_type: key.actionType,
          channel: key.channel,
          risk_class: key.riskClass,
          engine: key.engine,
          level,
          good,
          bad,
          prior_good: priors.prior_good,
          prior_bad: priors.prior_bad,
          prior_cells: priors === policy.trust ? null : (pooled?.cells ?? null),
          quantile: trustQuantile(good, bad, priors),
          theta: spec.theta,
          min_evidence: spec.minEvidence,
          explanation:
            step.level === level
              ? `Stays at ${level}: ${step.reason}. ${pathWords(pathUp(level, good, bad, spec, { trust: priors }), level, key.actionType as ActionType)}`
              : `Would move to ${step.level}: ${step.reason}.`,
        };
      });
    },
    trustHistory: (caller, cell, query) => readModel.trustEvents(caller.tenant, cell, query),
    loopReport: (caller, { dimension }) => readModel.loop(caller.tenant, dimension),
    async setKillSwitch(caller, engaged, reason) {
      const at = await commands.record(
        caller.tenant,
        randomUUID(),
        engaged ? 'kill_switch.engaged' : 'kill_switch.released',
        { by: caller.identity, reason },
      );
      return { engaged, since: isoOf(at) };
    },
    getPolicy: (caller, asOf) =>
      asOf === undefined ? registry.current(caller.tenant) : known.policy(caller.tenant, asOf),
    async applyPolicy(caller, policy) {
      await refuseSingleStep(registry, caller.tenant);
      const hash = sha256(canonicalJson(policy));
      await importStore.storePolicy(caller.tenant, hash, policy);
      await commands.record(caller.tenant, randomUUID(), 'policy.applied', {
        policy: hash,
        name: policy.name,
        by: caller.identity,
      });
      return { hash };
    },
    async setMode(caller, mode, channel, reason) {
      await refuseLiveDemo(caller, mode);
      await commands.record(caller.tenant, randomUUID(), 'tenant.mode_set', {
        mode: modeSchema.parse(mode),
        channel: channel === null ? null : channelSchema.parse(channel),
        by: caller.identity,
        reason,
      });
      return { mode };
    },
    createKey: (caller, input) => keys.create({ tenant: caller.tenant, ...input }),
    async revokeKey(caller, id) {
      if (!(await keys.revoke(caller.tenant, id)))
        throw new GatehouseError('not_found', `There is no key ${id} in force.`);
    },

    async writeBackup(caller) {
      refuseOtherTenants(caller, 'A backup holds');
      return parts.writeBackup();
    },
    verify: () => parts.audit(),
    async writeAnchor(caller, { restored_from: restoredFrom }) {
      refuseOtherTenants(caller, 'An anchor speaks of');
      return anchorView(await parts.anchors.write(restoredFrom === null ? null : new Date(restoredFrom).toISOString()));
    },
    async rebuildCheck() {
      await host.idle();
      const result = await rebuildCheck(reader, memoryReader, runners);
      return { ok: result.differences.length === 0, ...result };
    },
    async replayAll(caller) {
      const counts = {
        evaluations: 0,
        identical: 0,
        different: 0,
        redacted: 0,
        facts_differ: 0,
        other_time_zone_data: 0,
      };
      const examples: { event: string; detail: string }[] = [];
      await replayAll(replayDeps, [caller.tenant], (evaluation) => {
        counts.evaluations += 1;
        if (evaluation.redacted) counts.redacted += 1;
        else if (evaluation.recordedHash === evaluation.replayedHash) counts.identical += 1;
        else counts.different += 1;
        if (!evaluation.redacted && !evaluation.factsEqual) counts.facts_differ += 1;
        if (evaluation.otherTimeZoneData !== null) counts.other_time_zone_data += 1;
        if (evaluation.differences.length > 0 && examples.length < EXAMPLES_MAX)
          examples.push({ event: evaluation.event, detail: evaluation.differences.join('; ') });
      });
      return { ok: counts.different === 0 && counts.facts_differ === 0, ...counts, examples };
    },

    async startImport(caller, start) {
      refuseIntake();
      if (start.policy !== null) await refuseSingleStep(registry, caller.tenant);
      return importView(await imports.start(caller.tenant, caller.identity, start));
    },
    async applyImport(caller, id, records) {
      refuseIntake();
      return importView(await imports.apply(caller.tenant, asId<ImportId>(id), records));
    },
    finishImport: async (caller, id) => importView(await imports.finish(caller.tenant, asId<ImportId>(id))),
    async undoImport(caller, id) {
      const result = await imports.undo(caller.tenant, asId<ImportId>(id), caller.identity);
      return { import: id, reverted: result.reverted, cancelled_actions: result.cancelledActions, kept: result.kept };
    },
    listImports: async (caller) => (await imports.list(caller.tenant)).map(importView),

    async health() {
      const database = await parts.ping().then(
        () => ({ ok: true, detail: 'answers' }),
        (error: unknown) => ({ ok: false, detail: error instanceof Error ? error.message : String(error) }),
      );
      const paused = parts.pauseReason();
      return {
        ready: database.ok && !parts.draining() && paused === null,
        checks: {
          database,
          stopping: { ok: !parts.draining(), detail: parts.draining() ? 'yes' : 'no' },
          mailbox: { ok: true, detail: `${host.waiting} messages wait` },
          ...(paused === null ? {} : { restore: { ok: false, detail: paused } }),
        },
      };
    },
    metricsText() {
      metrics.mailboxMessages.set(host.waiting);
      metrics.partitionsOwned.set(host.partitions.length);
      backlog.publish(metrics);
      return metrics.registry.metrics();
    },
  };
}
