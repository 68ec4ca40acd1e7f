/** Signing people in to the console: a link that is good for once, and the session that it begins. */
import { GatehouseError } from '../../domain/errors.ts';
import { callerOf } from '../context.ts';
import type { GatewayApp, GatewayContext } from '../context.ts';
import { operation } from '../operation.ts';
import { newSignInLinkSchema, sessionViewSchema, signInLinkSchema, signInQuerySchema } from '../schemas/session.ts';
import { ENDED_COOKIE, sessionCookie } from '../session-cookie.ts';

const SECOND_MS = 1_000;

export function registerSessionRoutes(app: GatewayApp, { services, authenticator, now }: GatewayContext): void {
  const { sessions } = services;

  app.post(
    '/v1/sign-in-links',
    operation('createSignInLink', {
      tag: 'administration',
      summary: 'Make a sign-in link',
      description:
        'A link that signs one person in to the console, once, within half an hour. Whoever opens it is that person, so hand it over like a password.',
      request: { body: newSignInLinkSchema },
      answers: { 201: { description: 'The link. It is in this answer and nowhere else.', schema: signInLinkSchema } },
    }),
    async (request, reply) => {
      const { authorities = [], ...rest } = request.body;
      const { token, expires_at } = await sessions.createLink(callerOf(request), { ...rest, authorities });
      return reply.code(201).send({ url: `${request.protocol}://${request.host}/sign-in?token=${token}`, expires_at });
    },
  );

  // A page for browsers, and no part of the API. Programs that look at links before people do ask with HEAD, which must not use one up.
  const signIn = { schema: { hide: true, querystring: signInQuerySchema }, exposeHeadRoute: false };
  app.get('/sign-in', signIn, async (request, reply) => {
    const begun = await sessions.begin(request.query.token);
    if (begun === null)
      throw new GatehouseError(
        'unauthorized',
        'This link is used, too old or unknown. Ask for another one: gatehouse sign-in.',
      );
    const seconds = Math.max(0, Math.floor((Date.parse(begun.expires_at) - now()) / SECOND_MS));
    const secure = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
    reply.headers({
      'set-cookie': sessionCookie(begun.secret, seconds, secure),
      'referrer-policy': 'no-referrer',
      location: '/',
    });
    return reply.code(303).send();
  });

  app.get(
    '/v1/session',
    operation('getSession', {
      tag: 'system',
      summary: 'Who am I?',
      description: 'The person or program that the key or session belongs to, and what it may do.',
      request: {},
      answers: { 200: { description: 'Who calls.', schema: sessionViewSchema } },
    }),
    async (request) => {
      const { authorities, ...view } = await sessions.view(callerOf(request));
      return { ...view, authorities: [...authorities] };
    },
  );

  app.delete(
    '/v1/session',
    operation('endSession', {
      tag: 'system',
      summary: 'Sign out',
      description: 'Ends the session here at once, and in other processes within five seconds.',
      request: {},
      answers: { 204: { description: 'Signed out.', schema: null } },
      errors: ['state_conflict'],
    }),
    async (request, reply) => {
      const caller = callerOf(request);
      await sessions.end(caller);
      authenticator.forget(caller.keyId);
      return reply.code(204).header('set-cookie', ENDED_COOKIE).send();
    },
  );
}
