/** Who is meant: external ids and addresses to the ids and partitions of actors. */
import type { AccountId, PersonId, ScopeId, TenantId } from '../../domain/ids.ts';

export type SubjectKind = 'account' | 'contact' | 'lead';

export interface ResolveRequest {
  readonly kind: SubjectKind;
  readonly externalId: string;
  /** External id of the account that the person belongs to, if the sender said so. */
  readonly account: string | null;
  readonly email: string | null;
  /** Domain of the account, if the sender gave one. */
  readonly domain: string | null;
}

export interface Resolved {
  readonly kind: 'account' | 'person';
  readonly id: AccountId | PersonId;
  readonly scope: ScopeId;
  readonly account: AccountId | null;
  /** The account that the sender said the person belongs to; it may be another than the one they are known at. */
  readonly named: { readonly id: AccountId; readonly externalId: string; readonly isNew: boolean } | null;
  /** Keyed hash of the company domain. */
  readonly domain: string | null;
  readonly suppressionKeys: readonly string[];
  readonly hasAddress: boolean;
  /** True when this request named it for the first time. */
  readonly isNew: boolean;
}

export interface Directory {
  /** Names new entities and assigns their partition for ever; known ones keep theirs. Answers in order. */
  resolve(tenant: TenantId, requests: readonly ResolveRequest[]): Promise<readonly Resolved[]>;
  /** Null when nobody ever named it. */
  find(tenant: TenantId, kind: SubjectKind, externalId: string): Promise<Resolved | null>;
  /** The suppression key of an address, a domain, or an entity's external id. */
  suppressionKey(tenant: TenantId, scope: 'contact' | 'email' | 'domain' | 'account', value: string): Promise<string>;
}
