/** What the API says of reviews and of what is scheduled. */
import type { ReviewView as StoredReview } from '../../../src/gateway/services.port.ts';
import type { CheckResult } from './types.ts';

interface ReviewDetail {
  readonly sequence: string | null;
  readonly step: number | null;
  readonly batch: string | null;
  readonly play: string | null;
  readonly lane: string;
  readonly account_ref: AccountRef | null;
  readonly recipient: Recipient | null;
  readonly rendered: Rendered;
  readonly original_content: StoredReview['content'];
  readonly evidence: readonly Evidence[];
  readonly trust: {
    readonly level: string;
    readonly quantile: number;
    readonly theta: number;
    readonly evidence: number;
  } | null;
  readonly priority: { readonly score: number; readonly reason: string };
  readonly reserved: { readonly by: string; readonly until: string } | null;
  readonly assigned_to: string | null;
  readonly snoozed_until: string | null;
  readonly due_at: string | null;
  readonly overdue: boolean;
  readonly approvals: readonly { readonly by: string; readonly at: string }[];
  readonly approvals_needed: number;
  readonly undo_until: string | null;
}

export type Review = StoredReview & Partial<ReviewDetail>;

export interface AccountRef {
  readonly id: string;
  readonly external_id: string;
  readonly name: string | null;
}
export interface Recipient extends AccountRef {
  readonly address: string | null;
}
export interface Rendered {
  readonly subject: string | null;
  readonly body: string;
}
export interface Evidence {
  readonly kind: 'signal' | 'note' | 'candidate';
  readonly id: string;
  readonly text: string;
  readonly at: string;
}

export interface ReviewSummary {
  readonly open: number;
  readonly overdue: number;
  readonly snoozed: number;
  readonly mine: number;
  readonly decided_today: number;
  readonly median_seconds_today: number | null;
  readonly capacity: { readonly per_day: number; readonly left: number };
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
    readonly problem: { readonly detail?: string } | string | null;
  }[];
}

export interface Scheduled {
  readonly action: string;
  readonly decision: string;
  readonly waits: 'undo' | 'veto' | 'due';
  readonly at: string;
  readonly action_type: string;
  readonly channel: string;
  readonly risk_class: string;
  readonly account_ref: AccountRef | null;
  readonly recipient: Recipient | null;
  readonly sender: string | null;
  readonly play: string | null;
  readonly sequence: string | null;
  readonly step: number | null;
  readonly fingerprint: string;
  readonly rendered: Rendered;
  readonly checks: readonly CheckResult[];
  readonly review?: string | null;
  readonly still_valid: boolean;
  readonly next_at: string | null;
  readonly conflicts: readonly { readonly action: string; readonly reason: string }[];
}

export interface Pause {
  readonly id: string;
  readonly scope: 'tenant' | 'channel' | 'play' | 'sender' | 'account';
  readonly value: string | null;
  readonly reason: string;
  readonly by?: string;
  readonly since?: string;
}
