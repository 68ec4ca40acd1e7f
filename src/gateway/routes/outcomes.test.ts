/** Operations about outcomes hand the right thing to the services, over HTTP as the command line sends it too. */
import { expect, it } from 'vitest';

import { httpServices } from '../../cli/http-services.ts';
import { testGateway } from '../gateway.fixture.ts';

const AT = Date.parse('2026-11-20T10:00:00Z');

it('is the same over HTTP as in process', async () => {
  const { app, services, headersOf } = testGateway();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const key = headersOf('admin')['authorization']?.slice('Bearer '.length) ?? '';
  const http = httpServices(url, key);
  const caller = { identity: '', kind: 'person', role: 'admin', tenant: '', keyId: '' } as never;
  const query = { limit: 5, cursor: null, decision: 'dec_1', status: 'linked' as const };
  const correction = { type: 'lost', occurred_at: AT, amount: null, decision: null, reason: 'x' } as const;
  expect((await http.listOutcomes(caller, query)).items).toHaveLength(1);
  expect((await http.getOutcome(caller, 'a/b')).link.window.source).toBe('policy');
  expect((await http.correctOutcome(caller, 'out_1', correction)).corrected).toBe(true);
  expect((await http.retractOutcome(caller, 'out_1', 'why')).link.status).toBe('retracted');
  expect(services.calls).toEqual([
    ['listOutcomes', query],
    ['getOutcome', 'a/b'],
    ['correctOutcome', 'out_1', correction],
    ['retractOutcome', 'out_1', 'why'],
  ]);
});

it.each([
  ['corrections', { type: 'nothing', reason: 'x' }],
  ['corrections', { type: 'won' }],
  ['corrections', { occurred_at: 'yesterday', reason: 'x' }],
  ['retraction', {}],
])('refuses %s with %j', async (path, payload) => {
  const { send } = testGateway();
  expect((await send({ method: 'POST', url: `/v1/outcomes/out_1/${path}`, payload })).statusCode).toBe(400);
});

it('is refused to who may only look on, unless it reads', async () => {
  const { send, headersOf } = testGateway();
  const headers = headersOf('viewer');
  expect((await send({ url: '/v1/outcomes', headers })).statusCode).toBe(200);
  const payload = { reason: 'x' };
  expect((await send({ method: 'POST', url: '/v1/outcomes/out_1/retraction', payload, headers })).statusCode).toBe(403);
});
