/**
 * Whatever comes in whatever order (sights, decisions, outcomes, their corrections and retractions), a person ends in the same state, with the same
 * links and the same trust.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { EventData, EventType, MachineEvent } from '../../domain/event-types.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { OUTCOME_TYPES } from '../../domain/outcome-types.ts';
import { linkFor, standingOf } from '../../policies/outcome-history.ts';
import { createRunners } from '../catalogue.ts';
import { eventOf } from '../given.fixture.ts';
import type { SubjectContext } from '../subject-context.ts';
import { decayedTrust } from '../trust/trust.machine.ts';
import type { TrustContext } from '../trust/trust.machine.ts';

const NOW = 1_000 * DAY_MS;
const runners = createRunners();

function settled(events: readonly MachineEvent[]) {
  let lead = runners.lead.initial();
  const trust = new Map<string, ReturnType<typeof runners.trust.initial>>();
  const step = (event: MachineEvent): void => {
    lead = runners.lead.step(lead, event).state;
  };
  const tell = (
    type: 'trust.evidence' | 'trust.evidence_withdrawn',
    given: NonNullable<NonNullable<EventData<'outcome.linked'>['replaced']>['evidence']>,
  ): void => {
    const { cell, ...evidence } = given;
    const data = { ...evidence, at: NOW, half_life_days: 30 };
    trust.set(cell, runners.trust.step(trust.get(cell) ?? runners.trust.initial(), eventOf(type, data, NOW)).state);
  };
  for (const event of events) {
    step(event);
    const { outcome_log: log = [] } = lead.context as unknown as SubjectContext;
    for (const entry of log) {
      const { decisions, first_seen_at: firstSeenAt } = lead.context as unknown as SubjectContext;
      const link = linkFor(entry, {
        decisions,
        firstSeenAt,
        policy: { outcome_windows_ms: { won: 20 * DAY_MS } },
        now: NOW,
      });
      if (link === null || entry.reported === null || JSON.stringify(link) === JSON.stringify(entry.link)) continue;
      const before = entry.link?.evidence ?? null;
      if (before !== null) tell('trust.evidence_withdrawn', before);
      if (link.evidence !== null) tell('trust.evidence', link.evidence);
      const { status, decision, action, cell, window_ms } = link;
      const { outcome_type } = standingOf(entry) ?? entry.reported;
      step(
        eventOf(
          'outcome.linked',
          { outcome: entry.outcome, outcome_type, status, decision, action, cell, window_ms, link },
          NOW,
        ),
      );
    }
  }
  const { outcome_log: log = [], outcomes, decisions } = lead.context as unknown as SubjectContext;
  const cells = [...trust].map(([cell, { context }]) => {
    const { good, bad } = decayedTrust(context as unknown as TrustContext, NOW);
    return [cell, good.toFixed(9), bad.toFixed(9), context['evidence']] as const;
  });
  return {
    value: lead.value,
    outcomes,
    decisions: decisions.map(({ decision }) => decision).toSorted(),
    links: log.map(({ outcome, link }) => ({ outcome, link })).toSorted((a, b) => (a.outcome < b.outcome ? -1 : 1)),
    // A cell that nothing is left of is as if there were none.
    trust: cells.filter(([, , , evidence]) => evidence !== 0).toSorted((a, b) => (a[0] < b[0] ? -1 : 1)),
  };
}

const event = <Type extends EventType>(type: Type, data: EventData<Type>, at = NOW): MachineEvent =>
  eventOf(type, data, at);
const day = fc.integer({ min: 1, max: 60 }).map((days) => NOW - days * DAY_MS);
const OUTCOMES = ['out_1', 'out_2', 'out_3'] as const;
const outcomeId = fc.constantFrom(...OUTCOMES);
const type = fc.constantFrom(...OUTCOME_TYPES);

const sights = fc.array(day, { minLength: 1, maxLength: 2 }).map((days) =>
  days.map((occurred_at) =>
    event('signal.received', {
      signal_type: 'web.page_viewed',
      lane: 'inbound',
      strength: 30,
      occurred_at,
      history: false,
      account: null,
      originating_proposal_id: null,
    }),
  ),
);
/** Some are executed, some wait for ever, and some are of before executions were remembered. */
const fate = fc.record({
  at: day,
  message: fc.option(fc.boolean(), { nil: undefined }),
  executedAfterDays: fc.option(fc.integer({ min: 0, max: 20 })),
});
const decisions = fc.array(fate, { maxLength: 4 }).map((fates) =>
  fates.flatMap(({ at, message, executedAfterDays }, index) => {
    const ids = { decision: `dec_${index}`, action: `act_${index}` };
    const rest = { cell: `cell_${index % 2}`, choice: 'c', engine: 'rules@1', action_type: 'any', confidence: null };
    const made = event('decision.made', { ...ids, ...rest, ...(message === undefined ? {} : { message }) }, at);
    if (executedAfterDays === null) return [made];
    return [made, event('decision.executed', { ...ids, executed_at: at + executedAfterDays * DAY_MS })];
  }),
);
/** The same order, but nothing is executed before it was decided. */
function possible(events: readonly MachineEvent[]): readonly MachineEvent[] {
  const isMade = (item: MachineEvent, id: string) => item.type === 'decision.made' && item.data.decision === id;
  const early = events.filter(
    (item, index) =>
      item.type === 'decision.executed' && events.slice(index).some((later) => isMade(later, item.data.decision)),
  );
  return events.flatMap((item) => {
    if (early.includes(item)) return [];
    return [item, ...early.filter((one) => one.type === 'decision.executed' && isMade(item, one.data.decision))];
  });
}
const reports = fc.tuple(...OUTCOMES.map(() => fc.tuple(type, day))).map((all) =>
  all.map(([outcome_type, occurred_at], index) =>
    event('outcome.recorded', {
      outcome: OUTCOMES[index] ?? '',
      outcome_type,
      occurred_at,
      amount: null,
      history: false,
      window_ms: null,
      decision_hint: null,
      standing: true,
    }),
  ),
);
const corrections = fc
  .array(fc.tuple(outcomeId, fc.option(type), fc.option(day), fc.integer({ min: 0, max: 3 })), { maxLength: 5 })
  .map((all) =>
    all.map(([outcome, newType, newDay, known_at], index) =>
      event('outcome.corrected', {
        outcome,
        changes: {
          ...(newType === null ? {} : { outcome_type: newType }),
          ...(newDay === null ? {} : { occurred_at: newDay }),
        },
        known_at,
        act: `act_${index}`,
        by: 'key:crm',
        reason: 'found out',
      }),
    ),
  );
const retractions = fc
  .array(outcomeId, { maxLength: 2 })
  .map((all) => all.map((outcome) => event('outcome.retracted', { outcome, by: 'key:crm', reason: 'it was not so' })));

test('any order of arrival ends in the same state, links and trust', () => {
  const history = fc.tuple(sights, decisions, reports, corrections, retractions).map((parts) => parts.flat());
  fc.assert(
    fc.property(
      history.chain((events) =>
        fc.tuple(
          fc.shuffledSubarray(events, { minLength: events.length }),
          fc.shuffledSubarray(events, { minLength: events.length }),
        ),
      ),
      ([one, other]) => {
        expect(settled(possible(one))).toEqual(settled(possible(other)));
      },
    ),
    { numRuns: 500 },
  );
});
