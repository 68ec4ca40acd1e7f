/** What a retrospective of a play counts, and what it says. Source: SalesPlayLibrary, success criteria and retrospective. */
/** Those whose sequence began in one quarter. */
export interface Cohort {
  readonly play: string;
  /** Sequences that began. */
  readonly begun: number;
  /** Of these, those of which at least one touch was made. */
  readonly reached: number;
  /** Of these, those whose first touch is long enough ago. Only they count. */
  readonly matured: number;
  /** Of those that count: with a meeting, or an opportunity, that is linked to the play and came in time. */
  readonly meetings: number;
  readonly opportunities: number;
  /** Deals won that are linked to the play, of those that count. */
  readonly won: readonly { readonly amount_minor: number | null; readonly currency: string | null }[];
  /** Of those that count: to whom touches went in a mode that reaches nobody. */
  readonly unreal: number;
  /** Of those that count: with a meeting, opportunity or deal that is linked to something else or to nothing. */
  readonly elsewhere: number;
}

/** `reached`: the whole interval is at the target or above. `missed`: it is below. `open`: there is too little to say. */
export type Standing = 'reached' | 'missed' | 'open';

export interface CriterionResult {
  readonly criterion: 'meeting_rate' | 'opportunity_rate' | 'contract_value';
  readonly target: number;
  /** `share`, 0 to 1, or `minor`, the mean of a deal in minor units of the currency. */
  readonly unit: 'share' | 'minor';
  readonly currency: string | null;
  /** People who count, or deals. */
  readonly n: number;
  /** Null for nobody. */
  readonly observed: number | null;
  /** 95 %. Null where it cannot be given. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly standing: Standing;
}

export const UNKNOWNS = {
  no_comparison: 'Nobody was kept apart: the figures describe those whom the play reached, and not what it caused.',
  not_matured: 'Began too recently to count, or had no touch yet.',
  mode_reaches_nobody: 'Were only reached in a mode that reaches nobody, so nothing could follow.',
  linked_elsewhere: 'Had a meeting, an opportunity or a deal that is linked to something else or to nothing.',
  other_currency: 'Deals without an amount, or in another currency than the target.',
  outcomes_may_come: 'Outcomes that nobody has reported yet are not there, and count as if they had not happened.',
} as const;
export type UnknownCode = keyof typeof UNKNOWNS;

export interface Retrospection {
  readonly evaluate_after_days: number;
  readonly criteria: readonly CriterionResult[];
  /** What cannot be known, and of how many; null where it concerns all. */
  readonly unknown: readonly { readonly code: UnknownCode; readonly count: number | null }[];
}
