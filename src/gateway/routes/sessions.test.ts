import { expect, test } from 'vitest';

import { problemIn, testGateway } from '../gateway.fixture.ts';
import { FAKE_SECRET, FAKE_TOKEN } from '../session.fake.ts';

const COOKIE = { cookie: `other=1; gatehouse_session=${FAKE_SECRET}` };

test('a link begins a session that pages cannot read and other sites cannot use', async () => {
  const { app } = testGateway();
  const response = await app.inject({ url: `/sign-in?token=${FAKE_TOKEN}` });
  expect(response.statusCode).toBe(303);
  expect(response.headers).toMatchObject({ location: '/', 'referrer-policy': 'no-referrer' });
  expect(response.headers['set-cookie']).toBe(
    `gatehouse_session=${FAKE_SECRET}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict`,
  );
  const secure = await app.inject({ url: `/sign-in?token=${FAKE_TOKEN}`, headers: { 'x-forwarded-proto': 'https' } });
  expect(secure.headers['set-cookie']).toMatch(/; Secure$/);
});

test('a program that only looks at the link does not use it up', async () => {
  const { app, services } = testGateway();
  const response = await app.inject({ method: 'HEAD', url: `/sign-in?token=${FAKE_TOKEN}` });
  expect(response.statusCode).toBe(405);
  expect(response.headers).toMatchObject({ allow: 'GET' });
  expect(services.calls).toEqual([]);
});

test('a link that is unknown, used or too old signs nobody in', async () => {
  const { app } = testGateway();
  const response = await app.inject({ url: '/sign-in?token=another-token-here' });
  expect(response.statusCode).toBe(401);
  expect(response.headers['set-cookie']).toBeUndefined();
});

test('a session reads, and changes something only from our own page', async () => {
  const { app, services } = testGateway();
  expect((await app.inject({ url: '/v1/session', headers: COOKIE })).json()).toEqual({
    identity: 'person:reviewer-1',
    role: 'reviewer',
    authorities: [],
    tenant: 't-1',
    expires_at: '2026-11-21T22:00:00.000Z',
  });
  const refused = await app.inject({ method: 'DELETE', url: '/v1/session', headers: COOKIE });
  expect(refused.statusCode).toBe(403);
  expect(problemIn(refused).detail).toContain('x-gatehouse-console');
  const ended = await app.inject({
    method: 'DELETE',
    url: '/v1/session',
    headers: { ...COOKIE, 'x-gatehouse-console': '1' },
  });
  expect(ended.statusCode).toBe(204);
  expect(ended.headers['set-cookie']).toContain('Max-Age=0');
  expect(services.calls).toContainEqual(['end', 'session_1']);
});

test('a session has the permissions of its role and no more', async () => {
  const { app } = testGateway();
  const headers = { ...COOKIE, 'x-gatehouse-console': '1' };
  const response = await app.inject({
    method: 'POST',
    url: '/v1/sign-in-links',
    headers,
    payload: { name: 'ana', role: 'admin' },
  });
  expect(response.statusCode).toBe(403);
  const unknown = await app.inject({ url: '/v1/session', headers: { cookie: 'gatehouse_session=unknown-secret-16' } });
  expect(unknown.statusCode).toBe(401);
});

test('an admin makes a link for a person, and never for a program', async () => {
  const { send } = testGateway();
  const make = (payload: object) => send({ method: 'POST', url: '/v1/sign-in-links', payload });
  const made = await make({ name: 'ana', role: 'reviewer' });
  expect(made.statusCode).toBe(201);
  expect(made.json<{ url: string }>().url).toMatch(new RegExp(`^http://[^/]+/sign-in\\?token=${FAKE_TOKEN}$`));
  expect((await make({ name: 'ana', role: 'agent' })).statusCode).toBe(400);
});

test('the stream begins with a position and tells what changes', async () => {
  const { app, headersOf, services } = testGateway();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const abort = new AbortController();
  const response = await fetch(`${url}/v1/stream`, {
    headers: { ...headersOf('viewer'), 'last-event-id': '1' },
    signal: abort.signal,
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(value).toBe(
    'retry: 1000\n\nid: 1\nevent: reset\ndata: {}\n\nid: 2\nevent: change\ndata: {"kind":"review","id":"rev_1","type":"action.held","at":"2026-11-21T10:00:00.000Z"}\n\n',
  );
  expect(services.calls).toContainEqual(['follow', '1']);
  abort.abort();
  await reader?.closed.catch(() => {});
  await expect.poll(() => services.calls.map(([name]) => name)).toContain('unfollow');
});

test('a stream is not begun for who wants no body of it', async () => {
  const { send, services } = testGateway();
  const response = await send({ method: 'HEAD', url: '/v1/stream' });
  expect(response.statusCode).toBe(405);
  expect(response.headers).toMatchObject({ allow: 'GET' });
  expect(services.calls).toEqual([]);
});
