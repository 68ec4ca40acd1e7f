/** Guards as a fold over changes: what each change does, and what no order of changes may do. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { CHANNELS } from './action-types.ts';
import { CONSENT_BASES, RELATIONS } from './entity.ts';
import {
  applyGuardChange,
  EMPTY_GUARD,
  GUARD_LIST_MAX,
  guardChangeSchema,
  guardKeySchema,
  guardStateSchema,
  TOUCH_MEMORY_MS,
  touchesOn,
  latestMomentOf,
} from './guard.ts';
import type { GuardChange, GuardState, Waiting } from './guard.ts';
import { DAY_MS } from './instant.ts';
import { canonicalJson } from './json.ts';
import { LANES } from './lane.ts';

const fold = (...changes: readonly GuardChange[]): GuardState => changes.reduce(applyGuardChange, EMPTY_GUARD);
const NOW = 1_000 * DAY_MS;

const touched = (at: number, action: string | null = null, fingerprint: string | null = null): GuardChange => ({
  kind: 'touched',
  action,
  channel: 'email',
  at,
  fingerprint,
  source: 'gatehouse',
});
const opened = (action: string): GuardChange => ({ kind: 'opened', action, action_kind: 'outreach_push', at: NOW });
const closed = (action: string, undo: boolean): GuardChange => ({ kind: 'closed', action, undo_touch: undo });

describe('an action', () => {
  test('is open until it is closed', () => {
    expect(fold(opened('a'), opened('b')).open.map((item) => item.action)).toEqual(['a', 'b']);
    expect(fold(opened('a'), opened('b'), closed('a', false)).open.map((item) => item.action)).toEqual(['b']);
  });
  test('that did not happen gives its touch and its fingerprint back', () => {
    expect(fold(opened('a'), touched(NOW, 'a', 'f'), closed('a', true))).toEqual(EMPTY_GUARD);
  });
  test('that happened leaves both', () => {
    const state = fold(opened('a'), touched(NOW, 'a', 'f'), closed('a', false));
    expect(state).toMatchObject({ open: [], touches: [{ action: 'a' }], prints: [{ fingerprint: 'f', action: 'a' }] });
  });
  test('does not take back what others did', () => {
    const state = fold(touched(NOW - 2, 'b', 'g'), touched(NOW - 1), touched(NOW, 'a', 'f'), closed('a', true));
    expect(state.touches.map((item) => item.action)).toEqual(['b', null]);
    expect(state.prints.map((item) => item.fingerprint)).toEqual(['g']);
  });
  test('that reaches nobody leaves a fingerprint and no touch', () => {
    const state = fold({ kind: 'printed', action: 'a', at: NOW, fingerprint: 'f' });
    expect(state).toMatchObject({ touches: [], prints: [{ fingerprint: 'f' }] });
    expect(applyGuardChange(state, closed('a', true))).toEqual(EMPTY_GUARD);
  });
});

describe('memory of touches', () => {
  test('ends after ninety days, counted from the newest', () => {
    const state = fold(touched(NOW - TOUCH_MEMORY_MS), touched(NOW - TOUCH_MEMORY_MS + 1), touched(NOW));
    expect(state.touches.map((item) => item.at)).toEqual([NOW - TOUCH_MEMORY_MS + 1, NOW]);
  });
  test('counts a touch that may still happen from the last moment at which it may', () => {
    const reserved: GuardChange = { ...touched(NOW - TOUCH_MEMORY_MS, 'a'), until: NOW } as GuardChange;
    const state = fold(reserved, touched(NOW + 1));
    expect(state.touches.map(latestMomentOf)).toEqual([NOW, NOW + 1]);
  });
  test('counts a touch that happened from when it did', () => {
    const reserved: GuardChange = { ...touched(NOW, 'a'), until: NOW + 10 } as GuardChange;
    const state = fold(reserved, touched(NOW + 1, 'b'), {
      kind: 'closed',
      action: 'a',
      undo_touch: false,
      happened_at: NOW + 5,
    });
    expect(state.touches.map(latestMomentOf)).toEqual([NOW + 5, NOW + 1]);
  });
  test('does not lose what is newer when something old is heard of late', () => {
    const state = fold(touched(NOW), touched(NOW - 10 * DAY_MS));
    expect(state.touches.map((item) => item.at).toSorted((a, b) => a - b)).toEqual([NOW - 10 * DAY_MS, NOW]);
  });
  test('keeps no more than a hundred', () => {
    const state = fold(...Array.from({ length: 150 }, (_, index) => touched(NOW + index, `a${index}`, `f${index}`)));
    expect(state.touches).toHaveLength(GUARD_LIST_MAX);
    expect(state.prints).toHaveLength(GUARD_LIST_MAX);
    expect(state.touches.at(-1)?.at).toBe(NOW + 149);
  });
  test('tells channels apart', () => {
    const state = fold(touched(NOW), {
      kind: 'touched',
      action: null,
      channel: 'linkedin',
      at: NOW,
      fingerprint: null,
      source: 'crm',
    });
    expect(touchesOn(state, 'email')).toHaveLength(1);
    expect(touchesOn(state, 'crm')).toHaveLength(0);
    expect(touchesOn(state, null)).toHaveLength(2);
  });
});

describe('what a person did', () => {
  test('the last reply and bounce count, and the first opt-out', () => {
    const state = fold(
      { kind: 'replied', at: 5 },
      { kind: 'replied', at: 3 },
      { kind: 'bounced', at: 5 },
      { kind: 'bounced', at: 3 },
      { kind: 'opted_out', at: 5 },
      { kind: 'opted_out', at: 9 },
    );
    expect(state).toMatchObject({ replied_at: 5, bounced_at: 5, opted_out_at: 5 });
  });
  test('facts replace each other, relations one by one', () => {
    const state = fold(
      { kind: 'facts', facts: { consent: 'consent', relations: { customer: true, partner: false } } },
      { kind: 'facts', facts: { consent: 'withdrawn', country: 'FR', relations: { partner: true } } },
      { kind: 'facts', facts: { time_zone: 'Europe/Paris' } },
    );
    expect(state).toMatchObject({
      consent: 'withdrawn',
      country: 'FR',
      time_zone: 'Europe/Paris',
      relations: { customer: true, partner: true },
    });
  });
  test('facts of an earlier time fill gaps and make stricter, and loosen nothing', () => {
    const now = { consent: 'legitimate_interest', country: 'DE', relations: { customer: true } } as const;
    const past = {
      consent: 'consent',
      country: 'US',
      time_zone: 'America/New_York',
      relations: { customer: false, partner: false },
      abm_active: true,
    } as const;
    const known = { kind: 'facts', facts: now, at: 9 } as const;
    expect(fold(known, { kind: 'facts', facts: past, at: 8 })).toEqual({
      ...EMPTY_GUARD,
      ...now,
      relations: { customer: true, partner: false },
      abm_active: true,
      facts_at: 9,
    });
    expect(fold(known, { kind: 'facts', facts: past, at: 9 })).toMatchObject(past);
    expect(fold(known, { kind: 'facts', facts: { consent: 'withdrawn' }, at: 8 })).toMatchObject({
      consent: 'withdrawn',
    });
    expect(
      fold(
        { kind: 'opportunity', opportunity: 'one', at: 9, open: true, won: false },
        { kind: 'facts', facts: { relations: { open_opportunity: false } }, at: 8 },
      ).relations,
    ).toEqual({ open_opportunity: true });
  });
});

describe('the ownership lock', () => {
  const lock: GuardChange = { kind: 'locked', owner: 'lane:inbound', lane: 'inbound', until: NOW, person: false };
  test('has a higher epoch each time it is taken, also after it was given back', () => {
    expect(fold(lock).lock).toMatchObject({ owner: 'lane:inbound', epoch: 1 });
    const state = fold(lock, { kind: 'unlocked' }, lock);
    expect([state.lock?.epoch, state.lock_epoch]).toEqual([2, 2]);
    expect(fold(lock, { kind: 'unlocked' })).toEqual({ ...EMPTY_GUARD, lock_epoch: 1 });
  });
});

describe('money', () => {
  const spent = (period: string, minor: number): GuardChange => ({ kind: 'spent', period, minor });
  test('is added up per period, and given back', () => {
    expect(fold(spent('2026-11-20', 3), spent('2026-11-21', 5), spent('2026-11-20', -3)).spent_minor).toEqual({
      '2026-11-20': 0,
      '2026-11-21': 5,
    });
  });
  test('is remembered for the newest eight periods', () => {
    const days = Array.from({ length: 12 }, (_, index) => spent(`2026-11-${10 + index}`, 1));
    const periods = Object.keys(fold(...days.toReversed()).spent_minor).toSorted();
    expect([periods.length, periods[0], periods.at(-1)]).toEqual([8, '2026-11-14', '2026-11-21']);
  });
});

test('an undone import puts a guard back to what it was', () => {
  const before = fold(touched(NOW, 'a', 'f'));
  expect(fold(opened('x'), touched(NOW + 1, 'x', 'g'), { kind: 'reverted', state: before })).toEqual(before);
});

test('a key names a kind of guard and whose it is', () => {
  for (const key of ['contact:con_1', 'account:acc_1', 'domain:d', 'sender:s', 'budget:p63'])
    expect(guardKeySchema.safeParse(key).success).toBe(true);
  for (const key of ['contact', 'person:con_1', '']) expect(guardKeySchema.safeParse(key).success).toBe(false);
});

const at = fc.integer({ min: 0, max: 400 }).map((day) => day * DAY_MS);
const action = fc.constantFrom('a', 'b', 'c');
const fingerprint = fc.constantFrom('f', 'g');
const anyChange: fc.Arbitrary<GuardChange> = fc.oneof(
  fc.record({ kind: fc.constant('opened' as const), action, action_kind: fc.constant('outreach_push'), at }),
  fc.record({
    kind: fc.constant('touched' as const),
    action: fc.option(action),
    channel: fc.constantFrom(...CHANNELS),
    at,
    fingerprint: fc.option(fingerprint),
    source: fc.constant('test'),
  }),
  fc.record({ kind: fc.constant('printed' as const), action, at, fingerprint }),
  fc.record({ kind: fc.constant('closed' as const), action, undo_touch: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('replied' as const, 'opted_out' as const, 'bounced' as const), at }),
  fc.record({
    kind: fc.constant('facts' as const),
    facts: fc.record(
      {
        consent: fc.constantFrom(...CONSENT_BASES),
        country: fc.constantFrom('FR', 'DE'),
        relations: fc.dictionary(fc.constantFrom(...RELATIONS), fc.boolean()),
        abm_active: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    at,
  }),
  fc.record({
    kind: fc.constant('locked' as const),
    owner: fc.constant('lane:tam'),
    lane: fc.constantFrom(...LANES),
    until: at,
    person: fc.boolean(),
  }),
  fc.constant({ kind: 'unlocked' as const }),
  fc.record({ kind: fc.constant('spent' as const), period: at.map((day) => `d${day / DAY_MS}`), minor: fc.integer() }),
) as fc.Arbitrary<GuardChange>;
const anyChanges = fc.array(anyChange, { maxLength: 40 });

test('the same changes give the same state, whose form is the stored one', () => {
  fc.assert(
    fc.property(anyChanges, (changes) => {
      for (const change of changes) expect(guardChangeSchema.safeParse(change).success).toBe(true);
      const state = fold(...changes);
      expect(canonicalJson(fold(...changes))).toBe(canonicalJson(state));
      expect(guardStateSchema.parse(JSON.parse(canonicalJson(state)))).toEqual(state);
    }),
  );
});

test('a change never touches the state that it is applied to', () => {
  fc.assert(
    fc.property(anyChanges, anyChange, (changes, change) => {
      const state = fold(...changes);
      const before = canonicalJson(state);
      applyGuardChange(state, change);
      expect(canonicalJson(state)).toBe(before);
    }),
  );
});

test('closing what did not happen leaves nothing of the action, whatever came between', () => {
  fc.assert(
    fc.property(anyChanges, (changes) => {
      const others = changes.filter((change) => !('action' in change) || change.action !== 'a');
      const state = fold(opened('a'), touched(NOW, 'a', 'f'), ...others, closed('a', true));
      for (const list of [state.open, state.touches, state.prints])
        expect(list.filter((item) => item.action === 'a')).toEqual([]);
    }),
  );
});

test('lists are bounded, epochs only rise, and an opt-out stays', () => {
  fc.assert(
    fc.property(anyChanges, (changes) => {
      let state = EMPTY_GUARD;
      for (const change of changes) {
        const next = applyGuardChange(state, change);
        expect(next.touches.length).toBeLessThanOrEqual(GUARD_LIST_MAX);
        expect(next.prints.length).toBeLessThanOrEqual(GUARD_LIST_MAX);
        expect(Object.keys(next.spent_minor).length).toBeLessThanOrEqual(8);
        expect(next.lock_epoch).toBeGreaterThanOrEqual(state.lock_epoch);
        expect(next.opted_out_at).toBe(state.opted_out_at ?? next.opted_out_at);
        state = next;
      }
    }),
  );
});

describe('what others know', () => {
  const news = (opportunity: string, at: number, open: boolean, won = false): GuardChange => ({
    kind: 'opportunity',
    opportunity,
    at,
    open,
    won,
  });
  const basis = (kind: 'consent' | 'withdrawn', since: number): GuardChange => ({
    kind: 'basis',
    purpose: 'sales',
    basis: { basis: kind, source: 'a form', since, jurisdiction: null, proven: false },
  });

  test('an opportunity is open until all that were told of are closed', () => {
    const both = [news('one', 1, true), news('two', 2, true), news('one', 3, false)];
    expect(fold(...both).relations).toEqual({ open_opportunity: true });
    expect(fold(...both, news('two', 4, false)).relations).toEqual({ open_opportunity: false });
    // Heard of late, and of one that nobody told of: nothing is cleared.
    expect(fold(news('one', 3, false), news('one', 1, true)).relations).toBeUndefined();
    expect(fold(news('one', 3, false)).relations).toBeUndefined();
    expect(fold(news('one', 3, false, true)).relations).toEqual({ customer: true });
  });

  test('a touch that was told of before counts once, one further off counts again', () => {
    const again = (at: number): GuardChange => ({ ...touched(at), same_within_ms: 300 }) as GuardChange;
    expect(fold(touched(NOW, 'a'), again(NOW + 300), again(NOW - 300)).touches).toHaveLength(1);
    expect(fold(touched(NOW, 'a'), again(NOW + 301)).touches).toHaveLength(2);
  });

  test('of two records of a basis the later dated holds, and the stricter of one moment', () => {
    for (const order of [
      [basis('withdrawn', 2), basis('consent', 1)],
      [basis('consent', 1), basis('withdrawn', 2)],
      [basis('consent', 2), basis('withdrawn', 2)],
      [basis('withdrawn', 2), basis('consent', 2)],
    ])
      expect(fold(...order).lawful?.sales?.basis).toBe('withdrawn');
    expect(fold(basis('withdrawn', 2), basis('consent', 3)).lawful?.sales?.basis).toBe('consent');
  });
});

describe('the line for a lock', () => {
  const waiting = (action: string, since: number): Waiting => ({
    action,
    lane: 'tam',
    for: 'outreach_push',
    since,
    correlation: 'cor_1',
    scope: 'acc_1',
    refs: { account: 'acc_1', person: null, domain: null, suppressionKeys: [], hasAddress: true },
  });
  const queued = (state: GuardState, action: string, since: number) =>
    applyGuardChange(state, { kind: 'queued', waiting: waiting(action, since) });
  const actionsIn = ({ queue = [] }: GuardState) => queue.map(({ action }) => action);

  test('is left by whoever ends or goes, and is gone with the last', () => {
    const both = queued(queued(EMPTY_GUARD, 'act_1', 1), 'act_2', 2);
    expect(actionsIn(both)).toEqual(['act_1', 'act_2']);
    const one = applyGuardChange(both, { kind: 'closed', action: 'act_1', undo_touch: true });
    expect(actionsIn(one)).toEqual(['act_2']);
    expect(applyGuardChange(one, { kind: 'unqueued', action: 'act_2' })).toEqual(EMPTY_GUARD);
  });

  test('forgets whoever has been in it for longer than a guard remembers', () => {
    const old = queued(EMPTY_GUARD, 'act_1', 1);
    expect(actionsIn(queued(old, 'act_2', TOUCH_MEMORY_MS))).toEqual(['act_1', 'act_2']);
    expect(actionsIn(queued(old, 'act_2', TOUCH_MEMORY_MS + 1))).toEqual(['act_2']);
  });

  test('a release is remembered until somebody holds it again', () => {
    const lock = { kind: 'locked', owner: 'ana', lane: 'operator', until: 50, person: true } as const;
    const freed = applyGuardChange(applyGuardChange(EMPTY_GUARD, lock), { kind: 'unlocked', at: 20 });
    expect(freed).toMatchObject({ freed_at: 20, lock_epoch: 1 });
    expect(applyGuardChange(freed, lock).freed_at).toBeUndefined();
    // As earlier programs wrote it.
    expect(applyGuardChange(EMPTY_GUARD, { kind: 'unlocked' })).toEqual(EMPTY_GUARD);
  });
});
