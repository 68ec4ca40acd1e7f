import { describe, expect, it } from 'vitest';

import type { EventData } from '../../domain/event-types.ts';
import { PLAY_STATES, RETIRE_REASONS } from '../../domain/play.ts';
import type { PlayWorked, RetireReason } from '../../domain/play.ts';
import { eventOf, eventTypesOf, givenFor, statesOf } from '../given.fixture.ts';
import { playDefinition } from './play.machine.ts';
import type { PlayContext } from './play.machine.ts';

const given = givenFor(playDefinition);

const CONTENT = {
  name: 'Champions who moved',
  hypothesis: 'A champion who moved buys again.',
  target_definition: { icp_tiers: ['T1'] },
  suggested_cadence: { steps: [{ day: 0, channel: 'email', purpose: 'Congratulate.' }] },
  success_criteria: { meeting_rate: 0.1, evaluate_after_days: 45 },
};
const WORKED: PlayWorked = { ...CONTENT, active_period_start: null, active_period_end: null };
const PROPOSAL: EventData<'play.proposed'> = {
  scope: 'segment',
  segment: 'commercial_mm',
  account: null,
  brain: 'AGT-901',
  originating_proposal_id: 'pro_1',
  content: CONTENT,
  by: 'brain:pipeline',
};
const END = Date.UTC(2026, 11, 1);

const proposed = eventOf('play.proposed', PROPOSAL, 10);
const pickedUp = eventOf('play.picked_up', { by: 'ana' }, 20);
const edited = (changes: Partial<PlayWorked>, revision = 0) =>
  eventOf(
    'play.edited',
    { by: 'ana', revision, fields: ['name'], before: WORKED, after: { ...WORKED, ...changes }, edited_share: 0.2 },
    30,
  );
const approved = (authority: 'SLM' | 'RevOps', revision = 0) =>
  eventOf('play.approved', { by: `${authority} person`, authority, revision }, 40);
const activated = eventOf('play.activated', { active_period_start: '2026-11-21' }, 50);
const retired = (reason: RetireReason) => eventOf('play.retired', { by: 'bo', retire_reason: reason, note: null }, 60);
const measured = (quarter: string, sequences: number) =>
  eventOf('play.measured', {
    by: 'bo',
    outcomes: { quarter, meeting_rate: 0.1, opportunity_rate: null, contract_value: null, sequences },
  });
const ACTIVE = [proposed, pickedUp, approved('SLM'), approved('RevOps'), activated];
const AT = {
  draft: [proposed],
  under_review: [proposed, pickedUp],
  active: ACTIVE,
  retired: [...ACTIVE, retired('completed')],
} as const;

it('has the four states of the schema and no others', () => {
  expect(statesOf(playDefinition)).toEqual([...PLAY_STATES]);
  expect(eventTypesOf(playDefinition)).toEqual([
    'play.activated',
    'play.approved',
    'play.edited',
    'play.measured',
    'play.picked_up',
    'play.proposed',
    'play.purged',
    'play.retired',
    'play.sunset_due',
  ]);
});

describe('a draft', () => {
  it('is kept word by word, and drafted once', () => {
    given()
      .when(proposed)
      .then({ value: 'draft', context: { drafted: CONTENT, worked: WORKED, created_at: 10 } });
    given(proposed).when(proposed).thenNothing();
  });

  it('is not edited, approved or activated', () => {
    for (const event of [edited({ name: 'Other' }), approved('SLM'), activated])
      given(proposed).when(event).thenNothing();
  });

  it('does nothing before a brain has drafted it', () => {
    given().when(pickedUp).thenNothing();
    given().when(retired('rejected_at_draft')).thenNothing();
  });
});

describe('under review', () => {
  it('keeps the brain’s words beside the edits, and takes approvals back', () => {
    const { state } = given(proposed, pickedUp, approved('SLM'), edited({ hypothesis: 'They buy sooner.' }));
    const context = state.context as unknown as PlayContext;
    expect(context.drafted?.hypothesis).toBe('A champion who moved buys again.');
    expect(context.worked?.hypothesis).toBe('They buy sooner.');
    expect(context.approvals).toEqual({ SLM: null, RevOps: null });
    expect(context.edits).toMatchObject([{ by: 'ana', at: 30, revision: 0 }]);
  });

  it('takes an edit and an approval of what was read only', () => {
    given(proposed, pickedUp, edited({})).when(edited({}, 0)).thenNothing();
    given(proposed, pickedUp, edited({})).when(approved('SLM', 0)).thenNothing();
  });

  it('asks to be activated when both have approved, in either order, and not before', () => {
    given(proposed, pickedUp).when(approved('SLM')).then({ value: 'under_review' });
    for (const [first, second] of [
      ['SLM', 'RevOps'],
      ['RevOps', 'SLM'],
    ] as const)
      given(proposed, pickedUp, approved(first))
        .when(approved(second))
        .then({ value: 'under_review', effects: [{ type: 'activate_play' }] });
    given(proposed, pickedUp, approved('SLM')).when(approved('SLM')).thenNothing();
    given(proposed, pickedUp, approved('SLM')).when(activated).thenNothing();
  });
});

describe('active', () => {
  it('starts the timer of its end date', () => {
    given(proposed, pickedUp, edited({ active_period_end: '2026-11-30' }), approved('SLM', 1), approved('RevOps', 1))
      .when(activated)
      .then({
        value: 'active',
        effects: [{ type: 'start_timer', name: 'sunset', at: END }],
        context: { activated_at: 50, worked: { active_period_start: '2026-11-21' } },
      });
  });

  it('asks what the end date means, and stays until it is retired', () => {
    given(...ACTIVE)
      .when(eventOf('play.sunset_due', { due_at: END }))
      .then({ value: 'active', effects: [{ type: 'sunset_play' }] });
  });

  it('frees its place when it ends', () => {
    given(...ACTIVE)
      .when(retired('replaced'))
      .then({
        value: 'retired',
        effects: [{ type: 'free_play' }, { type: 'cancel_timer', name: 'sunset', pending: false }],
        context: { retired_at: 60, retired_by: 'bo', retire_reason: 'replaced' },
      });
  });
});

it('keeps one measurement for each quarter', () => {
  const { state } = given(...AT.retired, measured('2026-Q4', 10), measured('2027-Q1', 20), measured('2026-Q4', 30));
  const { retrospectives } = state.context as unknown as PlayContext;
  expect(retrospectives.map(({ quarter, sequences }) => [quarter, sequences])).toEqual([
    ['2027-Q1', 20],
    ['2026-Q4', 30],
  ]);
});

describe('reasons', () => {
  const ALLOWED: Readonly<Record<keyof typeof AT, readonly RetireReason[]>> = {
    draft: ['rejected_at_draft'],
    under_review: ['rejected_at_review'],
    active: ['completed', 'replaced', 'poor_performance', 'auto_sunset'],
    retired: [],
  };
  for (const state of PLAY_STATES)
    it(`end a play that is ${state} only where they fit`, () => {
      for (const reason of RETIRE_REASONS) {
        const after = givenFor(playDefinition)(...AT[state], retired(reason)).state.value;
        expect([reason, after]).toEqual([reason, ALLOWED[state].includes(reason) ? 'retired' : state]);
      }
    });
});

it('leaves nothing of what it said when it is deleted', () => {
  const purged = eventOf('play.purged', { by: 'system:retention' }, 70);
  given(...AT.retired, measured('2026-Q4', 10))
    .when(purged)
    .then({ value: 'retired', context: { drafted: null, worked: null, retrospectives: [], retired_at: 60 } });
  given(...AT.retired, purged)
    .when(purged)
    .thenNothing();
  given(...AT.active)
    .when(purged)
    .thenNothing();
});

it('never comes back', () => {
  for (const event of [proposed, pickedUp, edited({}), approved('SLM'), activated, retired('completed')])
    given(...AT.retired)
      .when(event)
      .thenNothing();
});
