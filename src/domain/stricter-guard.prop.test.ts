/** Reading two guards as one never lets more through than reading either of them: that is what a merge rests on. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { applyGuardChange, EMPTY_GUARD, latestMomentOf } from './guard.ts';
import type { GuardState, Touch } from './guard.ts';
import { asOne, strictestLock, stricterGuard } from './stricter-guard.ts';

const time = fc.integer({ min: 0, max: 1_000 });
const touch = fc
  .record({
    at: time,
    channel: fc.constantFrom('email' as const, 'linkedin' as const),
    action: fc.string(),
    wait: fc.nat(50),
  })
  .map(({ at, channel, action, wait }): Touch => ({
    at,
    channel,
    action,
    source: 'gatehouse',
    ...(wait === 0 ? {} : { until: at + wait }),
  }));
const lock = fc.record({
  owner: fc.constantFrom('lane:inbound', 'lane:tam', 'ann'),
  lane: fc.constantFrom('inbound' as const, 'tam' as const),
  epoch: fc.nat(5),
  until: time,
  person: fc.boolean(),
});
const guard: fc.Arbitrary<GuardState> = fc
  .record(
    {
      touches: fc.array(touch, { maxLength: 6 }),
      opted_out_at: time,
      replied_at: time,
      consent: fc.constantFrom('consent' as const, 'withdrawn' as const, 'legitimate_interest' as const),
      relations: fc.record({ customer: fc.boolean(), partner: fc.boolean() }, { requiredKeys: [] }),
      abm_active: fc.boolean(),
      lock,
    },
    { requiredKeys: ['touches'] },
  )
  .map((state) => ({ ...EMPTY_GUARD, ...state }));

describe('guards read as one', () => {
  it('has every touch of both, none earlier than either says', () => {
    fc.assert(
      fc.property(guard, guard, time, (one, other, at) => {
        const both = stricterGuard([one, other], at);
        for (const item of [...one.touches, ...other.touches]) {
          const kept = both.touches.find(({ action, channel }) => action === item.action && channel === item.channel);
          expect(kept === undefined ? -1 : latestMomentOf(kept)).toBeGreaterThanOrEqual(latestMomentOf(item));
        }
      }),
    );
  });

  it('keeps every prohibition of both', () => {
    fc.assert(
      fc.property(guard, guard, time, (one, other, at) => {
        const both = stricterGuard([one, other], at);
        for (const side of [one, other]) {
          expect(both.opted_out_at === undefined).toBe(
            one.opted_out_at === undefined && other.opted_out_at === undefined,
          );
          expect(both.replied_at ?? -1).toBeGreaterThanOrEqual(side.replied_at ?? -1);
          expect(side.consent !== 'withdrawn' || both.consent === 'withdrawn').toBe(true);
          expect(side.relations?.customer !== true || both.relations?.customer === true).toBe(true);
          expect(side.abm_active !== true || both.abm_active === true).toBe(true);
          expect(side.lock === undefined || side.lock.until <= at || both.lock !== undefined).toBe(true);
        }
      }),
    );
  });

  it('does not depend on the order in which they were loaded, and leaves a single one as it is', () => {
    fc.assert(
      fc.property(guard, guard, guard, time, (a, b, c, at) => {
        const members = [a, b, c].map((state, index) => ({ key: `account:${index}`, state }));
        const [x, y, z] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]];
        expect(asOne([z, x, y], at)).toEqual(asOne([x, y, z], at));
        expect(asOne([x], at)).toBe(a);
      }),
    );
  });
});

it('prefers the lock of a person, and lets one that has ended hold nobody', () => {
  const locked = (until: number, person: boolean): GuardState => ({
    ...EMPTY_GUARD,
    lock: { owner: person ? 'ann' : 'lane:tam', lane: 'tam', epoch: 1, until, person },
  });
  expect(strictestLock([locked(50, true), locked(90, false)], 10)?.owner).toBe('ann');
  expect(strictestLock([locked(50, true), locked(90, false)], 60)?.owner).toBe('lane:tam');
  expect(strictestLock([locked(50, true)], 50)).toBeUndefined();
});

describe('what a guard gains', () => {
  it('only makes it stricter, and twice is once', () => {
    fc.assert(
      fc.property(guard, guard, (state, { touches, prints, opted_out_at: optedOut }) => {
        const gained = { touches, prints, ...(optedOut === undefined ? {} : { opted_out_at: optedOut }) };
        const once = applyGuardChange(state, { kind: 'gained', at: 0, gained });
        expect(applyGuardChange(once, { kind: 'gained', at: 0, gained })).toEqual(once);
        expect(once.opted_out_at === undefined).toBe(state.opted_out_at === undefined && optedOut === undefined);
        expect(new Set(once.touches.map(({ action }) => action))).toEqual(
          new Set([...state.touches, ...touches].map(({ action }) => action)),
        );
      }),
    );
  });

  it('leaves no trace of a merge after the split, apart from what it gained', () => {
    const peer = { key: 'account:b', since: 5, suppression_keys: ['account:b'], lock_epoch: 0 };
    const joined = applyGuardChange(EMPTY_GUARD, { kind: 'joined', peers: [peer] });
    expect(joined.joined).toEqual([peer]);
    expect(applyGuardChange(joined, { kind: 'parted', peers: ['account:b'], freed: true })).toEqual(EMPTY_GUARD);
  });
});
