import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
/** Who owns an account or a contact: a person before any lane. */
import { pageOf, pageQueryOf } from '../cursor.ts';
import { operation } from '../operation.ts';
import { externalIdParams } from '../schemas/common.ts';
import {
  ownershipQueueSchema,
  ownershipQueuesQuerySchema,
  ownershipSchema,
  releaseSchema,
  takeSchema,
} from '../schemas/ownership.ts';

const OPERATIONS = {
  account: { show: 'getAccountOwnership', queue: 'getAccountQueue', take: 'takeAccount', release: 'releaseAccount' },
  contact: { show: 'getContactOwnership', queue: 'getContactQueue', take: 'takeContact', release: 'releaseContact' },
} as const;

export function registerOwnershipRoutes(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/ownership-queues',
    operation('listOwnershipQueues', {
      tag: 'governance',
      summary: 'List accounts that somebody waits for',
      description:
        'Every account whose lock keeps an action waiting, by your own id of it, with who waits in what order.',
      request: { querystring: ownershipQueuesQuerySchema },
      answers: { 200: { description: 'One page of accounts.', schema: pageOf(ownershipQueueSchema) } },
    }),
    async (request) => services.ownership.queues(callerOf(request), pageQueryOf(request.query)),
  );
  for (const entity of ['account', 'contact'] as const) {
    const operations = OPERATIONS[entity];
    const one = entity === 'account' ? 'an account' : 'a contact';
    const path = `/v1/${entity}s/:external_id/ownership`;
    app.get(
      path,
      operation(operations.show, {
        tag: 'governance',
        summary: `Show who owns ${one}`,
        description: 'A lane that acts holds the lock for a window; a person holds it until release.',
        request: { params: externalIdParams },
        answers: { 200: { description: 'The lock as it stands.', schema: ownershipSchema } },
        errors: ['not_found'],
      }),
      async (request) => services.ownership.show(callerOf(request), entity, request.params.external_id),
    );
    app.get(
      `${path}/queue`,
      operation(operations.queue, {
        tag: 'governance',
        summary: `List who waits for ${one}`,
        description:
          'Actions that the lock of somebody else keeps waiting, the next one first: lanes in the order of the policy, and within a lane by how long they wait. When the lock ends each goes before the gate again.',
        request: { params: externalIdParams },
        answers: { 200: { description: 'The lock and the line.', schema: ownershipQueueSchema } },
        errors: ['not_found'],
      }),
      async (request) => services.ownership.queue(callerOf(request), entity, request.params.external_id),
    );
    app.put(
      path,
      operation(operations.take, {
        tag: 'governance',
        summary: `Take ${one} over`,
        description:
          'From its commit on the gate holds what others propose, and permits that were granted before are not used any more. A lock of a lane ends; that of another person is taken only with `takeover`.',
        request: { params: externalIdParams, body: takeSchema },
        answers: { 200: { description: 'You own it.', schema: ownershipSchema } },
        errors: ['not_found', 'state_conflict', 'storage_full'],
      }),
      async (request) => services.ownership.take(callerOf(request), entity, request.params.external_id, request.body),
    );
    app.post(
      `${path}/release`,
      operation(operations.release, {
        tag: 'governance',
        summary: `Let ${one} go`,
        description: 'The lanes may act again. A lock of another person is released only with `takeover`.',
        request: { params: externalIdParams, body: releaseSchema },
        answers: { 200: { description: 'Nobody owns it.', schema: ownershipSchema } },
        errors: ['not_found', 'state_conflict', 'storage_full'],
      }),
      async (request) =>
        services.ownership.release(callerOf(request), entity, request.params.external_id, request.body),
    );
  }
}
