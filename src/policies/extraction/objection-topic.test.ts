import { expect, it } from 'vitest';

import { objectionTopic } from './objection-topic.ts';

it.each([
  ['This is too expensive for us this year.', 'price'],
  ['We have no budget left.', 'price'],
  ['We are concerned about security.', 'security'],
  ["It doesn't integrate with what we have.", 'integration'],
  ['We are happy with our current vendor.', 'incumbent'],
  ['Bad timing, to be honest.', 'timing'],
  ['It is not a priority.', 'need'],
  ['That is a deal breaker.', 'other'],
])('%s is about %s', (text, topic) => {
  expect(objectionTopic(text)).toBe(topic);
});
