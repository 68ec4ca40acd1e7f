/** Who is who: merges, moves, further names, and probable duplicates. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageOf, pageQueryOf } from '../cursor.ts';
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

/** A request without an id of its own is another act each time. */
function actOf<Body extends { readonly request_id?: string | undefined }>(body: Body) {
  return { ...body, request_id: body.request_id ?? null };
}

export function registerIdentityRoutes(app: GatewayApp, context: GatewayContext): void {
  registerAccountNames(app, context);
  registerContactNames(app, context);
  registerActs(app, context);
  registerSuggestions(app, context);
}

function registerAccountNames(app: GatewayApp, { services }: GatewayContext): void {
  const { identities } = services;
  app.post(
    '/v1/accounts/:external_id/merge',
    operation('mergeAccount', {
      tag: 'identity',
      summary: 'Merge an account into another',
      description:
        'Both names lead to the one that stays. Touches, locks, caps and suppressions of both count from the commit on, whichever side is stricter. It can be split again.',
      request: { params: externalIdParams, body: mergeSchema },
      answers: { 200: { description: 'The merge as it stands.', schema: identityActSchema } },
      errors: ['not_found', 'conflict', 'state_conflict', 'storage_full'],
    }),
    async (request) =>
      identities.mergeInto(callerOf(request), 'account', request.params.external_id, actOf(request.body)),
  );

  app.get(
    '/v1/accounts/:external_id/aliases',
    operation('listAccountAliases', {
      tag: 'identity',
      summary: 'List the further names of an account',
      description:
        'Ids in other systems, addresses and domains. The text of a name that was learned from a signal is not kept.',
      request: { params: externalIdParams },
      answers: { 200: { description: 'All further names.', schema: aliasListSchema } },
      errors: ['not_found'],
    }),
    async (request) => ({
      items: await identities.listAliases(callerOf(request), 'account', request.params.external_id),
    }),
  );

  app.post(
    '/v1/accounts/:external_id/aliases',
    operation('addAccountAlias', {
      tag: 'identity',
      summary: 'Add a further name to an account',
      description:
        'A name that belongs to another is refused, and the error names the merge. Free-mail domains belong to nobody.',
      request: { params: externalIdParams, body: newAliasSchema },
      answers: { 200: { description: 'The further name.', schema: aliasSchema } },
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => {
      const { kind, value, reason, system = null } = request.body;
      return identities.addAlias(callerOf(request), 'account', request.params.external_id, {
        kind,
        value,
        reason,
        system,
      });
    },
  );

  app.delete(
    '/v1/accounts/:external_id/aliases/:id',
    operation('removeAccountAlias', {
      tag: 'identity',
      summary: 'Take a further name away',
      description: 'Hosts may believe a name for a minute longer. What the name suppressed stays suppressed.',
      request: { params: aliasParams, querystring: aliasReasonQuery },
      answers: { 200: { description: 'The name is nobody’s any more.', schema: removedAliasSchema } },
      errors: ['not_found', 'storage_full'],
    }),
    async (request) => {
      const { external_id: externalId, id } = request.params;
      return identities.removeAlias(callerOf(request), 'account', externalId, id, request.query.reason);
    },
  );
}

function registerContactNames(app: GatewayApp, { services }: GatewayContext): void {
  const { identities } = services;
  app.post(
    '/v1/contacts/:external_id/merge',
    operation('mergeContact', {
      tag: 'identity',
      summary: 'Merge a contact into another',
      description:
        'Both names lead to the one that stays. Touches, locks, caps and suppressions of both count from the commit on, whichever side is stricter. It can be split again.',
      request: { params: externalIdParams, body: mergeSchema },
      answers: { 200: { description: 'The merge as it stands.', schema: identityActSchema } },
      errors: ['not_found', 'conflict', 'state_conflict', 'storage_full'],
    }),
    async (request) =>
      identities.mergeInto(callerOf(request), 'contact', request.params.external_id, actOf(request.body)),
  );

  app.get(
    '/v1/contacts/:external_id/aliases',
    operation('listContactAliases', {
      tag: 'identity',
      summary: 'List the further names of a contact',
      description:
        'Ids in other systems, addresses and domains. The text of a name that was learned from a signal is not kept.',
      request: { params: externalIdParams },
      answers: { 200: { description: 'All further names.', schema: aliasListSchema } },
      errors: ['not_found'],
    }),
    async (request) => ({
      items: await identities.listAliases(callerOf(request), 'contact', request.params.external_id),
    }),
  );

  app.post(
    '/v1/contacts/:external_id/aliases',
    operation('addContactAlias', {
      tag: 'identity',
      summary: 'Add a further name to a contact',
      description:
        'A name that belongs to another is refused, and the error names the merge. Free-mail domains belong to nobody.',
      request: { params: externalIdParams, body: newAliasSchema },
      answers: { 200: { description: 'The further name.', schema: aliasSchema } },
      errors: ['not_found', 'state_conflict', 'storage_full'],
    }),
    async (request) => {
      const { kind, value, reason, system = null } = request.body;
      return identities.addAlias(callerOf(request), 'contact', request.params.external_id, {
        kind,
        value,
        reason,
        system,
      });
    },
  );

  app.delete(
    '/v1/contacts/:external_id/aliases/:id',
    operation('removeContactAlias', {
      tag: 'identity',
      summary: 'Take a further name away',
      description: 'Hosts may believe a name for a minute longer. What the name suppressed stays suppressed.',
      request: { params: aliasParams, querystring: aliasReasonQuery },
      answers: { 200: { description: 'The name is nobody’s any more.', schema: removedAliasSchema } },
      errors: ['not_found', 'storage_full'],
    }),
    async (request) => {
      const { external_id: externalId, id } = request.params;
      return identities.removeAlias(callerOf(request), 'contact', externalId, id, request.query.reason);
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
