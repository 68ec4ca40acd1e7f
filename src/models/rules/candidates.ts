/**
 * Scores every action that the lane may propose, and doing nothing, from 0 to 100. The points are judgement, written where they can
 * be read and argued with: each action starts at a base, and facts add or take points. A score of 0 means that the action cannot be
 * done or must not be done here; everything else is at least 1. All candidates are kept, so that a decision shows what else it
 * weighed. The gate decides later whether the chosen one may happen; nothing here relies on being the last check.
 */
import { ACTION_TYPE_SPECS, ACTION_TYPES } from '../../domain/action-types.ts';
import type { ActionType, Channel } from '../../domain/action-types.ts';
import type { FitTier } from '../../domain/candidate.ts';
import type { Lane } from '../../domain/lane.ts';
import type { CommitteeRole } from '../../domain/persona.ts';
import type { Policy } from '../../domain/policy.ts';
import { hundredths } from './hundredths.ts';
import { messagePoints, objectionWords, taskPoints } from './objection.ts';
import type { Situation } from './situation.ts';
import { factWords, fitWords, gapWords, intentWords, personaWords, relationWords } from './words.ts';

export interface ScoredAction {
  readonly actionType: ActionType | 'none';
  readonly channel: Channel;
  /** 0 to 100; 0 cannot be chosen. */
  readonly score: number;
  readonly reason: string;
}

/** What an action has to beat: doing nothing costs nobody's time and no trust. */
export const NONE_SCORE = 20;

/** Off each action that reaches a person, for every recent touch, up to three. */
const TOUCH_PENALTY = 8;
const TOUCHES_COUNTED = 3;

/** A sales e-mail: 0.6 points for each point of priority, and these. */
const OUTREACH = {
  perPriority: 0.6,
  role: { target: 25, support: 10, ignore: 0 } satisfies Record<CommitteeRole, number>,
  tier: { T1: 10, T2: 0, unscored: -5, T3: -25 } satisfies Record<FitTier, number>,
  strongFresh: 15,
  strongOlder: 8,
  weak: -10,
  none: -25,
  /** Somebody who left a form expects an answer; somebody who asked for a person does not want a machine's. */
  asked: { contact: 10, person: -30 },
} as const;

/** How ready a person in this stage is to be written to; before a meeting, its owner writes. Other stages add nothing. */
const STAGE_POINTS: ReadonlyMap<string, number> = new Map([
  ['engaged', 8],
  ['qualified', 12],
  ['meeting', -25],
]);

/** How far a draft for a person to send stays below sending it: a little where fit is in doubt, more where it is certain. */
const DRAFT_BELOW: Record<FitTier, number> = { T1: 12, T2: 4, unscored: 4, T3: 8 };

const CRM = {
  base: 15,
  asked: { contact: 40, person: 60 },
  noRecipient: 15,
  newFact: 20,
  stageChange: 35,
  /** When nothing of the fit is known; in proportion when some is. */
  allGaps: 15,
  strong: 10,
  /** Somebody at the account owns the relation and should hear of it. */
  owned: 25,
} as const;

const NURTURE = {
  tier: { T1: 35, T2: 35, unscored: 15, T3: 5 } satisfies Record<FitTier, number>,
  belowActing: 25,
  strong: -10,
  marketingLane: 10,
  asked: -30,
} as const;

const AUDIENCE = {
  tier: { T1: 40, T2: 30, unscored: 5, T3: 5 } satisfies Record<FitTier, number>,
  strong: 30,
  weak: 10,
  tamLane: 10,
  abm: 5,
} as const;

const LINKEDIN = { champion: 70, buyer: 55, other: 10, hasAddress: -35, strong: 10 } as const;

const SUPPRESS = { competitor: 90, employee: 90, customer: 75, customerAsked: -30 } as const;

/** Rounds and keeps to 1–100: 0 is for what cannot be chosen. */
function possible(points: number): number {
  return Math.min(100, Math.max(1, hundredths(points)));
}

function touchPenalty(situation: Situation): number {
  return TOUCH_PENALTY * Math.min(TOUCHES_COUNTED, Math.max(0, situation.input.recentTouches));
}

/** As the end of a list of facts. */
function objectionPart({ objection }: Situation): string {
  return objection === null ? '' : `, ${objectionWords(objection)}`;
}

function touchWords(situation: Situation): string {
  const touches = situation.input.recentTouches;
  if (touches <= 0) return '';
  return touches === 1 ? ', 1 recent touch' : `, ${touches} recent touches`;
}

/** Why nobody here may be prospected, or null when nothing known stands against it. */
function obstacle(situation: Situation): string | null {
  if (situation.relation !== null) return `the account is ${relationWords(situation.relation)}`;
  return situation.closed ? `the stage is ${situation.input.stage}` : null;
}

/** As `obstacle`, for what is sent to an address. */
function sendObstacle(situation: Situation): string | null {
  return obstacle(situation) ?? (situation.input.hasRecipient ? null : 'there is no address to write to');
}

interface Score {
  readonly score: number;
  readonly reason: string;
}

function impossible(what: string, why: string): Score {
  return { score: 0, reason: `${what}: ${why}` };
}

function outreachPoints(situation: Situation): number {
  const { assessment, asked, freshness, role, strength } = situation;
  const interest =
    strength === 'strong' ? (freshness === 'fresh' ? OUTREACH.strongFresh : OUTREACH.strongOlder) : OUTREACH[strength];
  return (
    OUTREACH.perPriority * assessment.priority +
    OUTREACH.role[role] +
    OUTREACH.tier[assessment.fit.tier] +
    interest +
    (asked === null ? 0 : OUTREACH.asked[asked]) +
    (STAGE_POINTS.get(assessment.stage) ?? 0) +
    messagePoints(situation.objection) -
    touchPenalty(situation)
  );
}

function outreachPush(situation: Situation): Score {
  const why = sendObstacle(situation);
  if (why !== null) return impossible('No sales e-mail', why);
  return {
    score: possible(outreachPoints(situation)),
    reason: `Sales e-mail: ${factWords(situation)}${objectionPart(situation)}${touchWords(situation)}`,
  };
}

function emailGeneration(situation: Situation): Score {
  const why = sendObstacle(situation);
  if (why !== null) return impossible('No draft', why);
  return {
    score: possible(outreachPoints(situation) - DRAFT_BELOW[situation.assessment.fit.tier]),
    reason: `Draft for a person to send: ${factWords(situation)}${objectionPart(situation)}${touchWords(situation)}`,
  };
}

interface Cause {
  readonly points: number;
  readonly words: string;
}

/** The causes of a CRM task: what was asked for (by nobody foreign), what changed, who owns it, what is missing. */
function crmCauses(situation: Situation): readonly Cause[] {
  const { assessment, asked, input, relation, strength } = situation;
  const foreign = relation === 'competitor' || relation === 'employee';
  const causes: Cause[] = [];
  if (asked !== null && !foreign)
    causes.push({ points: CRM.asked[asked], words: asked === 'person' ? 'asked for a person' : 'asked for contact' });
  if (input.signal === 'crm.opportunity_updated')
    causes.push({ points: CRM.stageChange, words: 'the opportunity changed' });
  if (input.signal === 'crm.account_updated' || input.signal === 'crm.contact_updated') {
    causes.push({ points: CRM.newFact, words: 'a fact changed' });
  }
  if (!input.hasRecipient) causes.push({ points: CRM.noRecipient, words: 'no address to write to' });
  if (relation !== null && !foreign) {
    causes.push({ points: CRM.owned, words: `the account is ${relationWords(relation)}` });
  }
  const { coverage, gaps } = assessment.fit;
  if (gaps.length > 0) causes.push({ points: CRM.allGaps * (1 - coverage), words: `unknown: ${gapWords(gaps)}` });
  if (strength === 'strong') causes.push({ points: CRM.strong, words: intentWords(situation) });
  const { objection } = situation;
  const answering = foreign ? 0 : taskPoints(objection);
  if (answering > 0) causes.push({ points: answering, words: objectionWords(objection) });
  return causes;
}

function crmUpdate(situation: Situation): Score {
  const causes = crmCauses(situation);
  const words = causes.length === 0 ? 'nothing new and nothing missing' : causes.map((cause) => cause.words).join('; ');
  return {
    score: possible(causes.reduce<number>((sum, { points }) => sum + points, CRM.base)),
    reason: `CRM task: ${words}; ${fitWords(situation.assessment.fit)}`,
  };
}

function nurtureEnrollment(situation: Situation): Score {
  const why =
    sendObstacle(situation) ?? (situation.input.abmActive === true ? 'the account is in an ABM program' : null);
  if (why !== null) return impossible('No nurture', why);
  const { asked, assessment, input, strength } = situation;
  const answer = asked === null ? '' : ', but asked for an answer';
  return {
    score: possible(
      NURTURE.tier[assessment.fit.tier] +
        (strength === 'strong' ? NURTURE.strong : NURTURE.belowActing) +
        (input.lane === 'marketing' ? NURTURE.marketingLane : 0) +
        (asked === null ? 0 : NURTURE.asked) -
        touchPenalty(situation),
    ),
    reason: `Nurture: ${fitWords(assessment.fit)}, ${intentWords(situation)}${answer}${touchWords(situation)}`,
  };
}

function linkedinPush(situation: Situation): Score {
  const why = situation.input.subject === 'account' ? 'no person is chosen' : obstacle(situation);
  if (why !== null) return impossible('No LinkedIn message', why);
  const { assessment, input, strength } = situation;
  const { fit, persona } = assessment;
  const address = input.hasRecipient ? 'has an e-mail address' : 'no e-mail address';
  const inTier1 = fit.tier === 'T1';
  const base =
    inTier1 && persona === 'champion'
      ? LINKEDIN.champion
      : inTier1 && persona === 'economic_buyer'
        ? LINKEDIN.buyer
        : LINKEDIN.other;
  return {
    score: possible(
      base +
        (input.hasRecipient ? LINKEDIN.hasAddress : 0) +
        (strength === 'strong' ? LINKEDIN.strong : 0) +
        messagePoints(situation.objection) -
        touchPenalty(situation),
    ),
    reason: `LinkedIn: ${fitWords(fit)}, ${personaWords(persona)}, ${address}, ${intentWords(situation)}${objectionPart(situation)}${touchWords(situation)}`,
  };
}

function paidAudiencePush(situation: Situation): Score {
  const why = situation.input.subject === 'lead' ? 'an audience is made of accounts' : obstacle(situation);
  if (why !== null) return impossible('No paid audience', why);
  const { assessment, freshness, input, strength } = situation;
  const program = input.abmActive === true ? ', in an ABM program' : '';
  const interest =
    strength === 'strong' && freshness !== 'old' ? AUDIENCE.strong : strength === 'none' ? 0 : AUDIENCE.weak;
  return {
    score: possible(
      AUDIENCE.tier[assessment.fit.tier] +
        interest +
        (input.lane === 'tam' ? AUDIENCE.tamLane : 0) +
        (input.abmActive === true ? AUDIENCE.abm : 0),
    ),
    reason: `Paid audience: ${fitWords(assessment.fit)}, ${intentWords(situation)}${program}`,
  };
}

function suppressChannel(situation: Situation): Score {
  const { asked, relation } = situation;
  if (relation !== 'competitor' && relation !== 'employee' && relation !== 'customer') {
    return impossible('No channel to stop', 'not a customer, competitor or employee as far as is known');
  }
  const customerAsked = relation === 'customer' && asked !== null;
  return {
    score: possible(SUPPRESS[relation] + (customerAsked ? SUPPRESS.customerAsked : 0)),
    reason: `Stop e-mail: the account is ${relationWords(relation)}${customerAsked ? ', but asked to be contacted' : ''}`,
  };
}

/** Null for what people and agents propose and this engine never does. */
const SCORERS: Record<ActionType, ((situation: Situation) => Score) | null> = {
  crm_update: crmUpdate,
  email_generation: emailGeneration,
  outreach_push: outreachPush,
  nurture_enrollment: nurtureEnrollment,
  linkedin_push: linkedinPush,
  paid_audience_push: paidAudiencePush,
  suppress_channel: suppressChannel,
  email_reply: null,
  service_notice: null,
};

function mayPropose(policy: Policy, lane: Lane, actionType: ActionType): boolean {
  const { channel } = ACTION_TYPE_SPECS[actionType];
  return policy.authorizations.some(
    (grant) => grant.lane === lane && grant.action_types.includes(actionType) && grant.channels.includes(channel),
  );
}

/** Every action that the lane may propose and the engine knows, in the order of the catalogue, and doing nothing last. */
export function candidatesFor(situation: Situation): readonly ScoredAction[] {
  const { lane, policy } = situation.input;
  const candidates: ScoredAction[] = [];
  for (const actionType of ACTION_TYPES) {
    const scorer = SCORERS[actionType];
    if (scorer === null || !mayPropose(policy, lane, actionType)) continue;
    const { score, reason } = scorer(situation);
    candidates.push({ actionType, channel: ACTION_TYPE_SPECS[actionType].channel, score, reason });
  }
  candidates.push({
    actionType: 'none',
    channel: 'internal',
    score: NONE_SCORE,
    reason: `Nothing: what any action has to beat, given ${fitWords(situation.assessment.fit)} and ${intentWords(situation)}`,
  });
  return candidates;
}
