/** Whom simulated messages are about, and what all of them have in common. */
import { asId, partitionOf } from '../../src/domain/ids.ts';
import type { AccountId, PersonId, ScopeId, TenantId } from '../../src/domain/ids.ts';
import { canonicalJson } from '../../src/domain/json.ts';
import type { Message, SubjectRefs } from '../../src/domain/message.ts';
import { sha256 } from '../../src/memory/sha256.ts';

export const TENANT = asId<TenantId>('sim');
export const START = Date.UTC(2026, 0, 5, 10);
export const HOSTS = 3;
export const ACCOUNTS = 3;
export const CONTACTS_PER_ACCOUNT = 2;
export const SECOND_MS = 1_000;

export interface Subject {
  readonly scope: ScopeId;
  readonly refs: SubjectRefs;
}

/** The first contacts of all accounts share one domain, so cooldowns meet across partitions; the others have free mail. */
export function subjectOf(account: number, contact: number): Subject {
  const accountId = asId<AccountId>(`acc_${account}`);
  const person = asId<PersonId>(`con_${account}_${contact}`);
  return {
    scope: asId<ScopeId>(accountId),
    refs: {
      account: accountId,
      person,
      domain: contact === 0 ? 'shared' : null,
      suppressionKeys: [`contact:${person}`, `account:${accountId}`],
      hasAddress: true,
    },
  };
}

interface Parts {
  readonly type: Message['type'];
  readonly data: unknown;
  readonly source: string;
  readonly id: string;
  readonly scope: ScopeId;
  readonly actor: Message['actor'];
  readonly refs: SubjectRefs;
  readonly at: number;
  readonly sealed?: Message['sealed'];
}

export function messageOf(parts: Parts): Message {
  return {
    tenant: TENANT,
    partition: partitionOf(parts.scope),
    profiles: [],
    causation: null,
    correlation: null,
    batch: null,
    history: false,
    contentDigest: sha256(canonicalJson([parts.type, parts.data])),
    sealed: null,
    ...parts,
  } as unknown as Message;
}
