/** What an older version stored is brought along by an event, and what a newer one stored is not touched. */
import { expect, it } from 'vitest';

import { RetryableError } from '../../domain/errors.ts';
import { asId, partitionOf } from '../../domain/ids.ts';
import type { ScopeId } from '../../domain/ids.ts';
import { actorKey } from '../../domain/keys.ts';
import type { Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import { createRunners, MACHINES } from '../../machines/catalogue.ts';
import { createRunner } from '../../machines/definition.ts';
import { NOTHING_LOADED } from '../memory/memory-fold.ts';
import type { StoredActor } from '../runtime-store.port.ts';
import { planBatch } from './plan-batch.ts';

const tenant = asId<Message['tenant']>('t');
const scope = asId<ScopeId>('lead_1');
const newer = MACHINES.lead.version + 1;
const runners = {
  ...createRunners(),
  lead: createRunner({
    ...MACHINES.lead,
    version: newer,
    migrate: ({ value, context }, from) => ({ value, context: { ...context, dimensions: { from: String(from) } } }),
  }),
};

function plan(machineVersion: number) {
  const message = {
    type: 'profile.updated',
    data: { account_facts: {}, contact_facts: {}, account: null, dimensions: {} },
    tenant,
    source: '/test',
    id: 'm1',
    scope,
    partition: partitionOf(scope),
    actor: { kind: 'lead', id: 'lead_1' },
    refs: NO_REFS,
    at: 1_000,
    sealed: null,
    profiles: [],
    causation: null,
    correlation: null,
    batch: null,
    history: true,
    contentDigest: '',
  } as unknown as Message;
  const stored: StoredActor = {
    tenant,
    kind: 'lead',
    id: 'lead_1',
    partition: message.partition,
    machineVersion,
    ...createRunners().lead.initial(),
    seq: 4,
  };
  return planBatch(
    [{ message, committed: false }],
    {
      examples: new Map(),
      heads: new Map([[message.partition, 10]]),
      actors: new Map([[actorKey(tenant, 'lead', 'lead_1'), stored]]),
      guards: new Map(),
      policies: new Map(),
      suppressions: new Map(),
      listed: new Map(),
      held: { parked: new Set(), released: new Set(), messages: new Set() },
      memory: NOTHING_LOADED,
    },
    {
      runners,
      engine: {
        id: 'none',
        decide: () => {
          throw new Error('nothing is decided about history');
        },
      } as never,
      digest: (text) => text.slice(0, 64),
      channelReady: () => true,
      timeZoneData: 'test',
    },
  );
}

it('migrates once, before the event, and says so on the ledger', () => {
  const { plan: planned, parked } = plan(MACHINES.lead.version);
  expect([...parked.values()]).toEqual([]);
  expect(planned.drafts.map(({ header }) => [header.type, header.seq, header.actorSeq])).toEqual([
    ['state.migrated', 11, 5],
    ['profile.updated', 12, 6],
  ]);
  expect(planned.actors[0]).toMatchObject({
    machineVersion: newer,
    seq: 6,
    context: { dimensions: { from: String(MACHINES.lead.version) } },
  });
});

it('leaves a state of its own version alone', () => {
  expect(plan(newer).plan.drafts.map(({ header }) => header.type)).toEqual(['profile.updated']);
});

it('writes nothing where a newer version has written, and blames no message for it', () => {
  expect(() => plan(newer + 1)).toThrow(RetryableError);
});
