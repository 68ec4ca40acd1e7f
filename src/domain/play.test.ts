import { describe, expect, it } from 'vitest';

import { DAY_MS } from './instant.ts';
import {
  endOfDay,
  playChangesSchema,
  playDraftSchema,
  retentionTierOf,
  segmentGuardOf,
  segmentSchema,
  segmentScopeOf,
  startsSequences,
} from './play.ts';

const DRAFT = {
  name: 'Champions who moved',
  hypothesis: 'They buy again.',
  target_definition: { icp_tiers: ['T1'] },
  suggested_cadence: { steps: [{ day: 0, channel: 'email', purpose: 'Congratulate.' }] },
  success_criteria: { meeting_rate: 0.1, evaluate_after_days: 45 },
};
const step = (day: number) => ({ day, channel: 'email', purpose: 'p' });

describe('a draft', () => {
  it('has a target, a cadence and criteria', () => {
    expect(playDraftSchema.safeParse(DRAFT).success).toBe(true);
    expect(playDraftSchema.safeParse({ ...DRAFT, suggested_cadence: { template: 'sdr-3', steps: [] } }).success).toBe(
      true,
    );
  });

  it.each([
    ['nobody as its target', { target_definition: {} }],
    ['an unknown criterion', { target_definition: { mood: ['good'] } }],
    ['an unknown signal', { target_definition: { intent_signals: ['web.sneezed'] } }],
    ['no steps and no template', { suggested_cadence: { steps: [] } }],
    ['steps out of order', { suggested_cadence: { steps: [step(3), step(1)] } }],
    ['too many steps', { suggested_cadence: { steps: Array.from({ length: 13 }, () => step(0)) } }],
    ['no target to judge it by', { success_criteria: { evaluate_after_days: 45 } }],
    ['an address in its hypothesis', { hypothesis: 'Write to maria@acme.com.' }],
    ['too long a name', { name: 'n'.repeat(129) }],
  ])('is refused with %s', (_why, changes) => {
    expect(playDraftSchema.safeParse({ ...DRAFT, ...changes }).success).toBe(false);
  });
});

it('changes name what they change, and nothing that is not theirs', () => {
  expect(playChangesSchema.safeParse({ active_period_end: '2026-12-31' }).success).toBe(true);
  expect(playChangesSchema.safeParse({ active_period_end: '31.12.2026' }).success).toBe(false);
  expect(playChangesSchema.safeParse({ state: 'active' }).success).toBe(false);
});

it('the guard of a segment follows from the scope of its plays', () => {
  expect(segmentGuardOf(segmentScopeOf('default', 'commercial_mm'))).toBe('segment:commercial_mm');
  expect(segmentSchema.safeParse('with:colon').success).toBe(false);
});

describe('the end date', () => {
  const play = { state: 'active', active_period_start: '2026-11-01', active_period_end: '2026-11-30' } as const;
  it.each([
    ['2026-10-31T23:59:59Z', false],
    ['2026-11-01T00:00:00Z', true],
    ['2026-11-30T23:59:59Z', true],
    ['2026-12-01T00:00:00Z', false],
  ])('at %s a sequence may begin: %s', (at, may) => {
    expect(startsSequences(play, Date.parse(at))).toBe(may);
  });

  it('is over with its day, and does not matter for a play that is not active', () => {
    expect(endOfDay('2026-11-30')).toBe(Date.parse('2026-12-01T00:00:00Z'));
    expect(startsSequences({ ...play, state: 'retired' }, Date.parse('2026-11-15T00:00:00Z'))).toBe(false);
    expect(startsSequences({ ...play, active_period_end: null }, Date.parse('2030-01-01T00:00:00Z'))).toBe(true);
  });
});

it('what is retired cools down', () => {
  expect(retentionTierOf(null, 0)).toBe('hot');
  const tiers = [90, 91, 548, 549].map((days) => retentionTierOf(0, days * DAY_MS));
  expect(tiers).toEqual(['hot', 'warm', 'warm', 'cold']);
});
