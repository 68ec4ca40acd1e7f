/** The key that wraps the keys of people: its generations, and replacing it. */
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { keyGenerationsSchema, keyRotationRequestSchema, keyRotationSchema } from '../schemas/key-generations.ts';

const WHO = 'Only a key of the tenant `default` may ask for it.';

export function registerKeyGenerationRoutes(app: GatewayApp, { services }: GatewayContext): void {
  const { keyGenerations } = services;
  app.get(
    '/v1/key-generations',
    operation('listKeyGenerations', {
      tag: 'administration',
      summary: 'List generations of the master key',
      description: `The keys that wrap the keys of people, without the keys themselves. ${WHO}`,
      request: {},
      answers: { 200: { description: 'Every generation there was.', schema: keyGenerationsSchema } },
    }),
    async (request) => keyGenerations.list(callerOf(request)),
  );

  app.post(
    '/v1/key-generations/rotation',
    operation('rotateKeys', {
      tag: 'administration',
      summary: 'Replace the master key',
      description: `Wraps the key of every person with a new generation and destroys the old one, so that no copy of a wrapped key that lies in a log or in a backup can be opened any more. Works for some seconds; send the same request until \`done\` is true. Safe to repeat, also after a crash. ${WHO}`,
      request: { body: keyRotationRequestSchema },
      answers: { 200: { description: 'How far it is.', schema: keyRotationSchema } },
      errors: ['state_conflict', 'unavailable'],
    }),
    async (request) => keyGenerations.rotate(callerOf(request), { backups: request.body.backups ?? null }),
  );
}
