import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { ActionType } from '../../domain/action-types.ts';
import type { EventData, EventType } from '../../domain/event-types.ts';
import { EVENT_TYPES } from '../../domain/event-types.ts';
import { eventIdOf } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { OUTCOME_TYPE_SPECS } from '../../domain/outcome-types.ts';
import { GATE_REASONS, TRIAGE_REASONS } from '../../domain/reason-codes.ts';
import { SIGNAL_TYPES } from '../../domain/signal-types.ts';
/** Tells what happened, step by step, in words that a person reads. */
import type { TraceStep } from '../../gateway/services.port.ts';
import { parseRow } from './ledger-fold.ts';
import { admissionOf } from './replay.ts';

const STEP_OF: Partial<Record<EventType, TraceStep['step']>> = {
  'signal.received': 'signal',
  'signal.observed': 'context',
  'profile.updated': 'context',
  'note.recorded': 'context',
  'note.verified': 'context',
  'note.retracted': 'context',
  'timeline.expired': 'context',
  'retriage.due': 'signal',
  'signal.triaged': 'triage',
  'decision.made': 'decision',
  'action.proposed': 'proposal',
  'action.passed': 'permit',
  'action.shadowed': 'gate',
  'action.held': 'gate',
  'action.denied': 'gate',
  'action.scheduled': 'gate',
  'action.due': 'gate',
  'action.reviewed': 'review',
  'action.snoozed': 'review',
  'action.assigned': 'review',
  'action.undone': 'review',
  'action.moved': 'review',
  'action.hastened': 'review',
  'action.executed': 'execution',
  'decision.executed': 'execution',
  'action.failed': 'execution',
  'action.uncertain': 'execution',
  'action.resumed': 'execution',
  'action.expired': 'execution',
  'effect.recovered': 'execution',
  'outcome.recorded': 'outcome',
  'outcome.corrected': 'outcome',
  'outcome.retracted': 'outcome',
  'outcome.linked': 'outcome',
  'trust.evidence': 'outcome',
  'trust.evidence_withdrawn': 'outcome',
  'trust.leveled': 'outcome',
};

const VERDICT_WORDS = { act: 'Act now', later: 'Look again later', none: 'Do nothing' } as const;

function reasonsInWords(data: unknown): string {
  return admissionOf(data)
    .reasons.map((reason) =>
      reason.code === null ? reason.check : `${GATE_REASONS[reason.code].title} (${reason.comparison})`,
    )
    .join(' ');
}

function summaryOf(type: EventType, data: unknown): string {
  switch (type) {
    case 'signal.received':
      return `${SIGNAL_TYPES[(data as EventData<'signal.received'>).signal_type].title}.`;
    case 'signal.triaged': {
      const { verdict, reason, intent } = data as EventData<'signal.triaged'>;
      return `${VERDICT_WORDS[verdict]}: ${TRIAGE_REASONS[reason].title} Interest ${intent.toFixed(1)}.`;
    }
    case 'decision.made': {
      const {
        action_type: actionType,
        engine,
        confidence,
        examples = [],
        notes = [],
      } = data as EventData<'decision.made'>;
      const title = actionType === 'none' ? 'Do nothing' : ACTION_TYPE_SPECS[actionType as ActionType].title;
      const chose = `${engine} chose: ${title}${confidence === null ? '' : `, confidence ${confidence.toFixed(2)}`}.`;
      const rests = notes.flatMap(({ note, why }) => (why === null ? [] : [`It rests on the note ${note}. ${why}`]));
      const shown = examples.length === 0 ? [] : [`It was shown ${listed(examples)}.`];
      return [chose, ...rests, ...shown].join(' ');
    }
    case 'action.proposed':
      return `Proposed by ${(data as EventData<'action.proposed'>).proposer}: ${ACTION_TYPE_SPECS[(data as EventData<'action.proposed'>).action_type].title}.`;
    case 'action.passed':
      return `Passed the gate; permit until ${isoOf((data as EventData<'action.passed'>).expires_at)}.`;
    case 'action.shadowed':
      return 'Would have passed; shadow mode executes nothing.';
    case 'action.scheduled':
      return `Put off to ${isoOf((data as EventData<'action.scheduled'>).due_at)}: ${reasonsInWords(data)}`;
    case 'action.held':
      return `Held for ${(data as EventData<'action.held'>).queue}: ${reasonsInWords(data)}`;
    case 'action.denied':
      return `Denied: ${reasonsInWords(data)}`;
    case 'action.reviewed':
      return `${(data as EventData<'action.reviewed'>).by} decided: ${(data as EventData<'action.reviewed'>).decision}.`;
    case 'action.executed':
      return `Executed in ${(data as EventData<'action.executed'>).mode}: ${(data as EventData<'action.executed'>).receipt}.`;
    case 'action.failed':
      return `Failed: ${(data as EventData<'action.failed'>).code}, ${(data as EventData<'action.failed'>).detail}.`;
    case 'outcome.recorded':
      return `${OUTCOME_TYPE_SPECS[(data as EventData<'outcome.recorded'>).outcome_type].title}.`;
    case 'outcome.linked':
      return `Outcome ${(data as EventData<'outcome.linked'>).status}${(data as EventData<'outcome.linked'>).decision === null ? '' : ' to this decision'}.`;
    default:
      return `${EVENT_TYPES[type].title}.`;
  }
}

function listed(examples: readonly string[]): string {
  return `${examples.length === 1 ? 'the approved text' : 'the approved texts'} ${examples.join(' and ')}`;
}

export function traceStep(row: LedgerRow): TraceStep {
  const { data } = parseRow(row);
  return {
    step: STEP_OF[row.type] ?? 'other',
    event: eventIdOf(row.partition, row.seq),
    type: row.type,
    at: isoOf(row.at),
    actor: `${row.actor.kind}:${row.actor.id}`,
    summary: summaryOf(row.type, data),
    data: data as JsonValue,
  };
}
