import { describe, expect, it } from 'vitest';

import { DAY_MS } from '../domain/instant.ts';
import { COLD_DAYS, PLAY_EDITS_MAX, PLAY_STATES } from '../domain/play.ts';
import { playRefusal, segmentCapOf } from './play-acts.ts';
import type { PlayAct, PlayStanding, PlayWorld } from './play-acts.ts';

const AT = Date.UTC(2026, 10, 21, 12);
const PLAY: PlayStanding = {
  state: 'under_review',
  isDrafted: true,
  retiredAt: null,
  revision: 2,
  edits: 2,
  approvals: { SLM: 'ana', RevOps: null },
  activePeriod: { start: null, end: null },
};
const world = (active: readonly string[] = [], singleOperator = false): PlayWorld => ({
  at: AT,
  capacity: { what: 'The segment smb', cap: 2, active },
  singleOperator,
});
const APPROVE: PlayAct = { kind: 'approve', by: 'bo', authority: 'RevOps', revision: 2 };
const refusal = (play: Partial<PlayStanding>, act: PlayAct, where = world()) =>
  playRefusal({ ...PLAY, ...play }, act, where);

it('each act is possible in its states only, and every refusal says something', () => {
  const acts: readonly PlayAct[] = [
    { kind: 'pick_up' },
    { kind: 'edit', revision: 2 },
    APPROVE,
    { kind: 'retire', reason: 'rejected_at_draft' },
    { kind: 'retire', reason: 'rejected_at_review' },
    { kind: 'retire', reason: 'completed' },
    { kind: 'measure' },
  ];
  const possible = PLAY_STATES.map((state) => [
    state,
    ...acts.map((act) => {
      const why = refusal({ state }, act);
      return why === null ? 'yes' : why.length > 10 ? 'no' : 'silent';
    }),
  ]);
  expect(possible).toEqual([
    ['draft', 'yes', 'no', 'no', 'yes', 'no', 'no', 'no'],
    ['under_review', 'no', 'yes', 'yes', 'no', 'yes', 'no', 'no'],
    ['active', 'no', 'no', 'no', 'no', 'no', 'yes', 'yes'],
    ['retired', 'no', 'no', 'no', 'no', 'no', 'no', 'yes'],
  ]);
  expect(refusal({ state: 'draft', isDrafted: false }, { kind: 'pick_up' })).not.toBeNull();
  expect(refusal({}, { kind: 'propose' })).toMatch(/drafted before/);
});

describe('an approval', () => {
  it('is refused when it would fill more places than there are, and names the play to retire', () => {
    expect(refusal({}, APPROVE, world(['play_1']))).toBeNull();
    expect(refusal({}, APPROVE, world(['play_1', 'play_2']))).toMatch(
      /^The segment smb has 2 active plays and a cap of 2\. Retire one first, for example play_1, .*gatehouse play retire play_1 --reason replaced/,
    );
  });

  it('takes no place while the other one is missing', () => {
    const none = { approvals: { SLM: null, RevOps: null } };
    expect(refusal(none, APPROVE, world(['play_1', 'play_2']))).toBeNull();
  });

  it('comes from two people, unless one person is all there is', () => {
    const own: PlayAct = { kind: 'approve', by: 'ana', authority: 'RevOps', revision: 2 };
    expect(refusal({}, own)).toMatch(/You approved it for SLM; somebody else/);
    expect(refusal({}, own, world([], true))).toBeNull();
    expect(refusal({}, { kind: 'approve', by: 'cy', authority: 'SLM', revision: 2 })).toMatch(/RevOps is missing/);
  });

  it('counts for what was read', () => {
    expect(refusal({}, { kind: 'approve', by: 'bo', authority: 'RevOps', revision: 1 })).toMatch(
      /you read revision 1, and it is at revision 2/,
    );
  });

  it('is refused for a play that would have ended before it began', () => {
    const end = (start: string | null, last: string) => refusal({ activePeriod: { start, end: last } }, APPROVE);
    expect(end(null, '2026-11-21')).toBeNull();
    expect(end(null, '2026-11-20')).toMatch(/Edit active_period_end first/);
    expect(end('2026-12-01', '2026-11-30')).toMatch(/Edit active_period_end first/);
    expect(end('2026-01-01', '2026-11-20')).toMatch(/Edit active_period_end first/);
  });
});

it('a play keeps so many edits and no more', () => {
  expect(refusal({ edits: PLAY_EDITS_MAX - 1 }, { kind: 'edit', revision: 2 })).toBeNull();
  expect(refusal({ edits: PLAY_EDITS_MAX }, { kind: 'edit', revision: 2 })).toMatch(/Reject it/);
});

it('the cap is 5, or that of the policy, or that of the segment', () => {
  expect(segmentCapOf({}, 'smb')).toBe(5);
  const plays = { cap: 4, caps: { smb: 8 }, auto_sunset: false };
  expect(segmentCapOf({ plays }, 'smb')).toBe(8);
  expect(segmentCapOf({ plays }, 'other')).toBe(4);
});

it('is deleted when it was retired 7 years ago, by the time of the act, and not a moment before', () => {
  const retired = { state: 'retired', retiredAt: AT - COLD_DAYS * DAY_MS } as const;
  expect(refusal(retired, { kind: 'purge' })).toBeNull();
  expect(refusal({ ...retired, retiredAt: retired.retiredAt + 1 }, { kind: 'purge' })).toMatch('less than 7 years');
  expect(refusal({ ...retired, isDrafted: false }, { kind: 'purge' })).toMatch('deleted before');
  expect(refusal({ state: 'active' }, { kind: 'purge' })).toMatch('is active');
});
