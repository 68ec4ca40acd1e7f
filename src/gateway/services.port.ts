/**
 * What the gateway and the command line ask of the running system. Both speak to the same services, so a command gives the same
 * answer in process and over HTTP. Shapes here are the JSON that leaves the system: snake_case, ISO times.
 */
import type { Authority, Permission, Role } from '../domain/authority.ts';
import type { Brain } from '../domain/brain.ts';
import type { EgressBlock } from '../domain/egress.ts';
import type { AccountFacts, ContactFacts, Dimensions, Persona } from '../domain/entity.ts';
import type { SignedErasureProof } from '../domain/erasure-proof.ts';
import type { ActorKind } from '../domain/event-types.ts';
import type { CheckResult } from '../domain/gate.ts';
import type { GuardState } from '../domain/guard.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { Policy } from '../domain/policy.ts';
import type { RetentionClass } from '../domain/retention.ts';
import type { SignalType } from '../domain/signal-types.ts';
import type { CadenceServices } from './cadence.port.ts';
import type { Caller, Page, PageQuery } from './caller.port.ts';
import type { GateFactServices } from './gate-facts.port.ts';
import type { IdentityServices } from './identity.port.ts';
import type { KeyGenerationServices, KeyRotationView } from './key-generations.port.ts';
import type { NoteServices } from './note-services.port.ts';
import type { OutcomeServices } from './outcome-services.port.ts';
import type { OwnershipServices } from './ownership.port.ts';
import type { PastServices } from './past.port.ts';
import type { PatternServices } from './patterns.port.ts';
import type { PlayServices } from './play-services.port.ts';
import type { PolicyServices } from './policy.port.ts';
import type { ReviewServices, ScheduleServices } from './review.port.ts';
import type { SearchServices } from './search-services.port.ts';
import type { SenderServices } from './senders.port.ts';
import type { SessionServices } from './session.port.ts';
import type { StreamServices } from './stream.port.ts';
import type { SuppressionServices } from './suppression.port.ts';
import type { ViewServices } from './view-services.port.ts';
import type { WhatIfServices } from './what-if.port.ts';

export type { Caller, Page, PageQuery } from './caller.port.ts';
export type { ReviewDecisionInput, ReviewView } from './review.port.ts';

/** One CloudEvent after its envelope was checked. `dataText` is the data member exactly as it was sent. */
export interface EventInput {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** `account/<external id>`, `contact/<external id>` or `lead/<external id>`. */
  readonly subject: string;
  /** Milliseconds; null when the event has no time. */
  readonly time: number | null;
  readonly data: JsonObject;
  readonly dataText: string;
}

export type AcceptResult =
  | {
      readonly status: 'accepted';
      readonly id: string;
      readonly duplicate: boolean;
      readonly correlation: string | null;
      readonly decisions: readonly string[];
    }
  | { readonly status: 'conflict'; readonly id: string };

export interface ProposalInput {
  /** Idempotency key of the caller. */
  readonly id: string;
  readonly action_type: string;
  readonly lane: string;
  readonly subject: string;
  readonly content: JsonObject;
  readonly contentText: string;
  readonly confidence: number | null;
  readonly sender: string | null;
  readonly originating_proposal_id: string | null;
  /** The sequence of touches and the play that the action belongs to; what comes of it is linked to them too. */
  readonly sequence?: string | undefined;
  readonly play?: string | undefined;
  /** Its place in the sequence, from 1, and what one run proposed together. */
  readonly step?: number | undefined;
  readonly batch?: string | undefined;
  /** What it answers and to what kind of person, so that its approved wording is shown to the next draft of that kind. */
  readonly signal?: SignalType | undefined;
  readonly persona?: Persona | undefined;
  readonly reason: string | null;
}

export interface DecisionView {
  readonly id: string;
  readonly at: string;
  readonly subject: { readonly kind: 'account' | 'lead'; readonly id: string; readonly external_id: string | null };
  readonly engine: string;
  /** Triggering signal or proposal. */
  readonly trigger: string;
  readonly action: {
    readonly id: string;
    readonly type: string;
    readonly channel: string;
    readonly risk_class: string;
    readonly state: string;
  } | null;
  readonly verdict: string;
  readonly reasons: readonly CheckResult[];
  readonly reason: string;
  readonly candidates: readonly JsonObject[];
  readonly propensity: number;
  readonly confidence: number | null;
  readonly assessment: JsonObject | null;
  readonly policy_hash: string | null;
  readonly verdict_hash: string | null;
  readonly correlation: string;
  readonly originating_proposal_id: string | null;
}

export interface TraceStep {
  readonly step:
    | 'signal'
    | 'triage'
    | 'context'
    | 'decision'
    | 'proposal'
    | 'gate'
    | 'review'
    | 'permit'
    | 'execution'
    | 'outcome'
    | 'other';
  readonly event: string;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly summary: string;
  readonly data: JsonValue;
}

export interface TraceView {
  readonly decision: DecisionView;
  readonly steps: readonly TraceStep[];
  /** Every check of the last evaluation, passed ones too. */
  readonly gate: readonly CheckResult[];
  readonly snapshot: JsonObject | null;
  /** What the engine was shown beside the facts; empty for a proposal from outside. */
  readonly shown: ShownView;
}

export interface ShownView {
  readonly notes: readonly ShownNote[];
  readonly examples: readonly ShownExample[];
}

/** A note that was part of what the engine decided on. */
export interface ShownNote {
  readonly note: string;
  /** Why the decision rests on it; null when it made no difference. */
  readonly why: string | null;
  readonly kind: string;
  readonly observed_at: string;
  /** Null once the person who said it was erased. */
  readonly text: string | null;
}

/** A text that people approved before, as the engine was shown it. */
export interface ShownExample {
  /** The event of the approval. */
  readonly id: string;
  readonly edited: boolean;
  readonly approved_at: string;
  /** Whether the draft has its wording. */
  readonly taken: boolean;
  /** Null once the person to whom it was written was erased. */
  readonly content: JsonObject | null;
}

/** The states and arrows of the machine that drives one kind of actor, for a picture of it. */
export interface MachineView {
  readonly kind: ActorKind;
  readonly version: number;
  readonly initial: string;
  readonly states: readonly string[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label: string }[];
}

export interface ReplayView {
  readonly decision: string;
  /** `redacted` when what the gate saw was kept long enough and deleted. */
  readonly result: 'identical' | 'different' | 'redacted' | 'nothing_to_replay';
  readonly evaluations: readonly {
    readonly event: string;
    readonly recorded_hash: string;
    readonly replayed_hash: string;
    /** Whether facts derived again from the ledger equal the stored snapshot. */
    readonly facts_equal: boolean;
    readonly differences: readonly string[];
    /** The edition of the time zone database that answered then, when it is not the one of this program. */
    readonly other_time_zone_data: string | null;
  }[];
}

export interface AccountView {
  readonly id: string;
  readonly external_id: string;
  readonly facts: AccountFacts;
  readonly state: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ContactView {
  readonly id: string;
  readonly external_id: string;
  readonly account: string | null;
  readonly facts: ContactFacts;
  readonly state: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Everything that is kept of one person. */
export interface SubjectExport {
  readonly subject: string;
  readonly exported_at: string;
  /** What was sealed can no longer be read by anybody. */
  readonly erased: boolean;
  /** Null when no legal hold is on the person. */
  readonly hold: { readonly by: string; readonly reason: string; readonly at: string } | null;
  readonly profile: ContactView | null;
  /** Oldest first, with what was sealed, byte for byte. */
  readonly events: readonly EventView[];
  readonly decisions: readonly DecisionView[];
  readonly suppressions: readonly { readonly scope: string; readonly reason: string; readonly source: string }[];
}

/** What became of what a person asked for. */
export interface SubjectActView {
  readonly subject: string;
  /** The event that records it. */
  readonly event: string;
  readonly at: string;
}

/** That a person was erased, and what is left. */
export interface ErasureView extends SubjectActView {
  readonly remains: readonly { readonly what: string; readonly why: string; readonly until: string | null }[];
}

/** One place whose bytes were written anew, or dropped. Sizes are null where nobody counts them. */
export interface PurgeStep {
  readonly what: string;
  readonly bytes_before: number | null;
  readonly bytes_after: number | null;
}

export interface PurgeView {
  readonly subject: string;
  readonly steps: readonly PurgeStep[];
  /** The master key was replaced, so that no copy of the wrapped key of the person can be opened; or why it was not. */
  readonly keys: KeyRotationView | { readonly done: false; readonly to_do: string };
  readonly remains: ErasureView['remains'];
}

/** Every host and field that leaves, and what the policy in force keeps back. */
export interface EgressView {
  readonly policy: string;
  readonly destinations: readonly {
    readonly destination: string;
    readonly title: string;
    /** Null when none is configured. */
    readonly host: string | null;
    /** Null when it cannot be blocked. */
    readonly block: EgressBlock | null;
    readonly blocked: boolean;
    readonly fields: readonly {
      readonly field: string;
      readonly what: string;
      readonly personal: boolean;
      readonly block: EgressBlock | null;
      readonly blocked: boolean;
    }[];
  }[];
}

export interface RetentionView {
  /** Hash of the policy in force, which has the periods. */
  readonly policy: string;
  readonly classes: readonly {
    readonly class: RetentionClass;
    /** Null: for ever. */
    readonly days: number | null;
    readonly default_days: number;
    /** Rows that the next run deletes. */
    readonly due: number;
    readonly what: string;
  }[];
}

export interface RetentionRunView {
  readonly policy: string;
  /** Rows by class. */
  readonly deleted: { readonly [name: string]: number };
}

/** Whether a proof of an erasure is one of this installation and still true. */
export interface ProofCheck {
  readonly ok: boolean;
  /** Null when the document is no proof. */
  readonly subject: string | null;
  readonly faults: readonly string[];
}

/** What was known about a subject at some time, derived from the events that were recorded by then. */
export interface KnownStateView {
  readonly subject: string;
  readonly id: string;
  readonly as_of: string;
  /** Whose time `as_of` is: that of the database or, in a tenant that is simulated, its own. */
  readonly clock: 'real' | 'virtual';
  readonly events: number;
  readonly last_event: string | null;
  readonly actors: readonly {
    readonly kind: ActorKind;
    readonly id: string;
    readonly state: string;
    readonly context: JsonObject;
    readonly events: number;
    readonly changed_at: string;
  }[];
  readonly guards: readonly { readonly key: string; readonly version: number; readonly state: GuardState }[];
}

export interface EventView {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string | null;
  readonly data: JsonValue;
  /** The sealed part as JSON text, when the caller may read it and it was not erased. */
  readonly payload_text: string | null;
}

/** A message that was accepted and could not be processed. */
export interface ParkedView {
  readonly id: string;
  readonly source: string;
  readonly message_id: string;
  readonly type: string;
  readonly actor: { readonly kind: ActorKind; readonly id: string };
  readonly error: string;
  readonly received_at: string;
  /** Later messages of the same actor that wait behind it. */
  readonly waiting: number;
  readonly data: JsonValue;
}

/** An action of which it is not known whether it happened. */
export interface UncertainView {
  readonly permit: string;
  readonly action: string;
  readonly decision: string;
  readonly action_type: string;
  readonly channel: string;
  readonly mode: 'sandbox' | 'live';
  readonly recipient: string;
  readonly attempted_at: string;
}

export interface FindingInput {
  readonly happened: boolean;
  readonly reason: string;
  readonly receipt: string | null;
}

export interface ParkedDecisionInput {
  readonly decision: 'retry' | 'edit' | 'skip';
  readonly reason: string;
  /** For `edit` only. */
  readonly data: JsonObject | null;
}

export interface TrustView {
  readonly cell: string;
  readonly action_type: string;
  readonly channel: string;
  readonly risk_class: string;
  readonly engine: string;
  readonly level: string;
  readonly good: number;
  readonly bad: number;
  /** What the cell begins with, and how many cells lend it that; null when it is the policy's own. */
  readonly prior_good: number;
  readonly prior_bad: number;
  readonly prior_cells: number | null;
  readonly quantile: number;
  readonly theta: number;
  readonly min_evidence: number;
  readonly explanation: string;
}

/** One piece of evidence, or a change of level with its reason. */
export interface TrustEventView {
  readonly event: string;
  readonly at: string;
  readonly type: string;
  readonly data: JsonValue;
}

export interface LoopReport {
  readonly signals: number;
  readonly triage: { readonly act: number; readonly later: number; readonly none: number };
  readonly decisions: number;
  readonly verdicts: Record<string, number>;
  readonly executions: number;
  readonly outcomes: {
    readonly total: number;
    readonly linked: number;
    readonly unlinked: number;
    readonly preceding: number;
  };
  readonly outcomes_by_type: Record<string, number>;
  readonly preceding: readonly {
    readonly outcome: string;
    readonly subject: string;
    readonly type: string;
    readonly occurred_at: string;
    readonly first_seen_at: string;
  }[];
  /** Set when a dimension was asked for: subjects and won subjects per value; blank stays blank. */
  readonly conversion:
    | readonly {
        readonly value: string | null;
        readonly subjects: number;
        readonly won: number;
        readonly rate: number;
      }[]
    | null;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly events: number;
  readonly partitions: number;
  readonly faults: readonly {
    readonly partition: number;
    readonly seq: number;
    readonly kind: string;
    readonly detail: string;
  }[];
  /** Faults that were found beyond those that are named. */
  readonly unnamed: number;
  /** The anchors that the chains were compared with, and what is wrong with the files themselves. */
  readonly anchors: {
    readonly files: number;
    readonly newest_at: string | null;
    readonly faults: readonly { readonly file: string; readonly detail: string }[];
  };
  /** Archives of what has left the database: how many there are, whether their files were read, and what is wrong with them. */
  readonly archives: {
    readonly known: number;
    readonly events: number;
    readonly read: boolean;
    readonly faults: readonly { readonly file: string; readonly detail: string }[];
  };
}

/** A signed note of where the ledger ends, kept outside the database. */
export interface AnchorView {
  readonly file: string;
  readonly number: number;
  readonly at: string;
  readonly events: number;
  /** Ed25519, base64 of its 32 bytes. */
  readonly public_key: string;
}

export interface RebuildReport {
  readonly ok: boolean;
  readonly events: number;
  readonly actors: number;
  readonly guards: number;
  readonly notes: number;
  readonly timelines: number;
  readonly differences: readonly { readonly kind: string; readonly key: string; readonly detail: string }[];
}

export interface ReplayAllReport {
  readonly ok: boolean;
  readonly evaluations: number;
  readonly identical: number;
  readonly different: number;
  readonly redacted: number;
  readonly facts_differ: number;
  /** Evaluations that another edition of the time zone database answered. */
  readonly other_time_zone_data: number;
  readonly examples: readonly { readonly event: string; readonly detail: string }[];
}

/** One row of an import after its map was applied. */
export interface ImportRecord {
  /** Position over all files, from 0: the resume point. */
  readonly index: number;
  readonly kind: 'signal' | 'outcome';
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: number;
  readonly data: JsonObject;
  readonly dataText: string;
  readonly window_ms: number | null;
}

export type ImportMode = 'history' | 'simulate' | 'live';

export interface ImportStart {
  readonly name: string;
  readonly mode: ImportMode;
  /** Digest over the files and the map: the same import started again resumes. */
  readonly digest: string;
  readonly total: number;
  /** Policy to bring into force before the first row, if the map carries one. */
  readonly policy: Policy | null;
  /** For `live`: digest of the dry-run report that was read. */
  readonly dry_run: string | null;
}

export interface ImportView {
  readonly id: string;
  readonly name: string;
  readonly mode: ImportMode;
  readonly state: 'running' | 'completed' | 'undoing' | 'undone';
  readonly total: number;
  /** Rows applied so far: the index to go on from. */
  readonly applied: number;
  readonly counts: Record<string, number>;
  readonly started_at: string;
}

export interface UndoReport {
  readonly import: string;
  readonly reverted: number;
  readonly cancelled_actions: number;
  /** What stayed because something touched it after the import. */
  readonly kept: readonly { readonly kind: string; readonly key: string; readonly detail: string }[];
}

export interface HealthView {
  readonly ready: boolean;
  readonly checks: Record<string, { readonly ok: boolean; readonly detail: string }>;
}

export interface BackupView {
  readonly folder: string;
  /** ISO 8601, by the clock of the database. */
  readonly taken_at: string;
  /** Number of the last applied migration. */
  readonly schema: number;
  readonly events: number;
  readonly rows: number;
  /** Of all files together, compressed. */
  readonly bytes: number;
}

export interface NewKeyInput {
  readonly label: string;
  readonly role: Role;
  readonly kind: 'person' | 'agent' | 'brain';
  readonly authorities?: readonly Authority[] | undefined;
  readonly brain?: Brain | undefined;
}

export interface Services
  extends NoteServices, OutcomeServices, ReviewServices, ScheduleServices, SearchServices, ViewServices {
  readonly identities: IdentityServices;
  readonly ownership: OwnershipServices;
  readonly senders: SenderServices;
  readonly gateFacts: GateFactServices;
  readonly suppressions: SuppressionServices;
  readonly keyGenerations: KeyGenerationServices;
  readonly past: PastServices;
  readonly whatIf: WhatIfServices;
  readonly patterns: PatternServices;
  readonly plays: PlayServices;
  readonly cadence: CadenceServices;
  readonly policies: PolicyServices;
  readonly sessions: SessionServices;
  readonly stream: StreamServices;
  authenticate(key: string): Promise<Caller | null>;
  /**
   * All or nothing: either every event is accepted, or a `GatehouseError` names what is wrong with which. Pointers of its faults start
   * with the index of the event, `/3/data/score`; the gateway turns them into pointers into the body that was sent.
   */
  acceptSignals(caller: Caller, events: readonly EventInput[]): Promise<readonly AcceptResult[]>;
  acceptOutcomes(caller: Caller, events: readonly EventInput[]): Promise<readonly AcceptResult[]>;
  propose(
    caller: Caller,
    proposal: ProposalInput,
  ): Promise<{ readonly decision: string; readonly action: string; readonly duplicate: boolean }>;
  /** Evaluates without granting: nothing is written. */
  checkGate(
    caller: Caller,
    proposal: ProposalInput,
  ): Promise<{ readonly verdict: string; readonly at: string | null; readonly checks: readonly CheckResult[] }>;

  listDecisions(
    caller: Caller,
    query: PageQuery & {
      readonly account?: string | undefined;
      readonly contact?: string | undefined;
      readonly verdict?: string | undefined;
      readonly correlation?: string | undefined;
    },
  ): Promise<Page<DecisionView>>;
  getDecision(caller: Caller, id: string): Promise<DecisionView>;
  /** Throws `not_found`. */
  getMachine(caller: Caller, kind: string): Promise<MachineView>;
  traceDecision(caller: Caller, id: string): Promise<TraceView>;
  replayDecision(caller: Caller, id: string): Promise<ReplayView>;
  /** What one accepted message led to: the way to find the triage of a signal that gave no decision. */
  traceCorrelation(caller: Caller, correlation: string): Promise<readonly TraceStep[]>;

  putAccount(caller: Caller, externalId: string, facts: AccountFacts): Promise<AccountView>;
  /** `asOf` in milliseconds: what was known then. Throws `not_found` when that was nothing. */
  getAccount(caller: Caller, externalId: string, asOf?: number): Promise<AccountView>;
  listAccounts(caller: Caller, query: PageQuery): Promise<Page<AccountView>>;
  accountEvents(caller: Caller, id: string, query: PageQuery): Promise<Page<EventView>>;
  putContact(caller: Caller, externalId: string, facts: ContactFacts): Promise<ContactView>;
  getContact(caller: Caller, externalId: string, asOf?: number): Promise<ContactView>;
  /** Everything that was known at a time about a subject such as `account/acme`. Throws `not_found` when that was nothing. */
  getKnownState(caller: Caller, subject: string, asOf: number): Promise<KnownStateView>;

  /** `subject` is `contact/ID` or `lead/ID` under the caller's own id, or the id of the person. Throws `not_found`. */
  exportSubject(caller: Caller, subject: string): Promise<SubjectExport>;
  /** Nothing more is sent to the person or scored of them. Throws `not_found`. */
  objectSubject(caller: Caller, subject: string, reason: string): Promise<SubjectActView>;
  /** Nothing of the person is deleted until the hold is released. Throws `not_found`, and `state_conflict` when there is one, or the person is erased. */
  holdSubject(caller: Caller, subject: string, reason: string): Promise<SubjectActView>;
  /** Throws `not_found`, and `state_conflict` when there is no hold. */
  releaseSubject(caller: Caller, subject: string, reason: string): Promise<SubjectActView>;
  /** Destroys the key of the person. It cannot be taken back. Throws `not_found`, and `state_conflict` under a legal hold. */
  eraseSubject(caller: Caller, subject: string, reason: string): Promise<ErasureView>;
  /**
   * Takes the bytes of an erased person out of the files of the database, of LanceDB and of the broker. It locks tables while they are written anew.
   * Throws `state_conflict` when the person is not erased, and `unavailable` when others hold on to what was deleted.
   */
  purgeSubject(caller: Caller, subject: string): Promise<PurgeView>;
  /** Looks that the person is erased, and signs it. Throws `state_conflict` when they are not, or something is left. */
  proveErasure(caller: Caller, subject: string): Promise<SignedErasureProof>;
  checkErasureProof(caller: Caller, document: JsonValue): Promise<ProofCheck>;

  getEgress(caller: Caller): Promise<EgressView>;
  getRetention(caller: Caller): Promise<RetentionView>;
  runRetention(caller: Caller): Promise<RetentionRunView>;

  listUncertain(caller: Caller, query: PageQuery): Promise<Page<UncertainView>>;
  /** Throws `not_found` when there is no such permit, or its fate is known. */
  settleUncertain(
    caller: Caller,
    permit: string,
    input: FindingInput,
  ): Promise<{ readonly permit: string; readonly happened: boolean }>;
  listParked(caller: Caller, query: PageQuery): Promise<Page<ParkedView>>;
  /** Throws `not_found`. */
  getParked(caller: Caller, id: string): Promise<ParkedView>;
  /** Throws `not_found`, and `invalid_request` when edited data does not fit the type. */
  decideParked(
    caller: Caller,
    id: string,
    input: ParkedDecisionInput,
  ): Promise<{ readonly id: string; readonly decision: ParkedDecisionInput['decision'] }>;
  listTrust(caller: Caller): Promise<readonly TrustView[]>;
  /** Newest first. */
  trustHistory(caller: Caller, cell: string, query: PageQuery): Promise<Page<TrustEventView>>;
  loopReport(caller: Caller, options: { readonly dimension: string | null }): Promise<LoopReport>;
  setKillSwitch(
    caller: Caller,
    engaged: boolean,
    reason: string,
  ): Promise<{ readonly engaged: boolean; readonly since: string }>;
  /** `asOf` in milliseconds: the one that was in force then. Throws `not_found` when there was none yet. */
  getPolicy(caller: Caller, asOf?: number): Promise<{ readonly hash: string; readonly policy: Policy }>;
  applyPolicy(caller: Caller, policy: Policy): Promise<{ readonly hash: string }>;
  setMode(caller: Caller, mode: string, channel: string | null, reason: string): Promise<{ readonly mode: string }>;
  createKey(
    caller: Caller,
    input: { readonly label: string; readonly role: Role; readonly kind: 'person' | 'agent' },
  ): Promise<{ readonly id: string; readonly key: string }>;
  createKey(
    caller: Caller,
    input: { readonly label: string; readonly role: Role; readonly kind: 'person' | 'agent' },
  ): Promise<{ readonly id: string; readonly key: string }>;
  createKey(caller: Caller, input: NewKeyInput): Promise<{ readonly id: string; readonly key: string }>;
  revokeKey(caller: Caller, id: string): Promise<void>;

  /** Writes a backup into the data folder of a server on the embedded database. Throws `state_conflict` for any other database. */
  writeBackup(caller: Caller): Promise<BackupView>;
  verify(caller: Caller): Promise<VerifyReport>;
  /** Signs where the ledger ends, into the folder of anchors of this process. `restored_from` is the time of a backup that was restored since. */
  writeAnchor(caller: Caller, request: { readonly restored_from: string | null }): Promise<AnchorView>;
  rebuildCheck(caller: Caller): Promise<RebuildReport>;
  replayAll(caller: Caller): Promise<ReplayAllReport>;
  startImport(caller: Caller, start: ImportStart): Promise<ImportView>;
  /** Rows in index order; rows before the resume point are skipped. Answers when they are committed. */
  applyImport(caller: Caller, id: string, records: readonly ImportRecord[]): Promise<ImportView>;
  finishImport(caller: Caller, id: string): Promise<ImportView>;
  undoImport(caller: Caller, id: string): Promise<UndoReport>;
  listImports(caller: Caller): Promise<readonly ImportView[]>;

  health(): Promise<HealthView>;
  metricsText(): Promise<string>;
}

export type { Dimensions, Permission };
