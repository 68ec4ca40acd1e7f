/**
 * A message as it waits in the inbox. What is personal in it is sealed with the key of its person, as on the ledger: a message may wait
 * long for somebody's decision, and what a database forgets stays in its log for a while.
 */
import type { KeyObject } from 'node:crypto';

import type { Message } from '../../domain/message.ts';
import type { SqlSession } from '../sql/sql.port.ts';
import type { SubjectRef, SubjectVault } from '../vault/subject-vault.ts';
import { subjectKeyOf } from '../vault/subject-vault.ts';

/** Programs of earlier machine generations cannot open sealed bodies. */
export const OPENED_SINCE_GENERATION = 6;

type Personal = Pick<Message, 'sealed' | 'profiles' | 'notes' | 'example'>;
type Body = Message & { readonly personal?: string };

/** Whose key seals the message; null when nothing in it is personal. */
export function sealerOf({
  tenant,
  refs,
  sealed,
  profiles,
  notes,
  example,
}: Pick<Message, 'tenant' | 'refs'> & Personal): SubjectRef | null {
  const noted = notes?.[0]?.record;
  const subject =
    sealed?.subject ??
    profiles.find((profile) => profile.kind === 'contact')?.id ??
    noted?.person ??
    noted?.account ??
    (example === undefined ? null : (refs.person ?? refs.account));
  return subject === null ? null : { tenant, subject };
}

const placeOf = ({ source, id }: Pick<Message, 'source' | 'id'>) => `inbox:${source}\n${id}`;

/** Without a key, because the person was erased, the personal part is left out. */
export function inboxBody(vault: SubjectVault, keys: ReadonlyMap<string, KeyObject>, message: Message): string {
  const sealer = sealerOf(message);
  if (sealer === null) return JSON.stringify(message);
  const { sealed, profiles, notes, example, ...rest } = message;
  const personal = vault.sealWith(keys, sealer, placeOf(message), JSON.stringify({ sealed, profiles, notes, example }));
  return JSON.stringify({
    ...rest,
    sealed: null,
    profiles: [],
    ...(personal === null ? {} : { personal, sealer: sealer.subject }),
  });
}

/** Messages as they were accepted, without the personal part of people who were erased since. */
export async function openBodies(
  session: SqlSession,
  vault: SubjectVault,
  bodies: readonly string[],
): Promise<readonly Message[]> {
  const parsed = bodies.map((body) => JSON.parse(body) as Body & { readonly sealer?: string });
  const refs = parsed.flatMap(({ tenant, sealer }) => (sealer === undefined ? [] : [{ tenant, subject: sealer }]));
  const keys = refs.length === 0 ? new Map<string, KeyObject>() : await vault.keys(session, refs, false);
  return parsed.map(({ personal, sealer, ...message }) => {
    if (personal === undefined || sealer === undefined) return message;
    const ref = { tenant: message.tenant, subject: sealer };
    if (!keys.has(subjectKeyOf(ref))) return message;
    const opened = vault.openWith(keys, ref, placeOf(message), personal);
    return opened === null ? message : { ...message, ...(JSON.parse(opened) as Personal) };
  });
}
