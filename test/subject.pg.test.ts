/** What people may ask of the data about them: to see it, to object, and to be erased, without a hole in the ledger. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { JsonValue } from '../src/domain/json.ts';
import { openEmbedded, event, OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';
import { copyPglite, layPglite } from './pglite-template.ts';

/** Words that occur nowhere but in what is personal. */
const SECRETS = ['zebulon@example.com', 'Zebulon Quartz', 'Vizier of Procurement', 'crm-zq-77', 'drakonfruit'];

const ZEBULON = { email: 'zebulon@example.com', name: 'Zebulon Quartz', title: 'Vizier of Procurement' };

/** Every file of a folder, byte for byte. */
function bytesOf(folder: string): Buffer {
  return Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );
}

it('no file of an embedded installation ever holds what is personal', { timeout: 120_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-bytes-'));
  try {
    layPglite(dataDir);
    const app = await openEmbedded(dataDir, { workers: true });
    const caller = await app.caller('default');
    const content = { subject: 'Hi', body: 'A crate of drakonfruit for you.' };
    try {
      await app.services.putAccount(caller, 'example', PROSPECT);
      await app.services.putContact(caller, 'crm-zq-77', { ...REACHABLE, ...ZEBULON });
      const form = { form: 'demo', contact: { name: ZEBULON.name }, message: 'drakonfruit, please' };
      await app.services.acceptSignals(caller, [event('web.form_submitted', 'contact/crm-zq-77', form)]);
      await app.services.propose(caller, proposal('contact/crm-zq-77', { content }));
      expect(JSON.stringify(await app.services.exportSubject(caller, 'contact/crm-zq-77'))).toContain('drakonfruit');
      await app.services.eraseSubject(caller, 'contact/crm-zq-77', 'asked by letter');
    } finally {
      await app.close();
    }
    const bytes = bytesOf(dataDir);
    // The search does find what is there.
    expect(bytes.includes('asked by letter')).toBe(true);
    expect(SECRETS.filter((secret) => bytes.includes(secret))).toEqual([]);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

it('no file of an embedded installation holds the key of somebody who was purged', { timeout: 120_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-purge-'));
  const sql = await copyPglite('migrated', join(dataDir, 'database'));
  const app = await openEmbedded(dataDir, { database: sql, workers: true });
  try {
    const caller = await app.caller('default');
    const { id } = await app.services.putContact(caller, 'crm-zq-77', { ...REACHABLE, ...ZEBULON });
    const [held] = await sql.asOwner((session) =>
      session.query<{ key: string; email: string }>(
        'SELECT k.wrapped AS key, c.sealed_email AS email FROM subject_keys k JOIN contacts c ON c.id = k.subject WHERE k.subject = $1',
        [id],
      ),
    );
    const wanted = [held?.key ?? '', held?.email ?? ''];
    const found = async () => {
      await sql.alone('CHECKPOINT', 0);
      const bytes = bytesOf(dataDir);
      return wanted.filter((text) => bytes.includes(text));
    };
    expect(await found()).toEqual(wanted);
    await app.services.eraseSubject(caller, id, 'asked by letter');
    // The rows are empty, and their bytes are still there.
    expect(await found()).toEqual(wanted);
    const { remains } = await app.services.purgeSubject(caller, id);
    expect(remains.map((item) => item.what)).not.toContain('the write-ahead log of the database');
    expect(await found()).toEqual([]);
  } finally {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

describeDatabases('a person', (database) => {
  let system: TestApp;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-journal-'));
  beforeAll(async () => {
    system = await testApp(database, { workers: true, journalDir: folder });
    const { app, caller } = system;
    await app.services.applyPolicy(caller, { ...OPEN_POLICY, grants: [] });
    await app.services.putAccount(caller, 'example', PROSPECT);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  async function introduce(externalId: string, facts: Partial<typeof REACHABLE> = {}): Promise<string> {
    const { app, caller } = system;
    return (await app.services.putContact(caller, externalId, { ...REACHABLE, ...facts })).id;
  }
  const signal = (subject: string, type: string, data: Parameters<typeof event>[2]) =>
    system.app.services.acceptSignals(system.caller, [event(type, subject, data)]);
  const page = (subject: string) => signal(subject, 'web.page_viewed', { page: 'pricing' });
  const lead = async (id: string) =>
    (
      await system.rows<{ value: string; context: string }>(
        `SELECT value, context FROM actor_state WHERE kind = 'lead' AND id = $1`,
        [id],
      )
    ).map((row) => ({ value: row.value, context: JSON.parse(row.context) as { intent: { score: number } } }))[0];
  const openReviews = async () =>
    (await system.app.services.listReviews(system.caller, { limit: 100, cursor: null })).items;

  /** Everything in the database, as text. */
  async function allText(): Promise<string> {
    const tables = await system.rows<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
    );
    const texts = [];
    for (const { name } of tables)
      texts.push(
        ...(await system.rows<{ text: string }>(`SELECT t::text AS text FROM ${name} t`)).map((row) => row.text),
      );
    return texts.join('\n');
  }

  /** Which of these texts stand in the file of any table, index or catalogue of the database. */
  async function filesWith(texts: readonly string[]): Promise<readonly string[]> {
    await system.sql.alone('CHECKPOINT', 5_000);
    const found = await system.rows<{ text: string }>(
      `SELECT w.text FROM unnest($1::text[]) WITH ORDINALITY AS w (text, place) WHERE EXISTS (
         SELECT FROM pg_class c, pg_read_binary_file(pg_relation_filepath(c.oid), 0, pg_relation_size(c.oid), true) AS bytes
         WHERE c.relkind IN ('r', 'i', 't') AND position(convert_to(w.text, 'UTF8') IN bytes) > 0)
       ORDER BY w.place`,
      [texts],
    );
    return found.map((row) => row.text);
  }

  it('sees everything that is kept of them, and nothing of others', async () => {
    const { app, caller } = system;
    const id = await introduce('reader', { email: 'reader@example.com' });
    await introduce('neighbour', { email: 'neighbour@example.com' });
    await page('contact/reader');
    await page('contact/neighbour');
    await app.services.propose(
      caller,
      proposal('contact/reader', { content: { subject: 'One', body: 'To the reader.' } }),
    );
    const found = await app.services.exportSubject(caller, 'contact/reader');
    expect(found).toMatchObject({ subject: id, erased: false, profile: { facts: { email: 'reader@example.com' } } });
    expect(found.events.map((item) => item.type)).toEqual(
      expect.arrayContaining(['profile.updated', 'signal.received', 'action.proposed', 'action.held']),
    );
    const text = JSON.stringify(found);
    expect(text).toContain('To the reader.');
    expect(text).not.toContain('neighbour@example.com');
    expect(found.decisions.length).toBeGreaterThan(0);
    expect(await app.services.exportSubject(caller, id)).toMatchObject({ subject: id });
    await expect(app.services.exportSubject(caller, 'contact/nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('objects, and is neither written to nor scored any more', async () => {
    const { app, caller } = system;
    const id = await introduce('objector', { email: 'objector@example.com' });
    await page('contact/objector');
    await app.services.propose(caller, proposal('contact/objector'));
    expect((await openReviews()).filter((item) => item.person === id)).not.toHaveLength(0);
    const account = async () =>
      (
        await system.rows<{ context: string }>(`SELECT context FROM actor_state WHERE kind = 'account' AND id = $1`, [
          (await app.services.getAccount(caller, 'example')).id,
        ])
      )[0]?.context;
    expect((await lead(id))?.context.intent.score).toBeGreaterThan(0);

    const act = await app.services.objectSubject(caller, 'contact/objector', 'asked by letter');
    expect(act).toMatchObject({ subject: id });
    await until(async () => (await openReviews()).every((item) => item.person !== id));
    const before = await account();
    await page('contact/objector');
    expect(await lead(id)).toMatchObject({ value: 'objected', context: { intent: { score: 0 } } });
    expect(await account()).toBe(before);
    await until(async () => {
      const check = await app.services.checkGate(caller, proposal('contact/objector'));
      return check.verdict === 'deny' && check.checks.some((item) => item.code === 'suppressed');
    });
  });

  it('is erased, so that no table names them, and the ledger is whole', async () => {
    const { app, caller } = system;
    const id = await introduce('crm-zq-77', ZEBULON);
    await signal('contact/crm-zq-77', 'web.form_submitted', { form: 'demo', contact: { name: 'Zebulon Quartz' } });
    await app.services.propose(
      caller,
      proposal('contact/crm-zq-77', { content: { subject: 'Hi', body: 'A crate of drakonfruit for you.' } }),
    );
    expect(JSON.stringify(await app.services.exportSubject(caller, 'contact/crm-zq-77'))).toContain('drakonfruit');

    await signal('contact/crm-zq-77', 'web.form_submitted', {
      form: 'demo',
      message: 'Our budget is 40,000 EUR for drakonfruit.',
    });
    const found = async () =>
      (
        await app.services.searchMemory(caller, 'example', {
          query: 'budget for drakonfruit',
          as_of: null,
          budget_tokens: 4_000,
          budget_ms: 5_000,
        })
      ).items.map((item) => item.note.text);
    expect((await found()).join()).toContain('drakonfruit');
    const indexed = () => system.rows('SELECT 1 FROM note_index WHERE subject = $1', [id]);
    expect(await indexed()).not.toEqual([]);

    const erasure = await app.services.eraseSubject(caller, 'contact/crm-zq-77', 'asked by letter');
    expect(await indexed()).toEqual([]);
    expect((await found()).join()).not.toContain('drakonfruit');
    expect(erasure).toMatchObject({ subject: id });
    expect(erasure.remains.length).toBeGreaterThan(0);
    await until(async () => (await openReviews()).every((item) => item.person !== id));
    // More comes in for them, and leaves nothing personal.
    await signal('contact/crm-zq-77', 'web.form_submitted', { form: 'demo', contact: { name: 'Zebulon Quartz' } });
    await introduce('crm-zq-77', { email: 'zebulon@example.com', name: 'Zebulon Quartz' });

    const text = await allText();
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(await lead(id)).toMatchObject({ value: 'erased', context: { intent: { score: 0 } } });
    const after = await app.services.exportSubject(caller, 'contact/crm-zq-77');
    expect(after).toMatchObject({ erased: true, profile: { external_id: '' } });
    for (const secret of SECRETS) expect(JSON.stringify(after)).not.toContain(secret);
    expect(after.suppressions.map((item) => [item.scope, item.reason])).toEqual(
      expect.arrayContaining([
        ['email', 'erasure'],
        ['contact', 'erasure'],
      ]),
    );
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect(await app.services.replayAll(caller)).toMatchObject({ ok: true, different: 0 });
  });

  it('has a signed proof of it, which names nobody and is refused once it is altered', async () => {
    const { app, caller } = system;
    await introduce('still-here', { email: 'still-here@example.com' });
    await expect(app.services.proveErasure(caller, 'contact/still-here')).rejects.toMatchObject({
      code: 'state_conflict',
    });
    const proof = await app.services.proveErasure(caller, 'contact/crm-zq-77');
    expect(proof.concerned.events).toBeGreaterThan(2);
    const rows = Object.fromEntries(proof.layers.map((item) => [item.layer, item.rows]));
    expect(rows['ledger']).toBeGreaterThanOrEqual(proof.concerned.events);
    expect(rows['notes']).toBeGreaterThan(0);
    expect(proof.layers.filter((item) => item.result === 'removed' && item.rows > 0)).toEqual([]);
    expect(proof.remains.filter((item) => item.until !== null)).not.toEqual([]);
    for (const secret of SECRETS) expect(JSON.stringify(proof)).not.toContain(secret);

    const check = (document: object) =>
      app.services.checkErasureProof(caller, JSON.parse(JSON.stringify(document)) as JsonValue);
    expect(await check(proof)).toEqual({ ok: true, subject: proof.subject, faults: [] });
    expect(await check({ ...proof, delivered: [{ channel: 'email', mode: 'live', messages: 1 }] })).toMatchObject({
      ok: false,
      faults: ['Its signature is wrong: it was altered, or signed by somebody else.'],
    });
    expect(await check({ ...proof, installation: 'another' })).toMatchObject({ ok: false });
    expect(await check({ proof: true })).toMatchObject({ ok: false, subject: null });
  });

  it('has no proof while something of them is left, and each proof is of its own events', async () => {
    const { app, caller } = system;
    const proof = await app.services.proveErasure(caller, 'contact/crm-zq-77');
    const leave = (address: string | null) =>
      system.rows('UPDATE contacts SET sealed_email = $2 WHERE id = $1', [proof.subject, address]);
    await leave('something');
    await expect(app.services.proveErasure(caller, 'contact/crm-zq-77')).rejects.toMatchObject({
      code: 'state_conflict',
    });
    await leave(null);
    const other = await introduce('other-person', { email: 'other@example.com' });
    await app.services.eraseSubject(caller, 'contact/other-person', 'asked by letter');
    expect((await app.services.proveErasure(caller, other)).concerned.digest).not.toBe(proof.concerned.digest);
  });

  it('leaves no byte in any file of the database after a purge', async () => {
    const { app, caller } = system;
    const id = await introduce('purged', { email: 'purged@example.com', name: 'Purged Person' });
    await expect(app.services.purgeSubject(caller, 'contact/purged')).rejects.toMatchObject({ code: 'state_conflict' });
    await signal('contact/purged', 'web.form_submitted', { form: 'demo', message: 'Our budget is 70,000 EUR.' });
    await app.services.searchMemory(caller, 'example', {
      query: 'budget',
      as_of: null,
      budget_tokens: 4_000,
      budget_ms: 5_000,
    });
    await system.rows(
      `INSERT INTO note_vectors (tenant, scope, space, seq, recorded_at, vector)
       SELECT tenant, scope, 'old/model/4', seq, recorded_at, 'dmVjdG9yLW9mLXB1cmdlZA==' FROM note_index WHERE subject = $1`,
      [id],
    );
    const [held] = await system.rows<{ key: string; email: string; alias: string }>(
      `SELECT k.wrapped AS key, c.sealed_email AS email, d.alias FROM subject_keys k JOIN contacts c ON c.id = k.subject
       JOIN directory d ON d.id = k.subject WHERE k.subject = $1`,
      [id],
    );
    const wanted = [held?.key ?? '', held?.email ?? '', 'dmVjdG9yLW9mLXB1cmdlZA=='];
    await system.rows('ANALYZE subject_keys, contacts, note_vectors');
    expect(await filesWith(wanted)).toEqual(wanted);
    await app.services.eraseSubject(caller, 'contact/purged', 'asked by letter');
    const { steps } = await app.services.purgeSubject(caller, 'contact/purged');
    expect(steps.map((step) => step.what)).toContain('table subject_keys');
    expect(await filesWith(wanted)).toEqual([]);
    // What is not theirs is where it was.
    expect(await filesWith([held?.alias ?? ''])).toEqual([held?.alias]);
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect((await app.services.proveErasure(caller, 'contact/purged')).subject).toBe(id);
  });

  it('is not erased while a legal hold is on them, and can be when it is lifted', async () => {
    const { app, caller } = system;
    const id = await introduce('held', { email: 'held@example.com' });
    const profile = async () => (await app.services.exportSubject(caller, id)).profile?.facts.email;
    await expect(app.services.releaseSubject(caller, id, 'settled')).rejects.toMatchObject({ code: 'state_conflict' });
    await app.services.holdSubject(caller, 'contact/held', 'lawsuit 7 C 12/26');
    await expect(app.services.holdSubject(caller, id, 'again')).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(app.services.eraseSubject(caller, id, 'asked by letter')).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringContaining('lawsuit 7 C 12/26') as string,
    });
    expect(await profile()).toBe('held@example.com');
    const held = await app.services.exportSubject(caller, id);
    expect(held.hold).toMatchObject({ reason: 'lawsuit 7 C 12/26' });
    expect(held.events.map((item) => item.type)).toContain('subject.erasure_refused');
    // Nobody is suppressed for an erasure that did not happen.
    expect(held.suppressions).toEqual([]);

    await app.services.releaseSubject(caller, id, 'settled');
    expect((await app.services.exportSubject(caller, id)).hold).toBeNull();
    await app.services.eraseSubject(caller, id, 'asked by letter');
    expect(await profile()).toBeUndefined();
    await expect(app.services.holdSubject(caller, id, 'too late')).rejects.toMatchObject({ code: 'state_conflict' });
    expect(await app.services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
  });

  it('stays suppressed under another id with the same address', async () => {
    const { app, caller } = system;
    await introduce('somebody-else', { email: 'zebulon@example.com' });
    const check = await app.services.checkGate(caller, proposal('contact/somebody-else'));
    expect(check.verdict).toBe('deny');
    expect(check.checks.map((item) => item.code)).toContain('suppressed');
  });

  it('is erased once: again says so again and changes nothing', async () => {
    const { app, caller } = system;
    const again = await app.services.eraseSubject(caller, 'contact/crm-zq-77', 'asked again');
    expect((await app.services.exportSubject(caller, again.subject)).erased).toBe(true);
    expect(await app.services.verify(caller)).toMatchObject({ ok: true });
  });

  it('is in the journal, without a name, so that a restore erases them again', async () => {
    const text = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    expect(text).toContain('"kind":"erasure"');
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });
});
