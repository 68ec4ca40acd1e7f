import { beforeEach, describe, expect, test } from 'vitest';

import { GatehouseError } from '../../domain/errors.ts';
import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});

describe('backup', () => {
  test('says where it is, how much, and that the key is not in it', async () => {
    const { code, out } = await world.run('backup', '--to', '/b/1');
    expect(code).toBe(EXIT.ok);
    expect(out).toBe(
      '/b/1 holds everything up to 2026-11-21T09:00:00.000Z: 3 events, 70 rows in all, 2 MB.\n' +
        'The master key is not in it. Keep a copy of the key in another place than the backup.',
    );
    expect(JSON.parse((await world.run('backup', '--to', '/b/1', '--json')).out)).toMatchObject({
      folder: '/b/1',
      events: 3,
    });
  });

  test('needs a place, and one word less', async () => {
    expect(await world.run('backup')).toMatchObject({ code: EXIT.usage });
    expect(await world.run('backup', 'all', '--to', '/b/1')).toMatchObject({ code: EXIT.usage });
    expect(await world.run('backup', 'verify')).toMatchObject({ code: EXIT.usage });
  });

  test('is verified, and a damaged one ends with an error', async () => {
    expect((await world.run('backup', 'verify', '/b/1')).out).toContain('The backup is whole: 3 events');
    world.backups.verify = () => Promise.reject(new GatehouseError('usage', 'The backup is damaged: x.'));
    expect(await world.run('backup', 'verify', '/b/1')).toMatchObject({ code: EXIT.usage });
  });
});

describe('db move', () => {
  test('says where the data is now', async () => {
    const { code, out } = await world.run('db', 'move', '--to', 'postgres://localhost/new');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('postgres://localhost/new holds everything: 3 events');
    expect(out).toContain('/data/pg is kept and marked as moved.');
  });

  test('needs the address of a Postgres database, and an embedded one to move from', async () => {
    expect(await world.run('db', 'move', '--to', 'mysql://localhost/new')).toMatchObject({ code: EXIT.usage });
    expect(await world.run('db', 'move')).toMatchObject({ code: EXIT.usage });
    world.env = { DATABASE_URL: 'postgres://localhost/old' };
    const { code, err } = await world.run('db', 'move', '--to', 'postgres://localhost/new');
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('DATABASE_URL is set');
  });
});

describe('restore', () => {
  test('says that the installation is paused', async () => {
    const { code, out } = await world.run('restore', '--from', '/b/1');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('postgres://localhost/restored holds the backup of 2026-11-21T09:00:00.000Z');
    expect(out).toContain('The installation is paused');
  });

  test('is reconciled, and what is unknown ends with 1', async () => {
    const whole = await world.run('restore', 'reconcile', '--journal', '/j');
    expect(whole.code).toBe(EXIT.ok);
    expect(whole.out).toContain(
      '4 permits were open: 1 executed since, 1 failed, 2 certainly not executed and going on, 0 unknown.',
    );
    const holed = await world.run('restore', 'reconcile');
    expect(holed.code).toBe(EXIT.problemFound);
    expect(holed.out).toContain('missing: no folder with journals was given');
    expect(holed.out).toContain('per_1.0  tenant default  cor_1');
    expect(world.openApps).toBe(0);
  });

  test('is refused beside a server', async () => {
    world.server = { url: 'http://127.0.0.1:4800' };
    const { code, err } = await world.run('restore', '--from', '/b/1');
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('A server runs on this data, at http://127.0.0.1:4800. Stop it first.');
  });
});
