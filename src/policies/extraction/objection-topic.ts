/** What an objection is about, read out of its words. The topic names nobody, so decisions may know it where the text itself is sealed. */
import type { ObjectionTopic } from '../../domain/note.ts';

/** The first that fits counts: price goes before time, because a price that is too high this year is still about the price. */
const TOPICS: readonly (readonly [topic: ObjectionTopic, words: RegExp])[] = [
  ['price', /\b(?:expensive|costly|pric(?:e|es|ing)|costs?|budget|afford|discount|cheaper)\b/iu],
  ['security', /\b(?:secur(?:e|ity)|privacy|gdpr|audit|compliance|certif\w+|encrypt\w+|data protection)\b/iu],
  ['integration', /\b(?:integrat\w+|support|api|migrat\w+|scale|compatible|work with)\b/iu],
  [
    'incumbent',
    /\b(?:locked in|happy with our current|already (?:use|using|have)|current (?:tool|vendor|provider|solution)|contract)\b/iu,
  ],
  ['timing', /\b(?:timing|right time|next (?:year|quarter|month)|this (?:year|quarter)|later|too early|busy)\b/iu],
  ['need', /\b(?:not a priority|not interested|no need|do not need|don't need)\b/iu],
];

export function objectionTopic(text: string): ObjectionTopic {
  return TOPICS.find(([, words]) => words.test(text))?.[0] ?? 'other';
}
