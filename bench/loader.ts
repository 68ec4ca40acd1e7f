/**
 * The load of the benchmarks, in a process of its own: posts batches of CloudEvents, or proposals one by one, at a fixed rate, whether or not the
 * server keeps up, and reports how long each request took from the moment it was due. A server that falls behind cannot hide it.
 */
import { parseArgs } from 'node:util';

import { Poster } from './post.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    key: { type: 'string' },
    rate: { type: 'string' },
    batch: { type: 'string' },
    seconds: { type: 'string' },
    warmup: { type: 'string' },
    run: { type: 'string' },
    forms: { type: 'string', default: '15' },
    work: { type: 'string', default: 'signals' },
    /** More requests than these wait at the loader. */
    connections: { type: 'string', default: '64' },
  },
});
const rate = Number(values.rate);
const batchSize = values.work === 'proposals' ? 1 : Number(values.batch);
const seconds = Number(values.seconds);
const warmupSeconds = Number(values.warmup);
const LEADS = 100_000;
/** What comes in, over and over; the places in `ASKING` that are in use ask to be contacted instead. */
const LOOKING = [
  'blog',
  'blog',
  'docs',
  'blog',
  'surge',
  'blog',
  'blog',
  'pricing',
  'docs',
  'blog',
  'blog',
  'docs',
] as const;
/** Of every 48 signals, the first `--forms` of these places ask to be contacted. */
const ASKING = [0, 6, 10, 12, 18, 22, 24, 30, 34, 36, 42, 46, 19, 31, 43, 3, 15, 27, 39, 8, 20, 32, 44, 1, 13, 25, 37];
const asking = new Set(ASKING.slice(0, Number(values.forms)));
const kindOf = (n: number) => (asking.has(n % 48) ? 'form' : (LOOKING[n % LOOKING.length] ?? 'blog'));

function signal(n: number): object {
  const kind = kindOf(n);
  const lead = (n * 7_919) % LEADS;
  const base = { specversion: '1.0', id: `${values.run}-${n}`, source: '/bench' };
  const account = { employees: 20 + (lead % 2_000), vertical: 'SaaS', tech_fit: lead % 100 };
  switch (kind) {
    case 'form':
      return {
        ...base,
        type: 'web.form_submitted',
        subject: `lead/${lead}`,
        data: { form: 'demo', dimensions: { origin: `o${lead % 8}` } },
      };
    case 'surge':
      return { ...base, type: 'intent.surge', subject: `account/a${lead % 20_000}`, data: { score: 20, account } };
    case 'pricing':
      return {
        ...base,
        type: 'web.page_viewed',
        subject: `contact/c${lead % 50_000}`,
        data: { page: 'pricing', contact: { account: `a${lead % 20_000}` } },
      };
    default:
      return {
        ...base,
        type: 'web.page_viewed',
        subject: `lead/${lead}`,
        data: { page: kind === 'docs' ? 'docs' : 'blog' },
      };
  }
}

/** Everybody is written to once; what the message says differs, as no two messages have one fingerprint. */
const proposal = (n: number) => ({
  id: `${values.run}-${n}`,
  action_type: 'outreach_push',
  lane: 'operator',
  subject: `contact/c${n}`,
  content: {
    subject: `Your question ${n}`,
    body: 'Hello {{first_name}}, a few words about what you asked us last week.',
  },
});

const isOfProposals = values.work === 'proposals';
const url = new URL(isOfProposals ? '/v1/proposals' : '/v1/signals', values.url);
const contentType = isOfProposals ? 'application/json' : 'application/cloudevents-batch+json';
function bodyOf(index: number): string {
  if (isOfProposals) return JSON.stringify(proposal(index));
  return JSON.stringify(Array.from({ length: batchSize }, (_, place) => signal(index * batchSize + place)));
}

const poster = new Poster(
  url,
  { authorization: `Bearer ${values.key}`, 'content-type': contentType },
  Number(values.connections),
);

const latencies: number[] = [];
const statuses = new Map<string, number>();
const underWay = new Set<Promise<void>>();
const start = performance.now();
const total = Math.floor(((seconds + warmupSeconds) * rate) / batchSize);
let warmedAt = 0;
for (let index = 0; index < total; index += 1) {
  const due = start + (index * batchSize * 1_000) / rate;
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  if (warmedAt === 0 && due - start >= warmupSeconds * 1_000) {
    warmedAt = performance.now();
    process.stdout.write(`${JSON.stringify({ warm: true })}\n`);
  }
  const counted = due - start >= warmupSeconds * 1_000;
  const sent = poster
    .post(bodyOf(index))
    .then((status) => {
      statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
      if (counted && status === 202) latencies.push(performance.now() - due);
    })
    .catch(() => {
      statuses.set('failed', (statuses.get('failed') ?? 0) + 1);
    })
    .finally(() => underWay.delete(sent));
  underWay.add(sent);
}
const offered = performance.now();
await Promise.all(underWay);
latencies.sort((a, b) => a - b);
const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
process.stdout.write(
  `${JSON.stringify({
    done: true,
    events: latencies.length * batchSize,
    offered_ms: offered - warmedAt,
    finished_ms: performance.now() - warmedAt,
    p50_ms: at(0.5),
    p95_ms: at(0.95),
    p99_ms: at(0.99),
    statuses: Object.fromEntries(statuses),
  })}\n`,
);
poster.close();
