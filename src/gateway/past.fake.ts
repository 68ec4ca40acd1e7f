/** The past of a system that has one checkpoint and one decision. Notes every call. */
import type { CheckpointView, DifferenceView, HindsightView, PastServices } from './past.port.ts';

const AT = '2026-11-21T10:00:00.000Z';
const CHECKPOINT: CheckpointView = { name: 'monday', at: AT, by: 'operator', event: 'p1-1', restored: [] };
const HINDSIGHT: HindsightView = {
  decision: 'dec_1',
  at: AT,
  subject: { kind: 'lead', id: 'per_1' },
  engine: { then: 'rules@1', now: 'rules@1' },
  policy: { then: 'aa', now: 'bb' },
  known: 'proven',
  candidate: {
    then: { action_type: 'outreach_push', score: 61, reason: 'Fresh interest' },
    now: { action_type: 'outreach_push', score: 61, reason: 'Fresh interest' },
  },
  gate: { then: { verdict: 'pass', reasons: [] }, now: { verdict: 'hold', reasons: ['quiet_hours'] } },
  result: 'other_verdict',
  because: ['sending_hours'],
  note: null,
};
const NO_COUNTS = { then: {}, now: {} };
const DIFFERENCE: DifferenceView = {
  as_of: AT,
  checkpoint: null,
  clock: 'real',
  subject: null,
  events: { then: 3, now: 4 },
  since: { 'signal.received': 1 },
  policy: { then: { hash: 'aa', name: 'old' }, now: { hash: 'bb', name: 'new' }, members: ['sending_hours'] },
  mode: { then: 'sandbox', now: 'sandbox' },
  kill_switch: { then: false, now: false },
  suppressions: { then: 0, now: 0 },
  counts: { account: NO_COUNTS, lead: { then: { new: 1 }, now: { engaged: 1 } }, action: NO_COUNTS },
  trust: [],
  changes: [{ kind: 'lead', id: 'per_1', then: 'new', now: 'engaged', members: ['intent'] }],
  unnamed: 0,
};

export function fakePast(note: (name: string, ...args: readonly unknown[]) => void): PastServices {
  return {
    async createCheckpoint(_caller, name) {
      note('createCheckpoint', name);
      return { ...CHECKPOINT, name };
    },
    async listCheckpoints() {
      note('listCheckpoints');
      return [CHECKPOINT];
    },
    async getCheckpoint(_caller, name) {
      note('getCheckpoint', name);
      return { ...CHECKPOINT, name };
    },
    async restoreCheckpoint(_caller, name, dryRun) {
      note('restoreCheckpoint', name, dryRun);
      return {
        checkpoint: name,
        dry_run: dryRun,
        accounts: 0,
        leads: 1,
        actions: 1,
        looks_dropped: 0,
        changes: [{ kind: 'lead', id: 'per_1', from: 'engaged', to: 'new' }],
        kept: [{ kind: 'lead', id: 'per_2', state: 'opted_out', why: 'it is opted_out' }],
        unnamed: 0,
      };
    },
    async difference(_caller, query) {
      note('difference', query);
      return DIFFERENCE;
    },
    async hindsight(_caller, decision) {
      note('hindsight', decision);
      return { ...HINDSIGHT, decision };
    },
    async hindsightReport(_caller, range) {
      note('hindsightReport', range);
      return {
        policy: 'bb',
        engine: 'rules@1',
        decisions: 3,
        results: { same: 2, other_choice: 0, other_verdict: 1, unknown: 0 },
        differences: [{ from: 'pass', to: 'hold', because: ['sending_hours'], count: 1 }],
        examples: [HINDSIGHT],
      };
    },
  };
}
