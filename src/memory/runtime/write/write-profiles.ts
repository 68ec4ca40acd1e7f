/** Writes accounts and contacts. What names a person is sealed with the person's key. */
import type { KeyObject } from 'node:crypto';

import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import { tenantKey } from '../../../domain/keys.ts';
import { columns } from '../../sql/columns.ts';
import type { SubjectVault } from '../../vault/subject-vault.ts';
import type { Writes } from './writes.ts';

type Profile = CommitPlan['profiles'][number];

/** Several messages about one entity in a batch leave one row: what came last, member by member. */
function mergedProfiles(plan: CommitPlan): ReadonlyMap<string, Profile> {
  const merged = new Map<string, Profile>();
  for (const item of plan.profiles) {
    const key = tenantKey(item.tenant, `${item.write.kind}:${item.write.id}`);
    const known = merged.get(key);
    const news = Object.fromEntries(Object.entries(item.write).filter(([, value]) => value !== null));
    merged.set(
      key,
      known === undefined ? item : { ...item, batch: known.batch, write: Object.assign({}, known.write, news) },
    );
  }
  return merged;
}

export function writeProfiles(
  writes: Writes,
  vault: SubjectVault,
  keys: ReadonlyMap<string, KeyObject>,
  plan: CommitPlan,
): void {
  if (plan.profiles.length === 0) return;
  const profiles = [...mergedProfiles(plan).values()];
  const accounts = profiles.flatMap(({ tenant, at, batch, write }) =>
    write.kind === 'account' ? [{ tenant, at, batch, ...write }] : [],
  );
  if (accounts.length > 0) {
    writes.send(
      `INSERT INTO accounts AS a (tenant, id, external_id, name, domain, created_at, updated_at, batch)
       SELECT tenant, id, external_id, name, domain, at, at, batch
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[]) AS w (tenant, id, external_id, name, domain, at, batch)
       ON CONFLICT (tenant, id) DO UPDATE SET name = coalesce(EXCLUDED.name, a.name), domain = coalesce(EXCLUDED.domain, a.domain), updated_at = EXCLUDED.updated_at`,
      columns(accounts, [
        (a) => a.tenant,
        (a) => a.id,
        (a) => a.externalId,
        (a) => a.name,
        (a) => a.domain,
        (a) => a.at,
        (a) => a.batch,
      ]),
    );
  }
  const contacts = profiles.flatMap(({ tenant, at, batch, write }) =>
    write.kind === 'contact' ? [{ tenant, at, batch, ...write }] : [],
  );
  if (contacts.length === 0) return;
  const sealed = (contact: (typeof contacts)[number], field: string, value: string | null): string | null =>
    value === null
      ? null
      : vault.sealWith(keys, { tenant: contact.tenant, subject: contact.id }, `contact:${contact.id}:${field}`, value);
  writes.send(
    `INSERT INTO contacts AS c (tenant, id, account, sealed_external_id, sealed_email, sealed_name, sealed_title, created_at, updated_at, batch)
     SELECT tenant, id, account, coalesce(external_id, ''), email, name, title, at, at, batch
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[])
       AS w (tenant, id, account, external_id, email, name, title, at, batch)
     ON CONFLICT (tenant, id) DO UPDATE SET account = coalesce(EXCLUDED.account, c.account), sealed_email = coalesce(EXCLUDED.sealed_email, c.sealed_email),
       sealed_name = coalesce(EXCLUDED.sealed_name, c.sealed_name), sealed_title = coalesce(EXCLUDED.sealed_title, c.sealed_title), updated_at = EXCLUDED.updated_at`,
    columns(contacts, [
      (c) => c.tenant,
      (c) => c.id,
      (c) => c.account,
      (c) => sealed(c, 'external_id', c.externalId),
      (c) => sealed(c, 'email', c.email),
      (c) => sealed(c, 'name', c.name),
      (c) => sealed(c, 'title', c.title),
      (c) => c.at,
      (c) => c.batch,
    ]),
  );
}
