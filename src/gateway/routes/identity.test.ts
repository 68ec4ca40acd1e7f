/** Operations about identities hand the right thing to the services, over HTTP as the command line sends it too. */
import type { InjectOptions } from 'fastify';
import { describe, expect, it, test } from 'vitest';

import { httpServices } from '../../cli/http-services.ts';
import { testGateway } from '../gateway.fixture.ts';

const ACT = { reason: 'the same', request_id: 'r1' };
const NAME = { kind: 'external', value: '7', system: 'crm' } as const;

const CASES: Record<string, { readonly request: InjectOptions; readonly call: readonly unknown[] }> = {
  mergeAccount: {
    request: { method: 'POST', url: '/v1/accounts/acme%2F1/merge', payload: { into: 'acme', ...ACT } },
    call: ['mergeInto', 'account', 'acme/1', { into: 'acme', ...ACT }],
  },
  mergeContact: {
    request: { method: 'POST', url: '/v1/contacts/m1/merge', payload: { into: 'm2', reason: 'x' } },
    call: ['mergeInto', 'contact', 'm1', { into: 'm2', reason: 'x', request_id: null }],
  },
  moveContact: {
    request: { method: 'POST', url: '/v1/contacts/m1/move', payload: { account: null, reason: 'x' } },
    call: ['moveContact', 'm1', { account: null, reason: 'x', request_id: null }],
  },
  reverse: {
    request: { method: 'POST', url: '/v1/identity/acts/mrg_1/reverse', payload: ACT },
    call: ['reverseAct', 'mrg_1', ACT],
  },
  list: { request: { url: '/v1/identity/acts?limit=3' }, call: ['listIdentityActs', { limit: 3, cursor: null }] },
  find: {
    request: { url: '/v1/identity/find?entity=account&kind=external&value=7&system=crm' },
    call: ['findByName', 'account', NAME],
  },
  suggestions: {
    request: { url: '/v1/identity/suggestions' },
    call: ['listSuggestions', 'account', { limit: 50, cursor: null }],
  },
  dismiss: {
    request: {
      method: 'POST',
      url: '/v1/identity/suggestions/dismiss',
      payload: { kind: 'contact', one: 'con_1', other: 'con_2', reason: 'x' },
    },
    call: ['dismissSuggestion', 'contact', { one: 'con_1', other: 'con_2', reason: 'x' }],
  },
  aliases: { request: { url: '/v1/contacts/m1/aliases' }, call: ['listAliases', 'contact', 'm1'] },
  addAlias: {
    request: { method: 'POST', url: '/v1/accounts/acme/aliases', payload: { ...NAME, reason: 'x' } },
    call: ['addAlias', 'account', 'acme', { ...NAME, reason: 'x' }],
  },
  removeAlias: {
    request: { method: 'DELETE', url: '/v1/accounts/acme/aliases/a1?reason=x' },
    call: ['removeAlias', 'account', 'acme', 'a1', 'x'],
  },
};

describe.each(Object.entries(CASES))('%s', (_name, { request, call }) => {
  test('reaches the services', async () => {
    const { send, services } = testGateway();
    const response = await send(request);
    expect(response.statusCode).toBe(200);
    expect(services.calls).toEqual([call]);
  });

  test('is refused to who may only look on, unless it reads', async () => {
    const { send, headersOf } = testGateway();
    const response = await send({ ...request, headers: headersOf('viewer') });
    expect(response.statusCode).toBe(request.method === undefined ? 200 : 403);
  });
});

it('refuses a merge without a reason, or with a member that it does not know', async () => {
  const { send } = testGateway();
  for (const payload of [{ into: 'b' }, { into: 'b', reason: '' }, { into: 'b', reason: 'x', keep: 'a' }]) {
    const response = await send({ method: 'POST', url: '/v1/accounts/a/merge', payload });
    expect(response.statusCode).toBe(400);
  }
});

it('is the same over HTTP as in process', async () => {
  const { app, services, headersOf } = testGateway();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const key = headersOf('admin')['authorization']?.slice('Bearer '.length) ?? '';
  const { identities } = httpServices(url, key);
  const caller = { identity: '', kind: 'person', role: 'admin', tenant: '', keyId: '' } as never;
  const page = { limit: 5, cursor: null };
  await identities.mergeInto(caller, 'account', 'a/b', { into: 'c', reason: 'x', request_id: null });
  await identities.moveContact(caller, 'm', { account: null, reason: 'x', request_id: null });
  await identities.reverseAct(caller, 'mrg_1', ACT);
  await identities.listIdentityActs(caller, page);
  expect(await identities.listAliases(caller, 'contact', 'm')).toHaveLength(1);
  await identities.addAlias(caller, 'account', 'a', { ...NAME, reason: 'x' });
  await identities.removeAlias(caller, 'account', 'a', 'a1', 'why & how');
  await identities.findByName(caller, 'contact', { kind: 'email', system: null, value: 'a+b@c.example' });
  await identities.listSuggestions(caller, 'contact', page);
  await identities.dismissSuggestion(caller, 'account', { one: 'acc_1', other: 'acc_2', reason: 'x' });
  expect(services.calls).toEqual([
    ['mergeInto', 'account', 'a/b', { into: 'c', reason: 'x', request_id: null }],
    ['moveContact', 'm', { account: null, reason: 'x', request_id: null }],
    ['reverseAct', 'mrg_1', ACT],
    ['listIdentityActs', page],
    ['listAliases', 'contact', 'm'],
    ['addAlias', 'account', 'a', { ...NAME, reason: 'x' }],
    ['removeAlias', 'account', 'a', 'a1', 'why & how'],
    ['findByName', 'contact', { kind: 'email', system: null, value: 'a+b@c.example' }],
    ['listSuggestions', 'contact', page],
    ['dismissSuggestion', 'account', { one: 'acc_1', other: 'acc_2', reason: 'x' }],
  ]);
});
