/** Accounts and contacts under the ids of the caller's own systems, and what happened to them. */
import { z } from 'zod';

import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { pageFields, pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { parseRfc3339 } from '../rfc3339.ts';
import {
  accountFactsBody,
  accountViewSchema,
  asOfQuerySchema,
  contactFactsBody,
  contactViewSchema,
  eventViewSchema,
  knownStateQuerySchema,
  knownStateSchema,
} from '../schemas/account.ts';
import { externalIdParams, idParams } from '../schemas/common.ts';

/** Milliseconds. The schema has checked the text. */
function asOfOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : (parseRfc3339(text) ?? undefined);
}

const pageQuerySchema = z.strictObject(pageFields);

export function registerAccountRoutes(app: GatewayApp, context: GatewayContext): void {
  registerAccounts(app, context);
  registerContacts(app, context);
}

function registerAccounts(app: GatewayApp, { services }: GatewayContext): void {
  app.put(
    '/v1/accounts/:external_id',
    operation('putAccount', {
      tag: 'memory',
      summary: 'Write an account',
      description: 'Creates the account or updates what is known about it.',
      request: { params: externalIdParams, body: accountFactsBody },
      answers: { 200: { description: 'The account as it is now.', schema: accountViewSchema } },
      errors: ['storage_full'],
    }),
    async (request) => services.putAccount(callerOf(request), request.params.external_id, request.body),
  );

  app.get(
    '/v1/accounts/:external_id',
    operation('getAccount', {
      tag: 'memory',
      summary: 'Read an account',
      description:
        'What is known about an account, and the state of its machine. With `as_of`: what was known then; name and domain are not kept by time and are left out.',
      request: { params: externalIdParams, querystring: asOfQuerySchema },
      answers: { 200: { description: 'The account.', schema: accountViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getAccount(callerOf(request), request.params.external_id, asOfOf(request.query.as_of)),
  );

  app.get(
    '/v1/accounts',
    operation('listAccounts', {
      tag: 'memory',
      summary: 'List accounts',
      description: 'All accounts of the tenant.',
      request: { querystring: pageQuerySchema },
      answers: { 200: { description: 'One page of accounts.', schema: pageOf(accountViewSchema) } },
    }),
    async (request) => services.listAccounts(callerOf(request), pageQueryOf(request.query)),
  );

  app.get(
    '/v1/accounts/:id/events',
    operation('listAccountEvents', {
      tag: 'memory',
      summary: 'List the events of an account',
      description: 'The ledger of one account, with what was sent, byte for byte, where the caller may read it.',
      request: { params: idParams, querystring: pageQuerySchema },
      answers: { 200: { description: 'One page of events.', schema: pageOf(eventViewSchema) } },
      errors: ['not_found'],
    }),
    async (request) => services.accountEvents(callerOf(request), request.params.id, pageQueryOf(request.query)),
  );
}

function registerContacts(app: GatewayApp, { services }: GatewayContext): void {
  app.put(
    '/v1/contacts/:external_id',
    operation('putContact', {
      tag: 'memory',
      summary: 'Write a contact',
      description: 'Creates the contact or updates what is known about it. Personal members are sealed on the way in.',
      request: { params: externalIdParams, body: contactFactsBody },
      answers: { 200: { description: 'The contact as it is now.', schema: contactViewSchema } },
      errors: ['storage_full'],
    }),
    async (request) => services.putContact(callerOf(request), request.params.external_id, request.body),
  );

  app.get(
    '/v1/contacts/:external_id',
    operation('getContact', {
      tag: 'memory',
      summary: 'Read a contact',
      description:
        'What is known about a contact, and the state of its machine. With `as_of`: what was known then; what is sealed is not kept by time and is left out.',
      request: { params: externalIdParams, querystring: asOfQuerySchema },
      answers: { 200: { description: 'The contact.', schema: contactViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => services.getContact(callerOf(request), request.params.external_id, asOfOf(request.query.as_of)),
  );

  app.get(
    '/v1/known-state',
    operation('getKnownState', {
      tag: 'memory',
      summary: 'Read what was known at a time',
      description:
        'The states of a subject, of its people and actions, and what the gate knew about them, derived from the events that had been recorded by then.',
      request: { querystring: knownStateQuerySchema },
      answers: { 200: { description: 'What was known.', schema: knownStateSchema } },
      errors: ['not_found'],
    }),
    async (request) =>
      services.getKnownState(callerOf(request), request.query.subject, asOfOf(request.query.as_of) ?? 0),
  );
}
