import { expect, it } from 'vitest';

import type { Example } from '../domain/example.ts';
import { similarExamples } from './similar-examples.ts';

const SITUATION = {
  signal: 'web.page_viewed',
  persona: 'champion',
  segment: 'smb',
  step: 1,
  objection: null,
} as const;

let made = 0;
function example(changes: Partial<Example> = {}): Example {
  made += 1;
  return {
    id: `p1-${made}`,
    action_type: 'outreach_push',
    step: 1,
    signal: 'web.page_viewed',
    persona: 'champion',
    segment: 'smb',
    objection: null,
    edited: false,
    approved_at: made,
    content: { subject: `Subject ${made}`, body: 'Body' },
    ...changes,
  };
}

it('takes only what was written for the same reason to the same kind of person at the same place', () => {
  const same = example();
  const others = [
    example({ signal: 'web.form_submitted' }),
    example({ persona: 'user' }),
    example({ step: 2 }),
    example({ objection: 'price' }),
  ];
  expect(similarExamples([...others, same], SITUATION)).toEqual([same]);
  expect(similarExamples([same], { ...SITUATION, signal: null })).toEqual([]);
});

it('puts the same segment first, then what a person wrote, then the newest, and two for each action', () => {
  const elsewhere = example({ segment: 'enterprise', edited: true });
  const old = example({ edited: true });
  const edited = example({ edited: true });
  const plain = example();
  const note = example({ action_type: 'linkedin_push', content: { message: 'Hello' } });
  expect(similarExamples([plain, elsewhere, old, edited, note], SITUATION)).toEqual([edited, old, note]);
});

it('shows no text twice', () => {
  const content = { subject: 'Same', body: 'Same' };
  const [first, second, third] = [example({ content }), example({ content }), example()];
  expect(similarExamples([first, second, third], SITUATION)).toEqual([third, second]);
});
