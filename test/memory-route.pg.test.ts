/** From a recorded note to an answer of the API, through the whole system. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { knowProspect, testApp } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

const ASK = { query: null, as_of: null, budget_tokens: 4_000, budget_ms: 5_000 };

describeDatabases('the memory of an account', (database) => {
  let test: TestApp;
  beforeAll(async () => {
    test = await testApp(database);
    await knowProspect(test);
  });
  afterAll(() => test[Symbol.asyncDispose]());

  const note = (id: string, text: string) =>
    test.app.services.recordNote(test.caller, {
      id,
      subject: 'account/example',
      kind: 'evidence',
      text,
      predicate: null,
      value: null,
      observed_at: null,
      valid_from: null,
      valid_to: null,
      confidence: null,
      source: null,
      ordinal: null,
      links: [],
    });

  it('is first its timeline', async () => {
    const answer = await test.app.services.searchMemory(test.caller, 'example', ASK);
    expect(answer).toMatchObject({
      semantic: false,
      items: [],
      trace: { stopped: 'first_look', searched: 'timeline' },
    });
    expect(answer.timeline?.account).toMatch(/^acc_/);
  });

  it('answers with a note as soon as it is recorded', async () => {
    await note('n1', 'Tova Brenn opened the door for us.');
    await note('n2', 'Ms Brenn insists on weekly exports.');
    const { services } = test.app;
    const answer = await services.searchMemory(test.caller, 'example', { ...ASK, query: 'who opened the door?' });
    expect(answer.items.map(({ note: { text }, layer }) => [text, layer])).toEqual([
      ['Tova Brenn opened the door for us.', 'lexical'],
      ['Ms Brenn insists on weekly exports.', 'links'],
    ]);
    expect(answer.trace.steps.map(({ layer }) => layer)).toEqual(['timeline', 'lexical', 'neighbours', 'links']);
    const past = await services.searchMemory(test.caller, 'example', { ...ASK, query: 'door', as_of: 1 });
    expect(past).toMatchObject({ items: [], timeline: null, trace: { stopped: 'nothing_found' } });
  });

  it('is made again on demand', async () => {
    const { services } = test.app;
    expect((await services.reindexMemory(test.caller)).notes).toBeGreaterThanOrEqual(2);
    const again = await services.searchMemory(test.caller, 'example', { ...ASK, query: 'weekly exports' });
    expect(again.items[0]?.note.text).toBe('Ms Brenn insists on weekly exports.');
    await expect(services.searchMemory(test.caller, 'nobody', ASK)).rejects.toThrow('There is no account nobody');
  });
});
