/** Who is who: merges, moves, further names, and probable duplicates. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
import type { EntityKind } from '../identity.port.ts';
import { operation } from '../operation.ts';
import { externalIdParams, idParams } from '../schemas/common.ts';
import {
  aliasListSchema,
  aliasParams,
  aliasQuerySchema,
  aliasReasonQuery,
  aliasSchema,
  dismissalSchema,
  dismissedSchema,
  identityActQuerySchema,
  identityActSchema,
  mergeSchema,
  moveSchema,
  namedEntitySchema,
  newAliasSchema,
  removedAliasSchema,
  reversalSchema,
  suggestionQuerySchema,
  suggestionSchema,
} from '../schemas/identity.ts';

const NAME_OPERATIONS = {
  account: {
    merge: 'mergeAccount',
    list: 'listAccountAliases',
    add: 'addAccountAlias',
    remove: 'removeAccountAlias',
  },
  contact: {
    merge: 'mergeContact',
    list: 'listContactAliases',
    add: 'addContactAlias',
    remove: 'removeContactAlias',
  },
} as const;

/** A request without an id of its own is another act each time. */
function actOf<Body extends { readonly request_id?: string | undefined }>(body: Body) {
  return { ...body, request_id: body.request_id ?? null };
}

export function registerIdentityRoutes(app: GatewayApp, context: GatewayContext): void {
  registerNames(app, context, 'account');
  registerNames(app, context, 'contact');
  registerActs(app, context);
  registerSuggestions(app, context);
}

function registerNames(app: GatewayApp, { services }: GatewayContext, entity: EntityKind): void {
  const { identities } = services;
  const operations = NAME_OPERATIONS[entity];
  const one = entity === 'account' ? 'an account' : 'a contact';
  app.post(
    `/v1/${entity}s/:external_id/merge`,
    operation(operations.merge, {
      tag: 'identity',
      summary: `Merge ${one} into another`,
      description:
        'Both names lead to the one that stays. Touches, locks, caps and suppressions of both count from the commit on, whichever side is stricter. It can be split again.',
      request: { params: externalIdParams, body: mergeSchema },
      answers: { 200: { description: 'The merge as it stands.', schema: identityActSchema } },
      errors: ['not_found', 'conflict', 'state_conflict', 'storage_full'],
    }),
    async (request) => identities.mergeInto(callerOf(request), entity, request.params.external_id, actOf(request.body)),
  );

  app.get(
    `/v1/${entity}s/:external_id/aliases`,
    operation(operations.list, {
      tag: 'identity',
      summary: `List the further names of ${one}`,
      description:
        'Ids in other systems, addresses and domains. The text of a name that was learned from a signal is not kept.',
      request: { params: externalIdParams },
      answers: { 200: { description: 'All further names.', schema: aliasListSchema } },
      errors: ['not_found'],
    }),
    async (request) => ({
      items: await identities.listAliases(callerOf(request), entity, request.params.external_id),
    }),
  );

  app.post(
    `/v1/${entity}s/:external_id/aliases`,
    operation(operations.add, {
      tag: 'identity',
      summary: `Add a further name to ${one}`,
      description:
        'A name that belongs to another is refused, and the error names the merge. Free-mail domains belong to nobody.',
      request: { params: externalIdParams, body: newAliasSchema },
      answers: { 200: { description: 'The further name.', schema: aliasSchema } },
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => {
      const { kind, value, reason, system = null } = request.body;
      return identities.addAlias(callerOf(request), entity, request.params.external_id, {
        kind,
        value,
        reason,
        system,
      });
    },
  );

  app.delete(
    `/v1/${entity}s/:external_id/aliases/:id`,
    operation(operations.remove, {
      tag: 'identity',
      summary: 'Take a further name away',
      description: 'Hosts may believe a name for a minute longer. What the name suppressed stays suppressed.',
      request: { params: aliasParams, querystring: aliasReasonQuery },
      answers: { 200: { description: 'The name is nobody’s any more.', schema: removedAliasSchema } },
      errors: ['not_found', 'storage_full'],
    }),
    async (request) => {
      const { external_id: externalId, id } = request.params;
      return identities.removeAlias(callerOf(request), entity, externalId, id, request.query.reason);
    },
  );
}

function registerActs(app: GatewayApp, { services }: GatewayContext): void {
  const { identities } = services;
  app.post(
    '/v1/contacts/:external_id/move',
    operation('moveContact', {
      tag: 'identity',
      summary: 'Move a contact to another account',
      description:
        'What touched the person counts at the new account too. What was proposed before waits for a person.',
      request: { params: externalIdParams, body: moveSchema },
      answers: { 200: { description: 'The move.', schema: identityActSchema } },
      errors: ['not_found', 'conflict', 'state_conflict', 'storage_full'],
    }),
    async (request) => identities.moveContact(callerOf(request), request.params.external_id, actOf(request.body)),
  );

  app.get(
    '/v1/identity/acts',
    operation('listIdentityActs', {
      tag: 'identity',
      summary: 'List merges and moves',
      description: 'All that was ever merged, split and moved.',
      request: { querystring: identityActQuerySchema },
      answers: { 200: { description: 'One page, newest first.', schema: pageOf(identityActSchema) } },
    }),
    async (request) => identities.listIdentityActs(callerOf(request), pageQueryOf(request.query)),
  );

  app.post(
    '/v1/identity/acts/:id/reverse',
    operation('reverseIdentityAct', {
      tag: 'identity',
      summary: 'Split a merge, or move a person back',
      description:
        'Each side has what it had before. What happened while both were one counts on both sides, whichever is stricter.',
      request: { params: idParams, body: reversalSchema },
      answers: { 200: { description: 'The act as it stands.', schema: identityActSchema } },
      errors: ['not_found', 'conflict', 'state_conflict', 'storage_full'],
    }),
    async (request) => identities.reverseAct(callerOf(request), request.params.id, actOf(request.body)),
  );

  app.get(
    '/v1/identity/find',
    operation('findIdentity', {
      tag: 'identity',
      summary: 'Find somebody by a name',
      description: 'By an address, a domain, or an id in some system. Of what was merged, the one that stays is found.',
      request: { querystring: aliasQuerySchema },
      answers: { 200: { description: 'Who has this name.', schema: namedEntitySchema } },
      errors: ['not_found'],
    }),
    async (request) => {
      const { entity, kind, value, system = null } = request.query;
      return identities.findByName(callerOf(request), entity, { kind, value, system });
    },
  );
}

function registerSuggestions(app: GatewayApp, { services }: GatewayContext): void {
  const { identities } = services;
  app.get(
    '/v1/identity/suggestions',
    operation('listIdentitySuggestions', {
      tag: 'identity',
      summary: 'List probable duplicates',
      description:
        'Pairs that are probably one, with their reasons. Those that somebody dismissed return when there is other evidence.',
      request: { querystring: suggestionQuerySchema },
      answers: { 200: { description: 'One page, the most probable first.', schema: pageOf(suggestionSchema) } },
    }),
    async (request) => {
      const { kind = 'account', ...page } = request.query;
      return identities.listSuggestions(callerOf(request), kind, pageQueryOf(page));
    },
  );

  app.post(
    '/v1/identity/suggestions/dismiss',
    operation('dismissIdentitySuggestion', {
      tag: 'identity',
      summary: 'Say that two are not the same',
      description:
        'The pair is not suggested again for the same evidence. `one` and `other` are the ids of the suggestion.',
      request: { body: dismissalSchema },
      answers: { 200: { description: 'The pair.', schema: dismissedSchema } },
      errors: ['not_found', 'storage_full'],
    }),
    async (request) => {
      const { kind, one, other, reason } = request.body;
      return identities.dismissSuggestion(callerOf(request), kind, { one, other, reason });
    },
  );
}
