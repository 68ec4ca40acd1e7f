/** Decision inputs for tests: one of everything, and generators of any that the schemas allow. */
import * as fc from 'fast-check';

import type { DecisionInput } from '../../actors/decision-engine.port.ts';
import { PERSONAS, RELATIONS, VERTICALS } from '../../domain/entity.ts';
import type { Relations } from '../../domain/entity.ts';
import type { AccountEventFacts } from '../../domain/event-types.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { LANES } from '../../domain/lane.ts';
import { OBJECTION_TOPICS } from '../../domain/note.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import { OPPORTUNITY_STAGES, SIGNAL_TYPE_NAMES } from '../../domain/signal-types.ts';

export const MONDAY_NOON = Date.UTC(2026, 0, 5, 12);

/** 300 people in SaaS with EUR 30 M: 20 + 20 + 15 + 13.5 + 10 + 16 = 94.5 points of the default policy. */
export const TIER_1_FACTS: AccountEventFacts = {
  employees: 300,
  vertical: 'SaaS',
  annual_revenue_minor: 3_000_000_000,
  tech_fit: 90,
  growth_percent: 45,
  intent_score: 80,
  country: 'DE',
};

/** 300 people in logistics with EUR 30 M: 20 + 8 + 15 + 7.5 + 2.5 + 4 = 57 points. */
export const TIER_2_FACTS: AccountEventFacts = {
  employees: 300,
  vertical: 'Logistics',
  annual_revenue_minor: 3_000_000_000,
  tech_fit: 50,
  growth_percent: 10,
  intent_score: 20,
};

/** 20 people in logistics with EUR 1 M: 11.19 + 8 + 3.39 + 1.5 + 0 + 0 = 24.08 points. */
export const TIER_3_FACTS: AccountEventFacts = {
  employees: 20,
  vertical: 'Logistics',
  annual_revenue_minor: 100_000_000,
  tech_fit: 10,
  growth_percent: 0,
  intent_score: 0,
};

/** An engaged lead of which nothing is known. */
export const UNKNOWN_LEAD: DecisionInput = {
  at: MONDAY_NOON,
  seed: 'seed',
  subject: 'lead',
  lane: 'inbound',
  signal: 'web.form_submitted',
  stage: 'engaged',
  accountFacts: {},
  persona: null,
  intent: { score: 60, at: MONDAY_NOON },
  opportunityStage: null,
  relations: {},
  abmActive: null,
  hasRecipient: false,
  recentTouches: 0,
  examples: [],
  objections: [],
  policy: DEFAULT_POLICY,
};

/** The economic buyer of a tier 1 company who has just looked at the price: 15 × 3 points of interest. */
export const TIER_1_BUYER: DecisionInput = {
  ...UNKNOWN_LEAD,
  signal: 'web.page_viewed',
  accountFacts: TIER_1_FACTS,
  persona: 'economic_buyer',
  intent: { score: 45, at: MONDAY_NOON },
  hasRecipient: true,
};

export function withExploration(exploration: number): Policy {
  return { ...DEFAULT_POLICY, exploration };
}

const score = fc.double({ min: 0, max: 100, noNaN: true });

export const anyFacts: fc.Arbitrary<AccountEventFacts> = fc.record(
  {
    employees: fc.oneof(fc.nat(10_000_000), fc.nat(10_000)),
    vertical: fc.oneof(fc.constantFrom(...VERTICALS), fc.string({ maxLength: 64 })),
    annual_revenue_minor: fc.oneof(fc.maxSafeNat(), fc.nat(1_000_000_000)),
    tech_fit: score,
    growth_percent: fc.double({ min: -100, max: 10_000, noNaN: true }),
    intent_score: score,
    country: fc.constantFrom('DE', 'FR', 'US'),
  },
  { requiredKeys: [] },
);

const anyRelations: fc.Arbitrary<Relations> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.dictionary(fc.constantFrom(...RELATIONS), fc.boolean(), { noNullPrototype: true }),
);

export const anyInput: fc.Arbitrary<DecisionInput> = fc.record({
  at: fc.integer({ min: 0, max: 1_000 }).map((hour) => MONDAY_NOON + hour * HOUR_MS),
  seed: fc.string({ maxLength: 40 }),
  subject: fc.constantFrom('account', 'lead'),
  lane: fc.constantFrom(...LANES),
  signal: fc.constantFrom(...SIGNAL_TYPE_NAMES, null),
  stage: fc.constantFrom(
    'new',
    'engaged',
    'qualified',
    'meeting',
    'won',
    'lost',
    'opted_out',
    'prospect',
    'opportunity',
    'customer',
    'excluded',
    'constructor',
  ),
  accountFacts: anyFacts,
  persona: fc.constantFrom(...PERSONAS, null),
  intent: fc.record({ score, at: fc.integer({ min: -1_000, max: 1_000 }).map((hour) => MONDAY_NOON + hour * HOUR_MS) }),
  opportunityStage: fc.constantFrom(...OPPORTUNITY_STAGES, 'constructor', null),
  relations: anyRelations,
  abmActive: fc.constantFrom(true, false, null),
  hasRecipient: fc.boolean(),
  recentTouches: fc.nat(20),
  examples: fc.constant([]),
  objections: fc.array(
    fc.record({
      note: fc.string({ minLength: 1, maxLength: 8 }),
      topic: fc.constantFrom(...OBJECTION_TOPICS),
      own: fc.boolean(),
      persona: fc.constantFrom(...PERSONAS, null),
      at: fc.integer({ min: 0, max: 1_000 }).map((hour) => MONDAY_NOON - hour * HOUR_MS),
    }),
    { maxLength: 3 },
  ),
  policy: fc.double({ min: 0, max: 0.5, noNaN: true }).map(withExploration),
});
