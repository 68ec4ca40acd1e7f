/** Texts, notes, timelines and snapshots go by age, those of people under a legal hold stay, and what is left proves itself as before. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { EMPTY_TIMELINE } from '../src/domain/timeline.ts';
import { OPEN_POLICY, PROSPECT, proposal, REACHABLE, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const PEOPLE = ['ada', 'bob'] as const;

describeDatabases('retention of texts', (database) => {
  let system: TestApp;
  const services = () => system.app.services;
  beforeAll(async () => {
    system = await testApp(database, { workers: true });
    const { caller } = system;
    await services().applyPolicy(caller, OPEN_POLICY);
    for (const id of PEOPLE) {
      await services().putAccount(caller, `of-${id}`, { ...PROSPECT, domain: `${id}.example` });
      await services().putContact(caller, id, { ...REACHABLE, account: `of-${id}`, email: `${id}@${id}.example` });
      await services().recordNote(caller, {
        id: `n-${id}`,
        subject: `contact/${id}`,
        kind: 'evidence',
        text: `${id} keeps pelicans.`,
        predicate: null,
        value: null,
        observed_at: Date.now() - 2_000 * 86_400_000,
        valid_from: null,
        valid_to: null,
        confidence: null,
        source: null,
        ordinal: null,
        links: [],
      });
      await services().propose(caller, proposal(`contact/${id}`));
    }
    await until(async () => (await count(`permits WHERE state = 'used' AND due_at IS NULL`)) === 2);
    await services().runRetention(caller);
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const count = async (text: string) =>
    (await system.rows<{ rows: number }>(`SELECT count(*) AS rows FROM ${text}`))[0]?.rows ?? 0;
  const texts = (who = '') => count(`ledger WHERE sealed IS NOT NULL AND sealed_subject LIKE '${who}%'`);
  const due = async () =>
    Object.fromEntries((await services().getRetention(system.caller)).classes.map((item) => [item.class, item.due]));
  /** What only time can do: nobody may change these columns. */
  const age = (days: number) =>
    system.sql.asOwner((session) =>
      session.script(`ALTER TABLE ledger DISABLE TRIGGER USER; ALTER TABLE snapshot_parts DISABLE TRIGGER USER;
        UPDATE ledger SET appended_on = appended_on - interval '${days} days'; UPDATE snapshot_parts SET written_on = written_on - interval '${days} days';
        ALTER TABLE ledger ENABLE TRIGGER USER; ALTER TABLE snapshot_parts ENABLE TRIGGER USER`),
    );
  const found = async (id: string) => {
    const ask = { query: 'pelicans', as_of: null, budget_tokens: 4_000, budget_ms: 5_000 };
    return (await services().searchMemory(system.caller, `of-${id}`, ask)).items.map(({ note }) => note.text);
  };
  const isSound = async () => {
    expect(await services().verify(system.caller)).toMatchObject({ ok: true });
    expect(await services().rebuildCheck(system.caller)).toMatchObject({ ok: true, differences: [] });
  };

  it('lets nobody take a text that is young, or anything but a text', async () => {
    const refused = (change: string) =>
      expect(system.rows(`UPDATE ledger SET ${change}`)).rejects.toThrow(/append-only/);
    const digest = `encode(sha256(convert_to(sealed, 'UTF8')), 'hex')`;
    await refused(`sealed = NULL, sealed_digest = ${digest} WHERE sealed IS NOT NULL`);
    await age(1_000);
    await refused(`sealed = NULL WHERE sealed IS NOT NULL`);
    await refused(`sealed = NULL, sealed_digest = md5('') WHERE sealed IS NOT NULL`);
    await refused(`sealed = NULL, sealed_digest = ${digest}, body = '{}' WHERE sealed IS NOT NULL`);
    await refused(`body = '{}'`);
    expect(await due()).toMatchObject({ event_texts: 0, notes: 0, timelines: 0, snapshots: 0 });
  });

  it('keeps what belongs to a person under a legal hold', async () => {
    expect(await found('ada')).toEqual(['ada keeps pelicans.']);
    await services().holdSubject(system.caller, 'contact/ada', 'lawsuit');
    await age(2_000);
    const [ada, bob] = await Promise.all(PEOPLE.map((id) => services().getContact(system.caller, id)));
    expect(await due()).toMatchObject({ notes: 1, snapshots: 1, timelines: 1 });
    const run = await services().runRetention(system.caller);
    expect(run.deleted).toMatchObject({ notes: 1, snapshots: 1, timelines: 1 });
    expect(run.deleted['event_texts']).toBeGreaterThan(0);
    expect([await texts(bob?.id), (await texts(ada?.id)) > 1]).toEqual([0, true]);
    expect([await found('ada'), await found('bob')]).toEqual([['ada keeps pelicans.'], []]);
    expect(await count('snapshot_parts')).toBe(1);
    const emptied = await system.rows<{ body: string }>('SELECT body FROM timelines WHERE body = $1', [
      JSON.stringify(EMPTY_TIMELINE),
    ]);
    expect(emptied).toHaveLength(1);
    await isSound();
    // What is gone is not taken twice.
    expect((await services().runRetention(system.caller)).deleted).toMatchObject({
      event_texts: 0,
      notes: 0,
      timelines: 0,
      snapshots: 0,
    });
  });

  it('says of a decision whose snapshot is gone that it cannot be replayed, and replays the others', async () => {
    expect(await services().replayAll(system.caller)).toMatchObject({
      ok: true,
      identical: 1,
      redacted: 1,
      different: 0,
      examples: [{ detail: expect.stringContaining('cannot be replayed any more') as string }],
    });
  });

  it('deletes what was held once the hold is over, and nothing of what follows', async () => {
    await services().releaseSubject(system.caller, 'contact/ada', 'settled');
    await age(1_100);
    await services().runRetention(system.caller);
    expect([await texts(), await count(`notes WHERE sealed IS NOT NULL`), await count('snapshot_parts')]).toEqual([
      0, 0, 0,
    ]);
    expect(await found('ada')).toEqual([]);
    expect(await count('note_index')).toBe(0);
    await services().reindexMemory(system.caller);
    expect(await found('ada')).toEqual([]);
    await isSound();
    expect(JSON.stringify(await services().exportSubject(system.caller, 'contact/ada'))).not.toContain('pelicans');
  });

  it('finds a text that somebody put back', async () => {
    await system.sql.asOwner((session) =>
      session.script(`ALTER TABLE ledger DISABLE TRIGGER USER;
        UPDATE ledger SET sealed = 'other', sealed_digest = NULL WHERE (partition, seq) = (SELECT partition, seq FROM ledger WHERE sealed_digest IS NOT NULL LIMIT 1);
        ALTER TABLE ledger ENABLE TRIGGER USER`),
    );
    expect(await services().verify(system.caller)).toMatchObject({ ok: false, faults: [{ kind: 'altered' }] });
  });
});
