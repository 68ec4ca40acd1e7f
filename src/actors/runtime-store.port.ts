/**
 * What the runtime asks of its store: one transaction per batch that loads what the batch needs, lets the runtime plan in memory,
 * and writes the plan. Nothing is decided in the store; it refuses what breaks an expectation.
 */
import type { ActionType, Channel } from '../domain/action-types.ts';
import type { TimerName } from '../domain/effects.ts';
import type { ActorKind } from '../domain/event-types.ts';
import type { GuardState } from '../domain/guard.ts';
import type { AliasKind } from '../domain/identity.ts';
import type { ImportId, ScopeId, TenantId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Lane } from '../domain/lane.ts';
import type { LedgerBody, LedgerHeader } from '../domain/ledger-event.ts';
import type { Message, SealedPart, ProfileWrite } from '../domain/message.ts';
import type { LinkStatus, WindowSource } from '../domain/outcome.ts';
import type { Policy } from '../domain/policy.ts';
import type { CadenceRow } from './cadence/cadence-store.port.ts';
import type { ExampleWithdrawal, ExampleWrite, LoadedExample } from './examples/example-store.port.ts';
import type { LoadedMemory, MemoryWrites } from './memory/memory-store.port.ts';
import type { AnalysisRow, PlayRow } from './plays/play-store.port.ts';

export interface StoredActor {
  readonly tenant: TenantId;
  readonly kind: ActorKind;
  readonly id: string;
  readonly partition: number;
  readonly machineVersion: number;
  readonly value: string;
  readonly context: JsonObject;
  /** How many events the actor has had; 0 for one that does not exist yet. */
  readonly seq: number;
}

export interface StoredGuard {
  readonly tenant: TenantId;
  readonly key: string;
  readonly version: number;
  readonly state: GuardState;
}

export interface Suppression {
  readonly key: string;
  readonly scope: string;
  readonly reason: string;
}

/** A message with what the host knows of it. */
export interface Delivery {
  readonly message: Message;
  /** True when the inbox row is already committed and waits for its processing. */
  readonly committed: boolean;
}

export interface Loaded {
  /** Position of the last event per partition. */
  readonly heads: ReadonlyMap<number, number>;
  readonly actors: ReadonlyMap<string, StoredActor>;
  readonly guards: ReadonlyMap<string, StoredGuard>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly suppressions: ReadonlyMap<string, Suppression>;
  /** Keys of those suppressions that name people and accounts as the directory knows them now, by tenant and guard; nothing where none does. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
  readonly held: Held;
  readonly memory: LoadedMemory;
  /** Drafts that came to reviewers within a day, by tenant, for tenants whose policy has a limit. */
  readonly drafts?: ReadonlyMap<TenantId, number> | undefined;
  /** Approved texts that decisions of the batch may learn from. */
  readonly examples: ReadonlyMap<TenantId, readonly LoadedExample[]>;
}

/** Actors that wait for somebody's word about a message that could not be processed. Keys are those of `actorKey` and `messageKey`. */
export interface Held {
  /** Actors with a parked message. */
  readonly parked: ReadonlySet<string>;
  /** Actors about which was decided, and whose held messages have not all been processed. */
  readonly released: ReadonlySet<string>;
  /** Messages in the inbox that were held, among those of the batch. */
  readonly messages: ReadonlySet<string>;
}

/** What is done with a parked message. */
export interface Resolution {
  readonly tenant: TenantId;
  readonly partition: number;
  readonly source: string;
  readonly id: string;
  /** Processed again as it is, processed with other data, or never processed. */
  readonly decision: 'retry' | 'edit' | 'skip';
  /** The new data of an edited message. */
  readonly data: JsonObject | null;
}

export interface LedgerDraft {
  readonly header: LedgerHeader;
  readonly body: LedgerBody;
  readonly sealed: SealedPart | null;
  /** How many events the turn has that this one begins; 0 for the others. */
  readonly turnLength: number;
}

export interface TimerRow {
  readonly tenant: TenantId;
  readonly actorKind: ActorKind;
  readonly actorId: string;
  readonly name: TimerName;
  readonly partition: number;
  readonly dueAt: number;
  readonly armedBy: string;
  /** The message that is fed back, without its time. */
  readonly message: Message;
}

export interface DecisionRow {
  readonly tenant: TenantId;
  readonly id: string;
  readonly at: number;
  readonly subjectKind: ActorKind;
  readonly subjectId: string;
  readonly scope: ScopeId;
  readonly account: string | null;
  readonly trigger: string;
  readonly engine: string;
  readonly action: string | null;
  readonly actionType: string;
  readonly channel: string | null;
  readonly riskClass: string | null;
  readonly confidence: number | null;
  readonly propensity: number;
  readonly reason: string;
  readonly choice: string;
  readonly verdict: string;
  readonly verdictHash: string | null;
  readonly policy: string | null;
  readonly correlation: string;
  readonly originatingProposalId: string | null;
  readonly batch: ImportId | null;
}

export interface DecisionUpdate {
  readonly tenant: TenantId;
  readonly id: string;
  readonly correlation: string;
  readonly verdict: string;
  readonly verdictHash: string;
  readonly policy: string;
}

/** What the executor needs beside the row itself. */
export interface PermitDetail {
  readonly decision: string;
  readonly actionType: ActionType;
  readonly channel: Channel;
  readonly lane: Lane;
  readonly proposer: string;
  readonly recipient: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly domain: string | null;
  readonly suppressionKeys: readonly string[];
  readonly hasAddress: boolean;
  /** What a pause may name. Permits of before there were pauses have neither. */
  readonly sender?: string | undefined;
  readonly play?: string | null | undefined;
  readonly scope: ScopeId;
  readonly correlation: string;
  readonly causation: string;
  /** Lock epochs of the guards when the permit was granted; null where there is no guard. */
  readonly lockEpochs: { readonly account: number | null; readonly contact: number | null };
}

export interface PermitRow {
  readonly tenant: TenantId;
  readonly id: string;
  readonly action: string;
  readonly partition: number;
  readonly fingerprint: string;
  readonly mode: 'sandbox' | 'live';
  readonly grantedAt: number;
  readonly expiresAt: number;
  readonly contentSeq: number;
  readonly detail: PermitDetail;
  readonly batch: ImportId | null;
}

export interface PermitUpdate {
  readonly tenant: TenantId;
  readonly id: string;
  /** `granted` opens a permit again whose effect certainly did not happen. */
  readonly state: 'used' | 'failed' | 'revoked' | 'expired' | 'uncertain' | 'granted';
}

export interface ReviewRow {
  readonly tenant: TenantId;
  readonly id: string;
  readonly action: string;
  readonly decision: string;
  readonly partition: number;
  readonly scope: ScopeId;
  readonly queue: string;
  readonly actionType: string;
  readonly channel: string;
  readonly riskClass: string;
  readonly fingerprint: string;
  readonly contentSeq: number;
  readonly reasons: string;
  /** Refs and correlation for the message that a reviewer's decision becomes. */
  readonly detail: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly batch: ImportId | null;
  readonly dueAt: number;
  readonly approvalsNeeded: number;
  readonly proposedSeq: number;
  readonly account: string | null;
  readonly person: string | null;
  readonly lane: string;
  readonly engine: string;
  readonly correlation: string;
  /** Where it belongs: what one run proposed together, its sequence and place in it, and its play. */
  readonly run: string | null;
  readonly sequence: string | null;
  readonly step: number | null;
  readonly play: string | null;
}

/** An open review as the action has it: it was put aside, given to somebody, approved by one of several, edited, or opened again. */
export interface ReviewDetail {
  readonly tenant: TenantId;
  readonly id: string;
  readonly fingerprint: string;
  readonly contentSeq: number;
  readonly expiresAt: number;
  readonly snoozedUntil: number | null;
  readonly assignedTo: string | null;
  /** JSON. */
  readonly approvals: string;
  readonly decided: number;
  /** False once it was decided: then only what the decision changed is kept. */
  readonly open: boolean;
}

/** An action that waits for its time; `null` beside its id when it waits no more. */
export interface ScheduledRow {
  readonly decision: string;
  readonly partition: number;
  readonly scope: ScopeId;
  readonly waits: string;
  readonly dueAt: number;
  readonly actionType: string;
  readonly channel: string;
  readonly riskClass: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly sender: string;
  readonly play: string | null;
  readonly sequence: string | null;
  readonly step: number | null;
  readonly fingerprint: string;
  readonly contentSeq: number;
  /** Refs and correlation for the messages that acts on it become. */
  readonly detail: string;
}

export interface ScheduledWrite {
  readonly tenant: TenantId;
  readonly action: string;
  readonly row: ScheduledRow | null;
}

export interface ReviewUpdate {
  readonly tenant: TenantId;
  readonly id: string;
  readonly state: 'approved' | 'edited' | 'rejected' | 'cancelled' | 'expired';
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
}

export interface OutcomeRow {
  readonly tenant: TenantId;
  readonly id: string;
  readonly type: string;
  readonly subjectKind: ActorKind;
  readonly subjectId: string;
  readonly occurredAt: number;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly status: LinkStatus;
  readonly decision: string | null;
  readonly action: string | null;
  /** When the decision was made. */
  readonly decidedAt: number | null;
  readonly sequence: string | null;
  readonly play: string | null;
  readonly windowMs: number;
  readonly windowSource: WindowSource;
  /** When this version of it was recorded. */
  readonly recordedAt: number;
  readonly corrected: boolean;
  readonly firstSeenAt: number | null;
  readonly batch: ImportId | null;
}

export interface LeadRow {
  readonly tenant: TenantId;
  readonly id: string;
  readonly account: string | null;
  readonly dimensions: string;
  readonly firstSeenAt: number;
  readonly originatingProposalId: string | null;
  readonly batch: ImportId | null;
}

export interface SuppressionRow extends Suppression {
  readonly tenant: TenantId;
  readonly source: string;
  readonly version: number;
  readonly added: boolean;
}

/** What an operator did to identities, as it is listed. The ledger and the guards are what counts. */
export type IdentityActWrite =
  | {
      readonly kind: 'begun';
      readonly tenant: TenantId;
      readonly id: string;
      readonly act: 'merge' | 'reparent';
      readonly subjectKind: 'account' | 'contact';
      readonly subject: string;
      readonly target: string | null;
      /** The account that a moved person had before. */
      readonly previous: string | null;
      readonly state: 'joining' | 'done';
      readonly by: string;
      readonly reason: string;
      readonly at: number;
      readonly scope: ScopeId;
    }
  | {
      readonly kind: 'ended';
      readonly tenant: TenantId;
      readonly id: string;
      readonly state: 'merged' | 'splitting' | 'split' | 'reversed';
    };

/** A further name, given or taken away. */
export interface AliasWrite {
  readonly tenant: TenantId;
  readonly aliasKind: AliasKind;
  /** Keyed hash of the name. */
  readonly alias: string;
  readonly entity: string;
  readonly subjectKind: 'account' | 'contact';
  readonly added: boolean;
  /** The name itself, to be sealed with the key of its entity; null when it is taken away. */
  readonly text: string | null;
  readonly at: number;
}

export interface DismissalWrite {
  readonly tenant: TenantId;
  readonly one: string;
  readonly other: string;
  readonly evidence: string;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

export interface ProcessedRow {
  readonly message: Message;
  readonly committed: boolean;
  readonly event: string | null;
  readonly correlation: string | null;
  /** Set when the message could not be processed and waits for an operator. */
  readonly error: string | null;
  /** True when it waits behind a parked message of its actor. */
  readonly held: boolean;
}

/** Everything that one batch changes. Written in one transaction or not at all. */
/** One message that was sent, for the counts of its sender. Each partition has counts of its own. */
export interface SenderSend {
  readonly tenant: TenantId;
  readonly partition: number;
  readonly channel: Channel;
  readonly sender: string;
  readonly at: number;
}

export interface CommitPlan {
  readonly drafts: readonly LedgerDraft[];
  readonly actors: readonly StoredActor[];
  readonly removedActors: readonly StoredActor[];
  readonly guards: readonly StoredGuard[];
  readonly timersSet: readonly TimerRow[];
  readonly timersCleared: readonly Pick<TimerRow, 'tenant' | 'actorKind' | 'actorId' | 'name'>[];
  readonly decisions: readonly DecisionRow[];
  readonly decisionUpdates: readonly DecisionUpdate[];
  readonly parts: readonly { readonly tenant: TenantId; readonly hash: string; readonly body: string }[];
  readonly permits: readonly PermitRow[];
  readonly permitUpdates: readonly PermitUpdate[];
  readonly executionUpdates: readonly {
    readonly tenant: TenantId;
    readonly permit: string;
    readonly state: 'sent' | 'refused' | 'uncertain' | 'absent';
    readonly receipt: string | null;
  }[];
  readonly reviews: readonly ReviewRow[];
  readonly reviewUpdates: readonly ReviewUpdate[];
  readonly reviewDetails: readonly ReviewDetail[];
  readonly scheduled: readonly ScheduledWrite[];
  /** Messages that were sent with this commit. */
  readonly senderSends: readonly SenderSend[];
  readonly outcomes: readonly OutcomeRow[];
  readonly leads: readonly LeadRow[];
  /** A row for each step of a play, in order: the database checks every one. */
  readonly plays: readonly PlayRow[];
  readonly analyses: readonly AnalysisRow[];
  /** Plays that were kept long enough, with the place of the event that says so. */
  readonly playPurges: readonly {
    readonly tenant: TenantId;
    readonly play: string;
    readonly partition: number;
    readonly seq: number;
  }[];
  /** Rows of the cadence event log. */
  readonly cadence: readonly CadenceRow[];
  readonly examples: readonly ExampleWrite[];
  readonly examplesWithdrawn: readonly ExampleWithdrawal[];
  readonly suppressions: readonly SuppressionRow[];
  /** Persons whose data key is destroyed with this commit. */
  readonly erasures: readonly {
    readonly tenant: TenantId;
    readonly subject: string;
    readonly scope: ScopeId;
    readonly account: string | null;
  }[];
  readonly profiles: readonly {
    readonly tenant: TenantId;
    readonly at: number;
    readonly batch: ImportId | null;
    readonly write: ProfileWrite;
  }[];
  readonly identityActs: readonly IdentityActWrite[];
  readonly aliases: readonly AliasWrite[];
  readonly dismissals: readonly DismissalWrite[];
  /** Messages to other actors, accepted with this commit. */
  readonly outgoing: readonly Message[];
  readonly processed: readonly ProcessedRow[];
  readonly resolutions: readonly Resolution[];
  readonly memory: MemoryWrites;
}

export interface BatchOutcome {
  /** Per delivery, in order. */
  readonly results: readonly (
    | {
        readonly status: 'processed';
        readonly event: string;
        readonly correlation: string;
        readonly decisions: readonly string[];
      }
    | { readonly status: 'duplicate'; readonly event: string | null; readonly correlation: string | null }
    /** Stored; the owner of its partition is elsewhere and will process it. */
    | { readonly status: 'accepted' }
    | { readonly status: 'conflict' }
    | { readonly status: 'parked'; readonly error: string }
    /** Stored; it waits behind a parked message of its actor. */
    | { readonly status: 'held' }
  )[];
  readonly outgoing: readonly Message[];
}

/** The lease of a partition was lost: another host holds it now. */
export interface LeaseStatus {
  readonly partition: number;
  readonly epoch: number;
}

export interface RuntimeStore {
  /** Says that this host lives, and where it answers. Returns the ids of all hosts seen within `ttlMs`, this one among them. */
  heartbeat(host: string, url: string | null, ttlMs: number): Promise<readonly string[]>;
  /** Takes this host off the list of the living. */
  leave(host: string): Promise<void>;
  /**
   * Takes or renews leases of at most `limit` of these partitions, its own first. Partitions that another live host holds are left
   * out of the answer, and so are those whose states a newer `generation` of machines has written. `force` takes over leases that have not lapsed: only for an embedded database, whose lock file proves that
   * nobody else is there.
   */
  lease(
    host: string,
    request: {
      readonly partitions: readonly number[];
      readonly limit: number;
      readonly leaseMs: number;
      readonly force: boolean;
      readonly generation: number;
    },
  ): Promise<readonly LeaseStatus[]>;
  /** Gives leases back before they lapse. */
  release(host: string, partitions: readonly number[]): Promise<void>;
  /** Stores messages for their owners, who are elsewhere. One transaction; answers in order. */
  accept(messages: readonly Message[]): Promise<readonly ('accepted' | 'duplicate' | 'conflict')[]>;
  /** What became of accepted messages, in order; null for one that still waits. */
  receipts(messages: readonly Message[]): Promise<readonly (BatchOutcome['results'][number] | null)[]>;
  /** One transaction. `plan` is called with the deliveries that are new, by index into `deliveries`. */
  runBatch(
    deliveries: readonly Delivery[],
    epochs: ReadonlyMap<number, number>,
    plan: (loaded: Loaded, fresh: readonly number[]) => CommitPlan,
  ): Promise<BatchOutcome>;
  /** The content digests under which these identities were accepted before, in order; undefined for new ones. */
  knownDigests(
    tenant: TenantId,
    messages: readonly Pick<Message, 'source' | 'id'>[],
  ): Promise<readonly (string | undefined)[]>;
  /** Plans one message on what is known now and writes nothing. */
  rehearse(message: Message, plan: (loaded: Loaded) => CommitPlan): Promise<CommitPlan>;
  /** Accepted messages that have waited for their owner for at least `ageMs`, oldest first, without those behind a parked one. */
  pendingMessages(partitions: readonly number[], ageMs: number, limit: number): Promise<readonly Message[]>;
  /** Timers due at or before `now`, earliest first; of all partitions when `partitions` is null. */
  dueTimers(
    tenants: readonly TenantId[],
    partitions: readonly number[] | null,
    now: number,
    limit: number,
  ): Promise<readonly TimerRow[]>;
  /** Whether messages of these tenants wait in the inbox for any owner, and not for a person. */
  hasPending(tenants: readonly TenantId[]): Promise<boolean>;
  /** When the next timer or permit of these tenants is due; null when there is none. */
  nextDue(tenants: readonly TenantId[]): Promise<number | null>;
}
