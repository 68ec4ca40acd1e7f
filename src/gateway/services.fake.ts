/**
 * A stand-in for the running system, for tests of what speaks to it. It keeps what it was given, knows duplicates from conflicts, and
 * fails on demand; it decides nothing.
 */
import type { Role } from '../domain/authority.ts';
import type { SignedErasureProof } from '../domain/erasure-proof.ts';
import { GatehouseError } from '../domain/errors.ts';
import { asId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import type { JsonValue } from '../domain/json.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { fakeCadence } from './cadence.fake.ts';
import { fakeGateFacts } from './gate-facts.fake.ts';
import { fakeIdentities } from './identity.fake.ts';
import { fakeKeyGenerations } from './key-generations.fake.ts';
import type { NoteDetail, NoteView, TimelineView } from './note-services.port.ts';
import type { OutcomeView } from './outcome-services.port.ts';
import { fakeOwnership } from './ownership.fake.ts';
import { fakePast } from './past.fake.ts';
import { fakePatterns } from './patterns.fake.ts';
import { fakePlays } from './plays.fake.ts';
import { fakePolicies } from './policy.fake.ts';
import { fakeReviews, fakeSchedule } from './review.fake.ts';
import type { MemoryAnswer } from './search-services.port.ts';
import { fakeSenders } from './senders.fake.ts';
import type {
  KnownStateView,
  MachineView,
  AcceptResult,
  AccountView,
  Caller,
  ContactView,
  DecisionView,
  ErasureView,
  EventInput,
  EventView,
  ImportRecord,
  ImportView,
  Page,
  ProofCheck,
  PurgeView,
  ProposalInput,
  ParkedView,
  UncertainView,
  EgressView,
  RetentionRunView,
  RetentionView,
  Services,
  SubjectActView,
  SubjectExport,
  TraceStep,
} from './services.port.ts';
import { fakeSessions } from './session.fake.ts';
import { fakeStream } from './stream.fake.ts';
import { fakeSuppressions } from './suppression.fake.ts';
import type { BrainView, ViewContractView } from './view-services.port.ts';
import { fakeWhatIf } from './what-if.fake.ts';

const AT = isoOf(Date.UTC(2026, 10, 21, 10));

const NOTE: NoteView = {
  id: 'note_1',
  kind: 'fact',
  account: 'acc_1',
  person: null,
  predicate: 'budget',
  text: 'They have 50,000 EUR.',
  value: '50,000 EUR',
  confidence: 0.8,
  authority: 'rule',
  rule: 'budget.stated',
  by: 'rule:budget.stated',
  source: 'src_1',
  ordinal: 0,
  provenance: [{ event: 'p1-1', pointer: '/text', from: 10, to: 20 }],
  event: 'p1-2',
  observed_at: AT,
  valid_from: AT,
  valid_to: null,
  recorded_at: AT,
  superseded_at: null,
  retracted_at: null,
  last_verified_at: AT,
  is_stale: false,
};

const TIMELINE: TimelineView = {
  account: 'acc_1',
  person: null,
  first_at: AT,
  last_at: AT,
  counts: { 'signal.received': 2 },
  entries: [
    { type: 'signal.received', at: AT, to: AT, count: 2, what: 'web.page_viewed', lane: 'inbound', ref: 'p1-1' },
  ],
  open: [{ kind: 'action', ref: 'act_1', what: 'outreach_push', at: AT, state: 'held', waits_for: 'rev_1' }],
  touches: { 'email/out': { at: AT, ref: 'p1-3', person: 'per_1' } },
  people: { per_1: { signals: 2, last_at: AT, touches: {} } },
};

/** Signals of this type lead to a decision; every other one to a triage that gives none. */
const DECIDING_TYPE = 'web.form_submitted';

const VIEW_CONTRACT: ViewContractView = {
  name: 'account_composite',
  title: 'Everything in brief',
  version: 1,
  owner: 'memory',
  pattern: 'composite',
  parameter: 'account',
  refresh_hours: 24,
  token_budget: 8_000,
  used_by: ['account brain'],
  parts: [
    {
      name: 'notes',
      source: 'notes',
      projection: 'text',
      filter: 'all',
      staleness_threshold_hours: 168,
      items_max: 40,
    },
  ],
};
const BRAIN_VIEW: BrainView = {
  view: 'account_composite',
  version: 1,
  key: 'acme',
  view_metadata: {
    last_refresh_timestamp: '2026-11-21T10:00:00Z',
    staleness_threshold_hours: 24,
    is_stale: true,
    stale_parts: ['notes'],
    token_budget: 8_000,
    tokens: 120,
    cut: [{ part: 'notes', kept: 1, of: 3 }],
  },
  parts: { notes: [{ kind: 'fact', text: 'They use SSO.' }] },
};

const OUTCOME: OutcomeView = {
  id: 'out_1',
  type: 'won',
  subject: { kind: 'account', id: 'acc_1' },
  occurred_at: '2026-11-21T10:00:00Z',
  amount: { amount_minor: 1_250_000, currency: 'EUR' },
  corrected: false,
  link: {
    status: 'linked',
    decision: 'dec_1',
    action: 'act_1',
    sequence: null,
    play: null,
    window: { ms: 86_400_000, source: 'policy', from: '2026-11-21T09:00:00Z', until: '2026-11-22T09:00:00Z' },
  },
};

export class FakeServices implements Services {
  /** Every event that was accepted, in order. */
  readonly events: EventInput[] = [];
  readonly proposals: ProposalInput[] = [];
  readonly records: ImportRecord[] = [];
  /** Name and arguments of every other call. */
  readonly calls: [string, ...unknown[]][] = [];
  readonly keys = new Map<string, Caller>();
  readonly #texts = new Map<string, string>();
  readonly identities = fakeIdentities((name, ...args) => this.#note(name, ...args));
  readonly keyGenerations = fakeKeyGenerations((name, ...args) => this.#note(name, ...args));
  readonly suppressions = fakeSuppressions((name, ...args) => this.#note(name, ...args));
  readonly ownership = fakeOwnership((name, ...args) => this.#note(name, ...args));
  readonly senders = fakeSenders((name, ...args) => this.#note(name, ...args));
  readonly gateFacts = fakeGateFacts((name, ...args) => this.#note(name, ...args));
  readonly past = fakePast((name, ...args) => this.#note(name, ...args));
  readonly whatIf = fakeWhatIf((name, ...args) => this.#note(name, ...args));
  readonly policies = fakePolicies((name, ...args) => this.#note(name, ...args));
  readonly patterns = fakePatterns((name, ...args) => this.#note(name, ...args));
  readonly cadence = fakeCadence((name, ...args) => this.#note(name, ...args));
  readonly plays = fakePlays((name, ...args) => this.#note(name, ...args));
  readonly sessions = fakeSessions((name, ...args) => this.#note(name, ...args));
  readonly stream = fakeStream((name, ...args) => this.#note(name, ...args));
  readonly #reviews = fakeReviews((name, ...args) => this.#note(name, ...args));
  readonly #schedule = fakeSchedule((name, ...args) => this.#note(name, ...args));
  readonly listReviews: Services['listReviews'] = (...args) => this.#reviews.listReviews(...args);
  readonly getReview: Services['getReview'] = (...args) => this.#reviews.getReview(...args);
  readonly decideReview: Services['decideReview'] = (...args) => this.#reviews.decideReview(...args);
  readonly summarizeReviews: Services['summarizeReviews'] = (...args) => this.#reviews.summarizeReviews(...args);
  readonly reserveReview: Services['reserveReview'] = (...args) => this.#reviews.reserveReview(...args);
  readonly letGoReview: Services['letGoReview'] = (...args) => this.#reviews.letGoReview(...args);
  readonly snoozeReview: Services['snoozeReview'] = (...args) => this.#reviews.snoozeReview(...args);
  readonly assignReview: Services['assignReview'] = (...args) => this.#reviews.assignReview(...args);
  readonly undoReview: Services['undoReview'] = (...args) => this.#reviews.undoReview(...args);
  readonly previewReviews: Services['previewReviews'] = (...args) => this.#reviews.previewReviews(...args);
  readonly decideReviews: Services['decideReviews'] = (...args) => this.#reviews.decideReviews(...args);
  readonly decideSequence: Services['decideSequence'] = (...args) => this.#reviews.decideSequence(...args);
  readonly listScheduled: Services['listScheduled'] = (...args) => this.#schedule.listScheduled(...args);
  readonly getScheduled: Services['getScheduled'] = (...args) => this.#schedule.getScheduled(...args);
  readonly cancelScheduled: Services['cancelScheduled'] = (...args) => this.#schedule.cancelScheduled(...args);
  readonly moveScheduled: Services['moveScheduled'] = (...args) => this.#schedule.moveScheduled(...args);
  readonly sendNow: Services['sendNow'] = (...args) => this.#schedule.sendNow(...args);
  readonly listPauses: Services['listPauses'] = (...args) => this.#schedule.listPauses(...args);
  readonly setPause: Services['setPause'] = (...args) => this.#schedule.setPause(...args);
  readonly releasePause: Services['releasePause'] = (...args) => this.#schedule.releasePause(...args);
  authentications = 0;
  /** Thrown by whatever is called next. */
  failure: Error | null = null;
  ready = true;
  /** How many looks at a trace find nothing yet. */
  looksUntilTriage = 0;

  /** A key of this role, which is also its name. */
  addKey(role: Role): string {
    const key = `gh_test_${role}`;
    this.keys.set(key, { tenant: asId('t-1'), identity: role, kind: 'person', role, keyId: `key-${role}` });
    return key;
  }

  async authenticate(key: string): Promise<Caller | null> {
    this.authentications += 1;
    return this.keys.get(key) ?? null;
  }

  async acceptSignals(_caller: Caller, events: readonly EventInput[]): Promise<readonly AcceptResult[]> {
    return this.#accept(events);
  }

  async acceptOutcomes(_caller: Caller, events: readonly EventInput[]): Promise<readonly AcceptResult[]> {
    return this.#accept(events);
  }

  #accept(events: readonly EventInput[]): readonly AcceptResult[] {
    this.#failIfAsked();
    const conflicts = events.filter(
      (event) => (this.#texts.get(identityOf(event)) ?? event.dataText) !== event.dataText,
    );
    if (conflicts.length > 0) {
      return events.map((event) =>
        conflicts.includes(event) ? { status: 'conflict', id: event.id } : acceptedOf(event, false),
      );
    }
    return events.map((event) => {
      const duplicate = this.#texts.has(identityOf(event));
      if (!duplicate) this.events.push(event);
      this.#texts.set(identityOf(event), event.dataText);
      return acceptedOf(event, duplicate);
    });
  }

  async propose(_caller: Caller, proposal: ProposalInput) {
    this.#failIfAsked();
    this.proposals.push(proposal);
    return { decision: 'dec_1', action: 'act_1', duplicate: false };
  }

  async checkGate(_caller: Caller, proposal: ProposalInput) {
    this.#failIfAsked();
    this.proposals.push(proposal);
    return { verdict: 'hold', at: null, checks: decisionOf('dec_1').reasons };
  }

  async listDecisions(...[, query]: Parameters<Services['listDecisions']>): Promise<Page<DecisionView>> {
    this.#note('listDecisions', query);
    if (query.correlation !== undefined) return { items: [], next_cursor: null };
    return { items: [decisionOf('dec_1')], next_cursor: Buffer.from('{"after":"dec_1"}').toString('base64url') };
  }

  async getDecision(_caller: Caller, id: string): Promise<DecisionView> {
    this.#note('getDecision', id);
    if (!id.startsWith('dec_')) throw new GatehouseError('not_found', 'There is no such decision.');
    return decisionOf(id);
  }

  async getMachine(): Promise<MachineView> {
    return { kind: 'action', version: 1, initial: 'idle', states: ['idle'], edges: [] };
  }

  async traceDecision(_caller: Caller, id: string) {
    this.#note('traceDecision', id);
    const shown = { notes: [], examples: [] };
    return {
      decision: decisionOf(id),
      steps: [TRIAGE_STEP],
      gate: decisionOf(id).reasons,
      snapshot: { known: true },
      shown,
    };
  }

  async replayDecision(_caller: Caller, id: string) {
    this.#note('replayDecision', id);
    const evaluation = {
      event: 'p1-2',
      recorded_hash: 'aa',
      replayed_hash: 'aa',
      facts_equal: true,
      differences: [],
      other_time_zone_data: null,
    };
    return { decision: id, result: 'identical' as const, evaluations: [evaluation] };
  }

  async traceCorrelation(_caller: Caller, correlation: string): Promise<readonly TraceStep[]> {
    this.#note('traceCorrelation', correlation);
    this.looksUntilTriage -= 1;
    return this.looksUntilTriage >= 0 ? [] : [{ ...TRIAGE_STEP, step: 'signal' }, TRIAGE_STEP];
  }

  async putAccount(...[, externalId, facts]: Parameters<Services['putAccount']>): Promise<AccountView> {
    this.#note('putAccount', externalId, facts);
    return { ...ACCOUNT, external_id: externalId, facts };
  }

  async getAccount(_caller: Caller, externalId: string): Promise<AccountView> {
    this.#note('getAccount', externalId);
    return { ...ACCOUNT, external_id: externalId };
  }

  async listAccounts(...[, query]: Parameters<Services['listAccounts']>): Promise<Page<AccountView>> {
    this.#note('listAccounts', query);
    return { items: [ACCOUNT], next_cursor: null };
  }

  async accountEvents(...[, id, query]: Parameters<Services['accountEvents']>): Promise<Page<EventView>> {
    this.#note('accountEvents', id, query);
    return { items: [EVENT], next_cursor: null };
  }

  async putContact(...[, externalId, facts]: Parameters<Services['putContact']>): Promise<ContactView> {
    this.#note('putContact', externalId, facts);
    return { ...CONTACT, external_id: externalId, facts };
  }

  async getKnownState(_caller: Caller, subject: string, asOf: number): Promise<KnownStateView> {
    this.#note('getKnownState', subject, asOf);
    return {
      subject,
      id: 'acc_1',
      as_of: isoOf(asOf),
      clock: 'real',
      events: 1,
      last_event: 'p1-1',
      actors: [{ kind: 'account', id: 'acc_1', state: 'known', context: {}, events: 1, changed_at: isoOf(asOf) }],
      guards: [],
    };
  }
  async getContact(_caller: Caller, externalId: string): Promise<ContactView> {
    this.#note('getContact', externalId);
    return { ...CONTACT, external_id: externalId };
  }

  async exportSubject(_caller: Caller, subject: string): Promise<SubjectExport> {
    this.#note('exportSubject', subject);
    return {
      subject: 'con_1',
      exported_at: AT,
      erased: false,
      hold: null,
      profile: CONTACT,
      events: [EVENT],
      decisions: [],
      suppressions: [],
    };
  }

  async objectSubject(_caller: Caller, subject: string, reason: string): Promise<SubjectActView> {
    this.#note('objectSubject', subject, reason);
    return { subject: 'con_1', event: '1-2', at: AT };
  }

  async holdSubject(_caller: Caller, subject: string, reason: string): Promise<SubjectActView> {
    this.#note('holdSubject', subject, reason);
    return { subject: 'con_1', event: '1-2', at: AT };
  }

  async releaseSubject(_caller: Caller, subject: string, reason: string): Promise<SubjectActView> {
    this.#note('releaseSubject', subject, reason);
    return { subject: 'con_1', event: '1-2', at: AT };
  }

  async eraseSubject(_caller: Caller, subject: string, reason: string): Promise<ErasureView> {
    this.#note('eraseSubject', subject, reason);
    const remains = [
      { what: 'events without anything personal', why: 'what was sealed cannot be opened', until: null },
    ];
    return { subject: 'con_1', event: '1-2', at: AT, remains };
  }

  async purgeSubject(_caller: Caller, subject: string): Promise<PurgeView> {
    this.#note('purgeSubject', subject);
    const steps = [{ what: 'table subject_keys', bytes_before: 8_192, bytes_after: 0 }];
    const keys = { done: false, to_do: 'Put a new key in front.' } as const;
    return { subject: 'con_1', steps, keys, remains: [{ what: 'backups', why: 'sealed', until: AT }] };
  }

  async getEgress(): Promise<EgressView> {
    this.#note('getEgress');
    return {
      policy: 'hash',
      destinations: [
        {
          destination: 'mail',
          title: 'The mail server',
          host: 'mail.example:587',
          block: 'mail',
          blocked: false,
          fields: [
            {
              field: 'recipient_name',
              what: 'the name of the recipient',
              personal: true,
              block: 'mail.recipient_name',
              blocked: true,
            },
          ],
        },
      ],
    };
  }

  async getRetention(): Promise<RetentionView> {
    this.#note('getRetention');
    const what = 'ids of messages';
    return { policy: 'hash', classes: [{ class: 'processed_messages', days: null, default_days: 400, due: 0, what }] };
  }

  async runRetention(): Promise<RetentionRunView> {
    this.#note('runRetention');
    return { policy: 'hash', deleted: { processed_messages: 2 } };
  }

  async proveErasure(_caller: Caller, subject: string): Promise<SignedErasureProof> {
    this.#note('proveErasure', subject);
    return {
      format: 1,
      kind: 'erasure_proof',
      installation: 'i1',
      tenant: 'acme',
      subject: 'con_1',
      issued_at: AT,
      erasure: { event: 'p1-2', hash: '0'.repeat(64), at: AT, by: 'person:operator', key_destroyed_at: AT },
      concerned: { events: 3, digest: '0'.repeat(64) },
      layers: [{ layer: 'ledger', result: 'unreadable', rows: 3, what: 'events with a sealed part' }],
      delivered: [],
      backups: [],
      remains: [{ what: 'backups', why: 'sealed', until: AT }],
      public_key: 'key',
      signature: 'signature',
    };
  }

  async checkErasureProof(_caller: Caller, document: JsonValue): Promise<ProofCheck> {
    this.#note('checkErasureProof', document);
    return { ok: true, subject: 'con_1', faults: [] };
  }

  async recordNote(...[, input]: Parameters<Services['recordNote']>) {
    this.#note('recordNote', input);
    return { note: NOTE.id, duplicate: false };
  }

  async getNote(...[, id]: Parameters<Services['getNote']>): Promise<NoteDetail> {
    this.#note('getNote', id);
    const link = { direction: 'out', type: 'derived_from', weight: 1, note: 'note_0' } as const;
    const version = { note: id, valid_from: AT, valid_to: null, recorded_from: AT, recorded_to: null };
    return { ...NOTE, id, links: [link], history: [version] };
  }

  async verifyNote(...[, id, reason]: Parameters<Services['verifyNote']>): Promise<NoteView> {
    this.#note('verifyNote', id, reason);
    return { ...NOTE, id };
  }

  async correctNote(...[, id, input]: Parameters<Services['correctNote']>) {
    this.#note('correctNote', id, input);
    return { note: 'note_2', duplicate: false };
  }

  async retractNote(...[, id, reason]: Parameters<Services['retractNote']>): Promise<NoteView> {
    this.#note('retractNote', id, reason);
    return { ...NOTE, id, retracted_at: AT };
  }

  async listViews(): Promise<readonly ViewContractView[]> {
    this.#note('listViews');
    return [VIEW_CONTRACT];
  }
  async readView(...[, name, request]: Parameters<Services['readView']>): Promise<BrainView> {
    this.#note('readView', name, request);
    return BRAIN_VIEW;
  }
  async listOutcomes(...[, query]: Parameters<Services['listOutcomes']>): Promise<Page<OutcomeView>> {
    this.#note('listOutcomes', query);
    return { items: [OUTCOME], next_cursor: null };
  }
  async getOutcome(...[, id]: Parameters<Services['getOutcome']>): Promise<OutcomeView> {
    this.#note('getOutcome', id);
    return OUTCOME;
  }
  async correctOutcome(...[, id, correction]: Parameters<Services['correctOutcome']>): Promise<OutcomeView> {
    this.#note('correctOutcome', id, correction);
    return { ...OUTCOME, corrected: true };
  }
  async retractOutcome(...[, id, reason]: Parameters<Services['retractOutcome']>): Promise<OutcomeView> {
    this.#note('retractOutcome', id, reason);
    return { ...OUTCOME, link: { ...OUTCOME.link, status: 'retracted', decision: null, action: null } };
  }
  async listNotes(...[, account, filter]: Parameters<Services['listNotes']>): Promise<Page<NoteView>> {
    this.#note('listNotes', account, filter);
    return { items: [NOTE], next_cursor: null };
  }

  async accountTimeline(...[, account]: Parameters<Services['accountTimeline']>): Promise<TimelineView> {
    this.#note('accountTimeline', account);
    return TIMELINE;
  }

  async contactTimeline(...[, contact]: Parameters<Services['contactTimeline']>): Promise<TimelineView> {
    this.#note('contactTimeline', contact);
    return { ...TIMELINE, person: 'per_1' };
  }

  async searchMemory(...[, account, request]: Parameters<Services['searchMemory']>): Promise<MemoryAnswer> {
    this.#note('searchMemory', account, request);
    const trace = {
      steps: [{ layer: 'lexical' as const, added: 1, milliseconds: 0.5 }],
      stopped: 'all_layers_done' as const,
      searched: 'index' as const,
    };
    const items = [{ note: NOTE, score: 0.5, layer: 'lexical' as const, tokens: 9 }];
    return { provider: 'lexical', semantic: false, timeline: null, items, tokens: 9, trace };
  }

  async reindexMemory() {
    this.#note('reindexMemory');
    return { notes: 3, partitions: 1 };
  }

  async listUncertain(...[, query]: Parameters<Services['listUncertain']>): Promise<Page<UncertainView>> {
    this.#note('listUncertain', query);
    return { items: [UNCERTAIN], next_cursor: null };
  }

  async settleUncertain(...[, permit, input]: Parameters<Services['settleUncertain']>) {
    this.#note('settleUncertain', permit, input);
    return { permit, happened: input.happened };
  }

  async listParked(...[, query]: Parameters<Services['listParked']>): Promise<Page<ParkedView>> {
    this.#note('listParked', query);
    return { items: [PARKED], next_cursor: null };
  }

  async getParked(_caller: Caller, id: string): Promise<ParkedView> {
    this.#note('getParked', id);
    return { ...PARKED, id };
  }

  async decideParked(...[, id, input]: Parameters<Services['decideParked']>) {
    this.#note('decideParked', id, input);
    return { id, decision: input.decision };
  }

  async listTrust() {
    this.#note('listTrust');
    return [TRUST];
  }

  async trustHistory(...[, cell, query]: Parameters<Services['trustHistory']>) {
    this.#note('trustHistory', cell, query);
    const data = { from: 'approve_each', to: 'sample_review', reason: 'trust 0.861 meets 0.850' };
    return { items: [{ event: 'p1-2', at: AT, type: 'trust.leveled', data }], next_cursor: null };
  }

  async loopReport(...[, options]: Parameters<Services['loopReport']>) {
    this.#note('loopReport', options);
    return {
      ...LOOP,
      conversion: options.dimension === null ? null : [{ value: null, subjects: 4, won: 1, rate: 0.25 }],
    };
  }

  async setKillSwitch(_caller: Caller, engaged: boolean, reason: string) {
    this.#note('setKillSwitch', engaged, reason);
    return { engaged, since: AT };
  }

  async getPolicy(...[, asOf]: Parameters<Services['getPolicy']>) {
    this.#note('getPolicy', ...(asOf === undefined ? [] : [asOf]));
    return { hash: 'aa', policy: DEFAULT_POLICY };
  }

  async applyPolicy(...[, policy]: Parameters<Services['applyPolicy']>) {
    this.#note('applyPolicy', policy);
    return { hash: 'bb' };
  }

  async setMode(_caller: Caller, mode: string, channel: string | null, reason: string) {
    this.#note('setMode', mode, channel, reason);
    return { mode };
  }

  async createKey(...[, input]: Parameters<Services['createKey']>) {
    this.#note('createKey', input);
    return { id: 'key-1', key: 'gh_test_new' };
  }

  async revokeKey(_caller: Caller, id: string): Promise<void> {
    this.#note('revokeKey', id);
    for (const [key, caller] of this.keys) if (caller.keyId === id) this.keys.delete(key);
  }

  async writeBackup() {
    this.#note('writeBackup');
    return {
      folder: '/data/backups/1',
      taken_at: '2026-11-21T09:00:00.000Z',
      schema: 4,
      events: 3,
      rows: 70,
      bytes: 900,
    };
  }

  async writeAnchor(_caller: Caller, request: { readonly restored_from: string | null }) {
    this.#note('writeAnchor', request);
    return { file: 'anchor-000001.json', number: 1, at: '2026-11-21T00:00:00.000Z', events: 3, public_key: 'cHVibGlj' };
  }
  async verify() {
    this.#note('verify');
    return {
      ok: true,
      events: 3,
      partitions: 64,
      faults: [],
      unnamed: 0,
      anchors: { files: 0, newest_at: null, faults: [] },
      archives: { known: 0, events: 0, read: false, faults: [] },
    };
  }

  async rebuildCheck() {
    this.#note('rebuildCheck');
    return { ok: true, events: 3, actors: 2, guards: 1, notes: 1, timelines: 1, differences: [] };
  }

  async replayAll() {
    this.#note('replayAll');
    return {
      ok: true,
      evaluations: 1,
      identical: 1,
      different: 0,
      redacted: 0,
      facts_differ: 0,
      other_time_zone_data: 0,
      examples: [],
    };
  }

  async startImport(...[, start]: Parameters<Services['startImport']>): Promise<ImportView> {
    this.#note('startImport', start);
    return { ...IMPORT, name: start.name, mode: start.mode, total: start.total };
  }

  async applyImport(...[, id, records]: Parameters<Services['applyImport']>): Promise<ImportView> {
    this.#failIfAsked();
    this.records.push(...records);
    return { ...IMPORT, id, applied: this.records.length };
  }

  async finishImport(_caller: Caller, id: string): Promise<ImportView> {
    this.#note('finishImport', id);
    return { ...IMPORT, id, state: 'completed' };
  }

  async undoImport(_caller: Caller, id: string) {
    this.#note('undoImport', id);
    return {
      import: id,
      reverted: 1,
      cancelled_actions: 0,
      kept: [{ kind: 'account', key: 'acc_1', detail: 'touched' }],
    };
  }

  async listImports(): Promise<readonly ImportView[]> {
    this.#note('listImports');
    return [IMPORT];
  }

  async health() {
    this.#failIfAsked();
    return {
      ready: this.ready,
      checks: { database: { ok: this.ready, detail: this.ready ? 'reachable' : 'unreachable' } },
    };
  }

  async metricsText(): Promise<string> {
    return '# HELP gatehouse_signals_total Signals accepted.\n';
  }

  #note(name: string, ...values: unknown[]): void {
    this.#failIfAsked();
    this.calls.push([name, ...values]);
  }

  #failIfAsked(): void {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
  }
}

function identityOf(event: EventInput): string {
  return `${event.source}\n${event.id}`;
}

function acceptedOf(event: EventInput, duplicate: boolean): AcceptResult {
  const decisions = event.type === DECIDING_TYPE ? [`dec_${event.id}`] : [];
  return { status: 'accepted', id: event.id, duplicate, correlation: `cor_${event.id}`, decisions };
}

function decisionOf(id: string): DecisionView {
  return {
    id,
    at: AT,
    subject: { kind: 'account', id: 'acc_1', external_id: 'acme' },
    engine: 'rules@1',
    trigger: 'web.form_submitted',
    action: { id: 'act_1', type: 'crm_update', channel: 'crm', risk_class: 'low', state: 'held' },
    verdict: 'hold',
    reasons: [
      {
        check: 'trust',
        outcome: 'hold',
        code: 'trust_needs_approval',
        inputs: { level: 'approve_each' },
        comparison: 'approve_each needs an approval',
        next_at: null,
      },
    ],
    reason: 'Tier 1 fit and fresh interest',
    candidates: [{ action_type: 'crm_update', score: 71 }],
    propensity: 1,
    confidence: 0.8,
    assessment: null,
    policy_hash: 'aa',
    verdict_hash: 'bb',
    correlation: 'cor_1',
    originating_proposal_id: null,
  };
}

const TRIAGE_STEP: TraceStep = {
  step: 'triage',
  event: 'p1-2',
  type: 'signal.triaged',
  at: AT,
  actor: 'account/acc_1',
  summary: 'The signal only updates what is known.',
  data: { verdict: 'none', reason: 'fact_only' },
};

const ACCOUNT: AccountView = {
  id: 'acc_1',
  external_id: 'acme',
  facts: { domain: 'acme.com', employees: 230 },
  state: 'engaged',
  created_at: AT,
  updated_at: AT,
};

const CONTACT: ContactView = {
  id: 'per_1',
  external_id: 'c-42',
  account: 'acme',
  facts: { persona: 'champion' },
  state: null,
  created_at: AT,
  updated_at: AT,
};

const EVENT: EventView = {
  id: 'p1-1',
  type: 'signal.received',
  at: AT,
  actor: 'account/acc_1',
  correlation: 'cor_1',
  causation: null,
  data: { strength: 15 },
  payload_text: '{"page":"pricing"}',
};

const UNCERTAIN: UncertainView = {
  permit: 'per_1.0',
  action: 'act_1',
  decision: 'dec_1',
  action_type: 'outreach_push',
  channel: 'email',
  mode: 'live',
  recipient: 'con_1',
  attempted_at: '2026-01-05T09:00:00.000Z',
};

const PARKED: ParkedView = {
  id: 'WyIvd2ViIiwiczEiXQ',
  source: '/web',
  message_id: 's1',
  type: 'signal.received',
  actor: { kind: 'lead', id: 'lead_1' },
  error: 'Error: a rule divided by zero',
  received_at: '2026-01-05T09:00:00.000Z',
  waiting: 2,
  data: { signal_type: 'web.page_viewed' },
};

const TRUST = {
  cell: 'crm_update/crm/low/rules@1',
  action_type: 'crm_update',
  channel: 'crm',
  risk_class: 'low',
  engine: 'rules@1',
  level: 'approve_each',
  good: 3,
  bad: 0,
  quantile: 0.47,
  theta: 0.8,
  prior_good: 1,
  prior_bad: 1,
  prior_cells: null,
  min_evidence: 10,
  explanation: '7 more unedited approvals',
};

const LOOP = {
  signals: 4,
  triage: { act: 1, later: 1, none: 2 },
  decisions: 1,
  verdicts: { hold: 1 },
  executions: 0,
  outcomes: { total: 1, linked: 0, unlinked: 0, preceding: 1 },
  outcomes_by_type: { won: 1 },
  preceding: [{ outcome: 'out_1', subject: 'account/acme', type: 'won', occurred_at: AT, first_seen_at: AT }],
};

const IMPORT: ImportView = {
  id: 'imp_1',
  name: 'crm-2025',
  mode: 'history',
  state: 'running',
  total: 10,
  applied: 0,
  counts: { signals: 0 },
  started_at: AT,
};
