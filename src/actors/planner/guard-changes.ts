/** What an incoming event tells the guards: facts about consent and relations, replies, opt-outs, bounces, touches made elsewhere. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { Channel } from '../../domain/action-types.ts';
import type { EventData } from '../../domain/event-types.ts';
import { SAME_TOUCH_MS } from '../../domain/guard.ts';
import type { GuardChange, GuardKey } from '../../domain/guard.ts';
import { ownedGuardOf } from '../../domain/keys.ts';
import type { Message, SubjectRefs } from '../../domain/message.ts';
import { OUTCOME_TYPE_SPECS } from '../../domain/outcome-types.ts';
import type { OutcomeType } from '../../domain/outcome-types.ts';
import { ASKING_SIGNALS, isOpenStage } from '../../domain/signal-types.ts';
import { budgetPeriodOf } from '../../policies/budget-period.ts';

type Change = readonly [GuardKey, GuardChange];

type Told = Pick<EventData<'profile.updated'>, 'account_facts' | 'contact_facts'>;

function factChanges(
  refs: SubjectRefs,
  { account_facts: account, contact_facts: contact }: Told,
  at: number,
): readonly Change[] {
  const changes: Change[] = [];
  if (refs.person !== null && contact !== undefined) {
    const { country, time_zone: timeZone, consent } = contact;
    const facts = {
      ...(country === undefined ? {} : { country }),
      ...(timeZone === undefined ? {} : { time_zone: timeZone }),
      ...(consent === undefined ? {} : { consent }),
    };
    if (Object.keys(facts).length > 0) changes.push([`contact:${refs.person}`, { kind: 'facts', facts, at }]);
  }
  if (refs.account !== null && account !== undefined) {
    const { relations, abm_active: abmActive } = account;
    const known = Object.fromEntries(
      Object.entries(relations ?? {}).filter((entry) => entry[1] !== undefined),
    ) as Record<string, boolean>;
    const facts = {
      ...(relations === undefined ? {} : { relations: known }),
      ...(abmActive === undefined ? {} : { abm_active: abmActive }),
    };
    if (Object.keys(facts).length > 0) changes.push([`account:${refs.account}`, { kind: 'facts', facts, at }]);
  }
  return changes;
}

/** An opportunity that an outcome tells of has no name. */
const UNNAMED = 'unnamed';

/** The same change for the person and the account, where they are known. */
function onBoth(refs: SubjectRefs, change: GuardChange): readonly Change[] {
  return [
    ...(refs.person === null ? [] : [[`contact:${refs.person}`, change] as const]),
    ...(refs.account === null ? [] : [[`account:${refs.account}`, change] as const]),
  ];
}

/** A touch counts for the person, the account and the domain. That it was told of before is known of the person only. */
function touchChanges(
  refs: SubjectRefs,
  channel: Channel,
  at: number,
  source: string,
  sameWithinMs: number | undefined,
): readonly Change[] {
  const change: GuardChange = { kind: 'touched', action: null, channel, at, fingerprint: null, source };
  const own = sameWithinMs === undefined ? change : { ...change, same_within_ms: sameWithinMs };
  const changes: Change[] = [];
  if (refs.person !== null) changes.push([`contact:${refs.person}`, own]);
  if (refs.account !== null) changes.push([`account:${refs.account}`, change]);
  if (refs.domain !== null) changes.push([`domain:${refs.domain}`, change]);
  return changes;
}

function opportunityChange(refs: SubjectRefs, id: string, stage: string, at: number): readonly Change[] {
  if (refs.account === null) return [];
  const change: GuardChange = {
    kind: 'opportunity',
    opportunity: id,
    at,
    open: isOpenStage(stage),
    won: stage === 'won',
  };
  return [[`account:${refs.account}`, change]];
}

/** What a signal tells besides facts: an opportunity that opened or closed, a question, a talk that somebody had elsewhere. */
function signalChanges(refs: SubjectRefs, data: EventData<'signal.received'>): readonly Change[] {
  const { occurred_at: at, opportunity_stage: stage, conversation } = data;
  const changes: Change[] = [];
  if (stage !== undefined) {
    changes.push(...opportunityChange(refs, data.opportunity ?? UNNAMED, stage, at));
    if (stage === 'lost') changes.push(...onBoth(refs, { kind: 'lost', at }));
  }
  if (refs.person !== null && ASKING_SIGNALS.has(data.signal_type))
    changes.push([`contact:${refs.person}`, { kind: 'wrote', at }]);
  if (conversation?.direction === 'inbound') changes.push(...onBoth(refs, { kind: 'replied', at }));
  if (conversation?.direction === 'outbound')
    changes.push(...touchChanges(refs, conversation.channel, at, 'crm', SAME_TOUCH_MS));
  return changes;
}

function outcomeChanges(refs: SubjectRefs, type: OutcomeType, at: number): readonly Change[] {
  const changes: Change[] = [];
  const contact: GuardKey | null = refs.person === null ? null : `contact:${refs.person}`;
  if (OUTCOME_TYPE_SPECS[type].isReply) changes.push(...onBoth(refs, { kind: 'replied', at }));
  if (contact !== null && (type === 'unsubscribe' || type === 'complaint'))
    changes.push([contact, { kind: 'opted_out', at }]);
  if (contact !== null && type === 'bounce') changes.push([contact, { kind: 'bounced', at }]);
  if (type === 'reply_hostile') changes.push(...onBoth(refs, { kind: 'rejected', at }));
  if (type === 'lost') changes.push(...onBoth(refs, { kind: 'lost', at }));
  return changes;
}

/** What a permit would have reserved: an effect that the database forgot must still count for cooldowns, duplicates and money. */
function recoveredChanges({ refs, partition }: Message, data: EventData<'effect.recovered'>): readonly Change[] {
  const spec = ACTION_TYPE_SPECS[data.action_type];
  const { fingerprint, channel, occurred_at: at } = data;
  const touched: GuardChange = { kind: 'touched', action: null, channel, at, fingerprint, source: 'journal' };
  const printed: GuardChange = { kind: 'printed', action: data.permit, at, fingerprint };
  const changes: Change[] = [];
  if (spec.touch || spec.channel === 'audience') {
    const mark = spec.touch ? touched : printed;
    if (refs.person !== null) changes.push([`contact:${refs.person}`, mark]);
    if (refs.account !== null) changes.push([`account:${refs.account}`, mark]);
    if (spec.touch && refs.domain !== null) changes.push([`domain:${refs.domain}`, touched]);
  }
  const isAboutSomebody = refs.person !== null || refs.account !== null || refs.domain !== null;
  if (spec.costMinor > 0 && isAboutSomebody) {
    changes.push([`budget:p${partition}`, { kind: 'spent', period: budgetPeriodOf(at), minor: spec.costMinor }]);
  }
  return changes;
}

export function guardChangesOf(message: Message): readonly Change[] {
  const { refs } = message;
  switch (message.type) {
    case 'signal.received':
      return [
        ...factChanges(refs, message.data, Math.min(message.data.occurred_at, message.at)),
        ...signalChanges(refs, message.data),
      ];
    case 'signal.observed':
      return factChanges(refs, message.data, Math.min(message.data.occurred_at, message.at));
    case 'profile.updated':
      return factChanges(refs, message.data, message.at);
    case 'basis.recorded': {
      const { purpose, basis } = message.data;
      return refs.person === null ? [] : [[`contact:${refs.person}`, { kind: 'basis', purpose, basis }]];
    }
    case 'bounce.cleared':
      return refs.person === null ? [] : [[`contact:${refs.person}`, { kind: 'bounce_cleared' }]];
    case 'outcome.recorded':
      return outcomeChanges(refs, message.data.outcome_type, message.data.occurred_at);
    case 'outcome.corrected': {
      // What an outcome turned out to be holds people back as if it had been reported so; what it was taken for holds them back still.
      const { outcome_type: type, occurred_at: at = message.data.known_at } = message.data.changes;
      return type === undefined ? [] : outcomeChanges(refs, type, at);
    }
    case 'touch.recorded': {
      const { channel, occurred_at: at, source, same_within_ms: sameWithinMs } = message.data;
      return touchChanges(refs, channel, at, source, sameWithinMs);
    }
    case 'subject.objected':
    case 'subject.erased':
      return refs.person === null ? [] : [[`contact:${refs.person}`, { kind: 'opted_out', at: message.at }]];
    case 'effect.recovered':
      return recoveredChanges(message, message.data);
    case 'ownership.taken': {
      const { owner, until } = message.data;
      const key = ownedGuardOf(refs);
      return key === null ? [] : [[key, { kind: 'locked', owner, lane: 'operator', until, person: true }]];
    }
    case 'ownership.released': {
      const key = ownedGuardOf(refs);
      return key === null ? [] : [[key, { kind: 'unlocked', at: message.at }]];
    }
    default:
      return [];
  }
}
