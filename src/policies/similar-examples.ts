/** Chooses the approved texts that a decision gets to see: those of the same message to the same kind of person, for the same reason. */
import type { ActionType } from '../domain/action-types.ts';
import type { Persona, Segment } from '../domain/entity.ts';
import { EXAMPLES_PER_ACTION } from '../domain/example.ts';
import type { Example, Occasion } from '../domain/example.ts';
import { canonicalJson } from '../domain/json.ts';
import type { ObjectionTopic } from '../domain/note.ts';

export interface DraftSituation {
  readonly signal: Occasion | null;
  readonly persona: Persona;
  readonly segment: Segment | null;
  readonly step: number;
  readonly objection: ObjectionTopic | null;
}

/** A few for each type of action, the best first: of the same segment, then what a person wrote, then the newest. No text comes twice. */
export function similarExamples(known: readonly Example[], draft: DraftSituation): readonly Example[] {
  const similar = known
    .filter(
      ({ signal, persona, step, objection }) =>
        signal === draft.signal && persona === draft.persona && step === draft.step && objection === draft.objection,
    )
    .toSorted(
      (a, b) =>
        Number(b.segment === draft.segment) - Number(a.segment === draft.segment) ||
        Number(b.edited) - Number(a.edited) ||
        b.approved_at - a.approved_at ||
        (a.id < b.id ? -1 : 1),
    );
  const texts = new Set<string>();
  const counts = new Map<ActionType, number>();
  return similar.filter(({ action_type: type, content }) => {
    const text = `${type}\n${canonicalJson(content)}`;
    const count = counts.get(type) ?? 0;
    if (texts.has(text) || count >= EXAMPLES_PER_ACTION) return false;
    texts.add(text);
    counts.set(type, count + 1);
    return true;
  });
}
