/** The registry of a tenant: modes, clock, policy, suppressions and the kill switch. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { MachineEvent } from '../../domain/event-types.ts';
import { CLOCKS, MODES } from '../../domain/mode.ts';
import type { Mode, TenantClock } from '../../domain/mode.ts';
import { eventOf, eventTypesOf, givenFor, statesOf } from '../given.fixture.ts';
import { tenantDefinition } from './tenant.machine.ts';
import type { TenantContext } from './tenant.machine.ts';

const given = givenFor(tenantDefinition);
const by = 'person:ada';
const reason = 'test';

const created = (clock: TenantClock = 'real') => eventOf('tenant.created', { clock, mode: 'sandbox', policy: 'p1' });
const modeSet = (mode: Mode, channel: 'email' | null = null) =>
  eventOf('tenant.mode_set', { mode, channel, by, reason });
const clockSet = (clock: TenantClock) => eventOf('tenant.clock_set', { clock, by });
const suppressed = eventOf('suppression.added', { key: 'email:k', scope: 'email', reason, source: 'api', by });
const unsuppressed = eventOf('suppression.removed', { key: 'email:k', by, reason });
const stopped = eventOf('kill_switch.engaged', { by, reason }, 70);
const released = eventOf('kill_switch.released', { by, reason }, 80);

test('a source is known up to the latest moment that it reported', () => {
  const reported = (to: number) => eventOf('sync.reported', { sync: 'crm', complete_to: to, by });
  given(reported(20))
    .when(reported(10))
    .then({ value: 'running', context: { syncs: { crm: 20 } } });
});

const NAME = { channel: 'email', sender: 'ana' } as const;
const assessed = (level: 'ok' | 'warned' | 'throttled' | 'stopped', at: number, since = 0) =>
  eventOf('sender.assessed', { ...NAME, level, sent: 1_000, bounced: 60, complained: 0, since, until: at }, at);
const cleared = (at: number) => eventOf('sender.cleared', { ...NAME, by, reason }, at);

test('a sender has the level of its last assessment', () => {
  given(assessed('throttled', 10))
    .when(assessed('ok', 20))
    .then({ value: 'running', context: { senders: [{ ...NAME, level: 'ok', at: 20, cleared_at: null }] } });
});

test('a stop ends by a person alone, and what was counted before that does not stop again', () => {
  given(assessed('stopped', 10))
    .when(assessed('ok', 20))
    .then({ value: 'running', context: { senders: [{ ...NAME, level: 'stopped', at: 10 }] } });
  const anew = { ...NAME, level: 'ok', at: 30, cleared_at: 30, sent: 0 };
  given(assessed('stopped', 10), cleared(30))
    .when(assessed('stopped', 31, 5))
    .then({ value: 'running', context: { senders: [anew] } });
  given(assessed('stopped', 10), cleared(30))
    .when(assessed('throttled', 90, 60))
    .then({ value: 'running', context: { senders: [{ ...NAME, level: 'throttled', at: 90, cleared_at: 30 }] } });
});

test('what trust cells lend each other is what was computed last, and may end', () => {
  const prior = { prior_good: 8.5, prior_bad: 0.7 };
  const pooled = (value: typeof prior | null, at: number) =>
    eventOf('trust.pooled', { prior: value, cells: value === null ? 0 : 4 }, at);
  given(pooled({ ...prior, prior_bad: 2 }, 10))
    .when(pooled(prior, 20))
    .then({ value: 'running', context: { trust_prior: { prior, cells: 4, at: 20 } } });
  given(pooled(prior, 10))
    .when(pooled(null, 20))
    .then({ value: 'running', context: { trust_prior: { prior: null, cells: 0, at: 20 } } });
});

test('it has two states, and takes these events', () => {
  expect(statesOf(tenantDefinition)).toEqual(['running', 'stopped']);
  expect(eventTypesOf(tenantDefinition)).toEqual([
    'kill_switch.engaged',
    'kill_switch.released',
    'pause.released',
    'pause.set',
    'policy.applied',
    'policy.approved',
    'policy.due',
    'policy.lapsed',
    'policy.proposed',
    'policy.rejected',
    'sender.assessed',
    'sender.cleared',
    'suppression.added',
    'suppression.removed',
    'sync.reported',
    'tenant.clock_set',
    'tenant.created',
    'tenant.mode_set',
    'tenant.single_operator_set',
    'trust.pooled',
  ]);
});

test('a tenant begins in sandbox mode, on the real clock, with its kill switch released', () => {
  expect(given().state).toMatchObject({ value: 'running', context: { mode: 'sandbox', clock: 'real' } });
  given()
    .when(eventOf('tenant.created', { clock: 'virtual', mode: 'shadow', policy: 'p1' }))
    .then({ value: 'running', context: { clock: 'virtual', mode: 'shadow', policy: 'p1', kill_switch: null } });
});

describe('modes', () => {
  test('the mode of the tenant', () => {
    given(created())
      .when(modeSet('live'))
      .then({ value: 'running', context: { mode: 'live', channel_modes: {} } });
  });
  test('the mode of one channel leaves the tenant and other channels alone', () => {
    given(created())
      .when(modeSet('shadow', 'email'))
      .then({ value: 'running', context: { mode: 'sandbox', channel_modes: { email: 'shadow' } } });
  });
  test('on a virtual clock neither the tenant nor a channel can be live', () => {
    given(created('virtual')).when(modeSet('live')).thenNothing();
    given(created('virtual')).when(modeSet('live', 'email')).thenNothing();
    given(created(), clockSet('virtual')).when(modeSet('live')).thenNothing();
    given(created('virtual'))
      .when(modeSet('shadow'))
      .then({ value: 'running', context: { mode: 'shadow' } });
  });
  test('a live tenant that is put on a virtual clock goes back to the sandbox', () => {
    given(created(), modeSet('live'))
      .when(clockSet('virtual'))
      .then({ value: 'running', context: { mode: 'sandbox', clock: 'virtual' } });
    given(created(), modeSet('shadow'))
      .when(clockSet('virtual'))
      .then({ value: 'running', context: { mode: 'shadow', clock: 'virtual' } });
    given(created('virtual'))
      .when(clockSet('real'))
      .then({ value: 'running', context: { mode: 'sandbox', clock: 'real' } });
  });
  test('no order of events makes a tenant live on a virtual clock', () => {
    const anyEvent: fc.Arbitrary<MachineEvent> = fc.oneof(
      fc
        .tuple(fc.constantFrom(...MODES), fc.constantFrom('email' as const, null))
        .map(([mode, at]) => modeSet(mode, at)),
      fc.constantFrom(...CLOCKS).map(clockSet),
      fc.constantFrom(stopped, released),
    );
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
        const { clock, mode } = given(created(), ...events).state.context as unknown as TenantContext;
        expect(clock === 'virtual' && mode === 'live').toBe(false);
      }),
    );
  });
});

describe('the kill switch', () => {
  test('stops, with who and why', () => {
    given(created())
      .when(stopped)
      .then({ value: 'stopped', context: { kill_switch: { by, reason, at: 70 } } });
  });
  test('goes on when it is released', () => {
    given(created(), stopped)
      .when(released)
      .then({ value: 'running', context: { kill_switch: null } });
  });
  test('stays engaged whatever else is set', () => {
    for (const event of [modeSet('live'), clockSet('virtual'), suppressed, unsuppressed])
      expect(given(created(), stopped, event).state).toMatchObject({
        value: 'stopped',
        context: { kill_switch: { by } },
      });
  });
});

describe('the rest of the registry, in both states', () => {
  for (const [state, way] of [
    ['running', [created()]],
    ['stopped', [created(), stopped]],
  ] as const) {
    test(`a policy comes into force while ${state}`, () => {
      given(...way)
        .when(eventOf('policy.applied', { policy: 'p2', name: 'strict', by }))
        .then({ value: state, context: { policy: 'p2' }, effects: [{ type: 'settle_policies' }] });
    });
    test(`a proposal is approved when each section is, while ${state}`, () => {
      const proposed = eventOf('policy.proposed', {
        proposal: 'pol_1',
        policy: 'p2',
        base: 'p1',
        name: 'strict',
        owners: { touch_cap: ['RevOps'], budget: ['Finance', 'CFO'] },
        effective_from: null,
        reason: 'a test',
        by,
        evidence: { lint: [], test: { since: 0, until: 1, decisions: 0, counts: {}, examples: [] } },
      });
      const approved = (who: string, sections: string[]) =>
        eventOf('policy.approved', { proposal: 'pol_1', by: who, authorities: [], sections });
      const stateOf = (...events: MachineEvent[]) =>
        (given(...way, ...events).state.context as unknown as TenantContext).proposals.map((one) => one.state);
      expect(stateOf(proposed)).toEqual(['open']);
      expect(stateOf(proposed, approved('bo', ['touch_cap']))).toEqual(['open']);
      expect(stateOf(proposed, approved('bo', ['touch_cap']), approved('flo', ['budget']))).toEqual(['approved']);
      const ended = Array.from({ length: 25 }, (_, index) => [
        eventOf('policy.proposed', { ...proposed.data, proposal: `pol_${index}` } as never),
        eventOf('policy.rejected', { proposal: `pol_${index}`, by, reason: 'no' }),
      ]).flat();
      expect(stateOf(...ended)).toHaveLength(20);
    });
    test(`single-operator mode is set while ${state}`, () => {
      given(...way)
        .when(eventOf('tenant.single_operator_set', { enabled: true, by }))
        .then({ value: state, context: { single_operator: true } });
    });
    test(`suppressions are counted while ${state}`, () => {
      given(...way)
        .when(suppressed)
        .then({ value: state, context: { suppressions: 1 } });
      given(...way, suppressed)
        .when(unsuppressed)
        .then({ value: state, context: { suppressions: 0 } });
    });
    test(`usage and imports change nothing while ${state}`, () => {
      given(...way)
        .when(
          eventOf('meter.recorded', { from: 0, to: 1, counts: { execution: 0, tokens: 0, 'api.call': 1, storage: 0 } }),
        )
        .thenNothing();
      given(...way)
        .when(eventOf('import.started', { import: 'imp_1', mode: 'history', by }))
        .thenNothing();
    });
  }
  test('there are never fewer suppressions than none', () => {
    expect(given(created(), unsuppressed).state.context).toMatchObject({ suppressions: 0 });
  });
});

test('a part is paused once, by the last who said so, until it is released', () => {
  const pause = (id: string, value: string) =>
    eventOf('pause.set', { pause: id, scope: 'channel', value, by, reason }, 60);
  const paused = { id: 'pau_2', scope: 'channel', value: 'email', by, reason, at: 60 };
  given(created(), pause('pau_1', 'email'))
    .when(pause('pau_2', 'email'))
    .then({ value: 'running', context: { pauses: [paused] } });
  given(created(), pause('pau_2', 'email'), pause('pau_3', 'linkedin'))
    .when(eventOf('pause.released', { pause: 'pau_3', by, reason: null }))
    .then({ value: 'running', context: { pauses: [paused] } });
});
