/**
 * An approved text that the next similar draft may learn from. It is kept only when its words can be shown to name nobody, so it may stand in
 * the input of a decision about somebody else.
 *
 * Source: GTM Harness, section 3 (reusable examples from approved messages).
 */
import { z } from 'zod';

import type { ActionType } from './action-types.ts';
import type { Persona, Segment } from './entity.ts';
import type { Instant } from './instant.ts';
import type { JsonValue } from './json.ts';
import type { ObjectionTopic } from './note.ts';
import type { SignalType } from './signal-types.ts';

const letterSchema = z.strictObject({ subject: z.string().min(1), body: z.string().min(1) });
const shortMessageSchema = z.strictObject({ message: z.string().min(1) });

/** What has a wording to learn from, by the type of action that it is. */
const WORDINGS: Partial<Record<ActionType, z.ZodType<Wording>>> = {
  email_generation: letterSchema,
  outreach_push: letterSchema,
  linkedin_push: shortMessageSchema,
};
export type Wording = z.infer<typeof letterSchema> | z.infer<typeof shortMessageSchema>;

/** How long the text of an example may be, in characters; a longer one is none. */
const WORDING_MAX = 4_000;

/** The wording of a draft; null when it has none, has more beside it, or is too long to learn from. */
export function wordingOf(actionType: ActionType, content: JsonValue): Wording | null {
  const found = WORDINGS[actionType]?.safeParse(content);
  if (found?.success !== true) return null;
  const length = Object.values(found.data).reduce<number>((sum, text) => sum + text.length, 0);
  return length <= WORDING_MAX ? found.data : null;
}

/** Why a text was written: the signal that it answers, or the play that it is a touch of. */
export type Occasion = SignalType | `play:${string}`;

export function playOccasion(play: string): Occasion {
  return `play:${play}`;
}

export interface Example {
  /** The event of the approval. */
  readonly id: string;
  readonly action_type: ActionType;
  /** Which message to the person, or which touch of its sequence, it was, from 1. */
  readonly step: number;
  /** Why it was written: a text about a visit says nothing true to somebody who did not visit, and each play says something else. */
  readonly signal: Occasion;
  readonly persona: Persona;
  readonly segment: Segment | null;
  /** The objection that stood when it was written. */
  readonly objection: ObjectionTopic | null;
  /** Whether the reviewer changed what was drafted. */
  readonly edited: boolean;
  readonly approved_at: Instant;
  /** Null once the person to whom it was written was erased. */
  readonly content: Wording | null;
}

/** How many examples a decision gets of each type of action. */
export const EXAMPLES_PER_ACTION = 2;
