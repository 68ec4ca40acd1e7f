import { describe, expect, it } from 'vitest';

import { namesNobody } from './names-nobody.ts';

const letter = (body: string) => ({ subject: 'Your request', body });

describe('namesNobody', () => {
  it.each([
    'Hello {{first_name}},\n\nThank you for your visit. Could I call you at {{company}} on Thursday? I’d keep it short.\n',
    'Would a short call help? If not, tell me and I will stop.',
    'We can show you how it works - in ten minutes.',
    'May I call you? Will you have time?',
  ])('takes placeholders and common words: %j', (body) => {
    expect(namesNobody(letter(body))).toBe(true);
  });

  it.each([
    'Hello Anna,\n\nThank you.',
    'hello anna, thank you.',
    'Anna told me that you are the one to ask.',
    'Will told me that you are the one to ask.',
    'May, thank you for the call.',
    'Thank you, Will. We will call.',
    'Please ask Mr Long about it.',
    'Please ask for müller.',
    'Call me at 030 1234567.',
    'Write to anna@example.com.',
    'See example.com/anna for more.',
    'Thank you for the talk in Lisbon.',
    'Guten Tag, vielen Dank.',
    'Hello {{last_name}}, thank you.',
    'Your colleague j.smith wrote to us.',
  ])('refuses what it does not know: %j', (body) => {
    expect(namesNobody(letter(body))).toBe(false);
  });

  it('reads every member, and takes no number', () => {
    expect(namesNobody({ subject: 'Hello Anna', body: 'Thank you.' })).toBe(false);
    expect(namesNobody({ body: 'Thank you.', parts: ['Thank you.', { text: 'Ask Anna.' }] })).toBe(false);
    expect(namesNobody({ body: 'Thank you.', phone: 301234567 })).toBe(false);
  });
});
