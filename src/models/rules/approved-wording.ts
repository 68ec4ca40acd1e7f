/**
 * Writes what the chosen action would say as people approved it before for the same message to the same kind of person, where they did, and in the
 * engine's own words otherwise.
 */
import type { SequencePlace, TouchDraft } from '../../actors/decision-engine.port.ts';
import type { ActionType } from '../../domain/action-types.ts';
import type { Wording } from '../../domain/example.ts';
import type { JsonObject } from '../../domain/json.ts';
import { draftOf, touchDraftOf } from './draft.ts';
import { UNSUBSCRIBE_LINE } from './message-templates.ts';
import { whyInTouch } from './objection.ts';
import type { Situation } from './situation.ts';

export interface WordedDraft {
  /** Null for doing nothing, and for what the engine never proposes. */
  readonly content: JsonObject | null;
  /** The approved text whose wording it has. */
  readonly example: string | null;
}

export function wordedDraftOf(actionType: ActionType | 'none', situation: Situation): WordedDraft {
  return worded(draftOf(actionType, situation), actionType, situation);
}

/** The same for a touch of a sequence, whose examples are earlier texts of the same touch of the same play. */
export function wordedTouchOf(actionType: ActionType, situation: Situation, place: SequencePlace): TouchDraft | null {
  const { content, example } = worded(touchDraftOf(actionType, situation, place), actionType, situation);
  if (content === null) return null;
  const { objection } = situation;
  const notes = objection === null ? [] : [{ note: objection.objection.note, why: whyInTouch(objection) }];
  return { content, example, ...(notes.length === 0 ? {} : { notes }) };
}

function worded(own: JsonObject | null, actionType: ActionType | 'none', { input }: Situation): WordedDraft {
  const example = input.examples.find((item) => item.action_type === actionType);
  if (example === undefined || own === null) return { content: own, example: null };
  // Where the text was erased since, it is still known that it was taken.
  return { content: example.content === null ? own : withWayOut(example.content), example: example.id };
}

/** A letter says how to stop further ones, whatever its reviewer left out. */
function withWayOut(wording: Wording): JsonObject {
  if ('message' in wording || wording.body.includes(UNSUBSCRIBE_LINE)) return { ...wording };
  return { subject: wording.subject, body: `${wording.body.trimEnd()}\n\n${UNSUBSCRIBE_LINE}\n` };
}
