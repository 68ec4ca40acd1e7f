/** A log of touches by how often people were touched, and what caps would have done to it. */

/** People who had this many touches, and how many of them were a success at the last one. */
export interface TouchCount {
  readonly touches: number;
  readonly people: number;
  readonly successes: number;
}

/** A share with its 95 % interval, from 0 to 1. */
export interface Share {
  readonly share: number;
  readonly lower: number;
  readonly upper: number;
}

export interface CapRow {
  readonly cap: number;
  /** Whose touches would have ended earlier. */
  readonly people: number;
  /** Successes that came after the cap, and so would not have come. */
  readonly successes_lost: number;
  readonly touches_saved: number;
  readonly lost_of_all: Share;
  /** Of all touches; a count and no estimate. */
  readonly saved_of_all: number;
  /** Successes per touch beyond the cap; null when there is none. */
  readonly successes_per_touch_saved: Share | null;
}

export interface CapReport {
  readonly people: number;
  readonly touches: number;
  readonly successes: number;
  /** What happened, and not what a cap causes: who is touched once less may answer once earlier. */
  readonly kind: 'descriptive';
  readonly caps: readonly CapRow[];
}
