/**
 * Writes what the chosen action would say as people approved it before for the same message to the same kind of person, where they did, and in the
 * engine's own words otherwise.
 */
import type { ActionType } from '../../domain/action-types.ts';
import type { Wording } from '../../domain/example.ts';
import type { JsonObject } from '../../domain/json.ts';
import { draftOf } from './draft.ts';
import { UNSUBSCRIBE_LINE } from './message-templates.ts';
import type { Situation } from './situation.ts';

export interface WordedDraft {
  /** Null for doing nothing, and for what the engine never proposes. */
  readonly content: JsonObject | null;
  /** The approved text whose wording it has. */
  readonly example: string | null;
}

export function wordedDraftOf(actionType: ActionType | 'none', situation: Situation): WordedDraft {
  const own = draftOf(actionType, situation);
  const example = situation.input.examples.find((item) => item.action_type === actionType);
  if (example === undefined || own === null) return { content: own, example: null };
  // Where the text was erased since, it is still known that it was taken.
  return { content: example.content === null ? own : withWayOut(example.content), example: example.id };
}

/** A letter says how to stop further ones, whatever its reviewer left out. */
function withWayOut(wording: Wording): JsonObject {
  if ('message' in wording || wording.body.includes(UNSUBSCRIBE_LINE)) return { ...wording };
  return { subject: wording.subject, body: `${wording.body.trimEnd()}\n\n${UNSUBSCRIBE_LINE}\n` };
}
