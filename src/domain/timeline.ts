/**
 * What happened with an account or a person without account, in short: the last entries, what is still open, the last touches. It is kept with
 * every event, holds opaque ids only, and has a bound for everything that could grow.
 */
import type { EventType } from './event-types.ts';
import type { Lane } from './lane.ts';

export const TIMELINE_ENTRIES_MAX = 50;
export const OPEN_THREADS_MAX = 50;
export const TIMELINE_PEOPLE_MAX = 50;

/** Something that happened; several of the same kind in a row are one entry. Members that say nothing are left out. */
export interface TimelineEntry {
  readonly type: EventType;
  /** When it happened first, and last where it happened several times. */
  readonly at: number;
  readonly to?: number;
  readonly count?: number;
  /** Type of the signal, action or outcome, or who took over. */
  readonly what?: string;
  readonly lane?: Lane;
  readonly channel?: string;
  readonly person?: string;
  /** The event, or the action. */
  readonly ref: string;
}

/** Something that waits: for an answer of ours, for the gate, a person or a channel. */
export interface OpenThread {
  readonly kind: 'request' | 'reply' | 'question' | 'action';
  readonly ref: string;
  readonly what: string;
  readonly at: number;
  readonly person?: string;
  /** Where an action stands; `held` waits for a review. */
  readonly state?: 'proposed' | 'scheduled' | 'held' | 'permitted' | 'uncertain';
  /** The review or permit whose end would end the action. */
  readonly waits_for?: string;
  readonly lane?: Lane;
  readonly channel?: string;
}

export interface Touch {
  readonly at: number;
  /** The event; left out where somebody else was touched later in the same way. */
  readonly ref?: string;
  readonly person?: string;
}

export interface PersonLine {
  readonly signals: number;
  readonly last_at: number;
  /** When the last touches by channel and direction were, such as `email/out`. */
  readonly touches: Readonly<Record<string, number>>;
}

export interface Timeline {
  readonly version: 1;
  readonly first_at: number | null;
  readonly last_at: number | null;
  /** How often each type of event came. */
  readonly counts: Readonly<Record<string, number>>;
  /** By time, the last ones only. */
  readonly entries: readonly TimelineEntry[];
  readonly open: readonly OpenThread[];
  /** Last touches by channel and direction, with anybody. */
  readonly touches: Readonly<Record<string, Touch>>;
  /** People by id: those about whom something happened last. Empty, as `person` is everywhere, where the timeline is that of one person. */
  readonly people: Readonly<Record<string, PersonLine>>;
}

export const EMPTY_TIMELINE: Timeline = {
  version: 1,
  first_at: null,
  last_at: null,
  counts: {},
  entries: [],
  open: [],
  touches: {},
  people: {},
};
