/** One review, one scheduled action and one pause. Notes every call. */
import type { PauseView, ReviewServices, ReviewView, ScheduledView, ScheduleServices } from './review.port.ts';

const AT = '2026-11-21T10:00:00.000Z';

export const REVIEW: ReviewView = {
  id: 'rev_1',
  action: 'act_1',
  decision: 'dec_1',
  queue: 'review',
  state: 'open',
  action_type: 'crm_update',
  channel: 'crm',
  risk_class: 'low',
  lane: 'inbound',
  account: 'acc_1',
  person: null,
  account_ref: { id: 'acc_1', external_id: 'acme', name: 'Acme' },
  recipient: null,
  batch: null,
  sequence: null,
  step: null,
  play: null,
  fingerprint: 'ff00',
  content: { note: 'Call back' },
  original_content: { note: 'Call back' },
  rendered: { subject: null, body: 'Call back' },
  evidence: [],
  reasons: [],
  trust: null,
  priority: { score: 1, reason: 'low risk (×1), waiting for 1.0 h' },
  reserved: null,
  assigned_to: null,
  snoozed_until: null,
  approvals: [],
  approvals_needed: 1,
  created_at: AT,
  due_at: AT,
  overdue: false,
  expires_at: AT,
  decided_by: null,
  decided_at: null,
  undo_until: null,
};

const SCHEDULED: ScheduledView = {
  action: 'act_1',
  decision: 'dec_1',
  waits: 'undo',
  at: AT,
  action_type: 'outreach_push',
  channel: 'email',
  risk_class: 'high',
  account_ref: null,
  recipient: null,
  sender: 'default',
  play: null,
  sequence: null,
  step: null,
  fingerprint: 'ff00',
  rendered: { subject: 'Hello', body: 'Hello there' },
  checks: [],
  still_valid: true,
  next_at: null,
  conflicts: [],
};

const PAUSE: PauseView = {
  id: 'pau_1',
  scope: 'channel',
  value: 'email',
  by: 'person:operator',
  reason: 'warming up',
  at: AT,
  affects: 3,
};

type Note = (name: string, ...args: readonly unknown[]) => void;

export function fakeReviews(note: Note): ReviewServices {
  const done = { items: [{ id: 'rev_1', status: 'done' as const, state: 'approved', problem: null }] };
  return {
    async listReviews(_caller, query) {
      note('listReviews', query);
      return { items: [REVIEW], next_cursor: null };
    },
    async getReview(_caller, id) {
      note('getReview', id);
      return { ...REVIEW, id };
    },
    async decideReview(_caller, id, input) {
      note('decideReview', id, input);
      return { review: { ...REVIEW, id, state: 'approved', decided_by: 'reviewer' }, action_state: 'permitted' };
    },
    async summarizeReviews() {
      note('summarizeReviews');
      return {
        open: 1,
        overdue: 0,
        snoozed: 0,
        mine: 0,
        decided_today: 0,
        median_seconds_today: null,
        capacity: { per_day: null, left: null },
      };
    },
    async reserveReview(_caller, id) {
      note('reserveReview', id);
      return { by: 'reviewer', until: AT };
    },
    async letGoReview(_caller, id) {
      note('letGoReview', id);
    },
    async snoozeReview(_caller, id, input) {
      note('snoozeReview', id, input);
      return { ...REVIEW, id, snoozed_until: input.until };
    },
    async assignReview(_caller, id, input) {
      note('assignReview', id, input);
      return { ...REVIEW, id, assigned_to: input.to };
    },
    async undoReview(_caller, id, input) {
      note('undoReview', id, input);
      return { ...REVIEW, id };
    },
    async previewReviews(_caller, input) {
      note('previewReviews', input);
      return {
        groups: [{ consequence: 'waits for its time: cooldown_account', count: 1, ids: ['rev_1'] }],
        would_pass: 1,
        would_hold: 0,
        would_deny: 0,
        refused: [],
      };
    },
    async decideReviews(_caller, input) {
      note('decideReviews', input);
      return done;
    },
    async decideSequence(_caller, sequence, input) {
      note('decideSequence', sequence, input);
      return done;
    },
  };
}

export function fakeSchedule(note: Note): ScheduleServices {
  return {
    async listScheduled(_caller, query) {
      note('listScheduled', query);
      return { items: [SCHEDULED], next_cursor: null };
    },
    async getScheduled(_caller, action) {
      note('getScheduled', action);
      return { ...SCHEDULED, action };
    },
    async cancelScheduled(_caller, action, reason) {
      note('cancelScheduled', action, reason);
      return { action, state: 'cancelled', scheduled: null };
    },
    async moveScheduled(_caller, action, input) {
      note('moveScheduled', action, input);
      return { action, state: 'scheduled', scheduled: { ...SCHEDULED, action, at: input.at } };
    },
    async sendNow(_caller, action, input) {
      note('sendNow', action, input);
      return { action, state: 'permitted', scheduled: null };
    },
    async listPauses() {
      note('listPauses');
      return [PAUSE];
    },
    async setPause(_caller, input) {
      note('setPause', input);
      return { ...PAUSE, ...input };
    },
    async releasePause(_caller, id) {
      note('releasePause', id);
    },
  };
}
