/**
 * Measures the gate where a tenant has a million contacts and ten million touches behind it: the time of the gate itself, reading the facts and
 * deciding, as the server counts it, and the time from the moment at which a proposal was due to the answer, which comes after the commit of verdict,
 * permit and ledger.
 *
 *   npm run bench:gate -- [--contacts 1000000] [--touches 10000000] [--rate 1000] [--seconds 60] [--write]
 *
 * The contacts that are written to are real: they came in as signals, and each gets ten touches of the past. The other contacts and the touches are copies
 * of real rows under other ids, in every table that a touch leaves a row in but the ledger, from which the gate reads nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { NO_RELATIONS } from '../src/domain/entity.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import type { Sql } from '../src/memory/sql/sql.port.ts';
import { createDatabase } from '../test/postgres-database.ts';
import { HistogramSpan } from './histogram.ts';
import { load } from './load.ts';
import { writeSection } from './page-section.ts';
import { BenchServer, SERVER_URL } from './server.ts';

const { values } = parseArgs({
  options: {
    contacts: { type: 'string', default: '1000000' },
    touches: { type: 'string', default: '10000000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    warmup: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
  },
});
const contacts = Number(values.contacts);
const touches = Number(values.touches);
const rate = Number(values.rate);
const asked = rate * (Number(values.seconds) + Number(values.warmup));
const TOUCHES_EACH = 10;
const SIGNALS_AT_ONCE = 500;
const IN_FLIGHT = 4;
/** More than ever wait at the rate that is offered, so that the loader holds nothing back. */
const CONNECTIONS = '512';
const ROWS_AT_ONCE = 500_000;
/** Contacts that are written to before anything is copied; what that leaves behind is what gets copied. */
const EXAMPLES = 500;

const say = (what: string) => process.stdout.write(`${new Date().toISOString()} ${what}\n`);

/** Nothing but what the gate has to look up stands in the way of a permit. */
const POLICY = {
  ...DEFAULT_POLICY,
  name: 'bench',
  sending_hours: { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
  grants: [{ action_type: 'outreach_push', level: 'auto', max_risk: 'high' }],
  budget: { currency: 'EUR', per_day_minor: 1_000_000_000 },
};

/** A contact in an account of its own, each with all that the gate asks for. */
async function makeContacts(server: BenchServer, total: number): Promise<void> {
  const signals = (n: number) => {
    const base = { specversion: '1.0', source: '/bench' };
    const account = { name: `Account ${n}`, domain: `a${n}.example`, abm_active: false, relations: NO_RELATIONS };
    const contact = {
      email: `c${n}@a${n}.example`,
      account: `a${n}`,
      time_zone: 'Europe/Paris',
      consent: { basis: 'consent', source: 'form' },
    };
    return [
      { ...base, id: `account-${n}`, type: 'crm.account_updated', subject: `account/a${n}`, data: { account } },
      { ...base, id: `contact-${n}`, type: 'crm.contact_updated', subject: `contact/c${n}`, data: { contact } },
    ];
  };
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (next < total) {
        const from = next;
        next += SIGNALS_AT_ONCE / 2;
        const many = Math.min(SIGNALS_AT_ONCE / 2, total - from);
        const batch = Array.from({ length: many }, (_, index) => signals(from + index)).flat();
        await server.call('POST', '/v1/signals', batch, 'application/cloudevents-batch+json');
      }
    }),
  );
}

/** Writes to the last contacts, which are not asked about later, and waits until all was sent. */
async function makeExamples(server: BenchServer): Promise<void> {
  for (let n = asked; n < asked + EXAMPLES; n += 1)
    await server.call('POST', '/v1/proposals', {
      id: `example-${n}`,
      action_type: 'outreach_push',
      lane: 'operator',
      subject: `contact/c${n}`,
      content: { subject: `Your question ${n}`, body: 'Hello {{first_name}}, a few words about what you asked us.' },
    });
  for (let waited = 0; (await server.sample('gatehouse_executions_total{result="sent"}')) < EXAMPLES; waited += 1) {
    if (waited > 600) throw new Error('the examples were not sent');
    await sleep(100);
  }
}

/**
 * Copies of one row of each kind under ids that are made of a number. What the gate loads by key is as large and as spread over its tables as if it had
 * come one by one.
 */
async function copyRows(sql: Sql): Promise<void> {
  const copy = async (table: string, id: string, total: number, from: string, prefix: string) => {
    const columns = await sql.asOwner((session) =>
      session.query<{ name: string }>(
        `SELECT attname::text AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
        [table],
      ),
    );
    const list = columns.map(({ name }) => `"${name}"`).join(', ');
    const picked = columns.map(({ name }) => (name === id ? prefix : `x."${name}"`)).join(', ');
    for (let at = 0; at < total; at += ROWS_AT_ONCE)
      await sql.asOwner((session) =>
        session.script(
          // Triggers that refuse what did not come from the gate are off for the copies; rows in the order of their keys fill indexes faster.
          `SET LOCAL session_replication_role = replica;
           INSERT INTO ${table} (${list}) SELECT ${picked} FROM (SELECT * FROM ${from} LIMIT 1) x,
             generate_series(${at + 1}, ${Math.min(total, at + ROWS_AT_ONCE)}) AS n ORDER BY ${prefix}`,
        ),
      );
    say(`${table}: ${total} rows`);
  };
  const others = Math.max(0, contacts - asked - EXAMPLES);
  const hashed = (prefix: string) => `'${prefix}' || left(md5('${prefix}' || n::text), 24)`;
  await copy('guards', 'key', others, `guards WHERE key LIKE 'contact:%'`, hashed('contact:con_'));
  await copy('actor_state', 'id', others, `actor_state WHERE kind = 'lead'`, hashed('con_'));
  await copy('directory', 'alias', others, `directory WHERE kind = 'person'`, hashed('copy_'));
  await copy('timelines', 'scope', others, 'timelines', hashed('acc_'));
  await copy('permits', 'id', touches, `permits WHERE state = 'used'`, hashed('prm_'));
  await copy('executions', 'permit', touches, `executions WHERE state = 'sent'`, hashed('prm_'));
  await copy('actor_state', 'id', touches, `actor_state WHERE kind = 'action' AND value = 'executed'`, hashed('act_'));
  // Ten touches of the last months for everybody, the latest of them long enough ago.
  await sql.asOwner((session) =>
    session.script(
      `UPDATE guards SET state = jsonb_set(state::jsonb, '{touches}', (
         SELECT jsonb_agg(jsonb_build_object('at', (extract(epoch FROM now()) * 1000)::bigint - (85 - 5 * t) * 86400000::bigint, 'channel', 'email', 'action', 'act_' || left(md5(key || t), 24), 'source', 'gatehouse'))
         FROM generate_series(0, ${TOUCHES_EACH} - 1) AS t))::text
       WHERE key LIKE 'contact:%'`,
    ),
  );
  say(`touches of ${contacts} contacts`);
  for (const table of ['guards', 'actor_state', 'directory', 'timelines', 'permits', 'executions'])
    await sql.asOwner((session) => session.script(`ANALYZE ${table}`));
}

const database = await createDatabase(SERVER_URL, 'C');
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-gate-'));
const place = { databaseUrl: database.url, dataDir, nodeOptions: '--max-semi-space-size=128' };
let server = await BenchServer.start(place);
const sql = createPostgres(database.url, { maxConnections: 2 });
try {
  await server.ready();
  await server.call('PUT', '/v1/policy', POLICY);
  await makeContacts(server, asked + EXAMPLES);
  say(`${asked + EXAMPLES} contacts came in as signals`);
  await makeExamples(server);
  await server.end();
  await copyRows(sql);
  await sql.asOwner((session) => session.script('CHECKPOINT'));
  server = await BenchServer.start(place);
  await server.ready();
  let warm = '';
  const measured = server;
  const summary = await load(
    server,
    {
      work: 'proposals',
      run: 'asked',
      rate: values.rate,
      seconds: values.seconds,
      warmup: values.warmup,
      connections: CONNECTIONS,
    },
    async () => {
      warm = await measured.figures();
    },
  );
  const figures = await server.figures();
  const gate = new HistogramSpan('gatehouse_gate_seconds', warm, figures);
  const deciding = new HistogramSpan('gatehouse_gate_deciding_seconds', warm, figures);
  const answers = new HistogramSpan('gatehouse_http_request_seconds', warm, figures, 'route="/v1/proposals"');
  const verdicts = await Promise.all(
    ['pass', 'schedule', 'hold', 'deny'].map(
      async (verdict) => [verdict, await server.sample(`gatehouse_gate_verdicts_total{verdict="${verdict}"}`)] as const,
    ),
  );
  const row = (times: readonly number[]) => times.map((ms) => ms.toFixed(1)).join(' | ');
  const answered = (summary.events / summary.finished_ms) * 1_000;
  const quantiles = (span: HistogramSpan) => [0.5, 0.95, 0.99].map((share) => span.quantileMs(share));
  process.stdout.write(
    `${JSON.stringify({ ...summary, answered, verdicts, gate_ms: quantiles(gate), gate_within_10_ms: gate.shareWithin(0.01), deciding_ms: quantiles(deciding), accept_to_answer_ms: quantiles(answers) })}\n`,
  );
  if (values.write)
    writeSection(
      'bench:gate',
      `## The gate over a long past

Written by \`npm run bench:gate -- --write\`. A tenant with ${contacts.toLocaleString('en-US')} contacts and ${touches.toLocaleString('en-US')} touches of the past on Postgres, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}) that
database, server and loader share. Proposals to write to a contact come one a request, ${rate} a second for ${values.seconds} s after ${values.warmup} s of warm-up, each for another contact with ${TOUCHES_EACH} touches
of the last months, over up to ${CONNECTIONS} connections; permits are executed in the sandbox meanwhile.

| time of a proposal | p50 ms | p95 ms | p99 ms |
|---|---|---|---|
| the gate: reading the facts and deciding | ${row(quantiles(gate))} |
| of that, deciding | ${row(quantiles(deciding))} |
| at the server, from its first byte to its answer | ${row(quantiles(answers))} |
| from the moment at which it was due to its answer | ${row([summary.p50_ms, summary.p95_ms, summary.p99_ms])} |

Of ${rate} a second, ${answered.toFixed(0)} were answered; ${(100 * gate.shareWithin(0.01)).toFixed(1)} % of the verdicts took the gate 10 ms or less. Verdicts: ${verdicts.map(([name, count]) => `${count} ${name}`).join(', ')}.

The first three times are counted by the server, in buckets. That of the gate runs from the moment at which the batch of a proposal begins to read what all of its
messages need until that is there, and then over what follows from the proposal alone: its events, facts, checks, verdict and permit. Waiting for a turn comes before it, the commit after it. An
answer comes after the commit of verdict, permit and ledger.`,
    );
} finally {
  await server.end();
  await sql.close();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
}
