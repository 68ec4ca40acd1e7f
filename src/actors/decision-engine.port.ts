/**
 * What the runtime asks of a decision engine. An engine is a pure function of its input: it gets time and a seed, and says which
 * version of itself answered. The rules engine answers at once; an engine that needs the network is run as a durable effect.
 */
import type { ActionType } from '../domain/action-types.ts';
import type { Choice, Assessment } from '../domain/candidate.ts';
import type { Persona, Relations } from '../domain/entity.ts';
import type { AccountEventFacts } from '../domain/event-types.ts';
import type { Example } from '../domain/example.ts';
import type { Instant } from '../domain/instant.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Lane } from '../domain/lane.ts';
import type { ObjectionTopic } from '../domain/note.ts';
import type { Policy } from '../domain/policy.ts';
import type { SignalType } from '../domain/signal-types.ts';

/** Intent as an actor keeps it: a score and when it was true. It decays from there. */
export interface IntentState {
  readonly score: number;
  readonly at: Instant;
}

/** An objection as a decision sees it, without the words in which it was raised. */
export interface DecisionObjection {
  readonly note: string;
  readonly topic: ObjectionTopic;
  /** Whether it was raised by the person about whom is decided. */
  readonly own: boolean;
  readonly persona: Persona | null;
  readonly at: Instant;
}

/** The context that memory gives to a decision. Opaque references only. */
export interface DecisionInput {
  readonly at: Instant;
  readonly seed: string;
  readonly subject: 'account' | 'lead';
  readonly lane: Lane;
  /** The signal that led here, or null when it is a second look. */
  readonly signal: SignalType | null;
  /** State of the subject's machine, such as `engaged`. */
  readonly stage: string;
  readonly accountFacts: AccountEventFacts;
  readonly persona: Persona | null;
  readonly intent: IntentState;
  /** Stage of the open opportunity, if one is known. */
  readonly opportunityStage: string | null;
  readonly relations: Relations;
  readonly abmActive: boolean | null;
  /** Whether a person can be written to at all: known recipient with an address. */
  readonly hasRecipient: boolean;
  readonly recentTouches: number;
  /** Texts that people approved for the same message to somebody of the same kind, the best first; they name nobody. */
  readonly examples: readonly Example[];
  /** Objections of the account and its people that still stand, the newest first. */
  readonly objections: readonly DecisionObjection[];
  readonly policy: Policy;
}

export interface DecisionOutput {
  readonly choice: Choice;
  /** What the chosen action would do or say; null when nothing was chosen. Names are placeholders such as `{{first_name}}`. */
  readonly content: JsonObject | null;
}

/** What a touch would say or do, and what it rests on. */
export interface TouchDraft extends Pick<Choice, 'notes'> {
  readonly content: JsonObject;
  /** The approved text whose wording it has. */
  readonly example: string | null;
}

/** A touch in its sequence. */
export interface SequencePlace {
  /** From 1. */
  readonly step: number;
  readonly of: number;
  /** What the play wants of it, as people approved it. */
  readonly purpose: string;
}

export interface DecisionEngine {
  /** Name and version, such as `rules@1`. Trust is bound to it. */
  readonly version: string;
  decide(input: DecisionInput): DecisionOutput;
  /** What a touch of a sequence would say or do; null for what the engine never writes. The place in the sequence makes its text differ from the others. */
  draft(actionType: ActionType, input: DecisionInput, place: SequencePlace): TouchDraft | null;
  /** The same scores without a choice, for views and reports. */
  assess(input: DecisionInput): Assessment;
  /** Versions before this one that can still be asked, so that what they decided can be proven. */
  readonly earlier?: readonly Omit<DecisionEngine, 'assess' | 'draft'>[];
}

export type { ActionType };
