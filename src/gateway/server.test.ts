/** What holds for every request, whatever its path: keys, roles, errors, and the headers of an answer. */
import { describe, expect, test } from 'vitest';

import { ROLES } from '../domain/authority.ts';
import type { Role } from '../domain/authority.ts';
import { ERRORS, GatehouseError } from '../domain/errors.ts';
import { NOW, problemIn, signal, testGateway } from './gateway.fixture.ts';
import type { TracedRequest } from './request-tracer.port.ts';

describe('a key', () => {
  test.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is of another scheme', 'Basic Z2g6eA=='],
    ['is not there after its scheme', 'Bearer '],
    ['is two words', 'Bearer a b'],
    ['has characters that no key has', 'Bearer schlüssel'],
    ['is too long', `Bearer ${'x'.repeat(513)}`],
    ['is unknown', 'Bearer gh_test_nobody'],
  ])('%s: 401', async (_title, authorization) => {
    const { app } = testGateway();
    const headers = authorization === undefined ? {} : { authorization };
    const response = await app.inject({ method: 'GET', url: '/v1/decisions', headers });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="gatehouse"/);
    expect(problemIn(response)).toMatchObject({ type: '/problems/unauthorized', status: 401 });
  });

  test('is asked for before the body is looked at', async () => {
    const { app } = testGateway();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/signals',
      headers: { 'content-type': 'text/plain' },
      payload: 'x',
    });
    expect(response.statusCode).toBe(401);
  });

  test('works with a scheme in any case', async () => {
    const { app, services } = testGateway();
    services.addKey('viewer');
    const response = await app.inject({
      method: 'GET',
      url: '/v1/trust',
      headers: { authorization: 'bearer  gh_test_viewer' },
    });
    expect(response.statusCode).toBe(200);
  });

  test('is looked up once in five seconds, and a revoked one stops working after that', async () => {
    let now = NOW;
    const { services, send } = testGateway({ now: () => now });
    const read = async () => (await send({ method: 'GET', url: '/v1/trust' })).statusCode;
    expect([await read(), await read()]).toEqual([200, 200]);
    expect(services.authentications).toBe(1);
    const authorization = 'Bearer gh_test_admin';
    services.keys.clear();
    services.addKey = (role: Role) => `gh_test_${role}`;
    now += 4_999;
    expect((await send({ method: 'GET', url: '/v1/trust', headers: { authorization } })).statusCode).toBe(200);
    now += 1;
    expect((await send({ method: 'GET', url: '/v1/trust', headers: { authorization } })).statusCode).toBe(401);
  });

  test('that was refused is looked up again each time', async () => {
    const { app, services } = testGateway();
    const headers = { authorization: 'Bearer gh_test_viewer' };
    expect((await app.inject({ url: '/v1/trust', headers })).statusCode).toBe(401);
    services.addKey('viewer');
    expect((await app.inject({ url: '/v1/trust', headers })).statusCode).toBe(200);
  });

  test('that is revoked through this gateway stops working at once', async () => {
    const { app, services, send, headersOf } = testGateway();
    const headers = headersOf('viewer');
    expect((await app.inject({ url: '/v1/trust', headers })).statusCode).toBe(200);
    const revoked = await send({ method: 'DELETE', url: '/v1/keys/key-viewer' });
    expect([revoked.statusCode, revoked.body]).toEqual([204, '']);
    expect(services.calls).toContainEqual(['revokeKey', 'key-viewer']);
    expect((await app.inject({ url: '/v1/trust', headers })).statusCode).toBe(401);
  });

  test('cannot be checked: the failure is told as what it is', async () => {
    const { app, services } = testGateway();
    services.authenticate = async () => {
      throw new GatehouseError('unavailable', 'The database cannot be reached.');
    };
    const response = await app.inject({ url: '/v1/trust', headers: { authorization: 'Bearer x' } });
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('5');
  });
});

describe('a role', () => {
  const REASON = { reason: 'a test' };
  const allowed: [string, string, string, unknown, readonly Role[]][] = [
    ['reads', 'GET', '/v1/decisions', undefined, ROLES.filter((role) => role !== 'brain')],
    [
      'reads what brains found',
      'GET',
      '/v1/brain-analysis-log',
      undefined,
      ['reviewer', 'operator', 'admin', 'auditor', 'brain'],
    ],
    [
      'retires a play',
      'POST',
      '/v1/plays/p/retirement',
      { retire_reason: 'completed' },
      ['reviewer', 'operator', 'admin'],
    ],
    ['approves a play', 'POST', '/v1/plays/p/approvals', { revision: 0 }, ['reviewer', 'operator', 'admin']],
    [
      'drafts a play',
      'POST',
      '/v1/plays',
      {
        id: 'p',
        originating_proposal_id: 'pro_1',
        segment: 'smb',
        name: 'n',
        hypothesis: 'h',
        target_definition: { icp_tiers: ['T1'] },
        suggested_cadence: { template: 't', steps: [] },
        success_criteria: { meeting_rate: 0.1, evaluate_after_days: 30 },
      },
      ['brain'],
    ],
    ['sends signals', 'POST', '/v1/signals', signal(), ['operator', 'admin', 'agent']],
    [
      'proposes',
      'POST',
      '/v1/gate/check',
      { id: 'p', action_type: 'crm_update', lane: 'tam', subject: 'lead/a', content: {} },
      ['operator', 'admin', 'agent'],
    ],
    [
      'reviews',
      'POST',
      '/v1/reviews/r/decisions',
      { decision: 'approve', fingerprint: 'f' },
      ['reviewer', 'operator', 'admin'],
    ],
    ['engages the kill switch', 'POST', '/v1/kill-switch', { engaged: true, ...REASON }, ['operator', 'admin']],
    ['releases the kill switch', 'POST', '/v1/kill-switch', { engaged: false, ...REASON }, ['admin']],
    ['sets a mode', 'POST', '/v1/modes', { mode: 'shadow', ...REASON }, ['admin']],
    ['makes a key', 'POST', '/v1/keys', { label: 'k', role: 'viewer', kind: 'agent' }, ['admin']],
    ['backs up', 'POST', '/v1/backups', undefined, ['admin']],
    ['verifies', 'POST', '/v1/verify', undefined, ['auditor', 'operator', 'admin']],
  ];

  test.each(allowed)('%s', async (_title, method, url, payload, roles) => {
    const { app, headersOf } = testGateway();
    const may: Role[] = [];
    for (const role of ROLES) {
      const body = payload === undefined ? {} : { payload: payload as object };
      const response = await app.inject({ method: method as 'GET', url, headers: headersOf(role), ...body });
      const isForbidden = response.body.includes('"/problems/forbidden"');
      expect([200, 201, 202].includes(response.statusCode)).toBe(!isForbidden);
      if (!isForbidden) may.push(role);
    }
    expect(may.toSorted()).toEqual(roles.toSorted());
  });
});

describe('a path', () => {
  test('that does not exist', async () => {
    const { app } = testGateway();
    for (const url of ['/', '/v1', '/v1/signal', '/v1/signals/', '/v1/decisions/a/b', '/V1/signals']) {
      const response = await app.inject({ url });
      expect(response.statusCode).toBe(404);
      expect(problemIn(response)).toMatchObject({ type: '/problems/not_found' });
    }
  });

  test('without the method that is asked for', async () => {
    const { app } = testGateway();
    const refused = [
      ['GET', '/v1/signals', 'POST'],
      ['DELETE', '/v1/policy?x=1', 'GET, HEAD, PUT'],
      ['POST', '/v1/accounts/a%2Fb', 'GET, HEAD, PUT'],
      ['OPTIONS', '/v1/keys', 'POST'],
      ['PATCH', '/healthz', 'GET, HEAD'],
    ] as const;
    for (const [method, url, allow] of refused) {
      const response = await app.inject({ method, url });
      expect(response.statusCode).toBe(405);
      expect(response.headers['allow']).toBe(allow);
      expect(problemIn(response)).toMatchObject({ type: '/problems/method_not_allowed' });
    }
  });

  test('that is no URL', async () => {
    const { send } = testGateway();
    const response = await send({ url: '/v1/decisions/%zz' });
    expect(response.statusCode).toBe(400);
    expect(problemIn(response)).toMatchObject({ type: '/problems/invalid_request' });
  });

  test('with a part that no id has', async () => {
    const { send, services } = testGateway();
    for (const id of ['%00', 'a%0Ab', '%C2%85', '%20a', 'x'.repeat(257)]) {
      const response = await send({ url: `/v1/accounts/${id}` });
      expect(response.statusCode).toBe(400);
    }
    expect((await send({ url: `/v1/accounts/${'x'.repeat(5_000)}` })).statusCode).toBe(404);
    expect(services.calls).toEqual([]);
  });

  test('with an id of any script, with slashes, or that looks like SQL', async () => {
    const { send, services } = testGateway();
    for (const id of ['漢字', 'a/b', "'; DROP TABLE accounts; --", '漢'.repeat(256)]) {
      expect((await send({ url: `/v1/accounts/${encodeURIComponent(id)}` })).statusCode).toBe(200);
      expect(services.calls.at(-1)).toEqual(['getAccount', id]);
    }
  });
});

describe('a query', () => {
  test.each([
    ['limit=0'],
    ['limit=201'],
    ['limit=x'],
    ['limit=1.5'],
    ['limit='],
    ['limit=1&limit=2'],
    ['cursor='],
    ['cursor=%27%20OR%201%3D1'],
    [`cursor=${'a'.repeat(1_025)}`],
    ['verdict=PASS'],
    ['account=%00'],
    ['unknown=1'],
    ['__proto__[x]=1'],
  ])('%s is refused', async (query) => {
    const { send, services } = testGateway();
    const response = await send({ url: `/v1/decisions?${query}` });
    expect(response.statusCode).toBe(400);
    expect(problemIn(response).detail).toContain('Query parameter');
    expect(services.calls).toEqual([]);
  });

  test('has a page of 50 by default, and hands filters and cursor on', async () => {
    const { send, services } = testGateway();
    const first = await send({ url: '/v1/decisions' });
    const { next_cursor: cursor } = first.json<{ next_cursor: string }>();
    await send({ url: `/v1/decisions?limit=200&cursor=${cursor}&account=a%20b&verdict=hold` });
    expect(services.calls).toEqual([
      ['listDecisions', { limit: 50, cursor: null }],
      ['listDecisions', { limit: 200, cursor, account: 'a b', verdict: 'hold' }],
    ]);
  });
});

describe('a body', () => {
  const put = { method: 'PUT', url: '/v1/accounts/acme' } as const;
  const JSON_TYPE = { 'content-type': 'application/json' };

  test.each([
    ['nothing', '', 400, 'invalid_request'],
    ['no JSON', '{', 400, 'malformed_json'],
    ['too deep', '['.repeat(65), 400, 'too_deep'],
    ['an array', '[]', 400, 'invalid_request'],
    ['an unknown member', '{"revenue":1}', 400, 'invalid_request'],
    ['a `__proto__`', '{"__proto__":{"employees":1}}', 400, 'invalid_request'],
    ['a wrong type', '{"employees":"many"}', 400, 'invalid_request'],
    ['an infinite number', '{"employees":1e999}', 400, 'invalid_request'],
    ['too large', `{"name":"${'x'.repeat(1_048_576)}"}`, 413, 'too_large'],
  ])('%s is refused', async (_title, payload, status, code) => {
    const { send, services } = testGateway();
    const response = await send({ ...put, headers: JSON_TYPE, payload });
    expect(response.statusCode).toBe(status);
    expect(problemIn(response)).toMatchObject({ type: `/problems/${code}` });
    expect(services.calls).toEqual([]);
  });

  test('of another type is refused, and none is needed where none is taken', async () => {
    const { send } = testGateway();
    const response = await send({ ...put, headers: { 'content-type': 'application/cloudevents+json' }, payload: '{}' });
    expect(response.statusCode).toBe(415);
    expect((await send({ ...put, payload: Buffer.from('{}') })).statusCode).toBe(415);
    expect((await send({ method: 'POST', url: '/v1/verify' })).statusCode).toBe(200);
    expect((await send({ method: 'POST', url: '/v1/verify', headers: JSON_TYPE, payload: '{}' })).statusCode).toBe(200);
    expect((await send({ method: 'POST', url: '/v1/verify', headers: JSON_TYPE, payload: '{' })).statusCode).toBe(400);
  });

  test('may be smaller where the server says so', async () => {
    const { send } = testGateway({ maxBodyBytes: 10 });
    const response = await send({ ...put, headers: JSON_TYPE, payload: '{"employees":1}' });
    expect(response.statusCode).toBe(413);
  });
});

describe('an error', () => {
  test.each(Object.entries(ERRORS))('%s has its status, title and page', async (code, { status, title }) => {
    const { send, services } = testGateway();
    services.failure = new GatehouseError(code as keyof typeof ERRORS, 'This is what happened.');
    const response = await send({ url: '/v1/trust' });
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = problemIn(response);
    expect(problem).toMatchObject({ type: `/problems/${code}`, title, status });
    expect(problem.instance).toBe(`urn:uuid:${response.headers['x-request-id'] as string}`);
    expect(problem.errors).toBeUndefined();

    const page = await send({ url: problem.type });
    expect(page.json()).toMatchObject({ code, status, title });
    expect(page.json<{ description: string }>().description.length).toBeGreaterThan(20);
    const markdown = await send({ url: problem.type, headers: { accept: 'text/markdown' } });
    expect(markdown.headers['content-type']).toMatch(/^text\/markdown/);
    expect(markdown.body).toContain(`# ${title}`);
  });

  test.each([
    ['an error', new Error('password=hunter2 at 10.0.0.1')],
    ['an internal error with words', new GatehouseError('internal', 'relation "ledger" does not exist')],
    ['an error that claims a status', Object.assign(new Error('secret'), { statusCode: 418, code: 'X' })],
  ])('%s is told as a fault of ours, without a word about why, and the log has it', async (_title, failure) => {
    const { send, services, log } = testGateway();
    services.failure = failure;
    const response = await send({ url: '/v1/trust' });
    const problem = problemIn(response);
    expect(response.statusCode).toBe(500);
    expect(problem).toMatchObject({ type: '/problems/internal', status: 500 });
    expect(response.body).not.toMatch(/hunter2|10\.0\.0\.1|ledger|secret|server\.ts/);
    const line = log.find((entry) => entry.includes('"level":"error"')) ?? '';
    expect(line).toContain(problem.instance.slice('urn:uuid:'.length));
    expect(line).toContain('stack');
  });

  test('carries the checks of the gate when it has some', async () => {
    const { send, services } = testGateway();
    const reasons = [
      { check: 'trust', outcome: 'hold', code: 'trust_suggest', inputs: {}, comparison: '', next_at: null },
    ];
    services.failure = Object.assign(new GatehouseError('state_conflict', 'The gate holds it.'), { reasons });
    expect(problemIn(await send({ url: '/v1/trust' })).reasons).toEqual(reasons);
  });

  test('that is not in the catalogue has no page', async () => {
    const { app } = testGateway();
    for (const code of ['nothing', 'constructor', '__proto__']) {
      expect((await app.inject({ url: `/problems/${code}` })).statusCode).toBe(404);
    }
  });
});

describe('for machines', () => {
  test('alive, ready and not ready', async () => {
    const { app, services } = testGateway();
    expect((await app.inject({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    expect((await app.inject({ url: '/readyz' })).json()).toMatchObject({ ready: true });
    services.ready = false;
    const response = await app.inject({ url: '/readyz' });
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ ready: false, checks: { database: { ok: false } } });
    services.failure = new Error('password=hunter2');
    const failed = await app.inject({ url: '/readyz' });
    expect(failed.statusCode).toBe(503);
    expect(failed.json()).toMatchObject({ ready: false });
    expect(failed.body).not.toContain('hunter2');
    expect((await app.inject({ url: '/healthz' })).statusCode).toBe(200);
  });

  test('metrics, and what the gateway counts', async () => {
    const { app, send, metrics } = testGateway();
    const response = await app.inject({ url: '/metrics' });
    expect(response.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    await send({ url: '/v1/accounts/acme' });
    await app.inject({ url: '/nowhere' });
    const text = await metrics.registry.metrics();
    expect(text).toContain(
      'gatehouse_http_requests_total{method="GET",route="/v1/accounts/:external_id",status="200"} 1',
    );
    expect(text).toContain('gatehouse_http_requests_total{method="GET",route="none",status="404"} 1');
    expect(text).toContain('gatehouse_http_request_seconds_count{route="/metrics"} 1');
  });
});

describe('a tracer', () => {
  test('hears of each request below /v1, with what it began and the header of its caller', async () => {
    const told: TracedRequest[] = [];
    const { app, send, services } = testGateway({ tracer: { requestAnswered: (request) => told.push(request) } });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    for (let time = 0; time < 2; time += 1)
      await send({ method: 'POST', url: '/v1/signals', headers: { traceparent }, payload: signal() });
    services.failure = new Error('the disk is gone');
    await send({ method: 'POST', url: '/v1/signals', payload: signal({ id: 'other' }) });
    await app.inject({ url: '/healthz' });
    expect(told).toMatchObject([
      { method: 'POST', route: '/v1/signals', status: 202, traceparent, accepted: [expect.stringMatching(/^cor_/)] },
      // Sent again it begins nothing.
      { route: '/v1/signals', status: 202, accepted: [] },
      { route: '/v1/signals', status: 500, traceparent: null, accepted: [] },
    ]);
    for (const { from, to, tenant } of told) {
      expect(to).toBe(NOW);
      expect(from).toBeLessThan(to);
      expect(tenant).not.toBeNull();
    }
  });
});

test('who asks to wait does not count as slow', async () => {
  const { send, metrics } = testGateway();
  await send({ method: 'POST', url: '/v1/signals', headers: { prefer: 'wait=1' }, payload: signal() });
  await send({ method: 'POST', url: '/v1/signals', payload: signal() });
  const text = await metrics.registry.metrics();
  expect(text).toContain('gatehouse_http_request_seconds_count{route="/v1/signals"} 1');
});

test('an answer is not stored by caches, and its request is not logged above debug', async () => {
  const { send, log } = testGateway();
  const response = await send({ url: '/v1/trust' });
  expect(response.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  expect(log.filter((line) => !line.includes('"level":"debug"'))).toEqual([]);
  expect(log.join('\n')).not.toContain('gh_test_admin');
});

test('a path under /v1 that names no operation does not start', async () => {
  const { app } = testGateway();
  expect(() => app.get('/v1/open', () => 'anything')).toThrow('names no operation');
});
