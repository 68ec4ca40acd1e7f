import { describe, expect, test } from 'vitest';

import { HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { GATE_REASONS } from '../../domain/reason-codes.ts';
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

const inCountry = (country: string) => factsWith({ contact: { ...zoneless, country } });

describe('where the zone is not known', () => {
  test('the zone of the country will do', () => {
    expect(quietHoursCheck(EMAIL, inCountry('JP'), OPEN_POLICY)).toMatchObject({
      outcome: 'schedule',
      inputs: { zone: 'Asia/Tokyo' },
    });
  });

  test('in a country with several, the hour must be right in all of them', () => {
    // At ten in Honolulu it is three in the afternoon in New York, in winter.
    expect(quietHoursCheck(EMAIL, inCountry('US'), OPEN_POLICY)).toMatchObject({
      outcome: 'schedule',
      next_at: Date.parse('2026-11-18T18:00:00Z'),
      inputs: { zone: null, country: 'US', possible_zones: 29 },
    });
    expect(quietHoursCheck(at('2026-11-18T22:59:59.999Z'), inCountry('US'), OPEN_POLICY)).toMatchObject({
      outcome: 'pass',
      comparison: 'now in 29 possible time zones of US is within 08:00 to 18:00',
    });
    expect(quietHoursCheck(at('2026-11-18T23:00:00Z'), inCountry('US'), OPEN_POLICY).next_at).toBe(
      Date.parse('2026-11-19T18:00:00Z'),
    );
  });

  test('where its zones are too far apart it holds, and says what to record', () => {
    for (const facts of [inCountry('RU'), factsWith({ contact: zoneless })])
      expect(quietHoursCheck(EMAIL, facts, OPEN_POLICY)).toMatchObject({ outcome: 'hold', code: 'time_zone_unknown' });
    expect(GATE_REASONS.time_zone_unknown.remedy).toContain('time_zone');
  });

  test('with hours around the clock, a Wednesday everywhere is one for somebody of whom nothing is known', () => {
    const policy = policyWith({ sending_hours: { from: 0, to: 24, days: [3] } });
    const nobody = factsWith({ contact: zoneless });
    // On Kiritimati the day begins at ten in the morning of the day before; on Niue it ends at eleven of the day after.
    expect(quietHoursCheck(at('2026-11-18T11:00:00Z'), nobody, policy).outcome).toBe('hold');
    const twoDays = policyWith({ sending_hours: { from: 0, to: 24, days: [3, 4] } });
    expect(quietHoursCheck(at('2026-11-18T09:00:00Z'), nobody, twoDays).next_at).toBe(
      Date.parse('2026-11-18T11:00:00Z'),
    );
    expect(quietHoursCheck(at('2026-11-19T09:59:59.999Z'), nobody, twoDays).outcome).toBe('pass');
    expect(quietHoursCheck(at('2026-11-19T10:00:00Z'), nobody, twoDays).outcome).toBe('schedule');
  });

  test('a country that is none holds', () => {
    expect(quietHoursCheck(EMAIL, inCountry('XX'), OPEN_POLICY)).toMatchObject({
      code: 'time_zone_unknown',
      comparison: 'there is no country XX',
    });
  });
});

const LISTS = {
  FR: { source: 'test', from: '2026-01-01', to: '2026-12-31', days: { '2026-11-18': 'A day of rest' } },
  MC: { source: 'test', from: '2026-01-01', to: '2026-12-31', days: { '2026-11-19': 'National day' } },
};
const inFrance = contactWith({ country: 'FR' });

describe('public holidays', () => {
  const send = policyWith({ sending: { holidays: { unlisted: 'send', lists: LISTS } } });
  const hold = policyWith({ sending: { holidays: { unlisted: 'hold', lists: LISTS } } });

  test('a holiday of the country puts it off to the next working day', () => {
    expect(quietHoursCheck(EMAIL, inFrance, send)).toMatchObject({
      outcome: 'schedule',
      next_at: Date.parse('2026-11-19T07:00:00Z'),
      inputs: { holidays_of: 'FR', holiday: 'A day of rest' },
    });
    expect(quietHoursCheck(EMAIL, contactWith({ country: 'BE' }), send).outcome).toBe('pass');
  });

  test('where only the zone is known, holidays of each country that has it count', () => {
    // Without a country it may be France or Monaco, and these two are free one after the other.
    expect(quietHoursCheck(EMAIL, FACTS, send).next_at).toBe(Date.parse('2026-11-20T07:00:00Z'));
    expect(quietHoursCheck(EMAIL, contactWith({ time_zone: 'UTC' }), send).next_at).toBe(
      Date.parse('2026-11-20T08:00:00Z'),
    );
  });

  test('a country without a list behaves as the policy says', () => {
    const belgian = contactWith({ country: 'BE', time_zone: 'Europe/Brussels' });
    expect(quietHoursCheck(EMAIL, belgian, hold)).toMatchObject({
      outcome: 'hold',
      code: 'holidays_unknown',
      inputs: { holidays_of: 'BE' },
    });
    expect(quietHoursCheck(EMAIL, inFrance, hold).outcome).toBe('schedule');
  });

  test('after its last day a list says nothing', () => {
    const later = at('2027-01-04T10:00:00Z');
    expect(quietHoursCheck(later, inFrance, send).outcome).toBe('pass');
    expect(quietHoursCheck(later, inFrance, hold).code).toBe('holidays_unknown');
    // Put off from the last evening that is listed to a morning that is not.
    expect(quietHoursCheck(at('2026-12-31T20:00:00Z'), inFrance, hold).code).toBe('holidays_unknown');
  });

  test('a country may have another weekend', () => {
    const policy = policyWith({ sending: { countries: { FR: { from: 8, to: 18, days: [1, 2, 7] } } } });
    expect(quietHoursCheck(EMAIL, inFrance, policy).next_at).toBe(Date.parse('2026-11-22T07:00:00Z'));
  });
});

describe('hours of the sender', () => {
  const hours = { time_zone: 'America/New_York', from: 9, to: 17, days: [1, 2, 3, 4, 5] };

  test('both must have a sending hour', () => {
    const policy = policyWith({ sending: { senders: { snd_1: hours } } });
    expect(quietHoursCheck(EMAIL, FACTS, policy)).toMatchObject({
      outcome: 'schedule',
      next_at: Date.parse('2026-11-18T14:00:00Z'),
      inputs: { sender_zone: 'America/New_York' },
    });
    expect(quietHoursCheck({ ...EMAIL, sender: 'snd_2' }, FACTS, policy).outcome).toBe('pass');
  });

  test('a channel has hours for those senders that have none', () => {
    const policy = policyWith({
      sending: { channels: { email: hours }, senders: { snd_2: { ...hours, time_zone: 'Europe/Paris' } } },
    });
    expect(quietHoursCheck(EMAIL, FACTS, policy).outcome).toBe('schedule');
    expect(quietHoursCheck({ ...EMAIL, sender: 'snd_2' }, FACTS, policy).outcome).toBe('pass');
  });

  test('a holiday of the sender counts', () => {
    const policy = policyWith({
      sending: {
        holidays: { unlisted: 'send', lists: LISTS },
        senders: { snd_1: { ...hours, time_zone: 'Europe/Paris', country: 'MC' } },
      },
    });
    const belgian = contactWith({ country: 'BE' });
    expect(quietHoursCheck(EMAIL, belgian, policy).outcome).toBe('pass');
    expect(quietHoursCheck(at('2026-11-19T10:00:00Z'), belgian, policy).next_at).toBe(
      Date.parse('2026-11-20T08:00:00Z'),
    );
  });

  test('hours that never meet hold, and say so', () => {
    const policy = policyWith({ sending: { senders: { snd_1: { ...hours, time_zone: 'Pacific/Auckland' } } } });
    expect(quietHoursCheck(EMAIL, FACTS, policy)).toMatchObject({ outcome: 'hold', code: 'sender_hours_apart' });
  });
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
