import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { GatehouseError } from '../domain/errors.ts';
import { asId } from '../domain/ids.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { testGateway } from '../gateway/gateway.fixture.ts';
import type { Caller, ImportRecord } from '../gateway/services.port.ts';
import type { CommandServices } from './command.ts';
import { httpServices } from './http-services.ts';

const CALLER: Caller = { tenant: asId('t-1'), identity: 'x', kind: 'person', role: 'admin', keyId: 'x' };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The client of a server that answers like this. */
async function clientOf(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  waits: number[] = [],
): Promise<CommandServices> {
  let count = 0;
  const server = createServer((request, response) => answer(request, response, (count += 1)));
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return httpServices(`http://127.0.0.1:${port}`, 'key', { sleep: (ms) => Promise.resolve(waits.push(ms)) });
}

async function errorOf(promise: Promise<unknown>): Promise<GatehouseError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof GatehouseError) return error;
  throw new Error(`expected a GatehouseError, not ${String(error)}`);
}

function refuse(response: ServerResponse, status: number, type: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
  response.end(
    JSON.stringify({ type: `/problems/${type}`, title: 't', status, detail: 'not so', instance: 'urn:uuid:1' }),
  );
}

describe('over the real gateway', () => {
  async function gateway() {
    const { app, services } = testGateway();
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    return {
      services,
      client: httpServices(url, services.addKey('admin')),
      brain: httpServices(url, services.addKey('brain')),
    };
  }

  test('notes and timelines travel whole', async () => {
    const { client, services } = await gateway();
    const note = {
      id: 'n/1',
      subject: 'account/acme',
      kind: 'fact',
      text: 'Five.',
      predicate: 'budget',
      value: '5',
      observed_at: 1_000,
      valid_from: null,
      valid_to: 2_000,
      confidence: 0.5,
      source: 'call 7',
      ordinal: 3,
      links: [{ to: 'note_0', type: 'supports', weight: 0.5 }],
    } as const;
    const correction = { id: 'f1', text: 'Four.', value: '4', valid_from: 500, valid_to: null };
    const filter = { limit: 5, cursor: null, as_of: 1_500, all: true };
    await client.recordNote(CALLER, note);
    expect((await client.getNote(CALLER, 'note_/1')).history).toHaveLength(1);
    await client.verifyNote(CALLER, 'note_1', null);
    await client.correctNote(CALLER, 'note_1', correction);
    await client.retractNote(CALLER, 'note_1', 'wrong');
    await client.listNotes(CALLER, 'a/b', filter);
    await client.accountTimeline(CALLER, 'acme');
    expect((await client.contactTimeline(CALLER, 'c-1')).person).toBe('per_1');
    expect(services.calls).toEqual([
      ['recordNote', note],
      ['getNote', 'note_/1'],
      ['verifyNote', 'note_1', null],
      ['correctNote', 'note_1', correction],
      ['retractNote', 'note_1', 'wrong'],
      ['listNotes', 'a/b', filter],
      ['accountTimeline', 'acme'],
      ['contactTimeline', 'c-1'],
    ]);
  });

  test('plays travel whole', async () => {
    const { client, brain, services } = await gateway();
    const query = { limit: 5, cursor: null, state: 'draft', segment: 'smb', tier: null } as const;
    const edit = { revision: 1, changes: { name: 'Other', active_period_end: null } };
    const outcomes = {
      quarter: '2026-Q4',
      meeting_rate: 0.1,
      opportunity_rate: null,
      contract_value: { amount_minor: 100, currency: 'EUR' },
      sequences: 7,
    };
    await client.plays.list(CALLER, query);
    expect((await client.plays.get(CALLER, 'play_/1')).drafted).toMatchObject({
      hypothesis: 'A champion who moved buys again.',
    });
    await client.plays.pickUp(CALLER, 'play_1');
    await client.plays.edit(CALLER, 'play_1', edit);
    await client.plays.approve(CALLER, 'play_1', { revision: 1, authority: 'SLM' });
    await client.plays.reject(CALLER, 'play_1', 'too broad');
    await client.plays.retire(CALLER, 'play_1', { retire_reason: 'completed', note: null });
    await client.plays.measure(CALLER, 'play_1', outcomes);
    expect(await client.plays.calibration(CALLER)).toMatchObject({ active_plays_watch: 30 });
    await client.plays.listAnalyses(CALLER, { limit: 5, cursor: null });
    await client.plays.getAnalysis(CALLER, 'pro_1');
    const proposal = {
      id: 'd1',
      originating_proposal_id: 'pro_1',
      segment: 'smb',
      content: {
        name: 'n',
        hypothesis: 'h',
        target_definition: { icp_tiers: ['T1'] },
        suggested_cadence: { template: 't', steps: [] },
        success_criteria: { meeting_rate: 0.1, evaluate_after_days: 30 },
      },
    };
    expect(await brain.plays.propose(CALLER, proposal)).toEqual({ id: 'play_1', duplicate: false });
    const input = {
      id: 'run-1',
      account: null,
      question: 'Why?',
      model_id: 'm',
      system_prompt_hash: 'h',
      sources_read: [],
      narrative_output: 'Because.',
      proposed_actions: [],
      confidence_flags: ['inference' as const],
      data_staleness_acknowledged: false,
      tool_calls: [],
      input_tokens: 1,
      output_tokens: 1,
      cost_usd_estimate: '0.01',
    };
    await brain.plays.logAnalysis(CALLER, input);
    expect(services.calls).toEqual([
      ['listPlays', query],
      ['getPlay', 'play_/1'],
      ['reviewPlay', 'play_1'],
      ['editPlay', 'play_1', edit],
      ['approvePlay', 'play_1', { revision: 1, authority: 'SLM' }],
      ['rejectPlay', 'play_1', 'too broad'],
      ['retirePlay', 'play_1', { retire_reason: 'completed', note: null }],
      ['measurePlay', 'play_1', outcomes],
      ['playCalibration'],
      ['listAnalyses', { limit: 5, cursor: null }],
      ['getAnalysis', 'pro_1'],
      ['proposePlay', proposal],
      ['logAnalysis', input],
    ]);
  });

  test('every method reaches the service of the same name with the same arguments', async () => {
    const { client, services } = await gateway();
    const start = { name: 'n', mode: 'history', digest: 'd', total: 1, policy: null, dry_run: null } as const;
    const input = { decision: 'reject', fingerprint: 'ff', reason: 'no', content: null } as const;
    await client.traceDecision(CALLER, 'dec_/?#ä');
    await client.traceCorrelation(CALLER, 'cor_1');
    await client.replayDecision(CALLER, 'dec_1');
    await client.replayAll(CALLER);
    await client.verify(CALLER);
    await client.rebuildCheck(CALLER);
    await client.listReviews(CALLER, { limit: 5, cursor: null, state: 'open' });
    await client.getReview(CALLER, 'rev_1.1');
    await client.decideReview(CALLER, 'rev_1.1', input);
    await client.loopReport(CALLER, { dimension: 'origin' });
    await client.loopReport(CALLER, { dimension: null });
    await client.gateFacts.readiness(CALLER, 'marketing');
    await client.setKillSwitch(CALLER, true, 'why');
    await client.getPolicy(CALLER);
    await client.getPolicy(CALLER, 0);
    await client.past.createCheckpoint(CALLER, 'monday');
    await client.past.listCheckpoints(CALLER);
    await client.past.getCheckpoint(CALLER, 'monday');
    await client.past.restoreCheckpoint(CALLER, 'monday', true);
    await client.past.difference(CALLER, { asOf: 0, checkpoint: null, subject: 'account/acme' });
    await client.past.hindsight(CALLER, 'dec_1');
    await client.past.hindsightReport(CALLER, { since: 0, until: null });
    await client.applyPolicy(CALLER, DEFAULT_POLICY);
    await client.listTrust(CALLER);
    await client.trustHistory(CALLER, 'crm_update/crm/low/rules@1', { limit: 5, cursor: null });
    await client.policies.lint(CALLER, null, ['consent']);
    await client.policies.diff(CALLER, DEFAULT_POLICY, null);
    await client.policies.test(CALLER, { policy: DEFAULT_POLICY, days: 3, cases: [] });
    const proposed = { policy: DEFAULT_POLICY, effective_from: null, reason: 'why', days: 3 };
    await client.policies.propose(CALLER, proposed);
    await client.policies.list(CALLER);
    await client.policies.get(CALLER, 'pol_1');
    await client.policies.approve(CALLER, 'pol_1');
    await client.policies.reject(CALLER, 'pol_1', 'no');
    await client.policies.setSingleOperator(CALLER, true);
    await client.patterns.list(CALLER);
    await client.patterns.get(CALLER, 'pat_1');
    await client.patterns.confirm(CALLER, 'pat_1', { rule: null, reason: 'yes' });
    await client.patterns.dismiss(CALLER, 'pat_1', 'no');
    await client.createKey(CALLER, { label: 'l', role: 'viewer', kind: 'person' });
    await client.revokeKey(CALLER, 'key_1');
    await client.startImport(CALLER, start);
    await client.finishImport(CALLER, 'imp_1');
    await client.undoImport(CALLER, 'imp_1');
    await client.listImports(CALLER);
    expect(services.calls).toEqual([
      ['traceDecision', 'dec_/?#ä'],
      ['traceCorrelation', 'cor_1'],
      ['replayDecision', 'dec_1'],
      ['replayAll'],
      ['verify'],
      ['rebuildCheck'],
      ['listReviews', { limit: 5, cursor: null, state: 'open' }],
      ['getReview', 'rev_1.1'],
      ['decideReview', 'rev_1.1', input],
      ['loopReport', { dimension: 'origin' }],
      ['loopReport', { dimension: null }],
      ['readiness', 'marketing'],
      ['setKillSwitch', true, 'why'],
      ['getPolicy'],
      ['getPolicy', 0],
      ['createCheckpoint', 'monday'],
      ['listCheckpoints'],
      ['getCheckpoint', 'monday'],
      ['restoreCheckpoint', 'monday', true],
      ['difference', { asOf: 0, checkpoint: null, subject: 'account/acme' }],
      ['hindsight', 'dec_1'],
      ['hindsightReport', { since: 0, until: null }],
      ['applyPolicy', DEFAULT_POLICY],
      ['listTrust'],
      ['trustHistory', 'crm_update/crm/low/rules@1', { limit: 5, cursor: null }],
      ['lint', null, ['consent']],
      ['diff', DEFAULT_POLICY, null],
      ['test', { policy: DEFAULT_POLICY, days: 3, cases: [] }],
      ['propose', proposed],
      ['list'],
      ['get', 'pol_1'],
      ['approve', 'pol_1'],
      ['reject', 'pol_1', 'no'],
      ['setSingleOperator', true],
      ['listPatterns'],
      ['getPattern', 'pat_1'],
      ['confirmPattern', 'pat_1', { rule: null, reason: 'yes' }],
      ['dismissPattern', 'pat_1', 'no'],
      ['createKey', { label: 'l', role: 'viewer', kind: 'person' }],
      ['revokeKey', 'key_1'],
      ['startImport', start],
      ['finishImport', 'imp_1'],
      ['undoImport', 'imp_1'],
      ['listImports'],
    ]);
  });

  test('answers are those of the services', async () => {
    const { client, services } = await gateway();
    expect(await client.verify(CALLER)).toEqual(await services.verify());
    expect(await client.traceCorrelation(CALLER, 'cor_1')).toEqual(await services.traceCorrelation(CALLER, 'cor_1'));
    expect(await client.listImports(CALLER)).toEqual(await services.listImports());
    expect(await client.revokeKey(CALLER, 'key_1')).toEqual({});
  });

  test('the data of a record arrives byte for byte', async () => {
    const { client, services } = await gateway();
    const record: ImportRecord = {
      index: 0,
      kind: 'signal',
      id: 'a',
      type: 'web.form_submitted',
      subject: 'lead/l-1',
      time: 1_500_000_000_000,
      data: { form: 'é', big: 1 },
      dataText: '{ "form":"\\u00e9", "big":1.0 }',
      window_ms: null,
    };
    const outcome: ImportRecord = {
      ...record,
      index: 1,
      id: 'b',
      kind: 'outcome',
      type: 'won',
      data: {},
      dataText: '{}',
      window_ms: 5,
    };
    await client.applyImport(CALLER, 'imp_1', [record, outcome]);
    expect(services.records).toEqual([record, outcome]);
  });

  test('a server that is not ready says why', async () => {
    const { client, services } = await gateway();
    expect(await client.health()).toMatchObject({ ready: true });
    services.ready = false;
    expect(await client.health()).toMatchObject({ ready: false, checks: { database: { detail: 'unreachable' } } });
  });

  test('a problem becomes the error that it was', async () => {
    const { client, services } = await gateway();
    const faults = [{ pointer: '/a', detail: 'b' }];
    services.failure = new GatehouseError('state_conflict', 'The import is undone.', { faults });
    expect(await errorOf(client.finishImport(CALLER, 'imp_1'))).toMatchObject({
      code: 'state_conflict',
      message: 'The import is undone.',
      faults,
    });
    const stranger = httpServices((await gateway()).services.calls.length === 0 ? urlOf() : '', 'wrong');
    expect((await errorOf(stranger.verify(CALLER))).code).toBe('unavailable');
  });
});

/** Where nothing listens. */
function urlOf(): string {
  return 'http://127.0.0.1:9';
}

describe('over a server that fails', () => {
  test('nothing that listens', async () => {
    const error = await errorOf(httpServices(urlOf(), 'key').verify(CALLER));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.message).toBe('The server at http://127.0.0.1:9 does not answer (ECONNREFUSED). Is it running?');
  });

  test('a key that is refused', async () => {
    const client = await clientOf((_request, response) => refuse(response, 401, 'unauthorized'));
    expect(await errorOf(client.verify(CALLER))).toMatchObject({ code: 'unauthorized', message: 'not so' });
  });

  test('a fault of the server names the request, so that its log can be searched', async () => {
    const client = await clientOf((_request, response) => refuse(response, 500, 'internal'));
    expect((await errorOf(client.verify(CALLER))).message).toBe('not so (urn:uuid:1)');
  });

  test.each([
    [200, '<html>'],
    [502, '<html>'],
    [404, ''],
  ])('something else that answers %i', async (status, body) => {
    const client = await clientOf((_request, response) => response.writeHead(status).end(body));
    expect(await errorOf(client.verify(CALLER))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('is no Gatehouse') as string,
    });
  });

  test('a code that this version does not know', async () => {
    const client = await clientOf((_request, response) => refuse(response, 418, 'teapot'));
    expect(await errorOf(client.verify(CALLER))).toMatchObject({ code: 'unavailable', message: 'not so' });
  });

  test('a connection that breaks off', async () => {
    const client = await clientOf((request) => request.socket.destroy());
    expect(await errorOf(client.verify(CALLER))).toMatchObject({ code: 'unavailable' });
  });

  test('a busy server is asked again after the time that it names', async () => {
    const waits: number[] = [];
    const client = await clientOf((_request, response, count) => {
      if (count === 1) refuse(response, 503, 'overloaded', { 'retry-after': '3' });
      else if (count === 2) refuse(response, 429, 'rate_limited');
      else response.end('{"ok":true}');
    }, waits);
    expect(await client.verify(CALLER)).toEqual({ ok: true });
    expect(waits).toEqual([3_000, 2_000]);
  });

  test('but not for ever', async () => {
    const waits: number[] = [];
    const client = await clientOf((_request, response) => refuse(response, 503, 'overloaded'), waits);
    expect(await errorOf(client.verify(CALLER))).toMatchObject({ code: 'overloaded' });
    expect(waits).toHaveLength(5);
  });
});
