/** Opens what waits for a person or its time: drafts from the ledger, and the recipient from the vault. */
import { eventIdOf } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { SqlSession } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';

export interface Place {
  readonly partition: number;
  readonly seq: number;
}

function placeKey({ partition, seq }: Place): string {
  return `${partition}/${seq}`;
}

/** Drafts by the place of their events; what was erased is not among them. */
export async function openDrafts(
  session: SqlSession,
  vault: SubjectVault,
  tenant: TenantId,
  places: readonly Place[],
): Promise<(place: Place) => JsonObject | null> {
  if (places.length === 0) return () => null;
  const rows = await session.query<Place & { sealed: string | null; sealed_subject: string | null }>(
    `SELECT w.partition, w.seq, l.sealed, l.sealed_subject FROM unnest($1::smallint[], $2::bigint[]) AS w (partition, seq)
     JOIN ledger l ON l.partition = w.partition AND l.seq = w.seq AND l.tenant = $3`,
    [places.map((place) => place.partition), places.map((place) => place.seq), tenant],
  );
  const keys = await vault.keys(
    session,
    rows.flatMap((row) => (row.sealed_subject === null ? [] : [{ tenant, subject: row.sealed_subject }])),
    false,
  );
  const drafts = new Map<string, JsonObject>();
  for (const row of rows) {
    if (row.sealed === null || row.sealed_subject === null) continue;
    const event = eventIdOf(row.partition, row.seq);
    const text = vault.openWith(keys, { tenant, subject: row.sealed_subject }, event, row.sealed);
    if (text !== null) drafts.set(placeKey(row), JSON.parse(text) as JsonObject);
  }
  return (place) => drafts.get(placeKey(place)) ?? null;
}

export interface Recipient {
  readonly id: string;
  readonly external_id: string;
  readonly name: string | null;
  readonly address: string | null;
}

export interface AccountRef {
  readonly id: string;
  readonly external_id: string;
  readonly name: string | null;
}

export interface Party {
  readonly account: AccountRef | null;
  readonly recipient: Recipient | null;
}

/** Whom items are about, with names and addresses. A person who was erased has none and is nobody. */
export async function openParties(
  session: SqlSession,
  vault: SubjectVault,
  tenant: TenantId,
  items: readonly { readonly account: string | null; readonly person: string | null }[],
): Promise<(item: { readonly account: string | null; readonly person: string | null }) => Party> {
  const people = [...new Set(items.flatMap((item) => (item.person === null ? [] : [item.person])))];
  const companies = [...new Set(items.flatMap((item) => (item.account === null ? [] : [item.account])))];
  const [contacts, accounts] = await Promise.all([
    session.query<{
      id: string;
      sealed_external_id: string;
      sealed_email: string | null;
      sealed_name: string | null;
    }>(
      'SELECT id, sealed_external_id, sealed_email, sealed_name FROM contacts WHERE tenant = $1 AND id = ANY ($2::text[])',
      [tenant, people],
    ),
    session.query<{ id: string; external_id: string; name: string | null; domain: string | null }>(
      'SELECT id, external_id, name, domain FROM accounts WHERE tenant = $1 AND id = ANY ($2::text[])',
      [tenant, companies],
    ),
  ]);
  const keys = await vault.keys(
    session,
    contacts.map(({ id }) => ({ tenant, subject: id })),
    false,
  );
  const open = (id: string, field: string, sealed: string | null) =>
    sealed === null || sealed === ''
      ? null
      : vault.openWith(keys, { tenant, subject: id }, `contact:${id}:${field}`, sealed);
  const known = new Map<string, Recipient>();
  for (const row of contacts) {
    const externalId = open(row.id, 'external_id', row.sealed_external_id);
    if (externalId === null) continue;
    known.set(row.id, {
      id: row.id,
      external_id: externalId,
      name: open(row.id, 'name', row.sealed_name),
      address: open(row.id, 'email', row.sealed_email),
    });
  }
  const named = new Map(
    accounts.map((row) => [row.id, { id: row.id, external_id: row.external_id, name: row.name ?? row.domain }]),
  );
  return ({ account, person }) => ({
    account: account === null ? null : (named.get(account) ?? null),
    recipient: person === null ? null : (known.get(person) ?? null),
  });
}
