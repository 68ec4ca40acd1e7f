/** Notes on real databases: histories in the right order whatever came first, acts of people, and tables that follow from the ledger. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GatehouseError } from '../src/domain/errors.ts';
import { isoOf } from '../src/domain/instant.ts';
import type { JsonObject } from '../src/domain/json.ts';
import type { NoteRequest, NoteView } from '../src/gateway/note-services.port.ts';
import { historyOf } from '../src/policies/fact-history.ts';
import type { Claim } from '../src/policies/fact-history.ts';
import { seededRandom } from '../src/stats/random.ts';
import { event, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

async function faultOf(promise: Promise<unknown>): Promise<GatehouseError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GatehouseError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

/** Position on the ledger, which is that of the account's partition. */
const byOrder = (a: NoteView, b: NoteView): number => Number(a.event.split('-')[1]) - Number(b.event.split('-')[1]);

const note = (id: string, changes: Partial<NoteRequest> = {}): NoteRequest => ({
  id,
  subject: 'account/acme',
  kind: 'fact',
  text: `The budget, says ${id}.`,
  predicate: 'budget',
  value: id,
  observed_at: START,
  valid_from: null,
  valid_to: null,
  confidence: null,
  source: null,
  ordinal: null,
  links: [],
  ...changes,
});

describeDatabases('notes', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });
  const services = () => system.app.services;
  const record = (input: NoteRequest) => services().recordNote(system.caller, input);

  async function rebuild(): Promise<readonly unknown[]> {
    const report = await services().rebuildCheck(system.caller);
    return report.differences;
  }

  it('are not taken from a time that is to come, but may hold from one on', async () => {
    const ahead = Date.now() + 2 * DAY;
    expect(await faultOf(record(note('ahead', { subject: 'account/ahead', observed_at: ahead })))).toMatchObject({
      code: 'time_in_future',
    });
    await record(note('announced', { subject: 'account/ahead', valid_from: ahead }));
  });

  it(
    'ends in the history of the right order with 500 facts in random order, late, corrected and at once',
    { timeout: 120_000 },
    async () => {
      const random = seededRandom('notes');
      const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
      const slots = [
        ['account/h1', 'budget'],
        ['account/h1', 'timeline'],
        ['contact/h2', 'title'],
      ] as const;
      const subjectsKnown = [...new Set(slots.map(([subject]) => subject))];
      await services().acceptSignals(
        system.caller,
        subjectsKnown.map((subject) => event('web.page_viewed', subject, { page: 'blog' })),
      );
      const facts = Array.from({ length: 500 }, (_, index) => {
        const [subject, predicate] = pick(slots);
        const from = START + Math.floor(random() * 60) * DAY;
        const end = random() < 0.2 ? from + Math.ceil(random() * 10) * DAY : null;
        // Corrected: the same time, seen later. Late: the order of sending has nothing to do with the time.
        const seen = random() < 0.3 ? from + Math.floor(random() * 5) * DAY : from;
        return note(`h${index}`, {
          subject,
          predicate,
          value: `v${index}`,
          observed_at: seen,
          valid_from: from,
          valid_to: end,
          confidence: pick([0.5, 0.9, 1]),
        });
      }).toSorted(() => random() - 0.5);
      // Some one after the other, most of them many at once, so that batches hold several facts of one slot.
      const ids = new Map<string, string>();
      for (let at = 0; at < facts.length;) {
        const group = facts.slice(at, at + pick([1, 2, 7, 40]));
        at += group.length;
        const recorded = await Promise.all(group.map(record));
        for (const [index, input] of group.entries()) ids.set(input.id, recorded[index]?.note ?? '');
      }
      // A few of them are taken back again.
      const gone = new Set(facts.filter(() => random() < 0.05).map((fact) => fact.id));
      await Promise.all([...gone].map((id) => services().retractNote(system.caller, ids.get(id) ?? '', 'wrong')));

      for (const [subject, predicate] of slots) {
        const claims = facts
          .filter((fact) => fact.subject === subject && fact.predicate === predicate && !gone.has(fact.id))
          .map((fact): Claim => ({
            id: ids.get(fact.id) ?? '',
            validFrom: fact.valid_from ?? 0,
            validTo: fact.valid_to,
            observedAt: fact.observed_at ?? 0,
            authority: 'person',
            confidence: fact.confidence ?? 1,
          }));
        const one = await services().getNote(system.caller, claims[0]?.id ?? '');
        const known = one.history.filter((version) => version.recorded_to === null);
        const right = historyOf(claims.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
        expect(right.length).toBeGreaterThan(30);
        expect(
          known
            .map(({ note: id, valid_from: from, valid_to: to }) => [id, from, to])
            .toSorted((a, b) => ((a[1] ?? '') < (b[1] ?? '') ? -1 : 1)),
        ).toEqual(right.map(({ id, from, to }) => [id, isoOf(from), to === null ? null : isoOf(to)]));
      }
      expect(await rebuild()).toEqual([]);
    },
  );

  it('shows what was known at each moment, as a history of what had come by then would', async () => {
    const { caller } = system;
    const send = async (id: string, from: number) => {
      await record(note(id, { subject: 'account/asof', observed_at: from, value: id }));
      // Another millisecond for the next one.
      await new Promise((resolve) => setTimeout(resolve, 5));
      return Date.now();
    };
    const first = await send('asof-march', START + 60 * DAY);
    const second = await send('asof-january', START);
    const third = await send('asof-february', START + 31 * DAY);
    const valuesAt = async (asOf: number) =>
      (await services().listNotes(caller, 'asof', { limit: 50, cursor: null, as_of: asOf, all: false })).items.map(
        (item) => item.value,
      );
    expect(await valuesAt(first - 1)).toEqual(['asof-march']);
    expect(await valuesAt(START)).toEqual([]);
    expect(await valuesAt(third)).toEqual(['asof-march']);
    const all = await services().listNotes(caller, 'asof', { limit: 50, cursor: null, as_of: null, all: true });
    expect(all.items.map((item) => [item.value, item.superseded_at === null])).toEqual([
      ['asof-march', true],
      ['asof-january', false],
      ['asof-february', false],
    ]);
    const { history } = await services().getNote(caller, all.items[1]?.id ?? '');
    const held = (at: number) =>
      history
        .filter(
          (item) =>
            Date.parse(item.recorded_from) <= at && (item.recorded_to === null || Date.parse(item.recorded_to) > at),
        )
        .map((item) => [item.valid_from.slice(0, 10), item.valid_to?.slice(0, 10) ?? null])
        .toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    expect(held(second - 1)).toEqual([
      ['2026-01-01', '2026-03-02'],
      ['2026-03-02', null],
    ]);
    expect(held(third)).toEqual([
      ['2026-01-01', '2026-02-01'],
      ['2026-02-01', '2026-03-02'],
      ['2026-03-02', null],
    ]);
  });

  it('lets the database itself refuse two values of one fact at once', async () => {
    const { rows } = system;
    await record(note('one-value', { subject: 'account/one' }));
    const twice = rows(
      `INSERT INTO note_validity (tenant, note, partition, slot, valid_from, valid_to, recorded_from, recorded_to)
       SELECT tenant, 'other', partition, slot, valid_from + 5, null, recorded_from + 5, null FROM note_validity
       WHERE note = (SELECT id FROM notes ORDER BY recorded_at DESC, id LIMIT 1)`,
    );
    await expect(twice).rejects.toThrow(/note_validity_one_value/);
  });

  it('records a note once, and refuses its id for another one', async () => {
    const input = note('same', { subject: 'account/once' });
    const first = await record(input);
    expect(first.duplicate).toBe(false);
    expect(await record(input)).toEqual({ note: first.note, duplicate: true });
    expect((await faultOf(record({ ...input, text: 'Other.' }))).code).toBe('conflict');
  });

  it('names what is wrong with a note, and how to make it right', async () => {
    const wrong = async (changes: Partial<NoteRequest>) => (await faultOf(record(note('wrong', changes)))).faults;
    expect(await wrong({ value: null })).toEqual([
      { pointer: '/value', detail: 'is required for a fact about budget' },
    ]);
    expect(await wrong({ predicate: 'title' })).toMatchObject([{ pointer: '/subject' }]);
    expect(await wrong({ valid_from: START, valid_to: START })).toMatchObject([{ pointer: '/valid_to' }]);
    expect(await wrong({ links: [{ to: 'note_none', type: 'supports', weight: 1 }] })).toEqual([
      { pointer: '/links/0/to', detail: 'there is no note note_none' },
    ]);
    expect((await faultOf(services().getNote(system.caller, 'note_none'))).code).toBe('not_found');
    expect(
      (
        await faultOf(
          services().listNotes(system.caller, 'nobody', { limit: 5, cursor: null, as_of: null, all: false }),
        )
      ).code,
    ).toBe('not_found');
  });

  it('keeps links both ways, and acts of people only', async () => {
    const { caller } = system;
    const evidence = await record(
      note('l-evidence', { kind: 'evidence', predicate: null, value: null, subject: 'account/links' }),
    );
    const conclusion = await record(
      note('l-conclusion', {
        kind: 'conclusion',
        predicate: null,
        value: null,
        subject: 'account/links',
        links: [{ to: evidence.note, type: 'derived_from', weight: 0.5 }],
      }),
    );
    expect((await services().getNote(caller, evidence.note)).links).toEqual([
      { direction: 'in', type: 'derived_from', weight: 0.5, note: conclusion.note },
    ]);
    expect((await services().getNote(caller, conclusion.note)).links).toEqual([
      { direction: 'out', type: 'derived_from', weight: 0.5, note: evidence.note },
    ]);
    const agent = { ...caller, kind: 'agent' as const };
    expect((await faultOf(services().verifyNote(agent, evidence.note, null))).code).toBe('forbidden');
    expect((await faultOf(services().retractNote(agent, evidence.note, 'no'))).code).toBe('forbidden');
    const retracted = await services().retractNote(caller, evidence.note, 'misheard');
    expect(retracted.retracted_at).not.toBeNull();
    expect((await faultOf(services().retractNote(caller, evidence.note, 'again'))).code).toBe('state_conflict');
  });

  it('corrects and verifies', async () => {
    const { caller } = system;
    const old = await record(note('c-old', { subject: 'account/fix', observed_at: START - 400 * DAY }));
    expect((await services().getNote(caller, old.note)).is_stale).toBe(true);
    expect((await services().verifyNote(caller, old.note, 'asked')).is_stale).toBe(false);
    const fix = { id: 'c-fix', text: 'Forty.', value: '40', valid_from: null, valid_to: null };
    const fixed = await services().correctNote(caller, old.note, fix);
    expect(await services().correctNote(caller, old.note, fix)).toEqual({ note: fixed.note, duplicate: true });
    const list = await services().listNotes(caller, 'fix', { limit: 50, cursor: null, as_of: null, all: false });
    expect(list.items.map((item) => [item.id, item.value])).toEqual([[fixed.note, '40']]);
    await services().retractNote(caller, fixed.note, 'neither');
    const none = await services().listNotes(caller, 'fix', { limit: 50, cursor: null, as_of: null, all: false });
    expect(none.items).toEqual([]);
  });

  it('gives pages that miss nothing', async () => {
    const { caller } = system;
    const made = await Promise.all(
      Array.from({ length: 7 }, (_, index) =>
        record(note(`page${index}`, { subject: 'account/pages', kind: 'evidence', predicate: null, value: null })),
      ),
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<ReturnType<typeof services>['listNotes']>> = await services().listNotes(
        caller,
        'pages',
        { limit: 3, cursor, as_of: null, all: false },
      );
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen.toSorted()).toEqual(made.map((item) => item.note).toSorted());
  });

  describe('from signals', () => {
    it('notes what was said, with the characters that it stands on, in the commit of the signal', async () => {
      const { caller } = system;
      const text =
        "Hello, I'm the VP of Operations at Hooli. Our budget is 50,000 EUR. We currently use Salesforce. Does it support SSO?";
      await services().acceptSignals(caller, [
        event('chat.message_received', 'contact/talker', { text, contact: { account: 'hooli' } }),
      ]);
      const { items } = await services().listNotes(caller, 'hooli', {
        limit: 50,
        cursor: null,
        as_of: null,
        all: false,
      });
      expect(items.toSorted(byOrder).map((item) => [item.rule, item.value])).toEqual([
        ['passage', null],
        ['title.stated', 'VP of Operations'],
        ['budget.stated', '50,000 EUR'],
        ['competitor.named', 'Salesforce'],
        ['question.asked', null],
      ]);
      const events = await services().accountEvents(caller, 'hooli', { limit: 50, cursor: null });
      const signal = events.items.find((item) => item.type === 'signal.received');
      const payload = JSON.parse(signal?.payload_text ?? '{}') as { text: string };
      expect(items.map((item) => item.provenance.map(({ event: from, pointer }) => [from, pointer]))).toEqual(
        items.map(() => [[signal?.id, '/text']]),
      );
      const quoted = items.flatMap(({ value, provenance: [span] }) =>
        value === null ? [] : [[value, payload.text.slice(span?.from, span?.to)]],
      );
      expect(quoted).toEqual(quoted.map(([value]) => [value, value]));
      // One commit: the events of the notes stand in the turn of the signal.
      const [turn] = await system.rows<{ length: number }>(
        `SELECT t.turn_length AS length FROM ledger t JOIN ledger e ON e.partition = t.partition AND e.seq >= t.seq AND e.seq < t.seq + t.turn_length
         WHERE t.type = 'signal.observed' AND e.type = 'note.recorded' AND t.turn_length > 0 LIMIT 1`,
      );
      expect(turn?.length).toBeGreaterThan(items.length);
      const { open } = await services().accountTimeline(caller, 'hooli');
      expect(open.map((thread) => [thread.kind, thread.state ?? null])).toEqual([
        ['request', null],
        ['action', 'held'],
        ['question', null],
      ]);
    });

    it('keeps apart what a person says of an account whose notes somebody else keeps', async () => {
      const { caller } = system;
      const say = (subject: string, data: JsonObject) =>
        services().acceptSignals(caller, [event('chat.message_received', subject, data)]);
      // A person without account first, who has a scope of their own for ever.
      await say('contact/wanderer', { text: 'Hello there.' });
      await say('account/wayland', { text: 'The budget is 10,000 EUR.' });
      await Promise.all([
        say('contact/wanderer', { text: 'Our budget is 20,000 EUR.', contact: { account: 'wayland' } }),
        say('account/wayland', { text: 'The budget is 30,000 EUR.' }),
      ]);
      const { items } = await services().listNotes(caller, 'wayland', {
        limit: 50,
        cursor: null,
        as_of: null,
        all: false,
      });
      expect(items.flatMap((item) => (item.value === null ? [] : [item.value]))).toEqual(['30,000 EUR']);
      const foreign = await system.rows(
        `SELECT slot FROM notes WHERE predicate = 'budget' AND slot <> scope || '/budget'`,
      );
      expect(foreign).toEqual([]);
      expect(await rebuild()).toEqual([]);
    });

    it('notes a changed record, and counts the same statement as a look', async () => {
      const { caller } = system;
      const account = { employees: 120, vertical: 'SaaS' };
      const at = (days: number) => Date.now() - (10 - days) * DAY;
      const tell = (facts: object, days: number) =>
        services().acceptSignals(caller, [
          event('crm.account_updated', 'account/umbrella', { account: { ...facts } as never }, { time: at(days) }),
        ]);
      await tell(account, 0);
      await tell(account, 3);
      await tell({ ...account, employees: 150 }, 5);
      const { items } = await services().listNotes(caller, 'umbrella', {
        limit: 50,
        cursor: null,
        as_of: null,
        all: true,
      });
      expect(items.toSorted(byOrder).map((item) => [item.predicate, item.value, item.superseded_at === null])).toEqual([
        ['employees', '120', false],
        ['vertical', 'SaaS', true],
        ['employees', '150', true],
      ]);
      const vertical = items.toSorted(byOrder)[1];
      expect(Date.parse(vertical?.last_verified_at ?? '') - Date.parse(vertical?.observed_at ?? '')).toBeGreaterThan(
        4.9 * DAY,
      );
    });
  });

  it('takes the notes of an import back with it, so that what they had ended holds again', async () => {
    const { caller } = system;
    const account = { employees: 10 };
    await services().acceptSignals(caller, [
      event('crm.account_updated', 'account/imported', { account }, { time: Date.now() - 2 * DAY }),
    ]);
    const current = async () =>
      (await services().listNotes(caller, 'imported', { limit: 50, cursor: null, as_of: null, all: false })).items.map(
        (item) => item.value,
      );
    const data = { account: { employees: 20 } };
    const started = await services().startImport(caller, {
      name: 'crm',
      mode: 'history',
      digest: 'd'.repeat(64),
      total: 1,
      policy: null,
      dry_run: null,
    });
    await services().applyImport(caller, started.id, [
      {
        index: 0,
        kind: 'signal',
        id: 'row-1',
        type: 'crm.account_updated',
        subject: 'account/imported',
        time: Date.now() - DAY,
        data,
        dataText: JSON.stringify(data),
        window_ms: null,
      },
    ]);
    await services().finishImport(caller, started.id);
    expect(await current()).toEqual(['20']);
    await services().undoImport(caller, started.id);
    expect(await current()).toEqual(['10']);
    expect(await rebuild()).toEqual([]);
  });

  it('follows from the ledger, and a rebuild names what does not', async () => {
    const { rows } = system;
    expect(await rebuild()).toEqual([]);
    await rows(
      `UPDATE timelines SET body = replace(body, '"version":1', '"version":1,"first_seen":0') WHERE scope = (SELECT min(scope) FROM timelines)`,
    );
    await rows('UPDATE notes SET confidence = 0.123 WHERE id = (SELECT min(id) FROM notes)');
    await rows(`DELETE FROM note_links WHERE from_note = (SELECT min(from_note) FROM note_links)`);
    await rows(
      'UPDATE note_validity SET valid_to = coalesce(valid_to, valid_from + 1000000) - 1 WHERE note = (SELECT min(note) FROM note_validity WHERE recorded_to IS NULL) AND recorded_to IS NULL',
    );
    const differences = (await rebuild()) as readonly { readonly kind: string }[];
    expect(new Set(differences.map((item) => item.kind))).toEqual(new Set(['timeline', 'note', 'link', 'validity']));
    expect(differences.length).toBeGreaterThanOrEqual(4);
    expect(differences.length).toBeLessThan(8);
  });
});
