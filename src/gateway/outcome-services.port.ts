import type { Money } from '../domain/money.ts';
import type { OutcomeType } from '../domain/outcome-types.ts';
/** What the gateway and the command line ask about outcomes: what followed, what led to it, and what was wrong about it. */
import type { LinkStatus, WindowSource } from '../domain/outcome.ts';
import type { Caller, Page, PageQuery } from './caller.port.ts';

export interface OutcomeView {
  readonly id: string;
  readonly type: OutcomeType;
  readonly subject: { readonly kind: 'account' | 'lead'; readonly id: string };
  readonly occurred_at: string;
  readonly amount: Money | null;
  /** Whether a correction changed what was reported. */
  readonly corrected: boolean;
  readonly link: {
    readonly status: LinkStatus;
    readonly decision: string | null;
    readonly action: string | null;
    readonly sequence: string | null;
    readonly play: string | null;
    /** The time in which a decision must lie before the outcome to be linked to it. */
    readonly window: {
      readonly ms: number;
      /** Null for an outcome of an earlier version, which did not keep it. */
      readonly source: WindowSource | null;
      /** When the linked decision was made, and until when an outcome belongs to it; null without one. */
      readonly from: string | null;
      readonly until: string | null;
    };
  };
}

export interface OutcomeFilter {
  readonly decision?: string | undefined;
  readonly action?: string | undefined;
  /** Ids of the caller's own. */
  readonly account?: string | undefined;
  readonly contact?: string | undefined;
  readonly status?: LinkStatus | undefined;
}

/** What is right; members that are left out stay as they are. */
export interface OutcomeCorrection {
  readonly type?: OutcomeType | undefined;
  /** In ms. */
  readonly occurred_at?: number | undefined;
  readonly amount?: Money | null | undefined;
  /** Id of the decision or action; null for none that is known. */
  readonly decision?: string | null | undefined;
  readonly reason: string;
}

export interface OutcomeServices {
  /** Those that happened last come first. Throws `not_found` for an account or contact that nobody knows. */
  listOutcomes(caller: Caller, query: PageQuery & OutcomeFilter): Promise<Page<OutcomeView>>;
  /** Throws `not_found`. */
  getOutcome(caller: Caller, id: string): Promise<OutcomeView>;
  /** Throws `not_found`, `invalid_request` when nothing is corrected, and `state_conflict` when it was retracted or is no longer remembered. */
  correctOutcome(caller: Caller, id: string, correction: OutcomeCorrection): Promise<OutcomeView>;
  /** Throws `not_found`, and `state_conflict` when it was retracted already or is no longer remembered. */
  retractOutcome(caller: Caller, id: string, reason: string): Promise<OutcomeView>;
}
