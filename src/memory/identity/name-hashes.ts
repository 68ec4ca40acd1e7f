/** Keyed hashes of names: what the directory and the list of further names are looked up by. Nobody without the master key can tell the name. */

import type { SubjectKind } from '../../actors/intake/directory.port.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { InstallationSecret } from '../vault/installation-secret.ts';

const HASH_LENGTH = 40;

export function externalIdHash(
  secret: InstallationSecret,
  tenant: TenantId,
  kind: SubjectKind,
  externalId: string,
): string {
  return secret.hash(`alias:${tenant}:${kind}`, externalId);
}

export function nameHash(
  secret: InstallationSecret,
  tenant: TenantId,
  purpose: 'email' | 'domain',
  value: string,
): string {
  return secret.hash(`${purpose}:${tenant}`, value.trim().toLowerCase()).slice(0, HASH_LENGTH);
}
