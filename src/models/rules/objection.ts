/**
 * What an objection that still stands changes. Who decides about its topic is written to, with an answer to it; others of the committee wait until
 * it is answered, and whoever raised it hears from a person first. The words of the objection are not known here and are not repeated to anybody.
 */
import type { DecisionObjection } from '../../actors/decision-engine.port.ts';
import type { ActionType } from '../../domain/action-types.ts';
import type { Persona } from '../../domain/entity.ts';
import type { ObjectionTopic } from '../../domain/note.ts';
import type { Situation } from './situation.ts';
import { personaWords } from './words.ts';

/** Who of a committee decides about a topic; nobody in particular where nobody is named. */
const DECIDES: Record<ObjectionTopic, readonly Persona[]> = {
  price: ['economic_buyer'],
  timing: ['economic_buyer', 'champion'],
  need: ['champion'],
  integration: ['technical_evaluator'],
  security: ['technical_evaluator'],
  incumbent: ['champion', 'economic_buyer'],
  other: [],
};

const TOPIC_WORDS: Record<ObjectionTopic, string> = {
  price: 'the price',
  timing: 'the timing',
  need: 'the need for it',
  integration: 'the integration',
  security: 'security',
  incumbent: 'what they have now',
  other: 'the offer',
};

/** What a letter offers instead of what the persona is usually offered. */
export const ANSWERS: Record<ObjectionTopic, string | null> = {
  price: 'If the price is a question at {{company}}, I can show what it covers, and what a smaller start would cost.',
  timing: 'If now is not the time at {{company}}, tell me when it would be, and I will write again then.',
  need: null,
  integration:
    'If it has to work with what {{company}} has, an engineer can answer your questions before anything else.',
  security: 'If security is a question at {{company}}, an engineer can go through it with you.',
  incumbent: 'If you are comparing it with what you have at {{company}}, I can send you material for it.',
  other: null,
};

/** The answer that a touch of a sequence has in it: to whom others raised it and who does not decide about it, it stays unsaid. */
export function answerInTouch(sight: ObjectionInSight | null): string | null {
  return sight === null || sight.part === 'others' ? null : ANSWERS[sight.objection.topic];
}

/** On the score of a message to a person, by what the person is to the objection. */
const POINTS = { own: -35, decides: 10, others: -30 } as const;

/** On the score of a task for a person of ours, where somebody else than who decides is in front of us. */
const TASK_POINTS = 45;

export type Part = keyof typeof POINTS;

export interface ObjectionInSight {
  readonly objection: DecisionObjection;
  readonly part: Part;
}

/** The newest objection, and what whoever is in front of us is to it; null without one. */
export function objectionInSight({
  input,
  assessment,
}: Pick<Situation, 'input' | 'assessment'>): ObjectionInSight | null {
  const [objection] = input.objections;
  if (objection === undefined) return null;
  if (objection.own) return { objection, part: 'own' };
  const decides = input.subject === 'lead' && DECIDES[objection.topic].includes(assessment.persona);
  return { objection, part: decides ? 'decides' : 'others' };
}

export function messagePoints(sight: ObjectionInSight | null): number {
  return sight === null ? 0 : POINTS[sight.part];
}

export function taskPoints(sight: ObjectionInSight | null): number {
  return sight === null || sight.part === 'decides' ? 0 : TASK_POINTS;
}

/** `an objection about the price is open`; empty without one. */
export function objectionWords(sight: ObjectionInSight | null): string {
  return sight === null ? '' : `an objection about ${TOPIC_WORDS[sight.objection.topic]} is open`;
}

const TO_A_PERSON: ReadonlySet<string> = new Set(['outreach_push', 'email_generation', 'linkedin_push']);

/** Whether what was chosen rests on the objection: as a message to a person, as the task to answer it, or by doing nothing instead. */
export function restsOn({ part }: ObjectionInSight, actionType: ActionType | 'none'): boolean {
  return actionType === 'none' || TO_A_PERSON.has(actionType) || (actionType === 'crm_update' && part !== 'decides');
}

/** Why the draft of a touch names the note. */
export function whyInTouch(sight: ObjectionInSight): string {
  const { objection, part } = sight;
  const about = `about ${TOPIC_WORDS[objection.topic]}`;
  const raised = part === 'own' ? 'This person raised it' : 'It was raised by somebody of the committee';
  if (part === 'others') return `${raised} ${about}, which others decide: the draft does not speak of it.`;
  return answerInTouch(sight) === null
    ? `${raised} ${about}: there is no answer to it here, and the draft does not speak of it.`
    : `${raised} ${about}: the draft answers it.`;
}

/** Why a decision names the note. */
export function whyCited({ objection, part }: ObjectionInSight): string {
  const raised =
    objection.persona === null
      ? 'It was raised'
      : `It was raised by somebody of the committee (${personaWords(objection.persona)})`;
  const about = `about ${TOPIC_WORDS[objection.topic]}`;
  switch (part) {
    case 'own':
      return `This person raised it ${about}: a person of ours answers before anything is sent.`;
    case 'decides':
      return `${raised} ${about}, which this person decides: the draft answers it.`;
    case 'others':
      return `${raised} ${about}, which others decide: nobody else is written to before it is answered.`;
  }
}
