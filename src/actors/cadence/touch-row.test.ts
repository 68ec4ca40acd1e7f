import { expect, test } from 'vitest';

import type { EventType } from '../../domain/event-types.ts';
import { asId } from '../../domain/ids.ts';
import type { LedgerHeader } from '../../domain/ledger-event.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import { touchRowOf } from './touch-row.ts';

const header = (type: EventType) =>
  ({
    partition: 3,
    seq: 9,
    tenant: asId('default'),
    type,
    actor: { kind: 'action', id: 'act_1' },
    at: 5,
  }) as unknown as LedgerHeader;
const touch = { sequence_type: 'standard', priority_score_at_queue: 41 };
const after = (value: string, label: object = { touch }) => ({
  value,
  context: {
    proposal: {
      channel: 'email',
      person: 'con_1',
      account: null,
      originating_proposal_id: null,
      attributes: {},
      ...label,
    },
  } as unknown as ActionContext,
});

test('a touch has a row when it is proposed and one when its action ends, with the score of the beginning', () => {
  const same = { action: 'act_1', actor_kind: 'action', sequence: null, play_id: null, priority_score_at_queue: 41 };
  expect(touchRowOf(header('action.proposed'), {}, undefined, after('proposed'))).toMatchObject({
    ...same,
    kind: 'touch_proposed',
    result: null,
  });
  const executed = touchRowOf(header('action.executed'), { mode: 'live' }, 'uncertain', after('executed'));
  expect(executed).toMatchObject({ ...same, kind: 'touch_ended', result: 'executed', mode: 'live' });
  const denied = { admission: { reasons: [{ code: 'suppressed' }, { code: null }] } };
  expect(touchRowOf(header('action.denied'), denied, 'proposed', after('denied'))).toMatchObject({
    result: 'denied',
    reasons: ['suppressed'],
  });
});

test('nothing else has one', () => {
  for (const [type, before, now] of [
    ['action.held', 'proposed', 'held'],
    ['action.uncertain', 'permitted', 'uncertain'],
    ['action.executed', 'executed', 'executed'],
  ] as const)
    expect(touchRowOf(header(type), {}, before, after(now))).toBeNull();
  expect(touchRowOf(header('action.proposed'), {}, undefined, after('proposed', {}))).toBeNull();
});
