/**
 * What can be read out of a sentence by rule. Each rule has a name, which the note that it makes carries, and says what kind of note comes of
 * it. A rule would rather miss something than invent it: what it finds is believed less than a record and less than a person.
 */
import type { NoteKind, Predicate } from '../../domain/note.ts';

export interface Finding {
  /** The value alone, where the note is about one. */
  readonly value: string | null;
  /** Place of what was found in the sentence. */
  readonly from: number;
  readonly to: number;
}

export interface Rule {
  readonly name: string;
  readonly kind: NoteKind;
  readonly predicate: Predicate | null;
  /** 0 to 1: how often what it finds is meant so. */
  readonly confidence: number;
  readonly find: (sentence: string) => Finding | null;
}

/** The first of these patterns that fits. Its group `value` is the value; without such a group the sentence itself is what counts. */
function matcher(...patterns: readonly RegExp[]): Rule['find'] {
  return (sentence) => {
    for (const pattern of patterns) {
      const match = pattern.exec(sentence);
      if (match === null) continue;
      const value = match.groups?.['value']?.trim().replace(/[.,;:!?]+$/, '') ?? null;
      if (value === '') continue;
      if (value === null) return { value: null, from: match.index, to: match.index + match[0].length };
      const from = sentence.indexOf(value, match.index);
      return { value, from, to: from + value.length };
    }
    return null;
  };
}

const AMOUNT = String.raw`(?:(?:EUR|USD|GBP|CHF|[$€£])\s?\d[\d.,]*\s?(?:k|m|mn|million|thousand)?|\d[\d.,]*\s?(?:k|m|mn|million|thousand)?\s?(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|[$€£]))(?![\p{L}\d])`;
const MONTH = '(?:January|February|March|April|May|June|July|August|September|October|November|December)';
const WHEN = String.raw`(?:Q[1-4](?:\s?(?:of\s)?20\d\d)?|${MONTH}(?:\s20\d\d)?|20\d\d(?:-\d\d(?:-\d\d)?)?|(?:the\s)?(?:end|start|beginning|middle)\sof\s(?:Q[1-4]|the\s(?:year|quarter|month)|${MONTH}|20\d\d)(?:\s20\d\d)?|(?:next|this)\s(?:year|quarter|month|week))`;
const NAME = String.raw`\p{Lu}[\p{L}\p{N}.&-]*(?:\s\p{Lu}[\p{L}\p{N}.&-]*){0,2}`;
const TITLE = String.raw`(?:(?:Chief|Head|Vice President|VP|SVP|EVP|Director|Manager|Senior|Lead|Principal|Founder|Owner|President|Engineer|Architect|Analyst|Buyer)\b[\p{L}&,/ -]{0,60}?|C[EFTIMOSPR]O)`;

export const RULES: readonly Rule[] = [
  {
    name: 'budget.stated',
    kind: 'fact',
    predicate: 'budget',
    confidence: 0.8,
    find: matcher(
      new RegExp(String.raw`\bbudget\b[^.?!]{0,60}?(?<value>${AMOUNT})`, 'iu'),
      new RegExp(String.raw`(?<value>${AMOUNT})[^.?!]{0,30}\b(?:budget|to spend|set aside|allocated)\b`, 'iu'),
      new RegExp(String.raw`\b(?:can|could|want to|plan to|will) spend\b[^.?!]{0,30}?(?<value>${AMOUNT})`, 'iu'),
    ),
  },
  {
    name: 'timeline.stated',
    kind: 'fact',
    predicate: 'timeline',
    confidence: 0.7,
    find: matcher(
      new RegExp(
        String.raw`\b(?:decide|decision|go live|going live|launch|roll ?out|implement|sign|start|buy|purchase|evaluate)\b[^.?!]{0,50}?\b(?:by|in|before|until|during|for)?\s*(?<value>${WHEN})`,
        'iu',
      ),
    ),
  },
  {
    name: 'contract_end.stated',
    kind: 'fact',
    predicate: 'contract_end',
    confidence: 0.75,
    find: matcher(
      new RegExp(
        String.raw`\b(?:contract|agreement|licen[cs]e|subscription)\b[^.?!]{0,50}?\b(?:ends?|expires?|runs? out|renews?|(?:is )?up for renewal)\b[^.?!]{0,20}?(?<value>${WHEN})`,
        'iu',
      ),
      new RegExp(String.raw`\brenewal\b[^.?!]{0,25}?\b(?:in|on|is|due)\b\s*(?<value>${WHEN})`, 'iu'),
    ),
  },
  {
    name: 'employees.stated',
    kind: 'fact',
    predicate: 'employees',
    confidence: 0.7,
    find: matcher(
      /\b(?:we are|we're|we have|company of|team of|about|around|over|roughly)\s(?:about\s|around\s|over\s|roughly\s)?(?<value>\d[\d,.]*)\s(?:people|employees|staff)\b/iu,
    ),
  },
  {
    name: 'title.stated',
    kind: 'fact',
    predicate: 'title',
    confidence: 0.75,
    find: matcher(
      new RegExp(
        String.raw`\b(?:I am|I'm|I work as|my role is|my title is)\s(?:the|a|an|our)?\s?(?<value>${TITLE})(?=\s(?:at|and|for|here|in charge)\b|[.,;!?]|$)`,
        'u',
      ),
    ),
  },
  {
    name: 'owner.stated',
    kind: 'fact',
    predicate: 'owner',
    confidence: 0.7,
    find: matcher(
      new RegExp(String.raw`\b(?:[Aa]ccount (?:owner|manager|executive))(?:\sis|:)\s(?:now\s)?(?<value>${NAME})`, 'u'),
      new RegExp(String.raw`(?<value>${NAME})\s(?:owns this account|takes over (?:this|the) account)`, 'u'),
    ),
  },
  {
    name: 'stage.stated',
    kind: 'fact',
    predicate: 'stage',
    confidence: 0.6,
    find: matcher(
      /\b(?:moved|moves|move|is now|now)\s(?:the deal\s|this\s|it\s)?(?:in|into|to)\s(?:the\s)?(?<value>qualification|discovery|proposal|negotiation)(?:\s(?:stage|phase))?\b/iu,
    ),
  },
  {
    name: 'competitor.named',
    kind: 'evidence',
    predicate: 'competitor',
    confidence: 0.75,
    find: matcher(
      new RegExp(
        String.raw`\b(?:compar(?:e|ing|ed) (?:you |this |it )?(?:with|to|against)|versus|vs\.?|instead of|(?:switch|migrat|mov)(?:e|ing|ed) (?:away )?from|alternative to|also (?:evaluating|looking at|talking to|considering)|currently (?:use|using|on)|already (?:use|using))\s(?<value>${NAME})`,
        'u',
      ),
    ),
  },
  {
    name: 'pricing.mentioned',
    kind: 'evidence',
    predicate: 'pricing',
    confidence: 0.7,
    find: matcher(/\b(?:pric(?:e|es|ing)|quote|discount|cost(?:s)? per|per seat|per user|list price)\b/iu),
  },
  {
    name: 'objection.raised',
    kind: 'objection',
    predicate: null,
    confidence: 0.7,
    find: matcher(
      /\b(?:too expensive|too costly|over budget|no budget|not a priority|not interested|bad timing|not the right time|concern(?:s|ed)? (?:about|with|is)|worr(?:y|ied) (?:about|that)|deal ?breaker|cannot (?:use|accept|sign)|can't (?:use|accept|sign)|won't work|does ?n[o']t (?:support|integrate|scale|meet)|locked in|happy with our current)\b/iu,
    ),
  },
  {
    name: 'question.asked',
    kind: 'question',
    predicate: null,
    confidence: 0.9,
    find: (sentence) =>
      sentence.endsWith('?') && sentence.length > 8 ? { value: null, from: 0, to: sentence.length } : null,
  },
];
