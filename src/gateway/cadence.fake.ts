/** A log with one touch that was held back, and one play that runs. Notes every call. */
import type { CadenceEventView, CadenceServices } from './cadence.port.ts';

export const FAKE_CADENCE_EVENT: CadenceEventView = {
  event: 'p3-17',
  at: '2026-01-08T09:00:00.000Z',
  kind: 'touch_suppressed',
  sequence: 'seq_1',
  state: 'waiting',
  play_id: 'play_1',
  originating_proposal_id: 'pro_1',
  person: 'con_1',
  contact: 'c-42',
  account: 'acc_1',
  sequence_type: 'standard',
  step: 2,
  channel: 'email',
  action: null,
  priority_score_at_queue: 61.5,
  suppressed_reason: 'touch_cap_exceeded',
  reasons: ['touch_cap'],
  again_at: '2026-01-11T09:00:00.000Z',
  result: null,
  mode: null,
  ended_because: null,
};

export function fakeCadence(note: (name: string, ...args: readonly unknown[]) => void): CadenceServices {
  return {
    async listEvents(_caller, query) {
      note('listCadenceEvents', query);
      return { items: [FAKE_CADENCE_EVENT], next_cursor: null };
    },
    async listPlays() {
      note('listCadencePlays');
      return {
        items: [
          {
            play_id: 'play_1',
            name: 'Champions who moved',
            segment: 'commercial_mm',
            account: null,
            starts_sequences: true,
            problem: null,
            started: 4,
            running: 2,
            completed: 1,
            replied: 1,
            touches: 6,
            suppressed: 3,
          },
        ],
      };
    },
    async run() {
      note('runCadence');
      return { plays: 1, looked_at: 12, started: 2 };
    },
  };
}
