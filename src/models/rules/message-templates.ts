/**
 * The few texts that the rules engine can send. A text is put together from why we write, which the signal says, and what is
 * offered, which the persona says. It claims nothing about the recipient's company, names no product, and always says how to stop
 * it. `{{first_name}}` and `{{company}}` are the only placeholders.
 */
import type { SequencePlace } from '../../actors/decision-engine.port.ts';
import type { Persona } from '../../domain/entity.ts';
import type { SignalType } from '../../domain/signal-types.ts';

export interface Email {
  readonly subject: string;
  readonly body: string;
}

/** The way out, in every message; the reply is read as an unsubscription. */
export const UNSUBSCRIBE_LINE =
  'If you would rather not hear from us, answer with the word "unsubscribe" and we will stop.';

interface Opening {
  readonly subject: string;
  readonly text: string;
}

/** Data that a provider sold is no reason that a person recognises, so an intent surge opens like a first letter. */
const FIRST_LETTER: Opening = {
  subject: 'A question for {{company}}',
  text: 'I am writing for the first time, and will keep it to one question: is this a topic at {{company}} right now?',
};

const OUR_CONVERSATION: Opening = {
  subject: 'Our conversation with {{company}}',
  text: 'I would like to check where our conversation with {{company}} stands, and whether anything is missing from our side.',
};

const OPENINGS: Record<SignalType, Opening> = {
  'web.page_viewed': {
    subject: 'Your visit to our website',
    text: 'Thank you for visiting our website. If you were looking for something and did not find it, I would like to help.',
  },
  'web.form_submitted': {
    subject: 'Your request',
    text: 'Thank you for filling in the form on our website. I would like to answer what you asked.',
  },
  'chat.message_received': {
    subject: 'Your question in our chat',
    text: 'Thank you for writing to us in the chat. I would like to follow up by e-mail, so that nothing gets lost.',
  },
  'chat.handoff_requested': {
    subject: 'You asked to speak with someone',
    text: 'You asked in our chat to speak with a person. I am sorry that you had to ask; this is the e-mail to arrange it.',
  },
  'crm.account_updated': FIRST_LETTER,
  'crm.contact_updated': FIRST_LETTER,
  'crm.conversation_logged': OUR_CONVERSATION,
  'crm.opportunity_updated': OUR_CONVERSATION,
  'intent.surge': FIRST_LETTER,
  'schedule.review_due': FIRST_LETTER,
};

/** A second look has no signal of its own. */
const FOLLOW_UP: Opening = {
  subject: 'Following up with {{company}}',
  text: 'I would like to ask once whether this is still of interest to you at {{company}}.',
};

const OFFERS: Record<Persona, string> = {
  economic_buyer:
    'If you are weighing it up, I can put the price, the terms and the expected effort on one page for you.',
  champion:
    'If it would help you inside {{company}}, I can show you how it would work for your team and leave you something to pass on.',
  technical_evaluator:
    'If you are the one to check it, I can put you in touch with an engineer for questions on integration and security.',
  influencer: 'If you are gathering information, I can send you material that you can compare with others.',
  user: 'If you would work with it, I can show you what it looks like in daily use.',
  unclear: 'If somebody else at {{company}} is the right person, please tell me whom I should ask.',
};

const LINKEDIN_OFFERS: Record<Persona, string> = {
  economic_buyer: 'May I send you price and terms on one page?',
  champion: 'May I show you how it would work for your team?',
  technical_evaluator: 'May I put you in touch with an engineer for your questions?',
  influencer: 'May I send you material to compare?',
  user: 'May I show you what it looks like in daily use?',
  unclear: 'Would you be the right person to talk to?',
};

/** An e-mail in reply to a signal, or a follow-up when there is none. An answer to an objection takes the place of the usual offer. */
export function emailOf(signal: SignalType | null, persona: Persona, answer: string | null = null): Email {
  const opening = signal === null ? FOLLOW_UP : OPENINGS[signal];
  return {
    subject: opening.subject,
    body: `Hello {{first_name}},\n\n${opening.text}\n\n${answer ?? OFFERS[persona]}\n\n${UNSUBSCRIBE_LINE}\n`,
  };
}

/** The longest note that LinkedIn takes with an invitation, in characters. */
export const LINKEDIN_NOTE_MAX = 300;

/** A short note; it leaves room for the names within the 300 characters of an invitation. */
export function linkedinMessageOf(signal: SignalType | null, persona: Persona): string {
  const opening =
    signal === 'web.form_submitted' || signal === 'chat.message_received' || signal === 'chat.handoff_requested'
      ? 'thank you for contacting us.'
      : 'I would like to get to know the people at {{company}}.';
  return `Hello {{first_name}}, ${opening} ${LINKEDIN_OFFERS[persona]}`;
}

/** Said once each, so that no two letters of a sequence are the same. Further ones say their number. */
const SEQUENCE_LINES: readonly string[] = [
  FIRST_LETTER.text,
  'I wrote to you once before about {{company}} and would like to ask a second time, in case it came at a bad moment.',
  'This is my third letter; if the topic is not one at {{company}}, a single word is enough and I will leave it there.',
];

function sequenceLineOf({ step, of }: SequencePlace): string {
  const line = SEQUENCE_LINES[step - 1] ?? `This is letter ${step} of ${of} from me, on the same question.`;
  return step === of && step > 1 ? `${line} It is also the last one.` : line;
}

/** The e-mail of one touch of a sequence. An answer to an objection takes the place of the usual offer. */
export function sequenceEmailOf(persona: Persona, place: SequencePlace, answer: string | null = null): Email {
  return {
    subject: place.step === 1 ? FIRST_LETTER.subject : FOLLOW_UP.subject,
    body: `Hello {{first_name}},\n\n${sequenceLineOf(place)}\n\n${answer ?? OFFERS[persona]}\n\n${UNSUBSCRIBE_LINE}\n`,
  };
}

export function sequenceLinkedinMessageOf(persona: Persona, { step }: SequencePlace): string {
  const opening =
    step === 1 ? 'I would like to get to know the people at {{company}}.' : `this is note ${step} from me.`;
  return `Hello {{first_name}}, ${opening} ${LINKEDIN_OFFERS[persona]}`;
}
