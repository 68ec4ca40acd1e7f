/** What the gateway and the command line ask about what waits: for a person, or for its time. */
import type { CheckResult } from '../domain/gate.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { PauseScope } from '../domain/pause.ts';
import type { ReviewState } from '../domain/review-state.ts';
import type { Caller, Page, PageQuery } from './caller.port.ts';

export interface AccountRefView {
  readonly id: string;
  readonly external_id: string;
  readonly name: string | null;
}

export interface RecipientView extends AccountRefView {
  /** Where it would really go. */
  readonly address: string | null;
}

/** The message as its recipient will see it. */
export interface RenderedView {
  readonly subject: string | null;
  readonly body: string;
}

export interface EvidenceView {
  readonly kind: 'signal' | 'note' | 'candidate';
  readonly id: string;
  readonly text: string;
  readonly at: string;
}

export interface ReviewView {
  readonly id: string;
  readonly action: string;
  readonly decision: string;
  readonly queue: string;
  readonly state: ReviewState;
  readonly action_type: string;
  readonly channel: string;
  readonly risk_class: string;
  readonly lane: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly account_ref: AccountRefView | null;
  readonly recipient: RecipientView | null;
  readonly batch: string | null;
  readonly sequence: string | null;
  readonly step: number | null;
  readonly play: string | null;
  readonly fingerprint: string;
  readonly content: JsonValue;
  readonly original_content: JsonValue;
  readonly rendered: RenderedView;
  readonly evidence: readonly EvidenceView[];
  readonly reasons: readonly CheckResult[];
  readonly trust: {
    readonly level: string;
    readonly quantile: number;
    readonly theta: number;
    readonly evidence: number;
  } | null;
  readonly priority: { readonly score: number; readonly reason: string };
  readonly reserved: ReservationView | null;
  readonly assigned_to: string | null;
  readonly snoozed_until: string | null;
  readonly approvals: readonly { readonly by: string; readonly at: string }[];
  readonly approvals_needed: number;
  readonly created_at: string;
  readonly due_at: string;
  readonly overdue: boolean;
  readonly expires_at: string;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
  readonly undo_until: string | null;
}

export interface ReservationView {
  readonly by: string;
  readonly until: string;
}

export interface ReviewDecisionInput {
  readonly decision: 'approve' | 'edit' | 'reject' | 'cancel';
  /** Of the draft that was read. */
  readonly fingerprint: string;
  readonly reason: string | null;
  readonly content: JsonObject | null;
  /** With a rejection: the other steps of the sequence for this contact are cancelled too. */
  readonly whole_sequence?: boolean | undefined;
}

export interface ReviewQuery extends PageQuery {
  readonly state?: ReviewState | 'snoozed' | undefined;
  readonly queue?: string | undefined;
  readonly channel?: string | undefined;
  readonly action_type?: string | undefined;
  readonly assigned_to?: string | undefined;
  /** The caller's own id of it. */
  readonly account?: string | undefined;
  readonly sequence?: string | undefined;
  readonly batch?: string | undefined;
  readonly play?: string | undefined;
  readonly sort?: 'priority' | 'age' | undefined;
}

export interface ReviewSummary {
  readonly open: number;
  readonly overdue: number;
  readonly snoozed: number;
  readonly mine: number;
  readonly decided_today: number;
  /** From the reservation to the decision; null when nothing was decided that somebody had reserved. */
  readonly median_seconds_today: number | null;
  /** Null: there is no limit. */
  readonly capacity: { readonly per_day: number | null; readonly left: number | null };
}

export interface BulkItem {
  readonly id: string;
  readonly fingerprint: string;
}

export interface BulkInput {
  readonly decision: 'approve' | 'reject';
  readonly items: readonly BulkItem[];
  readonly reason: string | null;
}

export interface BulkPreview {
  readonly groups: readonly { readonly consequence: string; readonly count: number; readonly ids: readonly string[] }[];
  readonly would_pass: number;
  readonly would_hold: number;
  readonly would_deny: number;
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

export interface BulkResult {
  readonly items: readonly {
    readonly id: string;
    readonly status: 'done' | 'refused';
    readonly state: string;
    readonly problem: { readonly code: string; readonly detail: string } | null;
  }[];
}

export interface ReviewServices {
  listReviews(caller: Caller, query: ReviewQuery): Promise<Page<ReviewView>>;
  getReview(caller: Caller, id: string): Promise<ReviewView>;
  decideReview(
    caller: Caller,
    id: string,
    input: ReviewDecisionInput,
  ): Promise<{ readonly review: ReviewView; readonly action_state: string }>;
  summarizeReviews(caller: Caller): Promise<ReviewSummary>;
  /** Throws `reserved` when somebody else has it. */
  reserveReview(caller: Caller, id: string): Promise<ReservationView>;
  letGoReview(caller: Caller, id: string): Promise<void>;
  snoozeReview(
    caller: Caller,
    id: string,
    input: { readonly until: string; readonly reason: string | null },
  ): Promise<ReviewView>;
  /** `to` is an identity; null gives it back to everybody. */
  assignReview(
    caller: Caller,
    id: string,
    input: { readonly to: string | null; readonly reason: string | null },
  ): Promise<ReviewView>;
  undoReview(caller: Caller, id: string, input: { readonly reason: string | null }): Promise<ReviewView>;
  previewReviews(caller: Caller, input: Omit<BulkInput, 'reason'>): Promise<BulkPreview>;
  decideReviews(caller: Caller, input: BulkInput): Promise<BulkResult>;
  /** Rejecting an item of a contact cancels the other steps for that contact. */
  decideSequence(caller: Caller, sequence: string, input: BulkInput): Promise<BulkResult>;
}

export interface ScheduledView {
  readonly action: string;
  readonly decision: string;
  /** `undo` and `veto` are times in which people may say no; the others end by themselves. */
  readonly waits: 'undo' | 'veto' | 'due' | 'capacity' | 'pause';
  readonly at: string;
  readonly action_type: string;
  readonly channel: string;
  readonly risk_class: string;
  readonly account_ref: AccountRefView | null;
  readonly recipient: RecipientView | null;
  readonly sender: string;
  readonly play: string | null;
  readonly sequence: string | null;
  readonly step: number | null;
  readonly fingerprint: string;
  readonly rendered: RenderedView;
  /** Every check of the gate, on what is known now. */
  readonly checks: readonly CheckResult[];
  /** False when the gate would not let it go, now or later. */
  readonly still_valid: boolean;
  /** When the gate would let it go, if that is later than now. */
  readonly next_at: string | null;
  readonly conflicts: readonly { readonly action: string; readonly reason: string }[];
}

export interface ScheduledQuery extends PageQuery {
  readonly channel?: string | undefined;
  readonly sender?: string | undefined;
  readonly account?: string | undefined;
  readonly play?: string | undefined;
  /** ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ScheduledOutcome {
  readonly action: string;
  readonly state: string;
  /** Null when it waits no more. */
  readonly scheduled: ScheduledView | null;
}

export interface PauseView {
  readonly id: string;
  readonly scope: PauseScope;
  readonly value: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  /** Scheduled actions that it stops. */
  readonly affects: number;
}

export interface PauseInput {
  readonly scope: PauseScope;
  readonly value: string;
  readonly reason: string;
}

export interface ScheduleServices {
  listScheduled(caller: Caller, query: ScheduledQuery): Promise<Page<ScheduledView>>;
  getScheduled(caller: Caller, action: string): Promise<ScheduledView>;
  /** Also a veto. */
  cancelScheduled(caller: Caller, action: string, reason: string): Promise<ScheduledOutcome>;
  moveScheduled(
    caller: Caller,
    action: string,
    input: { readonly at: string; readonly reason: string | null },
  ): Promise<ScheduledOutcome>;
  /** Through the gate again. */
  sendNow(caller: Caller, action: string, input: { readonly reason: string | null }): Promise<ScheduledOutcome>;
  listPauses(caller: Caller): Promise<readonly PauseView[]>;
  setPause(caller: Caller, input: PauseInput): Promise<PauseView>;
  releasePause(caller: Caller, id: string): Promise<void>;
}
