import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { TestWorld } from '../cli.fixture.ts';
import { EXIT } from '../command.ts';
import { dataFolder, findingsText, nats, nodeVersion } from './doctor.ts';
import type { Finding } from './doctor.ts';

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
  world.env = { GATEHOUSE_PORT: '0' };
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serverOf(greet: (socket: Socket) => void): Promise<number> {
  const server = createServer(greet);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

async function examine(): Promise<{ code: number; ok: boolean; findings: Map<string, Finding> }> {
  const { code, out } = await world.run('doctor', '--json');
  const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: Finding[] };
  return { code, ok, findings: new Map(findings.map((finding) => [finding.check, finding])) };
}

test('a new folder is fine, and looking at it makes nothing', async () => {
  world.env = { ...world.env, GATEHOUSE_DATA_DIR: join(world.dataDir, 'new', 'one') };
  const { code, ok, findings } = await examine();
  expect([code, ok]).toEqual([EXIT.ok, true]);
  expect(findings.get('data folder')?.detail).toMatch(/^is made at the first start, [\d,]+ MB free$/);
  expect(findings.get('database')?.result).toBe('note');
  expect(existsSync(join(world.dataDir, 'new'))).toBe(false);
  expect(world.opened).toEqual([]);
});

test('wrong variables are a finding and not the end', async () => {
  world.env = { GATEHOUSE_PROT: '1', GATEHOUSE_PORT: 'x' };
  const { code, findings } = await examine();
  expect(code).toBe(EXIT.problemFound);
  expect([...findings.keys()]).toEqual(['node', 'environment']);
  expect(findings.get('environment')?.detail).toBe(
    'GATEHOUSE_PROT: is not a variable that is known here. Did you mean GATEHOUSE_PORT?; GATEHOUSE_PORT: "x" is not a port, 0 to 65535',
  );
});

describe('the database', () => {
  beforeEach(() => {
    mkdirSync(join(world.dataDir, 'pg'));
    mkdirSync(join(world.dataDir, 'keys'));
    writeFileSync(join(world.dataDir, 'keys', 'master.key'), 'x', { mode: 0o600 });
  });

  test('is opened when it is there', async () => {
    const { ok, findings } = await examine();
    expect(ok).toBe(true);
    expect(findings.get('database')?.detail).toBe('embedded, reachable and migrated (this process)');
    expect(world.openApps).toBe(0);
  });

  test('that is not ready, or cannot be opened, is a problem', async () => {
    world.services.ready = false;
    expect((await examine()).findings.get('database')).toMatchObject({
      result: 'problem',
      detail: 'database: unreachable',
    });
    world.services.failure = new Error('the folder is in use');
    const { code, findings } = await examine();
    expect(code).toBe(EXIT.problemFound);
    expect(findings.get('database')).toMatchObject({ result: 'problem', detail: 'the folder is in use' });
  });

  test('without its master key is one, and so is a key that others can read', async () => {
    const path = join(world.dataDir, 'keys', 'master.key');
    chmodSync(path, 0o644);
    expect((await examine()).findings.get('master key')).toMatchObject({
      result: 'problem',
      fix: `Run: chmod 600 ${path}`,
    });
    world.env = { ...world.env, DATABASE_URL: 'postgres://db/x', GATEHOUSE_DATA_DIR: join(world.dataDir, 'other') };
    expect((await examine()).findings.get('master key')?.result).toBe('problem');
  });
});

describe('the port', () => {
  test('that is taken is a problem, unless a server of this folder has it', async () => {
    const port = await serverOf((socket) => socket.destroy());
    world.env = { GATEHOUSE_PORT: String(port) };
    expect((await examine()).findings.get('port')).toMatchObject({
      result: 'problem',
      detail: `127.0.0.1:${port} is taken by another program`,
    });
    world.server = { url: `http://127.0.0.1:${port}` };
    expect((await examine()).findings.get('port')?.result).toBe('ok');
  });

  test('that is free', async () => {
    const port = await serverOf(() => {});
    await new Promise((done) => servers.pop()?.close(done));
    world.env = { GATEHOUSE_PORT: String(port) };
    expect((await examine()).findings.get('port')?.detail).toBe(`127.0.0.1:${port} is free`);
  });
});

describe('NATS', () => {
  test('says its version', async () => {
    const port = await serverOf((socket) => socket.write('INFO {"server_id":"x","version":"2.11.4","proto":1}\r\n'));
    expect(await nats(`nats://127.0.0.1:${port}`)).toMatchObject({
      result: 'ok',
      detail: `127.0.0.1:${port} answers, version 2.11.4`,
    });
  });

  test('is not whatever answers, and not what does not', async () => {
    const port = await serverOf((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n'));
    expect((await nats(`nats://127.0.0.1:${port}`)).detail).toBe(`what answers at 127.0.0.1:${port} is no NATS server`);
    expect((await nats('nats://127.0.0.1:9')).detail).toBe('127.0.0.1:9 does not answer');
  });
});

test('an old Node, and a data folder that is a file', () => {
  expect(nodeVersion('22.3.0')).toMatchObject({ result: 'problem', fix: 'Run npm ci, which brings Node 24.' });
  const file = join(world.dataDir, 'file');
  writeFileSync(file, '');
  expect(dataFolder(file)).toMatchObject({ result: 'problem', detail: `${file} is no folder` });
  expect(dataFolder(join(file, 'inside')).result).toBe('problem');
});

test('the text ends with the verdict', () => {
  const plain = (_tone: string, text: string): string => text;
  const finding: Finding = { check: 'port', result: 'problem', detail: 'taken', fix: 'Choose another.' };
  expect(findingsText([finding], plain)).toBe('✗ port         taken\n               → Choose another.\n\n1 to mend.');
});
