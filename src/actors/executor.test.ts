/** The order of journal and channel, with fakes of everything around the executor. */
import { describe, expect, test } from 'vitest';

import { asId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';
import type { ActionChannel, ChannelReceipt } from './channel.port.ts';
import type { EffectJournal } from './effect-journal.port.ts';
import type {
  ClaimablePermit,
  ClaimResult,
  ExecutionStore,
  LapsedAttempt,
  UntoldPermit,
} from './execution-store.port.ts';
import { Executor } from './executor.ts';
import type { Host } from './host.ts';
import type { RuntimeObserver } from './observer.port.ts';
import { retryDelayMs } from './retry-delay.ts';

const TENANT = asId<ClaimablePermit['tenant']>('t');
const PERMIT = {
  tenant: TENANT,
  id: 'per_1.0',
  action: 'act_1',
  partition: 3,
  fingerprint: 'f',
  mode: 'sandbox',
  grantedAt: 0,
  expiresAt: 1_000_000,
  attempts: 0,
  batch: null,
  content: {},
  detail: {
    actionType: 'crm_update',
    channel: 'crm',
    recipient: 'con_1',
    account: null,
    person: 'con_1',
    domain: null,
    suppressionKeys: [],
    hasAddress: false,
    scope: 'con_1',
    correlation: 'cor_1',
    causation: '',
  },
} as unknown as ClaimablePermit;

const FIRST_WAIT_MS = retryDelayMs(PERMIT);

interface World {
  readonly happened: string[];
  readonly messages: Message[];
  readonly executor: Executor;
}

function world(
  result: Partial<ClaimResult>,
  journal: Partial<EffectJournal> = {},
  given: Partial<ActionChannel> = {},
  {
    lapsed = [],
    untold = [],
    isSettled = false,
  }: {
    readonly lapsed?: readonly LapsedAttempt[];
    readonly untold?: readonly UntoldPermit[];
    /** Whether somebody else has found out about the attempt. */
    readonly isSettled?: boolean;
  } = {},
): World {
  const happened: string[] = [];
  const messages: Message[] = [];
  const store: Partial<ExecutionStore> = {
    claim: async () => ({ claimed: [], refused: [], expired: [], recovered: [], ...result }),
    retryAt: async ({ permit, dueAt }) => {
      happened.push(`again ${permit} at ${dueAt}`);
      return !isSettled;
    },
    lapsed: async () => lapsed,
    untold: async () => untold,
  };
  const channel: ActionChannel = {
    name: 'fake',
    carries: () => true,
    send: async (requests) => {
      happened.push('sent');
      return requests.map(() => ({ status: 'fulfilled', value: { receipt: 'r' } }));
    },
    lookup: async () => [],
    ...given,
  };
  const host = {
    deliverResults: async (delivered: readonly Message[]) => {
      messages.push(...delivered);
      return [];
    },
  };
  const observer: Partial<RuntimeObserver> = {
    executed: () => {},
    failed: (what) => void happened.push(`failed: ${what}`),
  };
  const executor = new Executor(
    { worker: 'w', limit: 10, soleWorker: true },
    store as ExecutionStore,
    [channel],
    host as unknown as Host,
    () => '',
    { now: () => 0, sleep: () => Promise.resolve() },
    observer as RuntimeObserver,
    {
      attempted: async (attempts) => void happened.push(`wrote ${attempts.map((attempt) => attempt.permit).join()}`),
      settled: (results) => void happened.push(`noted ${results.map((item) => item.result).join()}`),
      promised: () => {},
      ...journal,
    },
  );
  return { happened, messages, executor };
}

test('an attempt is in the journal before the channel is called, and its end afterwards', async () => {
  const { executor, happened, messages } = world({ claimed: [PERMIT] });
  await executor.runDue([TENANT], null, 5);
  expect(happened).toEqual(['wrote per_1.0', 'sent', 'noted sent']);
  expect(messages.map((message) => message.type)).toEqual(['action.executed']);
});

test('nothing leaves while the journal cannot be written, and the permit is tried again', async () => {
  const { executor, happened, messages } = world(
    { claimed: [PERMIT] },
    { attempted: () => Promise.reject(new Error('no room')) },
  );
  await executor.runDue([TENANT], null, 5);
  expect(happened).toEqual(['failed: writing the journal of effects', `again per_1.0 at ${5 + FIRST_WAIT_MS}`]);
  expect(messages).toEqual([]);
});

test('a permit whose effect was recovered after a restore ends as it did, without the channel', async () => {
  const { executor, happened, messages } = world({
    recovered: [
      { permit: PERMIT, at: 3, receipt: 'r-old' },
      { permit: PERMIT, at: 3, receipt: null },
    ],
  });
  expect(await executor.runDue([TENANT], null, 5)).toBe(2);
  expect(happened).toEqual([]);
  expect(messages.map((message) => [message.type, message.data])).toMatchObject([
    ['action.executed', { receipt: 'r-old', executed_at: 3 }],
    ['action.uncertain', { permit: 'per_1.0' }],
  ]);
});

test('a channel that failed without a word is asked what it did', async () => {
  const failing = { send: () => Promise.reject(new Error('the line broke')) };
  const acted = world({ claimed: [PERMIT] }, {}, { ...failing, lookup: async () => [{ receipt: 'r' }] });
  await acted.executor.runDue([TENANT], null, 5);
  expect(acted.messages.map((message) => message.type)).toEqual(['action.executed']);
  const silent = world({ claimed: [PERMIT] }, {}, { ...failing, lookup: async () => ['unknown'] });
  await silent.executor.runDue([TENANT], null, 5);
  expect(silent.messages.map((message) => message.type)).toEqual(['action.uncertain']);
});

test('an attempt stays open while the channel can neither answer nor be asked', async () => {
  const { executor, messages, happened } = world(
    { claimed: [PERMIT] },
    {},
    {
      send: () => Promise.reject(new Error('the line broke')),
      lookup: () => Promise.reject(new Error('still broken')),
    },
  );
  await executor.runDue([TENANT], null, 5);
  expect(messages).toEqual([]);
  expect(happened).toContain('failed: asking the channel fake');
});

describe('what a dead worker left', () => {
  const lookup =
    (answer: ChannelReceipt | 'absent'): ActionChannel['lookup'] =>
    async () => [answer];
  const left = { lapsed: [{ permit: PERMIT, at: 700 }] };

  test('is looked into from now on, because time has passed', async () => {
    const absent = world({}, {}, { lookup: lookup('absent') }, left);
    await absent.executor.reconcile([TENANT], 900);
    expect(absent.happened).toContain(`again per_1.0 at ${900 + FIRST_WAIT_MS}`);
    const sent = world({}, {}, { lookup: lookup({ receipt: 'r' }) }, left);
    await sent.executor.reconcile([TENANT], 900);
    expect(sent.messages).toMatchObject([{ at: 900, data: { executed_at: 900 } }]);
  });

  test('is noted as absent by the one host that sets it free', async () => {
    const first = world({}, {}, { lookup: lookup('absent') }, left);
    await first.executor.reconcile([TENANT], 900);
    expect(first.happened).toContain('noted absent');
    const second = world({}, {}, { lookup: lookup('absent') }, { ...left, isSettled: true });
    await second.executor.reconcile([TENANT], 900);
    expect(second.happened).toEqual([`again per_1.0 at ${900 + FIRST_WAIT_MS}`]);
    expect(second.messages).toEqual([]);
  });

  test('goes on at its own moment where time stood still, even if that is later than the last one that was finished', async () => {
    const absent = world({}, {}, { lookup: lookup('absent') }, left);
    await absent.executor.reconcile([TENANT], 600, true);
    expect(absent.happened).toContain('again per_1.0 at 700');
    const sent = world({}, {}, { lookup: lookup({ receipt: 'r' }) }, left);
    await sent.executor.reconcile([TENANT], 600, true);
    expect(sent.messages).toMatchObject([{ at: 700, data: { executed_at: 700 } }]);
    const untold = world({}, {}, {}, { untold: [{ permit: PERMIT, ended: 'expired', dueAt: 60_700 }] });
    await untold.executor.reconcile([TENANT], 600, true);
    expect(untold.messages).toMatchObject([{ type: 'action.expired', at: 700 }]);
  });
});
