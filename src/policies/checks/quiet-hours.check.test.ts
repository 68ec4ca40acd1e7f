import { expect, test } from 'vitest';

import { HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import {
  AUDIENCE,
  CONTACT,
  contactWith,
  EMAIL,
  FACTS,
  factsWith,
  factsWithout,
  guardWithout,
  NOW,
  OPEN_POLICY,
  policyWith,
} from '../gate.fixture.ts';
import { quietHoursCheck } from './quiet-hours.check.ts';

const at = (iso: string) => ({ ...EMAIL, at: Date.parse(iso) });
const zoneless = guardWithout(CONTACT, 'time_zone');

test('within the hours of the recipient it passes', () => {
  expect(quietHoursCheck(EMAIL, FACTS, OPEN_POLICY)).toMatchObject({
    outcome: 'pass',
    comparison: 'Wednesday 11:00 in Europe/Paris is within 08:00 to 18:00',
    inputs: { zone: 'Europe/Paris', weekday: 3, minute_of_day: 660 },
  });
});

test('at night it is put off to the morning of the recipient', () => {
  expect(quietHoursCheck(at('2026-11-18T17:00:00Z'), FACTS, OPEN_POLICY)).toMatchObject({
    outcome: 'schedule',
    code: 'quiet_hours',
    inputs: { opens_in_ms: 14 * HOUR_MS },
    next_at: Date.parse('2026-11-19T07:00:00Z'),
  });
  expect(quietHoursCheck(at('2026-11-18T16:59:59.999Z'), FACTS, OPEN_POLICY).outcome).toBe('pass');
});

test('over the weekend it is put off to Monday', () => {
  expect(quietHoursCheck(at('2026-11-20T20:00:00Z'), FACTS, OPEN_POLICY).next_at).toBe(
    Date.parse('2026-11-23T07:00:00Z'),
  );
});

test('a country with one zone will do, one with several or none will not', () => {
  const inCountry = (country: string) => factsWith({ contact: { ...zoneless, country } });
  expect(quietHoursCheck(EMAIL, inCountry('JP'), OPEN_POLICY)).toMatchObject({
    outcome: 'schedule',
    inputs: { zone: 'Asia/Tokyo' },
  });
  for (const facts of [inCountry('US'), factsWith({ contact: zoneless })]) {
    expect(quietHoursCheck(EMAIL, facts, OPEN_POLICY)).toMatchObject({ outcome: 'hold', code: 'time_zone_unknown' });
  }
});

test('a recorded zone goes before the country, and a zone that is none holds', () => {
  expect(quietHoursCheck(EMAIL, contactWith({ country: 'JP' }), OPEN_POLICY).outcome).toBe('pass');
  expect(quietHoursCheck(EMAIL, contactWith({ time_zone: 'Mars/Olympus' }), OPEN_POLICY)).toMatchObject({
    outcome: 'hold',
    code: 'time_zone_unknown',
    comparison: 'there is no time zone Mars/Olympus',
  });
});

test('hours that never come hold', () => {
  const policy = policyWith({ sending_hours: { from: 8, to: 18, days: [] } });
  expect(quietHoursCheck(EMAIL, FACTS, policy)).toMatchObject({ outcome: 'hold', code: 'quiet_hours', next_at: null });
});

test('a person that is not known holds; an audience has no clock', () => {
  expect(quietHoursCheck({ ...EMAIL, person: null }, FACTS, OPEN_POLICY).code).toBe('fact_missing');
  expect(quietHoursCheck(EMAIL, factsWithout('contact'), OPEN_POLICY).code).toBe('fact_missing');
  const night = { ...AUDIENCE, at: NOW + 12 * HOUR_MS + 5 * MINUTE_MS };
  expect(quietHoursCheck(night, FACTS, OPEN_POLICY).outcome).toBe('pass');
});
