/**
 * Reads a decision input once into the terms in which the rules speak: how fresh and strong interest is, what was asked for, who is
 * in front of us, and what stands against writing to them. Scores, reasons and drafts all start from here, so they cannot disagree.
 */
import type { DecisionInput } from '../../actors/decision-engine.port.ts';
import type { Assessment } from '../../domain/candidate.ts';
import { segmentOf } from '../../domain/entity.ts';
import type { Relation } from '../../domain/entity.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { committeeRole } from '../../domain/persona.ts';
import type { CommitteeRole } from '../../domain/persona.ts';
import { icpFit } from './icp-fit.ts';
import { objectionInSight } from './objection.ts';
import type { ObjectionInSight } from './objection.ts';
import { opportunityPoints, priorityOf } from './priority.ts';

/** Hours up to which interest is fresh, and then recent; beyond, it is old. */
export const FRESH_HOURS = 24;
export const RECENT_HOURS = 72;

/** States of a lead or account in which nobody is to be written to by a machine. */
const CLOSED_STAGES: ReadonlySet<string> = new Set(['won', 'lost', 'opted_out', 'excluded']);

/** Relations that forbid prospecting, the gravest first: of several that hold, this one is named. */
const RELATIONS_BY_WEIGHT: readonly Relation[] = [
  'competitor',
  'employee',
  'customer',
  'partner',
  'open_escalation',
  'open_opportunity',
];

export type Freshness = 'fresh' | 'recent' | 'old';

/** `strong` is enough to act by the policy, `weak` is some, `none` is below what the policy ignores. */
export type Strength = 'strong' | 'weak' | 'none';

/** What the person asked for: `person` in chat, `contact` by a form. */
export type Request = 'person' | 'contact' | null;

export interface Situation {
  readonly input: DecisionInput;
  readonly assessment: Assessment;
  readonly freshness: Freshness;
  readonly strength: Strength;
  readonly asked: Request;
  readonly role: CommitteeRole;
  /** The gravest relation that forbids prospecting, as the CRM states it or the stage shows it. */
  readonly relation: Relation | null;
  readonly closed: boolean;
  /** The objection that counts here, if one is open. */
  readonly objection: ObjectionInSight | null;
}

function strengthOf(intent: number, triage: DecisionInput['policy']['triage']): Strength {
  if (intent >= triage.act_from) return 'strong';
  return intent >= triage.ignore_below ? 'weak' : 'none';
}

function freshnessOf(hours: number): Freshness {
  if (hours <= FRESH_HOURS) return 'fresh';
  return hours <= RECENT_HOURS ? 'recent' : 'old';
}

function askedFor(signal: DecisionInput['signal']): Request {
  if (signal === 'chat.handoff_requested') return 'person';
  return signal === 'web.form_submitted' ? 'contact' : null;
}

function relationOf(input: DecisionInput): Relation | null {
  const stated = RELATIONS_BY_WEIGHT.find((relation) => input.relations[relation] === true);
  if (stated !== undefined) return stated;
  if (input.stage === 'customer') return 'customer';
  return input.stage === 'opportunity' || opportunityPoints(input.opportunityStage) > 0 ? 'open_opportunity' : null;
}

export function assessmentOf(input: DecisionInput): Assessment {
  const fit = icpFit(input.accountFacts, input.policy.icp);
  const { priority, intent, opportunity } = priorityOf(fit, input.intent, input.opportunityStage, input.at);
  return {
    fit,
    priority,
    intent,
    opportunity,
    segment: segmentOf(input.accountFacts.employees),
    persona: input.persona ?? 'unclear',
    stage: input.stage,
  };
}

export function situationOf(input: DecisionInput): Situation {
  const assessment = assessmentOf(input);
  return {
    input,
    assessment,
    freshness: freshnessOf((input.at - input.intent.at) / HOUR_MS),
    strength: strengthOf(assessment.intent, input.policy.triage),
    asked: askedFor(input.signal),
    role: committeeRole(assessment.persona),
    relation: relationOf(input),
    closed: CLOSED_STAGES.has(input.stage),
    objection: objectionInSight({ input, assessment }),
  };
}
