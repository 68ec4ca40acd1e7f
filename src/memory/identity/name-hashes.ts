/** Keyed hashes of names: what the directory and the list of further names are looked up by. Nobody without the master key can tell the name. */
import type { KeyObject } from 'node:crypto';

import type { SubjectKind } from '../../actors/intake/directory.port.ts';
import type { TenantId } from '../../domain/ids.ts';
import { keyedHash } from '../vault/cipher.ts';

const HASH_LENGTH = 40;

export function externalIdHash(master: KeyObject, tenant: TenantId, kind: SubjectKind, externalId: string): string {
  return keyedHash(master, `alias:${tenant}:${kind}`, externalId);
}

export function nameHash(master: KeyObject, tenant: TenantId, purpose: 'email' | 'domain', value: string): string {
  return keyedHash(master, `${purpose}:${tenant}`, value.trim().toLowerCase()).slice(0, HASH_LENGTH);
}
