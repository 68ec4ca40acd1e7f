/**
 * Writes what the chosen action would do or say. Drafts state only what the input says and what a tenant can hold: no numbers, no
 * customers, no product claims. Names are placeholders that are filled in after the permit, outside the engine. Scores and
 * time enter as coarse classes only, such as a high priority, so an hour later the text is the same and the check for duplicates
 * recognises it.
 */
import type { SequencePlace } from '../../actors/decision-engine.port.ts';
import type { ActionType } from '../../domain/action-types.ts';
import type { FitDimension, FitTier } from '../../domain/candidate.ts';
import type { Persona } from '../../domain/entity.ts';
import type { JsonObject } from '../../domain/json.ts';
import { emailOf, linkedinMessageOf, sequenceEmailOf, sequenceLinkedinMessageOf } from './message-templates.ts';
import { ANSWERS, answerInTouch, objectionWords } from './objection.ts';
import type { Situation } from './situation.ts';
import { gapWords, personaWords, relationWords } from './words.ts';

/** Priority from which a task is high, and below which it is low. */
const HIGH_FROM = 60;
const LOW_BELOW = 30;

/** Days for which e-mail stops. A customer's is short, because relations change. */
const SUPPRESS_DAYS = { customer: 90, competitor: 365, employee: 365 } as const;

const NURTURE_TRACK: Record<Persona, string> = {
  economic_buyer: 'executive',
  champion: 'practitioner',
  technical_evaluator: 'technical',
  influencer: 'practitioner',
  user: 'practitioner',
  unclear: 'general',
};

/** The fact that fills each gap. */
const FIELD_OF_GAP: Record<FitDimension, string> = {
  firmographic: 'employees',
  vertical: 'vertical',
  revenue: 'annual_revenue_minor',
  tech: 'tech_fit',
  growth: 'growth_percent',
  intent: 'intent_score',
};

const TIER_NAME: Record<FitTier, string> = { T1: 't1', T2: 't2', T3: 't3', unscored: 'unscored' };

function taskOf(situation: Situation): string {
  const { asked, assessment, input, objection, relation, strength } = situation;
  if (relation === 'competitor' || relation === 'employee')
    return `Check the record: the account is ${relationWords(relation)}`;
  const reachable = input.hasRecipient ? '' : ' and find out how to reach them: no address is known';
  if (objection !== null && objection.part !== 'decides')
    return `Answer the objection before anybody else is written to${reachable}`;
  if (asked === 'person') return `Take over the conversation${reachable}`;
  if (asked === 'contact') return `Assign an owner who answers the request${reachable}`;
  if (input.signal === 'crm.opportunity_updated') return 'Check the next step after the change of the opportunity';
  if (relation === 'open_opportunity') return 'Tell the owner of the open opportunity about the new interest';
  if (relation !== null) return `Tell the owner of the account, which is ${relationWords(relation)}`;
  if (!input.hasRecipient) return 'Find a person to talk to: no address is known';
  if (strength === 'strong') return 'Look at the new interest and decide who follows up';
  return assessment.fit.gaps.length > 0 ? 'Complete the record' : 'Check the record';
}

function crmReasonOf(situation: Situation): string {
  const { asked, assessment, input } = situation;
  const { fit, persona } = assessment;
  const parts: string[] = [];
  if (asked !== null) parts.push(asked === 'person' ? 'Asked for a person in chat' : 'Asked for contact by form');
  else parts.push(input.signal === null ? 'Looked at again' : `Signal ${input.signal}`);
  if (persona !== 'unclear') parts.push(personaWords(persona));
  parts.push(fit.tier === 'unscored' ? 'fit not scored' : `fit ${fit.tier}`);
  if (fit.gaps.length > 0) parts.push(`unknown: ${gapWords(fit.gaps)}`);
  if (situation.objection !== null) parts.push(objectionWords(situation.objection));
  return parts.join('; ');
}

function taskPriorityOf({ asked, assessment }: Situation): 'high' | 'normal' | 'low' {
  if (asked !== null || assessment.priority >= HIGH_FROM) return 'high';
  return assessment.priority >= LOW_BELOW ? 'normal' : 'low';
}

function crmDraft(situation: Situation): JsonObject {
  const { assessment, input } = situation;
  const missing = assessment.fit.gaps.map((gap) => FIELD_OF_GAP[gap]);
  if (!input.hasRecipient) missing.push('email');
  if (assessment.persona === 'unclear') missing.push('persona');
  if (Object.keys(input.relations).length === 0) missing.push('relations');
  return {
    task: taskOf(situation),
    priority: taskPriorityOf(situation),
    reason: crmReasonOf(situation),
    fields: {
      fit_tier: assessment.fit.tier,
      segment: assessment.segment,
      persona: assessment.persona === 'unclear' ? null : assessment.persona,
      missing,
    },
  };
}

function suppressDraft({ relation }: Situation): JsonObject {
  const days = relation === 'competitor' || relation === 'employee' ? SUPPRESS_DAYS[relation] : SUPPRESS_DAYS.customer;
  return { channel: 'email', days };
}

/** The content of an action in this situation; null for doing nothing, and for what the engine never proposes. */
export function draftOf(actionType: ActionType | 'none', situation: Situation): JsonObject | null {
  const { assessment, input } = situation;
  switch (actionType) {
    case 'crm_update':
      return crmDraft(situation);
    case 'email_generation':
    case 'outreach_push': {
      const answer = situation.objection === null ? null : ANSWERS[situation.objection.objection.topic];
      const { subject, body } = emailOf(input.signal, assessment.persona, answer);
      return { subject, body };
    }
    case 'nurture_enrollment':
      return { track: NURTURE_TRACK[assessment.persona], tier: TIER_NAME[assessment.fit.tier] };
    case 'linkedin_push':
      return { message: linkedinMessageOf(input.signal, assessment.persona) };
    case 'paid_audience_push':
      return { audience: `fit-${TIER_NAME[assessment.fit.tier]}-${assessment.segment ?? 'any'}`, operation: 'add' };
    case 'suppress_channel':
      return suppressDraft(situation);
    case 'email_reply':
    case 'service_notice':
    case 'none':
      return null;
  }
}

/**
 * The content of a touch in a sequence. What the play wants of it is an instruction to whoever reviews the draft, and never sent; the place
 * in the sequence makes each text differ from those before it.
 */
export function touchDraftOf(actionType: ActionType, situation: Situation, place: SequencePlace): JsonObject | null {
  const { persona } = situation.assessment;
  switch (actionType) {
    case 'email_generation':
    case 'outreach_push': {
      const { subject, body } = sequenceEmailOf(persona, place, answerInTouch(situation.objection));
      return { subject, body };
    }
    case 'linkedin_push':
      return { message: sequenceLinkedinMessageOf(persona, place) };
    case 'crm_update':
      return {
        task: place.purpose,
        priority: taskPriorityOf(situation),
        reason: `Touch ${place.step} of ${place.of} of a play`,
      };
    case 'nurture_enrollment':
    case 'paid_audience_push': {
      const content = draftOf(actionType, situation);
      return content === null ? null : { ...content, step: place.step };
    }
    case 'suppress_channel':
    case 'email_reply':
    case 'service_notice':
      return null;
  }
}
