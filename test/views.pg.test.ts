/** Brain-ready views on real databases: what they hold, how old they say they are, and who is in them no more. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { refreshDueViews } from '../src/app/view-services.ts';
import { GatehouseError } from '../src/domain/errors.ts';
import { HOUR_MS } from '../src/domain/instant.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { ViewReader } from '../src/memory/read/view-reader.ts';
import { event, proposal, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('brain-ready views', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database);
    const { app, caller } = system;
    const of = (origin: string, account = 'acme') => ({
      page: 'pricing',
      dimensions: { origin },
      account: { domain: `${account}.example`, name: account },
      contact: { account, email: `x@${account}.example` },
    });
    await app.services.putAccount(caller, 'acme', { domain: 'acme.example' });
    for (const [person, origin] of [
      ['ada', 'paid'],
      ['bob', 'paid'],
      ['eve', 'organic'],
    ] as const) {
      await app.services.putContact(caller, person, { account: 'acme' });
      await app.services.acceptSignals(caller, [event('web.page_viewed', `contact/${person}`, of(origin))]);
    }
    await app.services.propose(caller, proposal('contact/ada'));
    const amount = { amount_minor: 500, currency: 'EUR' };
    await app.services.acceptOutcomes(caller, [
      event('won', 'contact/ada', { amount }),
      event('lost', 'contact/eve'),
      event('won', 'contact/bob', { amount }, { id: 'wrong' }),
    ]);
    await app.services.acceptOutcomes(caller, [
      event('retracted', 'contact/bob', { outcome: 'wrong', reason: 'a test entry' }),
    ]);
    for (const text of ['They use SSO.', 'They want a trial.'])
      await app.services.recordNote(caller, {
        id: text,
        subject: 'account/acme',
        kind: 'evidence',
        text,
        predicate: null,
        value: null,
        confidence: 0.9,
        observed_at: null,
        valid_from: null,
        valid_to: null,
        links: [],
      } as never);
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  const read = (name: string, key: string, changes = {}) =>
    system.app.services.readView(system.caller, name, { key, budget_tokens: null, refresh: false, ...changes });
  const age = (hours: number) =>
    system.rows('UPDATE brain_views SET refreshed_at = $1', [Date.now() - hours * HOUR_MS]);

  it('give an account in one composite, with the texts of its notes', async () => {
    const view = await read('account_composite', 'acme');
    expect(view.view_metadata).toMatchObject({ is_stale: false, stale_parts: [], cut: [], token_budget: 8_000 });
    expect(view.parts['account']).toMatchObject([{ state: expect.any(String) as unknown, relations: null }]);
    expect(view.parts['people']).toHaveLength(3);
    expect(new Set((view.parts['outcomes'] as JsonObject[]).map(({ type }) => type))).toEqual(new Set(['lost', 'won']));
    expect((view.parts['notes'] as JsonObject[]).map(({ text }) => text)).toContain('They use SSO.');
    expect(view.parts['decisions']).not.toEqual([]);
    expect(view.parts['history']).not.toEqual([]);
    const { rows } = system;
    const [stored] = await rows<{ body: string }>(`SELECT body FROM brain_views WHERE name = 'account_composite'`);
    expect(stored?.body).not.toContain('SSO');
  });

  it('give the funnel by segment, the largest first, without what was retracted', async () => {
    const view = await read('pipeline_by_segment', 'origin');
    expect(view.parts['segments']).toEqual([
      {
        segment: 'paid',
        total: 2,
        people_by_state: expect.objectContaining({ won: 1 }) as unknown,
        outcomes: { won: 1 },
        won_minor_by_currency: { EUR: 500 },
      },
      {
        segment: 'organic',
        total: 1,
        people_by_state: { lost: 1 },
        outcomes: { lost: 1 },
        won_minor_by_currency: {},
      },
    ]);
    expect(view.parts['total']).toMatchObject([{ total: 3, outcomes: { won: 1, lost: 1 } }]);
    const [other] = (await read('pipeline_by_segment', 'unknown')).parts['segments'] as JsonObject[];
    expect(other).toMatchObject({ segment: null, total: 3 });
  });

  it('are cut to a budget, the same each time, and say what is missing', async () => {
    const small = await read('account_composite', 'acme', { budget_tokens: 150 });
    expect(small.view_metadata.tokens).toBeLessThanOrEqual(150);
    expect(small.view_metadata.cut).not.toEqual([]);
    expect(small.parts['account']).toHaveLength(1);
    expect(await read('account_composite', 'acme', { budget_tokens: 150 })).toEqual(small);
    const asked = await read('account_composite', 'acme', { budget_tokens: 99_999 });
    expect(asked.view_metadata.token_budget).toBe(8_000);
  });

  it('stay as they were made until they are due, and say when they are stale', async () => {
    const { app, caller, sql } = system;
    await app.services.acceptOutcomes(caller, [event('meeting_booked', 'contact/bob')]);
    const count = async (changes = {}) => (await read('account_composite', 'acme', changes)).parts['outcomes']?.length;
    expect(await count()).toBe(2);
    await age(30);
    const aged = await read('account_composite', 'acme');
    expect(aged.view_metadata).toMatchObject({
      is_stale: true,
      stale_parts: ['open_threads', 'history'],
      staleness_threshold_hours: 24,
    });
    const clock = { now: () => Date.now() };
    const views = new ViewReader(sql);
    expect(await refreshDueViews({ views, clock })).toBe(3);
    expect(await refreshDueViews({ views, clock })).toBe(0);
    expect(await count()).toBe(3);
    expect((await read('account_composite', 'acme')).view_metadata.is_stale).toBe(false);
    await app.services.acceptOutcomes(caller, [event('reply_neutral', 'contact/bob')]);
    expect(await count({ refresh: true })).toBe(4);
    await system.rows('UPDATE brain_views SET refreshed_at = 0, read_at = 0');
    expect(await refreshDueViews({ views, clock })).toBe(0);
  });

  it('are not found for what does not exist', async () => {
    const codeOf = (promise: Promise<unknown>) =>
      promise.catch((error: unknown) => (error instanceof GatehouseError ? error.code : error));
    expect(await codeOf(read('nothing', 'acme'))).toBe('not_found');
    expect(await codeOf(read('account_composite', 'nobody'))).toBe('not_found');
  });

  it('forget a person with the erasure', async () => {
    const { app, caller, rows } = system;
    await read('account_composite', 'acme', { refresh: true });
    const [person] = await rows<{ id: string }>(`SELECT subject_id AS id FROM outcomes WHERE type = 'lost'`);
    const id = person?.id ?? '';
    const holding = () => rows('SELECT 1 FROM brain_views WHERE position($1 in body) > 0', [id]);
    expect(await holding()).toHaveLength(1);
    await app.services.eraseSubject(caller, id, 'asked');
    expect(await holding()).toEqual([]);
    const { parts } = await read('account_composite', 'acme');
    expect((parts['people'] as JsonObject[]).map((item) => item['id'])).not.toContain(id);
    expect(parts['people']).toHaveLength(2);
  });
});
