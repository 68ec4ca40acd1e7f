/** Every way of an action from proposal to its end, and every way that must not exist. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Admission, EventData, EventType, MachineEvent } from '../../domain/event-types.ts';
import { createRunner } from '../definition.ts';
import type { Step } from '../definition.ts';
import { eventOf, eventTypesOf, givenFor, statesOf } from '../given.fixture.ts';
import { actionDefinition, ENDED_ACTION_STATES } from './action.machine.ts';
import type { ActionContext } from './action.machine.ts';

const given = givenFor(actionDefinition);

const admission: Admission = {
  verdict_hash: 'v',
  reasons: [],
  snapshot: 's',
  policy: 'p',
  gate_version: 1,
  guard_versions: {},
  registry_version: 1,
  trust_version: 0,
  suppression_keys: [],
};
const proposal: EventData<'action.proposed'> = {
  decision: 'dec_1',
  action_type: 'outreach_push',
  channel: 'email',
  risk_class: 'high',
  lane: 'inbound',
  proposer: 'engine:rules@1',
  engine: 'rules@1',
  account: 'acc_1',
  person: 'con_1',
  domain: null,
  fingerprint: 'draft',
  confidence: 0.9,
  sender: 'default',
  attributes: {},
  originating_proposal_id: null,
};
const review: EventData<'action.reviewed'> = {
  decision: 'approve',
  by: 'person:ada',
  by_kind: 'person',
  fingerprint: 'draft',
  reason: null,
  edited_fingerprint: null,
  edited_share: 0,
};

const proposed = eventOf('action.proposed', proposal, 10, 7);
const passed = eventOf('action.passed', { admission, permit: 'per_1.0', expires_at: 900 }, 20);
const shadowed = eventOf('action.shadowed', { admission }, 20);
const scheduled = eventOf('action.scheduled', { admission, due_at: 500 }, 20);
const held = eventOf('action.held', { admission, queue: 'review', review: 'rev_1.1', expires_at: 800 }, 20);
const sampled = eventOf('action.held', { admission, queue: 'sampled', review: 'rev_1.1', expires_at: 800 }, 20);
const undoable = eventOf('action.scheduled', { admission, due_at: 500, waits: 'undo' }, 40);
const vetoable = eventOf('action.scheduled', { admission, due_at: 500, waits: 'veto' }, 20);
const heldForTwo = eventOf(
  'action.held',
  { admission, queue: 'review', review: 'rev_1.1', expires_at: 800, approvals_needed: 2 },
  20,
);
const undone = eventOf(
  'action.undone',
  { review: 'rev_1.1', expires_at: 900, by: 'person:ada', by_kind: 'person', reason: null },
  50,
);
const undoneData: EventData<'action.undone'> = {
  review: 'rev_1.1',
  expires_at: 900,
  by: 'person:ada',
  by_kind: 'person',
  reason: null,
};
const moved = (dueAt: number, byKind: 'person' | 'agent' = 'person') =>
  eventOf('action.moved', { due_at: dueAt, by: 'person:ada', by_kind: byKind, reason: null }, 50);
const hastened = eventOf('action.hastened', { by: 'person:ada', by_kind: 'person', reason: null }, 50);
const snoozed = eventOf('action.snoozed', { review: 'rev_1.1', until: 700, by: 'person:ada', reason: null }, 50);
const assigned = eventOf('action.assigned', { review: 'rev_1.1', to: 'person:bo', by: 'person:ada', reason: null }, 50);
const denied = eventOf('action.denied', { admission }, 20);
const due = eventOf('action.due', { due_at: 500 }, 500);
const executed = eventOf(
  'action.executed',
  { permit: 'per_1.0', receipt: 'r-1', mode: 'sandbox', executed_at: 30 },
  30,
);
const failed = eventOf('action.failed', { permit: 'per_1.0', code: 'channel_refused', detail: '' }, 30);
const uncertain = eventOf('action.uncertain', { permit: 'per_1.0', detail: '' }, 30);
const resumed = eventOf('action.resumed', { permit: 'per_1.0', detail: '' }, 40);
const permitExpired = eventOf('action.expired', { what: 'permit', id: 'per_1.0' }, 900);
const reviewExpired = eventOf('action.expired', { what: 'review', id: 'rev_1.1' }, 800);
const reviewed = (change: Partial<EventData<'action.reviewed'>>) =>
  eventOf('action.reviewed', { ...review, ...change }, 40, 9);

const notHappened = { type: 'close_action', happened: false } as const;
const happened = { type: 'close_action', happened: true } as const;
const noMoreExpiry = { type: 'cancel_timer', name: 'review_expiry', pending: true } as const;

/** A way into each state. */
const WAYS: Readonly<Record<string, readonly MachineEvent[]>> = {
  idle: [],
  proposed: [proposed],
  scheduled: [proposed, scheduled],
  held: [proposed, held],
  permitted: [proposed, passed],
  uncertain: [proposed, passed, uncertain],
  executed: [proposed, passed, executed],
  failed: [proposed, passed, failed],
  denied: [proposed, denied],
  rejected: [proposed, held, reviewed({ decision: 'reject' })],
  cancelled: [proposed, held, reviewed({ decision: 'cancel' })],
  expired: [proposed, held, reviewExpired],
  shadowed: [proposed, shadowed],
};

/** Which states take which event. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  'action.proposed': ['idle'],
  'action.passed': ['proposed'],
  'action.shadowed': ['proposed'],
  'action.scheduled': ['proposed'],
  'action.held': ['proposed'],
  'action.denied': ['proposed'],
  'action.due': ['scheduled'],
  'action.called': ['scheduled'],
  'action.moved': ['scheduled'],
  'action.hastened': ['scheduled'],
  // Only an approval can be taken back, and only in its time.
  'action.undone': [],
  'action.snoozed': ['held'],
  'action.assigned': ['held'],
  'action.reviewed': ['scheduled', 'held', 'permitted'],
  'action.executed': ['permitted', 'uncertain'],
  'action.failed': ['permitted', 'uncertain'],
  'action.uncertain': ['permitted'],
  'action.expired': ['held', 'permitted'],
  'action.resumed': ['uncertain'],
  'action.returned': ['permitted'],
};

test('the ways lead where they say, into every state', () => {
  expect(Object.keys(WAYS).toSorted()).toEqual(statesOf(actionDefinition).toSorted());
  for (const [value, way] of Object.entries(WAYS)) expect(given(...way).state.value).toBe(value);
});

test('the table of events is complete', () => {
  expect(Object.keys(TAKEN).toSorted()).toEqual(eventTypesOf(actionDefinition));
});

describe('an event that a state does not take changes nothing', () => {
  const events: readonly MachineEvent[] = [
    proposed,
    passed,
    shadowed,
    scheduled,
    held,
    denied,
    due,
    executed,
    failed,
    uncertain,
    resumed,
    permitExpired,
    reviewExpired,
    reviewed({ decision: 'cancel' }),
    moved(600),
    hastened,
    undone,
    snoozed,
    assigned,
  ];
  for (const event of events) {
    const others = Object.keys(WAYS).filter((state) => !(TAKEN[event.type] ?? []).includes(state));
    test.each(others)(`${event.type} in %s`, (state) => {
      given(...(WAYS[state] ?? []))
        .when(event)
        .thenNothing();
    });
  }
});

describe('before the gate', () => {
  test('a proposal goes to the gate, and its place on the ledger is kept', () => {
    given()
      .when(proposed)
      .then({ value: 'proposed', effects: [{ type: 'admit' }], context: { proposal, content_seq: 7 } });
  });
  test('a pass gives a permit', () => {
    given(proposed)
      .when(passed)
      .then({ value: 'permitted', context: { permit: 'per_1.0', permits: 1, permit_granted_at: 20 } });
  });
  test('in shadow mode it ends without a permit', () => {
    given(proposed)
      .when(shadowed)
      .then({ value: 'shadowed', effects: [notHappened], context: { permit: null } });
  });
  test('what is put off comes back to the gate', () => {
    given(proposed)
      .when(scheduled)
      .then({ value: 'scheduled', effects: [{ type: 'start_timer', name: 'due', at: 500 }] });
    given(proposed, scheduled)
      .when(due)
      .then({ value: 'proposed', effects: [{ type: 'admit' }] });
  });
  test('what is held waits for a person until it expires', () => {
    given(proposed)
      .when(held)
      .then({
        value: 'held',
        effects: [{ type: 'start_timer', name: 'review_expiry', at: 800 }],
        context: { review: 'rev_1.1', queue: 'review', approval: null },
      });
  });
  test('what is denied ends', () => {
    given(proposed)
      .when(denied)
      .then({ value: 'denied', effects: [notHappened] });
  });
});

describe('in review', () => {
  test('an approval goes through the gate again', () => {
    given(proposed, held)
      .when(reviewed({}))
      .then({
        value: 'proposed',
        effects: [
          noMoreExpiry,
          { type: 'close_review', state: 'approved' },
          { type: 'record_review_evidence', kind: 'approved_unedited', editedShare: 0 },
          { type: 'admit' },
        ],
        context: { approval: { by: 'person:ada', fingerprint: 'draft', at: 40 }, content_seq: 7 },
      });
  });
  test('an approval from a sampled audit is evidence of its own kind', () => {
    given(proposed, sampled)
      .when(reviewed({}))
      .then({
        value: 'proposed',
        effects: [
          noMoreExpiry,
          { type: 'close_review', state: 'approved' },
          { type: 'record_review_evidence', kind: 'audit_approved', editedShare: 0 },
          { type: 'admit' },
        ],
      });
  });
  test('an edit brings a new draft, approved as edited, through the gate again', () => {
    given(proposed, held)
      .when(reviewed({ decision: 'edit', edited_fingerprint: 'edited', edited_share: 0.25 }))
      .then({
        value: 'proposed',
        effects: [
          noMoreExpiry,
          { type: 'close_review', state: 'edited' },
          { type: 'record_review_evidence', kind: 'approved_edited', editedShare: 0.25 },
          { type: 'admit' },
        ],
        context: {
          proposal: { ...proposal, fingerprint: 'edited' },
          approval: { by: 'person:ada', fingerprint: 'edited', at: 40 },
          content_seq: 9,
        },
      });
  });
  test('after an edit the fingerprint of the first draft decides nothing', () => {
    const edit = reviewed({ decision: 'edit', edited_fingerprint: 'edited' });
    given(proposed, held, edit, held).when(reviewed({})).thenNothing();
    given(proposed, held, edit, held)
      .when(reviewed({ fingerprint: 'edited', decision: 'reject' }))
      .then({
        value: 'rejected',
        effects: [
          noMoreExpiry,
          { type: 'close_review', state: 'rejected' },
          { type: 'record_review_evidence', kind: 'rejected', editedShare: 0 },
          notHappened,
        ],
      });
  });
  test('an approval does not outlive the next hold', () => {
    given(proposed, held, reviewed({}))
      .when(held)
      .then({
        value: 'held',
        effects: [{ type: 'start_timer', name: 'review_expiry', at: 800 }],
        context: { approval: null },
      });
  });
  test('an edit without a new draft changes nothing', () => {
    given(proposed, held)
      .when(reviewed({ decision: 'edit' }))
      .thenNothing();
  });
  test.each(['approve', 'edit', 'reject'] as const)('to %s takes the draft that was read', (decision) => {
    given(proposed, held)
      .when(reviewed({ decision, fingerprint: 'older', edited_fingerprint: 'edited' }))
      .thenNothing();
  });
  test.each(['agent', 'system'] as const)('the kind %s cannot approve, edit or reject', (kind) => {
    for (const decision of ['approve', 'edit', 'reject'] as const)
      given(proposed, held)
        .when(reviewed({ decision, by_kind: kind, edited_fingerprint: 'edited' }))
        .thenNothing();
  });
  test('a person or the system may cancel, an agent may not', () => {
    for (const kind of ['person', 'system'] as const)
      given(proposed, held)
        .when(reviewed({ decision: 'cancel', by_kind: kind, fingerprint: 'older' }))
        .then({
          value: 'cancelled',
          effects: [noMoreExpiry, { type: 'close_review', state: 'cancelled' }, notHappened],
        });
    given(proposed, held)
      .when(reviewed({ decision: 'cancel', by_kind: 'agent' }))
      .thenNothing();
  });
  test('it expires', () => {
    given(proposed, held)
      .when(reviewExpired)
      .then({
        value: 'expired',
        effects: [{ type: 'close_review', state: 'expired' }, notHappened],
        context: { ended_because: 'review' },
      });
  });
  test('the expiry of an earlier review that comes late does not end this one', () => {
    given(proposed, held)
      .when(eventOf('action.expired', { what: 'review', id: 'rev_1.0' }, 800))
      .thenNothing();
  });
  test('the expiry of a permit is not the expiry of a review', () => {
    given(proposed, held).when(permitExpired).thenNothing();
  });
});

describe('while it waits for its time', () => {
  test('only a person may cancel', () => {
    given(proposed, scheduled)
      .when(reviewed({ decision: 'cancel' }))
      .then({
        value: 'cancelled',
        effects: [{ type: 'cancel_timer', name: 'due', pending: true }, notHappened],
      });
    given(proposed, scheduled)
      .when(reviewed({ decision: 'cancel', by_kind: 'agent' }))
      .thenNothing();
  });
  test('it cannot be approved', () => {
    given(proposed, scheduled).when(reviewed({})).thenNothing();
  });
});

describe('where several have to approve', () => {
  const second = reviewed({ by: 'person:bo' });
  test('it waits until there are enough, each another person', () => {
    given(proposed, heldForTwo)
      .when(reviewed({}))
      .then({ value: 'held', context: { approval: null, decided: 1 } });
    given(proposed, heldForTwo, reviewed({}))
      .when(reviewed({}))
      .then({ value: 'held', context: { approvals: [{ by: 'person:ada', fingerprint: 'draft', at: 40 }] } });
    given(proposed, heldForTwo, reviewed({}))
      .when(second)
      .then({
        value: 'proposed',
        effects: [
          noMoreExpiry,
          { type: 'close_review', state: 'approved' },
          { type: 'record_review_evidence', kind: 'approved_unedited', editedShare: 0 },
          { type: 'admit' },
        ],
        context: { approval: { by: 'person:bo', fingerprint: 'draft', at: 40 } },
      });
  });
  test('who proposed it does not count', () => {
    given(proposed, heldForTwo, reviewed({}))
      .when(reviewed({ by: proposal.proposer }))
      .then({ value: 'held', context: { approvals: [{ by: 'person:ada' }] } });
  });
  test('an edit makes earlier approvals void, and counts as the first of the new draft', () => {
    const edit = reviewed({ by: 'person:bo', decision: 'edit', edited_fingerprint: 'edited', edited_share: 0.5 });
    given(proposed, heldForTwo, reviewed({}))
      .when(edit)
      .then({
        value: 'held',
        effects: [{ type: 'record_review_evidence', kind: 'approved_edited', editedShare: 0.5 }],
        context: { approvals: [{ by: 'person:bo', fingerprint: 'edited', at: 40 }], content_seq: 9, proposed_seq: 7 },
      });
    given(proposed, heldForTwo, reviewed({}), edit).when(second).thenNothing();
  });
  test('what is put aside or given to somebody stays what it is', () => {
    given(proposed, held)
      .when(snoozed)
      .then({ value: 'held', context: { snoozed_until: 700 } });
    given(proposed, held)
      .when(assigned)
      .then({ value: 'held', context: { assigned_to: 'person:bo' } });
    given(proposed, held, snoozed)
      .when(reviewed({}))
      .then({
        value: 'proposed',
        effects: [
          noMoreExpiry,
          { type: 'close_review', state: 'approved' },
          { type: 'record_review_evidence', kind: 'approved_unedited', editedShare: 0 },
          { type: 'admit' },
        ],
        context: { snoozed_until: null },
      });
  });
});

describe('in the time to say no', () => {
  const way = [proposed, held, reviewed({}), undoable] as const;
  const noTimer = { type: 'cancel_timer', name: 'due', pending: true } as const;
  test('an approval is taken back, with its evidence', () => {
    given(...way)
      .when(undone)
      .then({
        value: 'held',
        effects: [
          { type: 'withdraw_review_evidence', evidence: { kind: 'approved_unedited', share: 0, at: 40 } },
          noTimer,
          { type: 'start_timer', name: 'review_expiry', at: 900 },
        ],
        context: { approval: null, approvals: [], waits: null, due_at: null, evidence: null, review_expires_at: 900 },
      });
    given(...way, undone)
      .when(undone)
      .thenNothing();
  });
  test('it goes to the gate again when the time is over', () => {
    given(...way)
      .when(due)
      .then({
        value: 'proposed',
        effects: [{ type: 'admit' }],
        context: { waits: null, approval: { by: 'person:ada' } },
      });
  });
  test('nothing else can be undone, and not by an agent', () => {
    given(proposed, vetoable).when(undone).thenNothing();
    given(...way)
      .when(eventOf('action.undone', { ...undoneData, by_kind: 'agent' }))
      .thenNothing();
    given(...way)
      .when(eventOf('action.undone', { ...undoneData, review: 'rev_1.0' }))
      .thenNothing();
  });
  test('a window is not shortened by moving, only by saying so', () => {
    given(proposed, vetoable).when(moved(400)).thenNothing();
    given(proposed, vetoable).when(moved(600, 'agent')).thenNothing();
    given(proposed, vetoable)
      .when(moved(600))
      .then({
        value: 'scheduled',
        effects: [{ type: 'start_timer', name: 'due', at: 600 }],
        context: { due_at: 600, veto_until: 500 },
      });
    given(proposed, scheduled)
      .when(moved(400))
      .then({ value: 'scheduled', effects: [{ type: 'start_timer', name: 'due', at: 400 }] });
    given(proposed, vetoable)
      .when(hastened)
      .then({ value: 'proposed', effects: [noTimer, { type: 'admit' }], context: { hastened: true } });
  });
});

test('a state of version 1 becomes one of this version', () => {
  const approval = { by: 'person:ada', fingerprint: 'draft', at: 1 };
  const migrated = actionDefinition.migrate({ value: 'permitted', context: { approval, content_seq: 4 } }, 1);
  expect(migrated.context).toMatchObject({ approvals: [approval], proposed_seq: 4, waits: null });
});

describe('with a permit', () => {
  test('it is executed once', () => {
    given(proposed, passed)
      .when(executed)
      .then({ value: 'executed', effects: [happened], context: { receipt: 'r-1' } });
    given(proposed, passed, executed).when(executed).thenNothing();
  });
  test('it fails for good', () => {
    given(proposed, passed)
      .when(failed)
      .then({ value: 'failed', effects: [notHappened], context: { ended_because: 'channel_refused' } });
  });
  test('it expires, and the permit with it', () => {
    given(proposed, passed)
      .when(permitExpired)
      .then({
        value: 'expired',
        effects: [{ type: 'revoke_permit' }, notHappened],
        context: { ended_because: 'permit' },
      });
  });
  test('a cancelled one loses its permit', () => {
    given(proposed, passed)
      .when(reviewed({ decision: 'cancel' }))
      .then({ value: 'cancelled', effects: [{ type: 'revoke_permit' }, notHappened] });
    given(proposed, passed)
      .when(reviewed({ decision: 'cancel', by_kind: 'agent' }))
      .thenNothing();
  });
  test('an approval is nothing that it needs', () => {
    given(proposed, passed).when(reviewed({})).thenNothing();
  });
  test('the result of another permit changes nothing', () => {
    const permit = 'per_1.1';
    for (const event of [
      eventOf('action.executed', { permit, receipt: 'r-2', mode: 'sandbox', executed_at: 30 }),
      eventOf('action.failed', { permit, code: 'channel_failed', detail: '' }),
      eventOf('action.uncertain', { permit, detail: '' }),
      eventOf('action.resumed', { permit, detail: '' }),
      eventOf('action.expired', { what: 'permit', id: permit }),
      reviewExpired,
    ])
      given(proposed, passed).when(event).thenNothing();
  });
});

describe('when nobody knows what happened', () => {
  test('what it held stays held', () => {
    given(proposed, passed).when(uncertain).then({ value: 'uncertain' });
    given(proposed, passed, uncertain)
      .when(resumed)
      .then({ value: 'permitted', context: { permit: 'per_1.0' } });
    given(proposed, passed, uncertain, resumed)
      .when(executed)
      .then({ value: 'executed', effects: [happened] });
  });
  test('the answer of the channel resolves it', () => {
    given(proposed, passed, uncertain)
      .when(executed)
      .then({ value: 'executed', effects: [happened], context: { receipt: 'r-1' } });
    given(proposed, passed, uncertain)
      .when(failed)
      .then({ value: 'failed', effects: [notHappened], context: { ended_because: 'channel_refused' } });
  });
});

const anyEvent: fc.Arbitrary<MachineEvent> = fc.oneof(
  fc.constantFrom(
    proposed,
    passed,
    shadowed,
    scheduled,
    held,
    sampled,
    denied,
    due,
    executed,
    failed,
    uncertain,
    resumed,
  ),
  fc.constantFrom(permitExpired, reviewExpired, undoable, vetoable, heldForTwo, undone, hastened, snoozed, moved(600)),
  fc
    .record({
      decision: fc.constantFrom('approve', 'edit', 'reject', 'cancel'),
      by_kind: fc.constantFrom('person', 'agent', 'system'),
      fingerprint: fc.constantFrom('draft', 'older', 'edited'),
      edited_fingerprint: fc.constantFrom('edited', null),
    })
    .map(reviewed),
);

/** What was wrong with one step, in words; null when nothing was. */
function wrongStep(before: string, event: MachineEvent, seen: readonly EventType[], step: Step): string | null {
  const { value, context } = step.state;
  const { approval, proposal: known } = context as unknown as ActionContext;
  if (ENDED_ACTION_STATES.has(before) && before !== 'uncertain' && step.handled) return `${before} was left`;
  // An attempt of which it was found out that it certainly did not happen goes on under the permit that it has.
  const isResumed = before === 'uncertain' && event.type === 'action.resumed' && seen.includes('action.passed');
  const isPassed = before === 'proposed' && event.type === 'action.passed';
  if (value === 'permitted' && before !== 'permitted' && !isPassed && !isResumed)
    return `permitted from ${before} by ${event.type}`;
  if (value === 'executed' && before !== 'executed') {
    if (before !== 'permitted' && before !== 'uncertain') return `executed from ${before}`;
    if (!seen.includes('action.passed')) return 'executed without a pass';
  }
  return approval !== null && approval.fingerprint !== known?.fingerprint ? 'the approval is of another draft' : null;
}

test('whatever happens, it is executed only after the gate has passed it, and an end is an end', () => {
  const runner = createRunner(actionDefinition);
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      let state = runner.initial();
      const seen: EventType[] = [];
      for (const event of events) {
        const step = runner.step(state, event);
        if (step.handled) seen.push(event.type);
        expect(wrongStep(state.value, event, seen, step)).toBeNull();
        ({ state } = step);
      }
    }),
    { numRuns: 500 },
  );
});

describe('called because a lock has ended', () => {
  const called = eventOf('action.called', { because: 'ownership' }, 60);
  const blocked = eventOf('action.held', { admission, queue: 'blocked', review: 'rev_1.1', expires_at: 800 }, 20);
  const admitted = { type: 'admit' } as const;

  test('what was put off or blocked goes before the gate again', () => {
    given(proposed, scheduled)
      .when(called)
      .then({ value: 'proposed', effects: [{ type: 'cancel_timer', name: 'due', pending: true }, admitted] });
    given(proposed, blocked)
      .when(called)
      .then({
        value: 'proposed',
        effects: [
          { type: 'cancel_timer', name: 'review_expiry', pending: true },
          { type: 'close_review', state: 'cancelled' },
          admitted,
        ],
      });
  });

  test('what people still may or must look at waits for them', () => {
    for (const [wait, value] of [
      [undoable, 'scheduled'],
      [vetoable, 'scheduled'],
      [held, 'held'],
      [sampled, 'held'],
    ] as const)
      given(proposed, wait).when(called).then({ value, effects: [] });
  });
});
