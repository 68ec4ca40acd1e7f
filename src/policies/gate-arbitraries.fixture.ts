/**
 * Situations before the gate, for properties: everything is in order by default and each part is broken now and then, so that passes,
 * schedules, holds and denials all occur.
 */
import * as fc from 'fast-check';

import { ACTION_TYPES, CHANNELS, TRUST_LEVELS } from '../domain/action-types.ts';
import { NO_RELATIONS } from '../domain/entity.ts';
import { CONSENT_BASES, RELATIONS } from '../domain/entity.ts';
import type { GateFacts, GateRequest } from '../domain/gate.ts';
import type { GuardState, OwnershipLock, Touch, Waiting } from '../domain/guard.ts';
import { DAY_MS, HOUR_MS } from '../domain/instant.ts';
import { LANES } from '../domain/lane.ts';
import { PURPOSES } from '../domain/lawful-basis.ts';
import type { LawfulBases } from '../domain/lawful-basis.ts';
import { MODES } from '../domain/mode.ts';
import type { Policy } from '../domain/policy.ts';
import { SENDER_LEVELS } from '../domain/sender-health.ts';
import type { HolidayList } from '../domain/sending-terms.ts';
import { ACCOUNT, CONTACT, EMAIL, FACTS, NOW, OPEN_POLICY, requestOf } from './gate.fixture.ts';

/** The good value nine times of ten. */
function mostly<Good, Odd>(good: Good, odd: fc.Arbitrary<Odd>): fc.Arbitrary<Good | Odd> {
  return fc.oneof({ arbitrary: fc.constant(good), weight: 9 }, { arbitrary: odd, weight: 1 });
}

/** Leaves out the members that are undefined, as JSON does. */
function defined<Value extends object>(value: object): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}

/** A time up to a hundred days back, seldom a little ahead; often so recent that it matters. */
const around = fc
  .oneof(fc.integer({ min: -HOUR_MS, max: 8 * DAY_MS }), fc.integer({ min: 0, max: 100 * DAY_MS }))
  .map((ago) => NOW - ago);
const actionId = fc.constantFrom('act_other', 'act_own', null);

export const anyTouch: fc.Arbitrary<Touch> = fc.record({
  at: around,
  channel: fc.constantFrom(...CHANNELS),
  action: actionId,
  source: fc.constantFrom('gatehouse', 'crm'),
});

export const anyLock: fc.Arbitrary<OwnershipLock> = fc.record({
  owner: fc.constantFrom('lane:tam', 'per_ana', EMAIL.proposer),
  lane: fc.constantFrom(...LANES),
  epoch: fc.nat(9),
  until: fc.integer({ min: -DAY_MS, max: 3 * DAY_MS }).map((ahead) => NOW + ahead),
  person: fc.boolean(),
});

/** A zone and its country, of which either may not be known: most often the country. */
const places = fc
  .record({
    place: fc.constantFrom(
      ['Europe/Paris', 'FR'] as const,
      ['America/New_York', 'US'] as const,
      ['Asia/Kolkata', 'IN'] as const,
      ['Asia/Tokyo', 'JP'] as const,
      ['Australia/Lord_Howe', 'AU'] as const,
    ),
    knowsZone: mostly(true, fc.constant(false)),
    knowsCountry: fc.boolean(),
  })
  .map(({ place: [zone, country], knowsZone, knowsCountry }) => ({
    time_zone: knowsZone ? zone : undefined,
    country: knowsCountry ? country : undefined,
  }));

export const anyWaiting: fc.Arbitrary<Waiting> = fc
  .record({
    action: fc.constantFrom('act_own', 'act_a', 'act_b', 'act_c'),
    lane: fc.constantFrom(...LANES),
    since: around,
  })
  .map((some) => ({
    ...some,
    for: 'outreach_push',
    correlation: 'cor_1',
    scope: 'acc_1',
    refs: { account: 'acc_1', person: null, domain: null, suppressionKeys: [], hasAddress: true },
  }));

const anyLawful = fc.dictionary(
  fc.constantFrom(...PURPOSES),
  fc.record({
    basis: fc.constantFrom(...CONSENT_BASES),
    source: fc.constant('a form'),
    since: around,
    jurisdiction: fc.constantFrom(null, 'JP'),
    proven: fc.boolean(),
  }),
) as fc.Arbitrary<LawfulBases>;

function guardOf(base: GuardState): fc.Arbitrary<GuardState> {
  const relations = fc.dictionary(fc.constantFrom(...RELATIONS), fc.boolean());
  return fc
    .record({
      touches: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, fc.array(anyTouch, { maxLength: 6 })),
      open: mostly(
        [],
        fc.array(
          fc.record({
            action: fc.constantFrom('act_other', 'act_own'),
            kind: fc.constantFrom(...ACTION_TYPES),
            at: around,
          }),
          { maxLength: 2 },
        ),
      ),
      prints: mostly(
        [],
        fc.array(fc.record({ fingerprint: fc.constantFrom('fp_own', 'fp_other'), at: around, action: actionId }), {
          maxLength: 2,
        }),
      ),
      replied_at: mostly(undefined, around),
      wrote_at: fc.option(around, { nil: undefined }),
      rejected_at: mostly(undefined, around),
      lost_at: mostly(undefined, around),
      opted_out_at: mostly(undefined, around),
      bounced_at: mostly(undefined, around),
      consent: mostly(base.consent, fc.option(fc.constantFrom(...CONSENT_BASES), { nil: undefined })),
      lawful: mostly(undefined, anyLawful),
      place: places,
      relations: mostly(
        base.relations,
        fc.option(
          fc.oneof(
            relations,
            relations.map((some) => ({ ...NO_RELATIONS, ...some })),
          ),
          { nil: undefined },
        ),
      ),
      abm_active: mostly(base.abm_active, fc.option(fc.boolean(), { nil: undefined })),
      lock: mostly(undefined, anyLock),
      queue: mostly(undefined, fc.array(anyWaiting, { minLength: 1, maxLength: 3 })),
      freed_at: mostly(undefined, around),
      lock_epoch: fc.nat(9),
      spent_minor: fc.dictionary(
        fc.constantFrom('2026-11-17', '2026-11-18', '2026-11-19'),
        fc.integer({ min: 0, max: 60_000 }),
        { maxKeys: 2 },
      ),
    })
    .map(({ place, ...state }) => defined<GuardState>({ ...state, ...place }));
}

export const anyFacts: fc.Arbitrary<GateFacts> = fc
  .record({
    kill_switch: mostly(false, fc.constantFrom(true, undefined)),
    mode: mostly('live' as const, fc.constantFrom(...MODES, undefined)),
    channel_ready: mostly(true, fc.constantFrom(false, undefined)),
    suppressions: mostly([], fc.constantFrom(undefined, [{ scope: 'email', reason: 'asked' }])),
    contact: fc.oneof({ arbitrary: guardOf(CONTACT), weight: 9 }, fc.constantFrom(CONTACT, undefined)),
    account: fc.oneof({ arbitrary: guardOf(ACCOUNT), weight: 9 }, fc.constantFrom(ACCOUNT, undefined)),
    domain: fc.oneof({ arbitrary: guardOf(FACTS.domain), weight: 9 }, fc.constant(undefined)),
    budget: fc.oneof({ arbitrary: guardOf(FACTS.budget), weight: 9 }, fc.constant(undefined)),
    trust: mostly(
      { cell: 'cell_1', good: 60, bad: 1, level: 'auto' as const },
      fc.option(
        fc.record({
          cell: fc.constant('cell_1'),
          good: fc.double({ min: 0, max: 200, noNaN: true }),
          bad: fc.double({ min: 0, max: 30, noNaN: true }),
          level: fc.constantFrom(...TRUST_LEVELS),
        }),
        { nil: undefined },
      ),
    ),
    scope_linked: mostly(true, fc.constantFrom(false, undefined)),
    sender: mostly(
      undefined,
      fc.record({
        level: fc.constantFrom(...SENDER_LEVELS),
        sent: fc.integer({ min: 500, max: 5_000 }),
        bounced: fc.integer({ min: 0, max: 300 }),
        complained: fc.integer({ min: 0, max: 20 }),
      }),
    ),
    syncs: mostly(undefined, fc.record({ crm: around })),
    attributes: mostly({ fit_tier: 'T1' }, fc.constantFrom(undefined, {}, { fit_tier: 'T3' }, { fit_tier: 1 })),
  })
  .map((facts) => defined<GateFacts>(facts));

export const anyRequest: fc.Arbitrary<GateRequest> = fc
  .record({
    actionType: fc.oneof(
      { arbitrary: fc.constant('outreach_push' as const), weight: 3 },
      fc.constantFrom(...ACTION_TYPES),
    ),
    lane: mostly('operator' as const, fc.constantFrom(...LANES)),
    account: mostly('acc_1', fc.constant(null)),
    person: mostly('per_1', fc.constant(null)),
    domain: mostly('dom_1', fc.constant(null)),
    confidence: mostly<number | null, number | null>(0.8, fc.constantFrom(null, 0.1)),
    approval: mostly(
      null,
      fc.record({
        by: fc.constantFrom('per_ana', EMAIL.proposer),
        fingerprint: fc.constantFrom('fp_own', 'fp_other'),
        at: around,
      }),
    ),
    at: fc.integer({ min: 0, max: 7 * DAY_MS }).map((ahead) => NOW + ahead),
  })
  .map(({ actionType, ...changes }) => requestOf(actionType, changes));

const HOLIDAYS: HolidayList = {
  source: 'made up',
  from: '2026-01-01',
  to: '2028-12-31',
  days: { '2026-11-19': 'First', '2026-11-20': 'Second', '2026-12-25': 'Third' },
};

export const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    grants: fc.constantFrom([], OPEN_POLICY.grants),
    rules: mostly<Policy['rules'], Policy['rules']>(
      [],
      fc.constantFrom<Policy['rules']>(
        [{ id: 'tier', title: 'tier', when: [{ attribute: 'fit_tier', operator: 'eq', value: 'T3' }], then: 'deny' }],
        [
          {
            id: 'known',
            title: 'known',
            when: [{ attribute: 'fit_tier', operator: 'exists', value: false }],
            then: 'hold',
          },
        ],
      ),
    ),
    touch_cap: fc.record({ max: fc.integer({ min: 0, max: 4 }), window_ms: fc.constantFrom(DAY_MS, 7 * DAY_MS) }),
    sending_hours: fc.constantFrom<Policy['sending_hours']>(
      OPEN_POLICY.sending_hours,
      { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
      { from: 2, to: 3, days: [7] },
    ),
    sending: mostly<Policy['sending'], Policy['sending']>(
      undefined,
      fc.constantFrom<Policy['sending']>(
        { holidays: { unlisted: 'send', lists: { FR: HOLIDAYS, JP: HOLIDAYS } } },
        { holidays: { unlisted: 'hold', lists: { FR: HOLIDAYS, US: HOLIDAYS } } },
        { countries: { IN: { from: 9, to: 20, days: [1, 2, 3, 4, 5, 6] } } },
        { channels: { email: { time_zone: 'Europe/Paris', from: 9, to: 17, days: [1, 2, 3, 4, 5], country: 'FR' } } },
      ),
    ),
    syncs: mostly<Policy['syncs'], Policy['syncs']>(undefined, fc.constant({ crm: DAY_MS })),
    reengagement: mostly<Policy['reengagement'], Policy['reengagement']>(
      undefined,
      fc.constant({ rejected_ms: 30 * DAY_MS, lost_ms: 60 * DAY_MS }),
    ),
    consent: mostly<Policy['consent'], Policy['consent']>(
      OPEN_POLICY.consent,
      fc.constantFrom<Policy['consent']>(
        { ...OPEN_POLICY.consent, jurisdictions: { JP: { sales: ['consent'] } } },
        { ...OPEN_POLICY.consent, per_purpose: true },
      ),
    ),
    budget: fc.constantFrom({ currency: 'EUR', per_day_minor: 50_000 }, { currency: 'EUR', per_day_minor: 40 }),
    ceilings: mostly<Policy['ceilings'], Policy['ceilings']>(
      {},
      fc.constantFrom<Policy['ceilings']>({ outreach_push: 'blocked' }, { outreach_push: 'approve_each' }),
    ),
  })
  .map((changes) => defined<Policy>({ ...OPEN_POLICY, ...changes }));
