/** What an operator or admin sets: kill switch, policy, modes, suppressions and keys. Every one of these acts is on the ledger. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { requirePermission } from '../permissions.ts';
import { parseRfc3339 } from '../rfc3339.ts';
import { asOfQuerySchema } from '../schemas/account.ts';
import {
  createdKeySchema,
  killSwitchSchema,
  killSwitchSetSchema,
  modeBodySchema,
  modeSetSchema,
  newKeySchema,
  policyAppliedSchema,
  policyBodySchema,
  policyViewSchema,
} from '../schemas/administration.ts';
import { idParams } from '../schemas/common.ts';
import { backupViewSchema } from '../schemas/report.ts';

export function registerAdministrationRoutes(app: GatewayApp, context: GatewayContext): void {
  registerControls(app, context);
  registerPolicy(app, context);
  registerKeys(app, context);
  registerBackups(app, context);
}

function registerBackups(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/backups',
    operation('writeBackup', {
      tag: 'administration',
      summary: 'Write a backup',
      description:
        'Writes a backup of the whole installation into the data folder of a server on the embedded database, which only this server can read. Other requests wait meanwhile. Only a key of the tenant `default` may ask for it. With Postgres, run `gatehouse backup` beside the hosts instead.',
      request: {},
      answers: { 201: { description: 'Where it is and what it holds.', schema: backupViewSchema } },
      errors: ['state_conflict'],
    }),
    async (request, reply) => reply.code(201).send(await services.writeBackup(callerOf(request))),
  );
}

function registerControls(app: GatewayApp, { services }: GatewayContext): void {
  app.post(
    '/v1/kill-switch',
    operation('setKillSwitch', {
      tag: 'administration',
      summary: 'Engage or release the kill switch',
      description: 'While it is engaged nothing leaves, not even what has a permit. Releasing it takes an admin.',
      request: { body: killSwitchSchema },
      answers: { 200: { description: 'The switch as it is now.', schema: killSwitchSetSchema } },
      errors: ['state_conflict'],
    }),
    async (request) => {
      const { engaged, reason } = request.body;
      if (!engaged) requirePermission(callerOf(request), 'releaseKillSwitch');
      return services.setKillSwitch(callerOf(request), engaged, reason);
    },
  );

  app.post(
    '/v1/modes',
    operation('setMode', {
      tag: 'administration',
      summary: 'Set a mode',
      description: '`sandbox` renders and records, `shadow` decides and records what it would have sent, `live` sends.',
      request: { body: modeBodySchema },
      answers: { 200: { description: 'The mode that is now in force.', schema: modeSetSchema } },
      errors: ['state_conflict'],
    }),
    async (request) => {
      const { mode, channel = null, reason } = request.body;
      return services.setMode(callerOf(request), mode, channel, reason);
    },
  );
}

function registerPolicy(app: GatewayApp, { services }: GatewayContext): void {
  app.get(
    '/v1/policy',
    operation('getPolicy', {
      tag: 'administration',
      summary: 'Read the policy',
      description:
        'The policy in force and its hash, which decisions name. With `as_of`: the one that was in force then.',
      request: { querystring: asOfQuerySchema },
      answers: { 200: { description: 'The policy in force.', schema: policyViewSchema } },
      errors: ['not_found'],
    }),
    async (request) => {
      const { as_of: asOf } = request.query;
      const at = asOf === undefined ? null : parseRfc3339(asOf);
      return at === null ? services.getPolicy(callerOf(request)) : services.getPolicy(callerOf(request), at);
    },
  );

  app.put(
    '/v1/policy',
    operation('applyPolicy', {
      tag: 'administration',
      summary: 'Apply a policy',
      description:
        'Replaces the policy in one step. The old one stays readable under its hash, so that old decisions can be replayed. Refused with `state_conflict` while the policy in force has `change_control: approved`, unless single-operator mode is on: propose the change then.',
      request: { body: policyBodySchema },
      answers: { 200: { description: 'The policy is in force.', schema: policyAppliedSchema } },
      errors: ['state_conflict'],
    }),
    async (request) => services.applyPolicy(callerOf(request), request.body),
  );
}

function registerKeys(app: GatewayApp, { services, authenticator }: GatewayContext): void {
  app.post(
    '/v1/keys',
    operation('createKey', {
      tag: 'administration',
      summary: 'Create a key',
      description: 'The key is in this answer and nowhere else: only its digest is stored.',
      request: { body: newKeySchema },
      answers: { 201: { description: 'The key.', schema: createdKeySchema } },
    }),
    async (request, reply) => reply.code(201).send(await services.createKey(callerOf(request), request.body)),
  );

  app.delete(
    '/v1/keys/:id',
    operation('revokeKey', {
      tag: 'administration',
      summary: 'Revoke a key',
      description: 'The key stops working here at once, and in other processes within five seconds.',
      request: { params: idParams },
      answers: { 204: { description: 'The key is revoked.', schema: null } },
      errors: ['not_found'],
    }),
    async (request, reply) => {
      await services.revokeKey(callerOf(request), request.params.id);
      authenticator.forget(request.params.id);
      return reply.code(204).send();
    },
  );
}
