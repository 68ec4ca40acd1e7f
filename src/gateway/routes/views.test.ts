/** Operations about views hand the right thing to the services, over HTTP as the command line sends it too. */
import { expect, it } from 'vitest';

import { httpServices } from '../../cli/http-services.ts';
import { testGateway } from '../gateway.fixture.ts';

it('is the same over HTTP as in process', async () => {
  const { app, services, headersOf } = testGateway();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const key = headersOf('viewer')['authorization']?.slice('Bearer '.length) ?? '';
  const http = httpServices(url, key);
  const caller = { identity: '', kind: 'person', role: 'viewer', tenant: '', keyId: '' } as never;
  const request = { key: 'a/b', budget_tokens: 500, refresh: true };
  const plain = { key: 'acme', budget_tokens: null, refresh: false };
  expect((await http.listViews(caller))[0]?.parts[0]?.staleness_threshold_hours).toBe(168);
  expect((await http.readView(caller, 'account_composite', request)).parts).toEqual({
    notes: [{ kind: 'fact', text: 'They use SSO.' }],
  });
  await http.readView(caller, 'account_composite', plain);
  expect(services.calls).toEqual([
    ['listViews'],
    ['readView', 'account_composite', request],
    ['readView', 'account_composite', plain],
  ]);
});

it.each(['', '?key=acme&budget_tokens=99', '?key=acme&refresh=maybe'])('refuses %s', async (query) => {
  const { send } = testGateway();
  expect((await send({ url: `/v1/views/account_composite${query}` })).statusCode).toBe(400);
});
