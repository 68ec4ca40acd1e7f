/** What an incoming event tells the guards: facts about consent and relations, replies, opt-outs, bounces, touches made elsewhere. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { AccountEventFacts, ContactEventFacts, EventData } from '../../domain/event-types.ts';
import type { GuardChange, GuardKey } from '../../domain/guard.ts';
import { ownedGuardOf } from '../../domain/keys.ts';
import type { Message, SubjectRefs } from '../../domain/message.ts';
import { OUTCOME_TYPE_SPECS } from '../../domain/outcome-types.ts';
import type { OutcomeType } from '../../domain/outcome-types.ts';
import { budgetPeriodOf } from '../../policies/budget-period.ts';

type Change = readonly [GuardKey, GuardChange];

function factChanges(
  refs: SubjectRefs,
  account: AccountEventFacts | undefined,
  contact: ContactEventFacts | undefined,
): readonly Change[] {
  const changes: Change[] = [];
  if (refs.person !== null && contact !== undefined) {
    const { country, time_zone: timeZone, consent } = contact;
    const facts = {
      ...(country === undefined ? {} : { country }),
      ...(timeZone === undefined ? {} : { time_zone: timeZone }),
      ...(consent === undefined ? {} : { consent }),
    };
    if (Object.keys(facts).length > 0) changes.push([`contact:${refs.person}`, { kind: 'facts', facts }]);
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
    if (Object.keys(facts).length > 0) changes.push([`account:${refs.account}`, { kind: 'facts', facts }]);
  }
  return changes;
}

function outcomeChanges(refs: SubjectRefs, type: OutcomeType, at: number): readonly Change[] {
  const changes: Change[] = [];
  const contact: GuardKey | null = refs.person === null ? null : `contact:${refs.person}`;
  if (OUTCOME_TYPE_SPECS[type].isReply) {
    if (contact !== null) changes.push([contact, { kind: 'replied', at }]);
    if (refs.account !== null) changes.push([`account:${refs.account}`, { kind: 'replied', at }]);
  }
  if (contact !== null && (type === 'unsubscribe' || type === 'complaint'))
    changes.push([contact, { kind: 'opted_out', at }]);
  if (contact !== null && type === 'bounce') changes.push([contact, { kind: 'bounced', at }]);
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
    case 'signal.observed':
    case 'profile.updated':
      return factChanges(refs, message.data.account_facts, message.data.contact_facts);
    case 'outcome.recorded':
      return outcomeChanges(refs, message.data.outcome_type, message.data.occurred_at);
    case 'outcome.corrected': {
      // What an outcome turned out to be holds people back as if it had been reported so; what it was taken for holds them back still.
      const { outcome_type: type, occurred_at: at = message.data.known_at } = message.data.changes;
      return type === undefined ? [] : outcomeChanges(refs, type, at);
    }
    case 'touch.recorded': {
      const change: GuardChange = {
        kind: 'touched',
        action: null,
        channel: message.data.channel,
        at: message.data.occurred_at,
        fingerprint: null,
        source: message.data.source,
      };
      const changes: Change[] = [];
      if (refs.person !== null) changes.push([`contact:${refs.person}`, change]);
      if (refs.account !== null) changes.push([`account:${refs.account}`, change]);
      if (refs.domain !== null) changes.push([`domain:${refs.domain}`, change]);
      return changes;
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
      return key === null ? [] : [[key, { kind: 'unlocked' }]];
    }
    default:
      return [];
  }
}
