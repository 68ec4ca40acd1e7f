/** Every operation hands the right thing to the services and answers with what the API description promises. */
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { pageOf } from '../cursor.ts';
import { problemIn, testGateway } from '../gateway.fixture.ts';
import { accountViewSchema, knownStateSchema, contactViewSchema, eventViewSchema } from '../schemas/account.ts';
import {
  createdKeySchema,
  killSwitchSetSchema,
  modeSetSchema,
  policyAppliedSchema,
  policyViewSchema,
} from '../schemas/administration.ts';
import { decisionViewSchema, replayViewSchema, traceStepSchema, traceViewSchema } from '../schemas/decision.ts';
import { egressViewSchema } from '../schemas/egress.ts';
import { importViewSchema, undoReportSchema } from '../schemas/import.ts';
import { keyGenerationsSchema, keyRotationSchema } from '../schemas/key-generations.ts';
import { noteDetailSchema, noteViewSchema, recordedSchema, timelineSchema } from '../schemas/note.ts';
import {
  checkpointSchema,
  differenceSchema,
  hindsightReportSchema,
  hindsightSchema,
  restoreReportSchema,
} from '../schemas/past.ts';
import { patternDetailSchema, patternDismissedSchema, patternSchema } from '../schemas/pattern.ts';
import {
  diffViewSchema,
  lintViewSchema,
  policyProposalSchema,
  policyTestSchema,
  singleOperatorSetSchema,
} from '../schemas/policy.ts';
import { gateAnswerSchema, proposedSchema } from '../schemas/proposal.ts';
import {
  loopReportSchema,
  readinessReportSchema,
  rebuildReportSchema,
  replayAllReportSchema,
  trustEventSchema,
  trustViewSchema,
  backupViewSchema,
  anchorViewSchema,
  verifyReportSchema,
} from '../schemas/report.ts';
import { retentionRunSchema, retentionViewSchema } from '../schemas/retention.ts';
import {
  bulkPreviewSchema,
  bulkResultSchema,
  reservationSchema,
  reviewDecidedSchema,
  reviewSummarySchema,
  reviewViewSchema,
} from '../schemas/review.ts';
import { pauseViewSchema, scheduledOutcomeSchema, scheduledSchema } from '../schemas/schedule.ts';
import { erasureProofViewSchema, proofCheckSchema, purgeSchema, subjectActSchema } from '../schemas/subject.ts';
import { suppressedSchema } from '../schemas/suppression.ts';
import { comparisonSchema, counterfactualSchema } from '../schemas/what-if.ts';

interface Case {
  readonly request: InjectOptions;
  readonly status?: number;
  readonly answer: z.ZodObject;
  /** The call that the services see, without the caller. */
  readonly call: readonly unknown[];
}

const BULK_ITEMS = [{ id: 'rev_1', fingerprint: 'ff00' }];
const IMPORT_START = { name: 'crm', mode: 'history', digest: 'd1', total: 3 } as const;
const SUPPRESSION = { scope: 'email', value: 'a@b.com', reason: 'asked' } as const;
const KEY = { label: 'connector', role: 'agent', kind: 'agent' } as const;

const CASES: Record<string, Case> = {
  listDecisions: {
    request: { url: '/v1/decisions?limit=5&correlation=cor_1&contact=c' },
    answer: pageOf(decisionViewSchema),
    call: ['listDecisions', { limit: 5, cursor: null, correlation: 'cor_1', contact: 'c' }],
  },
  getDecision: { request: { url: '/v1/decisions/dec_1' }, answer: decisionViewSchema, call: ['getDecision', 'dec_1'] },
  traceDecision: {
    request: { url: '/v1/decisions/dec_1/trace' },
    answer: traceViewSchema,
    call: ['traceDecision', 'dec_1'],
  },
  replayDecision: {
    request: { method: 'POST', url: '/v1/decisions/dec_1/replay' },
    answer: replayViewSchema,
    call: ['replayDecision', 'dec_1'],
  },
  getTrace: {
    request: { url: '/v1/traces/cor_1' },
    answer: pageOf(traceStepSchema),
    call: ['traceCorrelation', 'cor_1'],
  },
  listKeyGenerations: { request: { url: '/v1/key-generations' }, answer: keyGenerationsSchema, call: ['list'] },
  rotateKeys: {
    request: { method: 'POST', url: '/v1/key-generations/rotation', payload: { backups: '/backups' } },
    answer: keyRotationSchema,
    call: ['rotate', { backups: '/backups' }],
  },
  getEgress: { request: { url: '/v1/egress' }, answer: egressViewSchema, call: ['getEgress'] },
  getRetention: { request: { url: '/v1/retention' }, answer: retentionViewSchema, call: ['getRetention'] },
  runRetention: {
    request: { method: 'POST', url: '/v1/retention/runs' },
    answer: retentionRunSchema,
    call: ['runRetention'],
  },
  holdSubject: {
    request: { method: 'POST', url: '/v1/subjects/con_1/hold', payload: { reason: 'lawsuit' } },
    answer: subjectActSchema,
    call: ['holdSubject', 'con_1', 'lawsuit'],
  },
  releaseSubject: {
    request: { method: 'POST', url: '/v1/subjects/con_1/release', payload: { reason: 'settled' } },
    answer: subjectActSchema,
    call: ['releaseSubject', 'con_1', 'settled'],
  },
  purgeSubject: {
    request: { method: 'POST', url: '/v1/subjects/con_1/purge' },
    answer: purgeSchema,
    call: ['purgeSubject', 'con_1'],
  },
  proveErasure: {
    request: { url: '/v1/subjects/contact%2F4711/erasure-proof' },
    answer: erasureProofViewSchema,
    call: ['proveErasure', 'contact/4711'],
  },
  checkErasureProof: {
    request: { method: 'POST', url: '/v1/verify-erasure-proof', payload: { format: 1 } },
    answer: proofCheckSchema,
    call: ['checkErasureProof', { format: 1 }],
  },
  putAccount: {
    request: { method: 'PUT', url: '/v1/accounts/acme', payload: { employees: 5 } },
    answer: accountViewSchema,
    call: ['putAccount', 'acme', { employees: 5 }],
  },
  getAccount: { request: { url: '/v1/accounts/acme' }, answer: accountViewSchema, call: ['getAccount', 'acme'] },
  listAccounts: {
    request: { url: '/v1/accounts?cursor=abc' },
    answer: pageOf(accountViewSchema),
    call: ['listAccounts', { limit: 50, cursor: 'abc' }],
  },
  listAccountEvents: {
    request: { url: '/v1/accounts/acc_1/events' },
    answer: pageOf(eventViewSchema),
    call: ['accountEvents', 'acc_1', { limit: 50, cursor: null }],
  },
  putContact: {
    request: { method: 'PUT', url: '/v1/contacts/c-1', payload: { email: 'a@b.com', time_zone: 'Europe/Paris' } },
    answer: contactViewSchema,
    call: ['putContact', 'c-1', { email: 'a@b.com', time_zone: 'Europe/Paris' }],
  },
  getKnownState: {
    request: { url: '/v1/known-state?subject=account%2Facme&as_of=2026-11-21T10:00:00Z' },
    answer: knownStateSchema,
    call: ['getKnownState', 'account/acme', Date.UTC(2026, 10, 21, 10)],
  },
  getContact: { request: { url: '/v1/contacts/c-1' }, answer: contactViewSchema, call: ['getContact', 'c-1'] },
  recordNote: {
    request: {
      method: 'POST',
      url: '/v1/notes',
      payload: {
        id: 'n1',
        subject: 'account/acme',
        kind: 'fact',
        predicate: 'budget',
        value: '5',
        text: 'Five.',
        observed_at: '2026-11-20T09:30:00Z',
        links: [{ to: 'note_0', type: 'supports' }],
      },
    },
    status: 202,
    answer: recordedSchema,
    call: [
      'recordNote',
      {
        id: 'n1',
        subject: 'account/acme',
        kind: 'fact',
        predicate: 'budget',
        value: '5',
        text: 'Five.',
        observed_at: Date.UTC(2026, 10, 20, 9, 30),
        valid_from: null,
        valid_to: null,
        confidence: null,
        source: null,
        ordinal: null,
        links: [{ to: 'note_0', type: 'supports', weight: 1 }],
      },
    ],
  },
  getNote: { request: { url: '/v1/notes/note_1' }, answer: noteDetailSchema, call: ['getNote', 'note_1'] },
  verifyNote: {
    request: { method: 'POST', url: '/v1/notes/note_1/verifications', payload: {} },
    answer: noteViewSchema,
    call: ['verifyNote', 'note_1', null],
  },
  correctNote: {
    request: { method: 'POST', url: '/v1/notes/note_1/corrections', payload: { id: 'f1', text: 'Four.', value: '4' } },
    status: 202,
    answer: recordedSchema,
    call: ['correctNote', 'note_1', { id: 'f1', text: 'Four.', value: '4', valid_from: null, valid_to: null }],
  },
  retractNote: {
    request: { method: 'POST', url: '/v1/notes/note_1/retractions', payload: { reason: 'wrong' } },
    answer: noteViewSchema,
    call: ['retractNote', 'note_1', 'wrong'],
  },
  listNotes: {
    request: { url: '/v1/accounts/acme/notes?limit=5&as_of=2026-11-20T09:30:00Z&all=true' },
    answer: pageOf(noteViewSchema),
    call: ['listNotes', 'acme', { limit: 5, cursor: null, as_of: Date.UTC(2026, 10, 20, 9, 30), all: true }],
  },
  getAccountTimeline: {
    request: { url: '/v1/accounts/acme/timeline' },
    answer: timelineSchema,
    call: ['accountTimeline', 'acme'],
  },
  getContactTimeline: {
    request: { url: '/v1/contacts/c-1/timeline' },
    answer: timelineSchema,
    call: ['contactTimeline', 'c-1'],
  },
  listReviews: {
    request: { url: '/v1/reviews?state=open' },
    answer: pageOf(reviewViewSchema),
    call: ['listReviews', { limit: 50, cursor: null, state: 'open' }],
  },
  getReview: { request: { url: '/v1/reviews/rev_1' }, answer: reviewViewSchema, call: ['getReview', 'rev_1'] },
  summarizeReviews: {
    request: { url: '/v1/reviews/summary' },
    answer: reviewSummarySchema,
    call: ['summarizeReviews'],
  },
  reserveReview: {
    request: { method: 'POST', url: '/v1/reviews/rev_1/reservation', payload: {} },
    answer: reservationSchema,
    call: ['reserveReview', 'rev_1'],
  },
  snoozeReview: {
    request: { method: 'POST', url: '/v1/reviews/rev_1/snooze', payload: { until: '2026-11-21T12:00:00Z' } },
    answer: reviewViewSchema,
    call: ['snoozeReview', 'rev_1', { until: '2026-11-21T12:00:00Z', reason: null }],
  },
  assignReview: {
    request: { method: 'POST', url: '/v1/reviews/rev_1/assignment', payload: { to: null, reason: 'away' } },
    answer: reviewViewSchema,
    call: ['assignReview', 'rev_1', { to: null, reason: 'away' }],
  },
  undoReview: {
    request: { method: 'POST', url: '/v1/reviews/rev_1/undo', payload: {} },
    answer: reviewViewSchema,
    call: ['undoReview', 'rev_1', { reason: null }],
  },
  previewReviews: {
    request: { method: 'POST', url: '/v1/reviews/bulk/preview', payload: { decision: 'approve', items: BULK_ITEMS } },
    answer: bulkPreviewSchema,
    call: ['previewReviews', { decision: 'approve', items: BULK_ITEMS }],
  },
  decideReviews: {
    request: { method: 'POST', url: '/v1/reviews/bulk', payload: { decision: 'approve', items: BULK_ITEMS } },
    answer: bulkResultSchema,
    call: ['decideReviews', { decision: 'approve', items: BULK_ITEMS, reason: null }],
  },
  decideSequence: {
    request: {
      method: 'POST',
      url: '/v1/sequences/s-1/decisions',
      payload: { decision: 'reject', items: BULK_ITEMS, reason: 'no' },
    },
    answer: bulkResultSchema,
    call: ['decideSequence', 's-1', { decision: 'reject', items: BULK_ITEMS, reason: 'no' }],
  },
  listScheduled: {
    request: { url: '/v1/scheduled?channel=email&account=acme' },
    answer: pageOf(scheduledSchema),
    call: ['listScheduled', { limit: 50, cursor: null, channel: 'email', account: 'acme' }],
  },
  getScheduled: {
    request: { url: '/v1/scheduled/act_1' },
    answer: scheduledSchema,
    call: ['getScheduled', 'act_1'],
  },
  cancelScheduled: {
    request: { method: 'POST', url: '/v1/scheduled/act_1/cancel', payload: { reason: 'no' } },
    answer: scheduledOutcomeSchema,
    call: ['cancelScheduled', 'act_1', 'no'],
  },
  moveScheduled: {
    request: { method: 'POST', url: '/v1/scheduled/act_1/move', payload: { at: '2026-11-22T12:00:00Z' } },
    answer: scheduledOutcomeSchema,
    call: ['moveScheduled', 'act_1', { at: '2026-11-22T12:00:00Z', reason: null }],
  },
  sendNow: {
    request: { method: 'POST', url: '/v1/scheduled/act_1/send-now', payload: {} },
    answer: scheduledOutcomeSchema,
    call: ['sendNow', 'act_1', { reason: null }],
  },
  setPause: {
    request: { method: 'POST', url: '/v1/pauses', payload: { scope: 'channel', value: 'email', reason: 'warm-up' } },
    status: 201,
    answer: pauseViewSchema,
    call: ['setPause', { scope: 'channel', value: 'email', reason: 'warm-up' }],
  },
  decideReview: {
    request: {
      method: 'POST',
      url: '/v1/reviews/rev_1/decisions',
      payload: { decision: 'edit', fingerprint: 'ff00', content: { text: 'new' } },
    },
    answer: reviewDecidedSchema,
    call: ['decideReview', 'rev_1', { decision: 'edit', fingerprint: 'ff00', reason: null, content: { text: 'new' } }],
  },
  listTrust: { request: { url: '/v1/trust' }, answer: pageOf(trustViewSchema), call: ['listTrust'] },
  getTrustHistory: {
    request: { url: '/v1/trust/crm_update%2Fcrm%2Flow%2Frules@1/history?limit=5' },
    answer: pageOf(trustEventSchema),
    call: ['trustHistory', 'crm_update/crm/low/rules@1', { limit: 5, cursor: null }],
  },
  getLoopReport: {
    request: { url: '/v1/reports/loop?dimension=origin' },
    answer: loopReportSchema,
    call: ['loopReport', { dimension: 'origin' }],
  },
  'getLoopReport without a dimension': {
    request: { url: '/v1/reports/loop' },
    answer: loopReportSchema,
    call: ['loopReport', { dimension: null }],
  },
  getReadinessReport: {
    request: { url: '/v1/reports/readiness?purpose=marketing' },
    answer: readinessReportSchema,
    call: ['readiness', 'marketing'],
  },
  'getReadinessReport without a purpose': {
    request: { url: '/v1/reports/readiness' },
    answer: readinessReportSchema,
    call: ['readiness', 'sales'],
  },
  setKillSwitch: {
    request: { method: 'POST', url: '/v1/kill-switch', payload: { engaged: true, reason: 'stop' } },
    answer: killSwitchSetSchema,
    call: ['setKillSwitch', true, 'stop'],
  },
  setMode: {
    request: { method: 'POST', url: '/v1/modes', payload: { mode: 'live', channel: 'email', reason: 'go' } },
    answer: modeSetSchema,
    call: ['setMode', 'live', 'email', 'go'],
  },
  'setMode of the tenant': {
    request: { method: 'POST', url: '/v1/modes', payload: { mode: 'shadow', reason: 'go' } },
    answer: modeSetSchema,
    call: ['setMode', 'shadow', null, 'go'],
  },
  listPatterns: { request: { url: '/v1/patterns' }, answer: pageOf(patternSchema), call: ['listPatterns'] },
  getPattern: { request: { url: '/v1/patterns/pat_1' }, answer: patternDetailSchema, call: ['getPattern', 'pat_1'] },
  confirmPattern: {
    request: { method: 'POST', url: '/v1/patterns/pat_1/confirmation', payload: { reason: 'yes' } },
    status: 201,
    answer: policyProposalSchema,
    call: ['confirmPattern', 'pat_1', { rule: null, reason: 'yes' }],
  },
  dismissPattern: {
    request: { method: 'POST', url: '/v1/patterns/pat_1/dismissal', payload: { reason: 'no' } },
    answer: patternDismissedSchema,
    call: ['dismissPattern', 'pat_1', 'no'],
  },
  getPolicy: { request: { url: '/v1/policy' }, answer: policyViewSchema, call: ['getPolicy'] },
  lintPolicy: {
    request: { method: 'POST', url: '/v1/policy/lint', payload: { require: ['consent'] } },
    answer: lintViewSchema,
    call: ['lint', null, ['consent']],
  },
  diffPolicy: {
    request: { method: 'POST', url: '/v1/policy/diff', payload: { after: DEFAULT_POLICY } },
    answer: diffViewSchema,
    call: ['diff', DEFAULT_POLICY, null],
  },
  testPolicy: {
    request: { method: 'POST', url: '/v1/policy/tests', payload: { days: 3 } },
    answer: policyTestSchema,
    call: ['test', { policy: null, days: 3, cases: [] }],
  },
  listPolicyProposals: {
    request: { url: '/v1/policy/proposals' },
    answer: pageOf(policyProposalSchema),
    call: ['list'],
  },
  proposePolicy: {
    request: { method: 'POST', url: '/v1/policy/proposals', payload: { policy: DEFAULT_POLICY, reason: 'why' } },
    status: 201,
    answer: policyProposalSchema,
    call: ['propose', { policy: DEFAULT_POLICY, effective_from: null, reason: 'why', days: 30 }],
  },
  getPolicyProposal: {
    request: { url: '/v1/policy/proposals/pol_1' },
    answer: policyProposalSchema,
    call: ['get', 'pol_1'],
  },
  approvePolicyProposal: {
    request: { method: 'POST', url: '/v1/policy/proposals/pol_1/approvals' },
    answer: policyProposalSchema,
    call: ['approve', 'pol_1'],
  },
  rejectPolicyProposal: {
    request: { method: 'POST', url: '/v1/policy/proposals/pol_1/rejection', payload: { reason: 'no' } },
    answer: policyProposalSchema,
    call: ['reject', 'pol_1', 'no'],
  },
  setSingleOperator: {
    request: { method: 'PUT', url: '/v1/single-operator', payload: { enabled: true } },
    answer: singleOperatorSetSchema,
    call: ['setSingleOperator', true],
  },
  applyPolicy: {
    request: { method: 'PUT', url: '/v1/policy', payload: DEFAULT_POLICY },
    answer: policyAppliedSchema,
    call: ['applyPolicy', DEFAULT_POLICY],
  },
  addSuppression: {
    request: { method: 'POST', url: '/v1/suppressions', payload: SUPPRESSION },
    status: 201,
    answer: suppressedSchema,
    call: ['add', { ...SUPPRESSION, source: 'api' }],
  },
  createKey: {
    request: { method: 'POST', url: '/v1/keys', payload: KEY },
    status: 201,
    answer: createdKeySchema,
    call: ['createKey', KEY],
  },
  writeBackup: {
    request: { method: 'POST', url: '/v1/backups' },
    status: 201,
    answer: backupViewSchema,
    call: ['writeBackup'],
  },
  verifyLedger: { request: { method: 'POST', url: '/v1/verify' }, answer: verifyReportSchema, call: ['verify'] },
  writeAnchor: {
    request: { method: 'POST', url: '/v1/anchors', payload: { restored_from: '2026-11-21T08:00:00Z' } },
    status: 201,
    answer: anchorViewSchema,
    call: ['writeAnchor', { restored_from: '2026-11-21T08:00:00Z' }],
  },
  checkRebuild: {
    request: { method: 'POST', url: '/v1/rebuild-check' },
    answer: rebuildReportSchema,
    call: ['rebuildCheck'],
  },
  replayAll: { request: { method: 'POST', url: '/v1/replay-all' }, answer: replayAllReportSchema, call: ['replayAll'] },
  listCheckpoints: { request: { url: '/v1/checkpoints' }, answer: pageOf(checkpointSchema), call: ['listCheckpoints'] },
  createCheckpoint: {
    request: { method: 'POST', url: '/v1/checkpoints', payload: { name: 'monday' } },
    status: 201,
    answer: checkpointSchema,
    call: ['createCheckpoint', 'monday'],
  },
  getCheckpoint: {
    request: { url: '/v1/checkpoints/monday' },
    answer: checkpointSchema,
    call: ['getCheckpoint', 'monday'],
  },
  restoreCheckpoint: {
    request: { method: 'POST', url: '/v1/checkpoints/monday/restore', payload: { dry_run: true } },
    answer: restoreReportSchema,
    call: ['restoreCheckpoint', 'monday', true],
  },
  getDifference: {
    request: { url: '/v1/difference?as_of=2026-11-21T10:00:00Z&subject=account%2Facme' },
    answer: differenceSchema,
    call: ['difference', { asOf: Date.UTC(2026, 10, 21, 10), checkpoint: null, subject: 'account/acme' }],
  },
  getHindsight: {
    request: { url: '/v1/decisions/dec_1/hindsight' },
    answer: hindsightSchema,
    call: ['hindsight', 'dec_1'],
  },
  compareDecisions: {
    request: { url: '/v1/decisions/dec_1/comparison?with=dec_2' },
    answer: comparisonSchema,
    call: ['compare', 'dec_1', 'dec_2'],
  },
  getCounterfactual: {
    request: { url: '/v1/decisions/dec_1/counterfactual?change=threshold&threshold=touch_cap&value=5' },
    answer: counterfactualSchema,
    call: ['counterfactual', 'dec_1', { kind: 'threshold', threshold: 'touch_cap', value: 5 }],
  },
  'getCounterfactual of an owner': {
    request: { url: '/v1/decisions/dec_1/counterfactual?change=owner&owner=nobody' },
    answer: counterfactualSchema,
    call: ['counterfactual', 'dec_1', { kind: 'owner', owner: null }],
  },
  getHindsightReport: {
    request: { url: '/v1/hindsight?since=2026-11-21T10:00:00Z' },
    answer: hindsightReportSchema,
    call: ['hindsightReport', { since: Date.UTC(2026, 10, 21, 10), until: null }],
  },
  'getPolicy of a time': {
    request: { url: '/v1/policy?as_of=2026-11-21T10:00:00Z' },
    answer: policyViewSchema,
    call: ['getPolicy', Date.UTC(2026, 10, 21, 10)],
  },
  listImports: { request: { url: '/v1/imports' }, answer: pageOf(importViewSchema), call: ['listImports'] },
  startImport: {
    request: { method: 'POST', url: '/v1/imports', payload: IMPORT_START },
    answer: importViewSchema,
    call: ['startImport', { ...IMPORT_START, policy: null, dry_run: null }],
  },
  finishImport: {
    request: { method: 'POST', url: '/v1/imports/imp_1/finish' },
    answer: importViewSchema,
    call: ['finishImport', 'imp_1'],
  },
  undoImport: {
    request: { method: 'POST', url: '/v1/imports/imp_1/undo' },
    answer: undoReportSchema,
    call: ['undoImport', 'imp_1'],
  },
};

test.each(Object.entries(CASES))('%s', async (_name, { request, status = 200, answer, call }) => {
  const { send, services } = testGateway();
  const response = await send(request);
  expect(response.statusCode).toBe(status);
  expect(services.calls).toEqual([call]);
  // Strict: an answer has no member that the description leaves out.
  expect(z.strictObject(answer.shape).safeParse(response.json()).error).toBeUndefined();
});

describe('a proposal', () => {
  const proposal = {
    id: 'p-1',
    action_type: 'outreach_push',
    lane: 'tam',
    subject: 'contact/c-1',
    content: 0,
    confidence: 0.5,
  };
  const contentText = String.raw`{ "text": "a\u0000b", "n": 1.0 }`;
  const body = JSON.stringify(proposal).replace('"content":0', `"content":${contentText}`);
  const headers = { 'content-type': 'application/json' };

  test.each([
    ['/v1/proposals', 202, proposedSchema],
    ['/v1/gate/check', 200, gateAnswerSchema],
  ])('%s gets the exact text of its content', async (url, status, answer) => {
    const { send, services } = testGateway();
    const response = await send({ method: 'POST', url, headers, payload: body });
    expect(response.statusCode).toBe(status);
    expect(services.proposals).toEqual([
      {
        ...proposal,
        content: { text: 'a\u0000b', n: 1 },
        contentText,
        sender: null,
        originating_proposal_id: null,
        reason: null,
      },
    ]);
    expect(z.strictObject(answer.shape).safeParse(response.json()).error).toBeUndefined();
  });

  test.each([
    ['an unknown action', { action_type: 'call' }, '/action_type'],
    ['an unknown lane', { lane: 'canary' }, '/lane'],
    ['a subject without a kind', { subject: 'c-1' }, '/subject'],
    ['a subject with NUL', { subject: 'lead/a\u0000' }, '/subject'],
    ['content that is text', { content: 'hello' }, '/content'],
    ['too much confidence', { confidence: 1.1 }, '/confidence'],
    ['an unknown member', { approved: true }, '/approved'],
    ['an id with a lone surrogate', { id: '\ud800' }, '/id'],
  ])('with %s is refused', async (_title, members, pointer) => {
    const { send, services } = testGateway();
    const payload = { ...proposal, content: {}, ...members };
    const response = await send({ method: 'POST', url: '/v1/proposals', payload });
    expect(response.statusCode).toBe(400);
    expect(problemIn(response).errors?.map((fault) => fault.pointer)).toContain(pointer);
    expect(services.proposals).toEqual([]);
  });
});

describe('bodies that are refused', () => {
  test.each([
    ['POST', '/v1/reviews/r/decisions', { decision: 'edit', fingerprint: 'f' }, '/content'],
    ['POST', '/v1/reviews/r/decisions', { decision: 'approve', fingerprint: 'f', content: {} }, '/content'],
    ['POST', '/v1/reviews/r/decisions', { decision: 'approve' }, '/fingerprint'],
    ['POST', '/v1/kill-switch', { engaged: 'yes', reason: 'x' }, '/engaged'],
    ['POST', '/v1/kill-switch', { engaged: true }, '/reason'],
    ['POST', '/v1/kill-switch', { engaged: true, reason: 'a\u0000' }, '/reason'],
    ['POST', '/v1/modes', { mode: 'on', reason: 'x' }, '/mode'],
    ['PUT', '/v1/policy', { ...DEFAULT_POLICY, exploration: 2 }, '/exploration'],
    ['PUT', '/v1/policy', { ...DEFAULT_POLICY, more: 1 }, '/more'],
    ['POST', '/v1/suppressions', { ...SUPPRESSION, scope: 'planet' }, '/scope'],
    ['POST', '/v1/keys', { ...KEY, role: 'root' }, '/role'],
    ['POST', '/v1/imports', { ...IMPORT_START, total: -1 }, '/total'],
    ['PUT', '/v1/contacts/c', { time_zone: 'Mars/Olympus' }, '/time_zone'],
    ['PUT', '/v1/contacts/c', { email: 'nobody' }, '/email'],
  ] as const)('%s %s %j', async (method, url, payload, pointer) => {
    const { send, services } = testGateway();
    const response = await send({ method, url, payload });
    expect(response.statusCode).toBe(400);
    expect(problemIn(response).errors?.map((fault) => fault.pointer)).toContain(pointer);
    expect(services.calls).toEqual([]);
  });
});
