/** An installation that is older than notes and timelines: they begin where a program that keeps them took a partition over. */
import { expect, it } from 'vitest';

import { event, testApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('an older installation', (database) => {
  it('keeps notes and timelines of what came after', async () => {
    await using system = await testApp(database);
    const { app, caller, rows } = system;
    const look = (employees: number) =>
      app.services.acceptSignals(caller, [event('crm.account_updated', 'account/old', { account: { employees } })]);
    const check = async () => (await app.services.rebuildCheck(caller)).differences;
    await look(10);
    // As the program before it left it: events, and nothing beside them.
    for (const table of ['timelines', 'notes', 'note_validity', 'note_links']) await rows(`DELETE FROM ${table}`);
    expect((await check()).length).toBeGreaterThan(0);
    await rows(
      'UPDATE partition_leases l SET projected_after = h.seq FROM partition_heads h WHERE h.partition = l.partition',
    );
    expect(await check()).toEqual([]);
    await look(20);
    expect(await check()).toEqual([]);
    const timeline = await app.services.accountTimeline(caller, 'old');
    expect(timeline.counts).toMatchObject({ 'signal.received': 1, 'note.recorded': 1 });
    expect(timeline.entries.filter((entry) => entry.type === 'signal.received')).toHaveLength(1);
    const notes = await app.services.listNotes(caller, 'old', { limit: 5, cursor: null, as_of: null, all: true });
    expect(notes.items.map((note) => note.value)).toEqual(['20']);
  });
});
