/** Suppressions on real databases: what is added holds, what is removed does not, and what a person asked for stays. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ExecutionStore } from '../src/actors/execution-store.port.ts';
import { prepareDatabase } from '../src/app/prepare-database.ts';
import { GatehouseError } from '../src/domain/errors.ts';
import { PostgresDirectory } from '../src/memory/identity/postgres-directory.ts';
import { createAddressBook } from '../src/memory/read/address-book.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { PostgresExecutionStore } from '../src/memory/runtime/postgres-execution-store.ts';
import { keyOfBytes, newKeyBytes } from '../src/memory/vault/cipher.ts';
import { onlyKey } from '../src/memory/vault/generations.ts';
import { InstallationSecret } from '../src/memory/vault/installation-secret.ts';
import { SubjectVault } from '../src/memory/vault/subject-vault.ts';
import { secondCheck } from '../src/policies/second-check.ts';
import { event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { TEST_MASTER_KEY, TEST_RING } from './process.fixture.ts';

type Check = Parameters<ExecutionStore['claim']>[0]['check'];

const reason = 'a test';

describeDatabases('suppressions', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database, { masterKey: TEST_MASTER_KEY });
    const { app, caller } = system;
    await app.services.applyPolicy(caller, OPEN_POLICY);
    await app.services.putAccount(caller, 'acme', { ...PROSPECT, name: 'acme', domain: 'acme.example' });
    await app.services.putContact(caller, 'maria', { ...REACHABLE, account: 'acme', email: 'maria@acme.example' });
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const codes = async () =>
    (await system.app.services.checkGate(system.caller, proposal('contact/maria'))).checks.flatMap(
      ({ code }) => code ?? [],
    );
  const suppressions = () => system.app.services.suppressions;
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'not refused',
      (error: unknown) => (error instanceof GatehouseError ? error.code : String(error)),
    );

  /** What a worker that claims what is due is refused, by this check. Its vault has another key: it opens no content, and none is asked for here. */
  async function refusedNow(
    check: (...given: [...Parameters<Check>, at: number]) => ReturnType<Check>,
  ): Promise<readonly (readonly [string, readonly string[]])[]> {
    const vault = new SubjectVault(onlyKey(keyOfBytes(newKeyBytes())));
    const store = new PostgresExecutionStore(system.sql, vault, new PolicyCache());
    const at = Date.now();
    const { refused } = await store.claim({
      worker: 'test',
      tenants: [system.caller.tenant],
      partitions: null,
      at,
      limit: 10,
      leaseMs: 1_000,
      full: [],
      take: () => true,
      check: (permit, facts, policy) => check(permit, facts, policy, at),
    });
    return refused.map(({ permit, reasons }) => [permit.action, reasons]);
  }

  it('hold from the commit on, are listed page by page, and end when an admin removes them', async () => {
    const { suppressions } = system.app.services;
    const { caller } = system;
    expect(await codes()).toEqual([]);
    await suppressions.add(caller, { scope: 'domain', value: 'acme.example', reason, source: 'test' });
    await suppressions.add(caller, { scope: 'account', value: 'acme', reason, source: 'test' });
    expect(await codes()).toEqual(['suppressed']);

    const first = await suppressions.list(caller, { limit: 1, cursor: null });
    const second = await suppressions.list(caller, { limit: 1, cursor: first.next_cursor });
    expect([...first.items, ...second.items].map(({ scope, source }) => `${scope} ${source}`)).toEqual([
      'domain test',
      'account test',
    ]);
    expect(second.next_cursor).toBeNull();

    await suppressions.remove(caller, { scope: 'domain', value: 'acme.example', reason });
    expect(await codes()).toEqual(['suppressed']);
    await suppressions.remove(caller, { scope: 'account', value: 'acme', reason });
    expect(await codes()).toEqual([]);
    expect(await refusalOf(suppressions.remove(caller, { scope: 'account', value: 'acme', reason }))).toBe('not_found');
  });

  it('go on to hold when another one is removed twice at the same moment', async () => {
    const { suppressions } = system.app.services;
    const { caller } = system;
    const other = { scope: 'domain', value: 'other.example', reason } as const;
    await suppressions.add(caller, { ...other, source: 'test' });
    await suppressions.add(caller, { scope: 'account', value: 'acme', reason, source: 'test' });
    const removals = [suppressions.remove(caller, other), suppressions.remove(caller, other)];
    // One that comes a moment later finds nothing to remove.
    expect(['not refused', 'not_found']).toEqual(expect.arrayContaining(await Promise.all(removals.map(refusalOf))));
    expect(await codes()).toEqual(['suppressed']);
    // Whoever suppresses it again can remove it again.
    await suppressions.add(caller, { ...other, source: 'test' });
    await suppressions.remove(caller, other);
    expect(await refusalOf(suppressions.remove(caller, other))).toBe('not_found');
    expect(await codes()).toEqual(['suppressed']);
    await suppressions.remove(caller, { scope: 'account', value: 'acme', reason });
    expect(await codes()).toEqual([]);
  });

  it.each([
    ['email', 'maria'],
    ['email', 'maria@acme.example,'],
    ['domain', '@acme.example'],
    ['domain', 'https://acme.example/'],
    ['domain', 'maria@acme.example'],
  ] as const)('are refused for the %s %s, which nobody could be met by', async (scope, value) => {
    expect(await refusalOf(suppressions().add(system.caller, { scope, value, reason, source: 'test' }))).toBe(
      'invalid_request',
    );
  });

  it('know a person by every address that one request named them with', async () => {
    const { suppressions } = system.app.services;
    const { caller } = system;
    const addresses = ['jo@old.example', 'jo@new.example', 'jo@newest.example'];
    await system.app.services.acceptSignals(
      caller,
      addresses.map((email) => event('crm.contact_updated', 'contact/jo', { contact: { account: 'acme', email } })),
    );
    await system.app.services.putContact(caller, 'jo', { ...REACHABLE, account: 'acme' });
    const codesOfJo = async () =>
      (await system.app.services.checkGate(caller, proposal('contact/jo'))).checks.flatMap(({ code }) => code ?? []);
    for (const value of addresses) {
      expect(await codesOfJo()).toEqual([]);
      await suppressions.add(caller, { scope: 'email', value, reason, source: 'test' });
      expect(await codesOfJo()).toEqual(['suppressed']);
      await suppressions.remove(caller, { scope: 'email', value, reason });
    }
  });

  it('know a person by every address that two hosts heard of at the same moment', async () => {
    const secret = InstallationSecret.of(keyOfBytes(newKeyBytes()));
    const [one, other] = [new PostgresDirectory(system.sql, secret), new PostgresDirectory(system.sql, secret)];
    const named = (directory: PostgresDirectory, email: string | null) =>
      directory.resolve(system.caller.tenant, [
        { kind: 'contact', externalId: 'sam', account: null, email, domain: null },
      ]);
    await named(one, null);
    const addresses = Array.from({ length: 20 }, (_, index) => `sam@s${index}.example`);
    await Promise.all(addresses.map((email, index) => named(index % 2 === 0 ? one : other, email)));
    const [found] = await named(new PostgresDirectory(system.sql, secret), null);
    expect(found?.suppressionKeys.filter((key) => key.startsWith('email:'))).toHaveLength(addresses.length);
  });

  it('hold at the second check for an address that came after the permit', async () => {
    const { services } = system.app;
    const { caller } = system;
    await services.putContact(caller, 'late', { ...REACHABLE, account: 'acme', email: 'late@acme.example' });
    const { action } = await services.propose(caller, proposal('contact/late'));
    await system.rows(`UPDATE permits SET content_seq = 0 WHERE action = $1`, [action]);
    await services.putContact(caller, 'late', { email: 'late@new.example' });
    await suppressions().add(caller, { scope: 'email', value: 'late@new.example', reason, source: 'test' });
    const refused = await refusedNow((_permit, facts) => (facts.suppressions ?? []).map((found) => found.scope));
    expect(refused).toEqual([[action, ['email']]]);
  });

  it('hold at the second check for the account that the person was moved to after the permit', async () => {
    const { services } = system.app;
    const { caller } = system;
    await services.putAccount(caller, 'next', { ...PROSPECT, name: 'next', domain: 'next.example' });
    await services.putContact(caller, 'mover', { ...REACHABLE, account: 'moved', email: 'mover@mail.example' });
    await services.putAccount(caller, 'moved', { ...PROSPECT, name: 'moved', domain: 'moved.example' });
    const { action } = await services.propose(caller, proposal('contact/mover'));
    await system.rows(`UPDATE permits SET content_seq = 0 WHERE action = $1`, [action]);
    await suppressions().add(caller, { scope: 'account', value: 'next', reason, source: 'test' });
    await services.identities.moveContact(caller, 'mover', { account: 'next', reason, request_id: null });
    const refused = await refusedNow((permit, facts, policy, at) =>
      secondCheck({ ...permit, ...permit.detail }, facts, policy, permit.fingerprint, at).map(({ code }) => code),
    );
    expect(refused).toEqual([[action, ['scope_unlinked']]]);
  });

  it('are told to the channel with the address that it is about to write to', async () => {
    const { caller } = system;
    const { putContact } = system.app.services;
    const { generations } = await prepareDatabase(system.sql, TEST_RING);
    const book = createAddressBook(system.sql, new SubjectVault(generations));
    await putContact(caller, 'target', { ...REACHABLE, account: 'acme', email: 'target@acme.example' });
    const [row] = await system.rows<{ id: string }>('SELECT id FROM contacts ORDER BY created_at DESC LIMIT 1');
    const found = async () => (await book.find(caller.tenant, [row?.id ?? ''])).get(row?.id ?? '');
    expect(await found()).toMatchObject({ email: 'target@acme.example', isSuppressed: false });
    await suppressions().add(caller, { scope: 'email', value: 'target@new.example', reason, source: 'test' });
    await putContact(caller, 'target', { email: 'target@new.example' });
    expect(await found()).toMatchObject({ email: 'target@new.example', isSuppressed: true });
  });

  it('stay when the person asked for them', async () => {
    const { suppressions, objectSubject } = system.app.services;
    await objectSubject(system.caller, 'contact/maria', 'asked by letter');
    const remove = () => suppressions.remove(system.caller, { scope: 'email', value: 'maria@acme.example', reason });
    await expect.poll(() => refusalOf(remove())).toBe('state_conflict');
  });
});
