/** Merges of accounts and of people, moves to other accounts, and their taking back: drawn like everything else, so most come at a bad moment. */
import type { GuardState } from '../../src/domain/guard.ts';
import { asId } from '../../src/domain/ids.ts';
import type { ScopeId } from '../../src/domain/ids.ts';
import type { Message, SubjectRefs } from '../../src/domain/message.ts';
import type { Random } from '../../src/stats/random.ts';
import { ACCOUNTS, CONTACTS_PER_ACCOUNT, messageOf, subjectOf } from './scenario-parts.ts';

const REVERSED_SHARE = 0.6;
const REVERSED_WITHIN_MS = 8_000;

interface Side {
  readonly kind: 'account' | 'lead';
  readonly id: string;
  readonly scope: ScopeId;
  readonly refs: SubjectRefs;
}

function account(index: number): Side {
  const { scope, refs } = subjectOf(index, 0);
  const own = { ...refs, person: null, domain: null, suppressionKeys: [`account:${scope}`], hasAddress: false };
  return { kind: 'account', id: scope, scope, refs: own };
}

function contact(random: Random): Side {
  const { scope, refs } = subjectOf(Math.floor(random() * ACCOUNTS), Math.floor(random() * CONTACTS_PER_ACCOUNT));
  return { kind: 'lead', id: refs.person ?? '', scope, refs };
}

function act(side: Side, id: string, at: number, type: Message['type'], data: unknown): Message {
  const { kind, scope, refs } = side;
  return messageOf({ type, data, source: 'identity', id, scope, actor: { kind, id: side.id }, refs, at });
}

function merge(random: Random, id: string, at: number): readonly Message[] {
  const isAccount = random() < 0.6;
  const first = Math.floor(random() * ACCOUNTS);
  const from = isAccount ? account(first) : contact(random);
  const into = isAccount ? account((first + 1 + Math.floor(random() * (ACCOUNTS - 1))) % ACCOUNTS) : contact(random);
  const told: NonNullable<GuardState['into']> = {
    merge: id,
    id: into.id,
    scope: into.scope,
    refs: { ...into.refs, suppressionKeys: [...into.refs.suppressionKeys] },
  };
  const merged = act(from, id, at, 'identity.merged', { into: told, by: 'operator', reason: 'the same' });
  if (random() > REVERSED_SHARE) return [merged];
  const split = { merge: id, by: 'operator', reason: 'not the same' };
  return [merged, act(from, `${id}-split`, at + random() * REVERSED_WITHIN_MS, 'identity.split', split)];
}

function move(random: Random, id: string, at: number): readonly Message[] {
  const person = contact(random);
  const to = asId<ScopeId>(account(Math.floor(random() * ACCOUNTS)).id);
  const moved = (name: string, when: number, target: string | null, reverses: string | null) =>
    act(person, name, when, 'identity.reparented', {
      act: name,
      account: target,
      reverses,
      by: 'operator',
      reason: 'changed jobs',
    });
  const there = moved(id, at, to, null);
  if (random() > REVERSED_SHARE) return [there];
  return [there, moved(`${id}-back`, at + random() * REVERSED_WITHIN_MS, person.refs.account, id)];
}

export function identityActs(random: Random, id: string, at: number): readonly Message[] {
  return random() < 0.75 ? merge(random, id, at) : move(random, id, at);
}
