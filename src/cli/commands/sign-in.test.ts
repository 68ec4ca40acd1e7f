import { expect, test } from 'vitest';

import { FAKE_TOKEN } from '../../gateway/session.fake.ts';
import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

test('makes a link for a person with a role', async () => {
  const world = new TestWorld();
  const { code, out, err } = await world.run('sign-in', '--as', 'ana', '--role', 'reviewer', '--authorities', 'am');
  expect(code).toBe(EXIT.ok);
  expect(out).toMatch(new RegExp(`^http://[^ ]+/sign-in\\?token=${FAKE_TOKEN}$`));
  expect(err).toContain('ana as reviewer');
  expect(world.services.calls).toContainEqual(['createLink', { name: 'ana', role: 'reviewer', authorities: ['AM'] }]);
});

test('signs in the operator as an admin when nobody is named', async () => {
  const world = new TestWorld();
  await world.run('sign-in');
  expect(world.services.calls).toContainEqual(['createLink', { name: 'operator', role: 'admin', authorities: [] }]);
});

test('gives no session to a program', async () => {
  const { code, err } = await new TestWorld().run('sign-in', '--role', 'agent');
  expect(code).toBe(EXIT.usage);
  expect(err).toContain('no role of a person');
});
