/** An erasure goes on to connected channels: each is asked until it confirms, the proof says who has, and the address goes with the last who needs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ActionChannel, ForgetRequest } from '../src/actors/channel.port.ts';
import { RetryableError } from '../src/domain/errors.ts';
import type { JsonValue } from '../src/domain/json.ts';
import { OPEN_POLICY, openEmbedded, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { layPglite } from './pglite-template.ts';

const ADDRESS = 'quentin@example.com';

/** A list of addresses that somebody else keeps. It carries nothing, so that the sandbox sends. */
function list(name: string) {
  const asked: ForgetRequest[] = [];
  const state: { fails: Error | null } = { fails: new RetryableError('nobody is there') };
  const channel: ActionChannel = {
    name,
    carries: () => false,
    send: () => Promise.resolve([]),
    lookup: () => Promise.resolve([]),
    forgetting: {
      kind: 'asked',
      by: 'address',
      forget(request) {
        asked.push(request);
        return state.fails === null
          ? Promise.resolve({ receipt: `gone ${request.address}` })
          : Promise.reject(state.fails);
      },
    },
  };
  return { channel, asked, state };
}

describeDatabases('forgetting elsewhere', (database) => {
  const away = list('away');
  const silent: ActionChannel = { ...list('silent').channel, name: 'silent' };
  let system: TestApp;
  let person: string;
  beforeAll(async () => {
    const { forgetting: _, ...unknowing } = silent;
    system = await testApp(database, { workers: true, channels: [away.channel, unknowing] });
    const { app, caller } = system;
    await app.services.applyPolicy(caller, OPEN_POLICY);
    await app.services.putAccount(caller, 'example', PROSPECT);
    ({ id: person } = await app.services.putContact(caller, 'quentin', { ...REACHABLE, email: ADDRESS }));
    await app.services.propose(caller, proposal('contact/quentin'));
    await until(async () => (await count(`sandbox_deliveries WHERE recipient = '${person}'`)) === 1);
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const count = async (text: string) =>
    (await system.rows<{ rows: number }>(`SELECT count(*) AS rows FROM ${text}`))[0]?.rows ?? 0;
  const channels = async () => {
    const { channels: told = [] } = await system.app.services.proveErasure(system.caller, 'contact/quentin');
    return told;
  };
  const state = async (name: string) => (await channels()).find(({ channel }) => channel === name);

  it('asks each channel, and says in the signed proof what is outstanding', async () => {
    const { app, caller } = system;
    await app.services.eraseSubject(caller, 'contact/quentin', 'asked by letter');
    await until(async () => (await count(`forget_requests WHERE receipt IS NOT NULL OR fault IS NOT NULL`)) === 2);
    expect(await channels()).toMatchObject([
      {
        channel: 'away',
        state: 'outstanding',
        attempts: 1,
        receipt: null,
        note: expect.stringContaining('asked again') as string,
      },
      { channel: 'sandbox', state: 'confirmed', attempts: 1, receipt: expect.stringMatching(/^sandbox:/) as string },
      { channel: 'silent', state: 'cannot_be_asked' },
    ]);
    expect(away.asked).toMatchObject([{ recipient: person, address: ADDRESS }]);
    expect(await count(`sandbox_deliveries WHERE recipient = '${person}'`)).toBe(0);
    expect(await count(`sandbox_deliveries`)).toBe(1);
    const proof = await app.services.proveErasure(caller, 'contact/quentin');
    expect(await app.services.checkErasureProof(caller, JSON.parse(JSON.stringify(proof)) as JsonValue)).toMatchObject({
      ok: true,
    });
  });

  it('asks again with the same name until there is a receipt, and then destroys the address', async () => {
    expect(await count('forget_addresses')).toBe(1);
    const kept = await system.rows<{ text: string }>('SELECT a::text AS text FROM forget_addresses a');
    expect(kept[0]?.text).not.toContain('quentin');
    away.state.fails = null;
    await system.rows('UPDATE forget_requests SET due_on = now()');
    await until(async () => (await state('away'))?.state === 'confirmed');
    expect(new Set(away.asked.map(({ id }) => id)).size).toBe(1);
    expect(away.asked.at(-1)?.address).toBe(ADDRESS);
    // The receipt repeated the address, so only its digest is kept.
    expect((await state('away'))?.receipt).toMatch(/^sha256:[0-9a-f]{64}$/);
    await until(async () => (await count('forget_addresses')) === 0);
    expect(
      await count(`subject_keys WHERE subject = 'forget:${person}' AND wrapped IS NULL AND destroyed_on IS NOT NULL`),
    ).toBe(1);
    // Whoever confirmed is not asked again, while another person's requests are.
    const times = away.asked.length;
    await system.rows('UPDATE forget_requests SET due_on = now()');
    const { app, caller } = system;
    await app.services.putContact(caller, 'next', { ...REACHABLE, email: 'next@example.com' });
    await app.services.eraseSubject(caller, 'contact/next', 'asked');
    await until(async () => away.asked.length > times);
    expect(away.asked.slice(times).map(({ address }) => address)).toEqual(['next@example.com']);
  }, 60_000);

  it('asks nobody about a person who was not erased, and forgets that it was going to', async () => {
    const { app, caller } = system;
    const { id } = await app.services.putContact(caller, 'held', { ...REACHABLE, email: 'held@example.com' });
    await app.services.holdSubject(caller, 'contact/held', 'lawsuit');
    await expect(app.services.eraseSubject(caller, 'contact/held', 'asked')).rejects.toMatchObject({
      code: 'state_conflict',
    });
    expect(await count(`forget_addresses WHERE subject = '${id}'`)).toBe(1);
    await system.rows(
      `UPDATE forget_requests SET made_on = now() - interval '2 hours', due_on = now() WHERE subject = $1`,
      [id],
    );
    await until(async () => (await count(`forget_requests WHERE subject = '${id}'`)) === 0);
    await until(async () => (await count(`forget_addresses WHERE subject = '${id}'`)) === 0);
    expect(away.asked.filter(({ recipient }) => recipient === id)).toEqual([]);
  }, 60_000);

  it('tells the address of a person who is erased after all', async () => {
    const { app, caller } = system;
    await app.services.releaseSubject(caller, 'contact/held', 'the lawsuit ended');
    const { subject } = await app.services.eraseSubject(caller, 'contact/held', 'asked again');
    await until(async () => away.asked.some(({ recipient }) => recipient === subject));
    expect(away.asked.findLast(({ recipient }) => recipient === subject)?.address).toBe('held@example.com');
    await until(async () => (await count(`forget_addresses WHERE subject = '${subject}'`)) === 0);
    expect(await count(`subject_keys WHERE subject = 'forget:${subject}' AND wrapped IS NULL`)).toBe(1);
  }, 60_000);
});

it('goes on asking after a restart, and asks a channel that is connected later', { timeout: 120_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-forget-'));
  const [first, second] = [list('first'), list('second')];
  try {
    layPglite(dataDir);
    const before = await openEmbedded(dataDir, { workers: true, channels: [first.channel] });
    const caller = await before.caller('default');
    await before.services.putAccount(caller, 'example', PROSPECT);
    const { id } = await before.services.putContact(caller, 'quentin', { ...REACHABLE, email: ADDRESS });
    await before.services.eraseSubject(caller, id, 'asked by letter');
    await before.close();
    first.state.fails = null;
    second.state.fails = null;
    const after = await openEmbedded(dataDir, { workers: true, channels: [first.channel, second.channel] });
    try {
      const told = async () => (await after.services.proveErasure(await after.caller('default'), id)).channels ?? [];
      await until(async () => (await told()).filter(({ state }) => state === 'confirmed').length === 3);
      expect(first.asked.at(-1)).toMatchObject({ recipient: id, address: ADDRESS });
      expect(second.asked).toHaveLength(1);
    } finally {
      await after.close();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
