/** Sessions and the stream of changes on real tables. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { asId } from '../src/domain/ids.ts';
import type { Change } from '../src/gateway/stream.port.ts';
import { SessionStore } from '../src/memory/identity/sessions.ts';
import { knowProspect, proposal, testApp, until } from './app.fixture.ts';
import type { TestApp } from './app.fixture.ts';
import { describeDatabases } from './needs.ts';

describeDatabases('sessions', (database) => {
  let system: TestApp;
  beforeAll(async () => {
    system = await testApp(database);
  });
  afterAll(() => system[Symbol.asyncDispose]());

  const link = () =>
    system.app.services.sessions.createLink(system.caller, { name: 'ana', role: 'reviewer', authorities: ['AM'] });

  it('begin once, belong to a person, and end', async () => {
    const { sessions } = system.app.services;
    const { token } = await link();
    const begun = await sessions.begin(token);
    expect(await sessions.begin(token)).toBeNull();
    const caller = await sessions.authenticate(begun?.secret ?? '');
    expect(caller).toMatchObject({
      tenant: 'default',
      identity: 'person:ana',
      kind: 'person',
      role: 'reviewer',
      authorities: ['AM'],
    });
    const hours = (Date.parse(begun?.expires_at ?? '') - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(12);
    if (caller === null) throw new Error('nobody is signed in');
    expect(await sessions.view(caller)).toMatchObject({ identity: 'person:ana', expires_at: begun?.expires_at });
    await sessions.end(caller);
    expect(await sessions.authenticate(begun?.secret ?? '')).toBeNull();
    await expect(sessions.end(system.caller)).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('keep no secret, and show a tenant its own alone', async () => {
    const { token } = await link();
    const begun = await system.app.services.sessions.begin(token);
    const kept = JSON.stringify([
      await system.rows('SELECT * FROM sign_in_links'),
      await system.rows('SELECT * FROM sessions'),
    ]);
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(begun?.secret);
    const seen = await system.sql.transaction({ role: 'gatehouse_app', tenants: [asId('other')] }, (session) =>
      session.query('SELECT 1 FROM sessions UNION ALL SELECT 1 FROM sign_in_links'),
    );
    expect(seen).toEqual([]);
  });

  it('are over at their time', async () => {
    const { token } = await link();
    await system.rows(`UPDATE sign_in_links SET expires_on = now() - interval '1 second'`);
    expect(await system.app.services.sessions.begin(token)).toBeNull();
    const begun = await system.app.services.sessions.begin((await link()).token);
    await system.rows(`UPDATE sessions SET expires_on = now() - interval '1 second'`);
    expect(await new SessionStore(system.sql).find(begun?.secret ?? '')).toBeNull();
  });

  it('are followed by changes, also by those that were missed', async () => {
    const { services } = system.app;
    await knowProspect(system);
    const told: Change[] = [];
    let position = '';
    const listen = (since: string | null) =>
      services.stream.follow(system.caller, since, {
        changed: (changes) => {
          told.push(...changes);
          position = changes.at(-1)?.position ?? position;
        },
        lost: (start) => {
          position = start;
        },
      });
    const end = await listen(null);
    expect(told).toEqual([]);
    const first = await services.propose(system.caller, proposal('contact/someone'));
    await until(async () => told.some((change) => change.kind === 'action' && change.id === first.action));
    expect(told.find((change) => change.kind === 'decision')).toMatchObject({
      id: first.decision,
      type: 'decision.made',
    });
    end();
    const before = told.length;
    const second = await services.propose(system.caller, proposal('contact/someone'));
    const endAgain = await listen(position);
    expect(
      told
        .slice(before)
        .filter((change) => change.kind === 'decision')
        .map((change) => change.id),
    ).toEqual([second.decision]);
    endAgain();

    const others: Change[] = [];
    const endOther = await services.stream.follow(
      { ...system.caller, tenant: asId('other') },
      position.replaceAll(/[^.]/g, ''),
      { changed: (changes) => others.push(...changes), lost: () => {} },
    );
    expect(others).toEqual([]);
    endOther();
    await expect(listen('nonsense')).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
