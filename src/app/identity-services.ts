/** Merges, moves, further names and probable duplicates as the gateway and the command line see them. */
import { randomUUID } from 'node:crypto';

import type { ActSubject, IdentityCommands } from '../actors/identity-commands.ts';
import type { Directory, Resolved } from '../actors/intake/directory.port.ts';
import { refsOf } from '../actors/intake/signal-message.ts';
import { DUPLICATE_REASONS, suggestDuplicates } from '../domain/duplicate-score.ts';
import type { Suggestion } from '../domain/duplicate-score.ts';
import { domainNameSchema, FREE_MAIL_DOMAINS } from '../domain/entity.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import { asId } from '../domain/ids.ts';
import type { AccountId, PersonId, ScopeId, TenantId } from '../domain/ids.ts';
import type { Digest } from '../domain/json.ts';
import { NO_REFS } from '../domain/message.ts';
import type {
  AliasInput,
  AliasView,
  EntityKind,
  IdentityActView,
  IdentityServices,
  SuggestionView,
} from '../gateway/identity.port.ts';
import type { DuplicateReader } from '../memory/identity/duplicate-reader.ts';
import { actView } from '../memory/identity/identity-book.ts';
import type { ActRecord, IdentityBook } from '../memory/identity/identity-book.ts';
import { decodeCursor, pageOf } from '../memory/read/cursor.ts';
import type { ReadModel } from '../memory/read/read-model.ts';

export interface IdentityParts {
  readonly directory: Directory;
  readonly identityCommands: IdentityCommands;
  readonly identityBook: IdentityBook;
  readonly duplicates: DuplicateReader;
  readonly readModel: ReadModel;
  readonly keyedDigest: Digest;
  readonly refuseIntake: () => void;
}

const ACTOR_KIND = { account: 'account', contact: 'lead' } as const;

function subjectOf(tenant: TenantId, kind: EntityKind, found: Resolved): ActSubject {
  return { tenant, actor: { kind: ACTOR_KIND[kind], id: found.id }, scope: found.scope, refs: refsOf(found) };
}

/** The one that a listed act is about. */
function subjectOfAct(tenant: TenantId, row: ActRecord): ActSubject {
  const isAccount = row.subject_kind === 'account';
  const account = isAccount ? row.subject : row.act === 'reparent' ? row.target : null;
  return {
    tenant,
    actor: { kind: ACTOR_KIND[row.subject_kind], id: row.subject },
    scope: asId<ScopeId>(row.scope),
    refs: {
      ...NO_REFS,
      account: account === null ? null : asId<AccountId>(account),
      person: isAccount ? null : asId<PersonId>(row.subject),
    },
  };
}

/** An id of some system goes by its system and a colon, so that two systems may use one number. */
function nameText({ kind, system, value }: AliasInput): string {
  if (kind === 'external') return system === null ? value : `${system}:${value}`;
  const text = value.trim().toLowerCase();
  if (kind === 'domain' && !domainNameSchema.safeParse(text).success)
    throw new GatehouseError('invalid_request', `${JSON.stringify(value)} is not a domain such as acme.com.`, {
      faults: [{ pointer: '/value', detail: 'is not a domain' }],
    });
  if (kind === 'domain' && FREE_MAIL_DOMAINS.has(text))
    throw new GatehouseError(
      'invalid_request',
      `${text} is free mail: everybody may have an address there, so it belongs to nobody.`,
      {
        faults: [{ pointer: '/value', detail: 'is a free-mail domain' }],
      },
    );
  return text;
}

export function createIdentityServices(parts: IdentityParts): IdentityServices {
  const { directory, identityCommands: commands, identityBook: book, duplicates, readModel, keyedDigest } = parts;

  async function find(tenant: TenantId, kind: EntityKind, externalId: string): Promise<Resolved> {
    const found = await directory.find(tenant, kind, externalId);
    if (found === null) throw new GatehouseError('not_found', `There is no ${kind} ${externalId}.`);
    return found;
  }

  /** Throws what the ledger says when the act was not possible. */
  async function refuseIfRefused(tenant: TenantId, correlation: string): Promise<void> {
    const rows = await readModel.correlationRows(tenant, correlation);
    const refused = rows.find((row) => row.type === 'identity.refused');
    if (refused === undefined) return;
    const { data } = JSON.parse(refused.body) as { readonly data: EventData<'identity.refused'> };
    throw new GatehouseError('state_conflict', `This is not possible: ${data.reason}.`);
  }

  /** An act that was accepted is carried out for certain, though its owner may be on the way from one host to another. */
  async function actOf(tenant: TenantId, id: string): Promise<IdentityActView> {
    const row = await book.act(tenant, id);
    if (row === null)
      throw new GatehouseError(
        'unavailable',
        `This is stored as ${id} and will be done; look again with gatehouse identity list.`,
      );
    return actView(row);
  }

  async function move(
    subject: ActSubject,
    input: {
      readonly account: string | null;
      readonly reverses: string | null;
      readonly by: string;
      readonly reason: string;
    },
    requestId: string,
  ): Promise<IdentityActView> {
    const { tenant } = subject;
    const act = commands.actId(tenant, 'mov', requestId);
    await refuseIfRefused(tenant, await commands.record(subject, requestId, 'identity.reparented', { act, ...input }));
    return actOf(tenant, act);
  }

  async function suggestions(tenant: TenantId, kind: EntityKind): Promise<readonly Suggestion[]> {
    const [candidates, dismissed] = await Promise.all([
      kind === 'account' ? duplicates.accounts(tenant) : duplicates.contacts(tenant),
      duplicates.dismissals(tenant),
    ]);
    return suggestDuplicates(candidates).filter(
      ({ one, other, evidence }) => dismissed.get(`${one} ${other}`) !== keyedDigest(evidence),
    );
  }

  return {
    async mergeInto(caller, kind, externalId, input) {
      parts.refuseIntake();
      const { tenant, identity: by } = caller;
      const requestId = input.request_id ?? randomUUID();
      const [from, into] = await Promise.all([find(tenant, kind, externalId), find(tenant, kind, input.into)]);
      const merge = commands.actId(tenant, 'mrg', requestId);
      const refs = refsOf(into);
      const correlation = await commands.record(subjectOf(tenant, kind, from), requestId, 'identity.merged', {
        into: {
          merge,
          id: into.id,
          scope: into.scope,
          refs: { ...refs, suppressionKeys: [...refs.suppressionKeys] },
        },
        by,
        reason: input.reason,
      });
      await refuseIfRefused(tenant, correlation);
      return actOf(tenant, merge);
    },
    async moveContact(caller, externalId, input) {
      parts.refuseIntake();
      const { tenant, identity: by } = caller;
      const person = await find(tenant, 'contact', externalId);
      const account = input.account === null ? null : (await find(tenant, 'account', input.account)).id;
      const moved = { account, reverses: null, by, reason: input.reason };
      return move(subjectOf(tenant, 'contact', person), moved, input.request_id ?? randomUUID());
    },
    async reverseAct(caller, id, input) {
      parts.refuseIntake();
      const { tenant, identity: by } = caller;
      const row = await book.act(tenant, id);
      if (row === null) throw new GatehouseError('not_found', `There is no merge or move ${id}.`);
      const requestId = input.request_id ?? randomUUID();
      const subject = subjectOfAct(tenant, row);
      const { reason } = input;
      if (row.act === 'reparent') {
        if (row.state === 'reversed' && input.request_id === null)
          throw new GatehouseError('state_conflict', 'This move was taken back before.');
        return move(subject, { account: row.previous, reverses: id, by, reason }, requestId);
      }
      await refuseIfRefused(
        tenant,
        await commands.record(subject, requestId, 'identity.split', { merge: id, by, reason }),
      );
      return actOf(tenant, id);
    },
    listIdentityActs: (caller, query) => book.acts(caller.tenant, query),

    async listAliases(caller, kind, externalId) {
      return book.aliases(caller.tenant, (await find(caller.tenant, kind, externalId)).id);
    },
    async addAlias(caller, kind, externalId, input): Promise<AliasView> {
      parts.refuseIntake();
      const { tenant, identity: by } = caller;
      if (input.kind === 'domain' && kind === 'contact')
        throw new GatehouseError('invalid_request', 'A domain belongs to an account, not to a person.');
      const found = await find(tenant, kind, externalId);
      const text = nameText(input);
      const alias = book.hashOf(tenant, kind, input.kind, text);
      const entityKind = kind === 'account' ? 'account' : 'person';
      const refuseTaken = async () => {
        const owner = await book.ownerOf(tenant, input.kind, entityKind, alias);
        if (owner === null || owner === String(found.id)) return;
        const { external_id: name } = await book.nameOf(tenant, owner);
        throw new GatehouseError(
          'state_conflict',
          `This name belongs to ${name ?? owner}. If both are the same, merge them: gatehouse identity merge ${kind} ${externalId} --into ${name ?? 'ITS_ID'}.`,
        );
      };
      await refuseTaken();
      const sealed = { subject: found.id, text: JSON.stringify({ value: text }) };
      const data = { alias_kind: input.kind, alias, by, reason: input.reason };
      await commands.record(subjectOf(tenant, kind, found), randomUUID(), 'identity.alias_added', data, sealed);
      // Somebody else may have been a moment faster.
      await refuseTaken();
      return book.alias(tenant, found.id, alias);
    },
    async removeAlias(caller, kind, externalId, id, reason) {
      parts.refuseIntake();
      const { tenant, identity: by } = caller;
      const found = await find(tenant, kind, externalId);
      const { kind: aliasKind } = await book.alias(tenant, found.id, id);
      const data = { alias_kind: aliasKind, alias: id, by, reason };
      await commands.record(subjectOf(tenant, kind, found), randomUUID(), 'identity.alias_removed', data);
      return { id };
    },
    async findByName(caller, kind, name) {
      const { tenant } = caller;
      const text = nameText(name);
      const hash = book.hashOf(tenant, kind, name.kind, text);
      const owner = await book.ownerOf(tenant, name.kind, kind === 'account' ? 'account' : 'person', hash);
      if (owner === null) throw new GatehouseError('not_found', `There is no ${kind} with this ${name.kind}.`);
      return book.nameOf(tenant, await book.survivor(tenant, owner));
    },

    async listSuggestions(caller, kind, { cursor, limit }) {
      const { tenant } = caller;
      const all = await suggestions(tenant, kind);
      const [after = null] = cursor === null ? [] : decodeCursor(cursor, 1);
      const start = after === null ? 0 : all.findIndex(({ one, other }) => `${one} ${other}` === after) + 1;
      const page = pageOf(
        all.slice(start, start + limit + 1),
        limit,
        (item) => item,
        ({ one, other }) => [`${one} ${other}`],
      );
      const items: SuggestionView[] = [];
      for (const { one, other, score, reasons } of page.items)
        items.push({
          kind,
          one: await book.nameOf(tenant, one),
          other: await book.nameOf(tenant, other),
          score,
          reasons: reasons.map((code) => ({ code, ...DUPLICATE_REASONS[code] })),
        });
      return { items, next_cursor: page.next_cursor };
    },
    async dismissSuggestion(caller, kind, { one, other, reason }) {
      parts.refuseIntake();
      const { tenant, identity: by } = caller;
      const found = (await suggestions(tenant, kind)).find(
        (item) => (item.one === one && item.other === other) || (item.one === other && item.other === one),
      );
      if (found === undefined) throw new GatehouseError('not_found', 'These two are not suggested as duplicates.');
      const isAccount = kind === 'account';
      const scope = await book.scopeOf(tenant, found.one);
      const subject: ActSubject = {
        tenant,
        actor: { kind: ACTOR_KIND[kind], id: found.one },
        scope,
        refs: isAccount
          ? { ...NO_REFS, account: asId<AccountId>(found.one) }
          : { ...NO_REFS, person: asId<PersonId>(found.one) },
      };
      const data = { other: found.other, evidence: keyedDigest(found.evidence), by, reason };
      await commands.record(subject, randomUUID(), 'identity.dismissed', data);
      return { one: found.one, other: found.other };
    },
  };
}
