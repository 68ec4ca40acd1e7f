import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { beforeEach, expect, test } from 'vitest';

import { GatehouseError } from '../domain/errors.ts';
import { testGateway } from '../gateway/gateway.fixture.ts';
import { TestWorld } from './cli.fixture.ts';
import { EXIT } from './command.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

/** A server on the data folder of the world, with one key. */
async function startServer(): Promise<{ readonly key: string; readonly calls: () => readonly unknown[] }> {
  const { app, services } = testGateway();
  world.server = { url: await app.listen({ host: '127.0.0.1', port: 0 }) };
  return { key: services.addKey('admin'), calls: () => services.calls };
}

function keep(name: string, key: string): void {
  mkdirSync(join(world.dataDir, 'keys'), { recursive: true });
  writeFileSync(join(world.dataDir, 'keys', name), `${key}\n`);
}

test('without a server the system is opened here, and closed again', async () => {
  expect((await world.run('verify', '--tenant', 'emea')).code).toBe(EXIT.ok);
  expect(world.opened).toEqual(['emea']);
  expect(world.openApps).toBe(0);
  expect(world.services.calls).toEqual([['verify']]);
});

test('with a server the command goes there, with the key that is configured', async () => {
  const server = await startServer();
  world.env = { GATEHOUSE_ADMIN_KEY: server.key };
  expect((await world.run('verify')).code).toBe(EXIT.ok);
  expect(server.calls()).toEqual([['verify']]);
  expect(world.opened).toEqual([]);
});

test.each([
  ['admin-key', []],
  ['demo-key', ['--tenant', 'demo']],
  ['emea-key', ['--tenant', 'emea']],
])('or with the key that is kept in keys/%s', async (name, options) => {
  const server = await startServer();
  keep(name, server.key);
  expect((await world.run('verify', ...options)).code).toBe(EXIT.ok);
});

test('the configured key is that of the default tenant, and of no other', async () => {
  const server = await startServer();
  world.env = { GATEHOUSE_ADMIN_KEY: server.key };
  const { code, err } = await world.run('verify', '--tenant', 'emea');
  expect(code).toBe(EXIT.refused);
  expect(err).toContain(`Put an admin key of that tenant into ${join(world.dataDir, 'keys', 'emea-key')}`);
  expect(world.opened).toEqual([]);
});

test('a command for one tenant is not carried out with a key of another', async () => {
  const server = await startServer();
  world.env = { GATEHOUSE_KEY: server.key };
  const { code, err } = await world.run('kill-switch', 'on', '--reason', 'x', '--tenant', 'emea');
  expect([code, err]).toEqual([EXIT.usage, expect.stringMatching(/of the tenant t-1, not of emea/)]);
  expect(server.calls()).toEqual([]);
  expect((await world.run('verify', '--tenant', 't-1')).code).toBe(EXIT.ok);
  expect((await world.run('verify')).code).toBe(EXIT.ok);
});

test('an empty file is no key', async () => {
  await startServer();
  keep('admin-key', '');
  expect((await world.run('verify')).code).toBe(EXIT.refused);
});

test('a server that is starting is waited for', async () => {
  writeFileSync(join(world.dataDir, 'lock'), '1\n');
  world.openError = new GatehouseError('usage', 'The data folder is in use.');
  const running = world.run('verify');
  await sleep(50);
  const server = await startServer();
  keep('admin-key', server.key);
  expect((await running).code).toBe(EXIT.ok);
  expect(server.calls()).toEqual([['verify']]);
});

test('a system that cannot be opened for another reason is not', async () => {
  world.openError = new GatehouseError('unavailable', 'The database does not answer.');
  expect(await world.run('verify')).toMatchObject({
    code: EXIT.unreachable,
    err: 'gatehouse: The database does not answer.',
  });
});
