/** Events of leads and accounts for their tests, with data that says nothing unless a test says it. */
import type { EventData, MachineEvent } from '../domain/event-types.ts';
import type { OutcomeType } from '../domain/outcome-types.ts';
import { eventOf } from './given.fixture.ts';

export const AT = 1_000_000;

export function signalData(change: Partial<EventData<'signal.received'>> = {}): EventData<'signal.received'> {
  return {
    signal_type: 'web.page_viewed',
    lane: 'inbound',
    strength: 30,
    occurred_at: AT,
    history: false,
    account: null,
    originating_proposal_id: null,
    ...change,
  };
}

export function signal(change: Partial<EventData<'signal.received'>> = {}): MachineEvent {
  return eventOf('signal.received', signalData(change), AT);
}

export function profile(change: Partial<EventData<'profile.updated'>> = {}): MachineEvent {
  return eventOf('profile.updated', { account: null, by: 'key:crm', ...change }, AT);
}

export function triaged(verdict: 'act' | 'later' | 'none', trigger: 'signal' | 'retriage' = 'signal'): MachineEvent {
  const reason = ({ act: 'interest', later: 'weak_interest', none: 'no_interest' } as const)[verdict];
  return eventOf(
    'signal.triaged',
    { verdict, reason, trigger, intent: 30, again_at: verdict === 'later' ? AT + 500 : null },
    AT,
  );
}

export function decided(decision = 'dec_1', message?: boolean): MachineEvent {
  return eventOf(
    'decision.made',
    {
      decision,
      action: 'act_1',
      choice: 'hash',
      engine: 'rules@1',
      action_type: 'crm_update',
      confidence: 0.5,
      cell: 'crm_update/crm/low/rules@1',
      ...(message === undefined ? {} : { message }),
    },
    AT,
  );
}

export function executed(decision = 'dec_1'): MachineEvent {
  return eventOf('decision.executed', { decision, action: 'act_1', executed_at: AT + 5 }, AT);
}

export function outcome(type: OutcomeType): MachineEvent {
  return eventOf(
    'outcome.recorded',
    {
      outcome: `out_${type}`,
      outcome_type: type,
      occurred_at: AT,
      amount: null,
      history: false,
      window_ms: null,
      decision_hint: null,
      dimensions: { origin: 'organic' },
    },
    AT,
  );
}

export const linked = eventOf(
  'outcome.linked',
  {
    outcome: 'out_1',
    outcome_type: 'won',
    status: 'linked',
    decision: 'dec_1',
    action: 'act_1',
    cell: 'crm_update/crm/low/rules@1',
    window_ms: 1,
  },
  AT,
);

export const retriageDue = eventOf('retriage.due', { due_at: AT }, AT);
