/** A small made-up company with drafts that wait, for tests of the console and for its pictures. Nobody in it exists. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { App, AppOptions } from '../src/app.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Caller, ProposalInput } from '../src/gateway/services.port.ts';
import { openEmbedded, PROSPECT, REACHABLE } from './app.fixture.ts';

/** Sends at any hour; sales e-mails wait for a person. */
export const REVIEW_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'review',
  sending_hours: { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
  grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }],
  budget: { currency: 'EUR', per_day_minor: 100_000_000 },
};

const COMPANIES = [
  'northwind',
  'bluepeak',
  'harborline',
  'quillworks',
  'stonebridge',
  'mapleforge',
  'clearwater',
] as const;
const TOPICS = ['routing of leads', 'handover between teams', 'cadence of follow-ups', 'forecast by segment'] as const;

function draftTo(company: string, number: number): ProposalInput {
  const topic = TOPICS[number % TOPICS.length] ?? '';
  const content = {
    subject: `The ${topic} at ${company}`,
    body: `Hello,\n\nyour team looked at our page about the ${topic} twice this week. Shall we talk for fifteen minutes on Thursday?\n\nKind regards\nThe sales team`,
  };
  return {
    id: `draft-${number}`,
    action_type: 'outreach_push',
    lane: 'operator',
    subject: `contact/${company}-buyer`,
    content,
    contentText: JSON.stringify(content),
    confidence: null,
    sender: 'sales@example.com',
    originating_proposal_id: null,
    reason: 'Looked at the page twice this week.',
  };
}

export interface ConsoleWorld extends AsyncDisposable {
  readonly app: App;
  readonly url: string;
  readonly caller: Caller;
  /** Proposes drafts to people of companies of their own; they are held. Numbers go on from call to call. */
  hold(count: number): Promise<readonly { readonly decision: string; readonly action: string }[]>;
}

export async function consoleWorld(
  policy: Policy = REVIEW_POLICY,
  changes: Partial<AppOptions> = {},
): Promise<ConsoleWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-console-'));
  const app = await openEmbedded(dataDir, { workers: true, adminKey: 'gh_default_test', ...changes });
  const caller = await app.caller('default');
  await app.services.applyPolicy(caller, policy);
  const server = await app.listen();
  const proposer: Caller = { ...caller, identity: 'agent:writer', kind: 'agent', role: 'agent' };
  let made = 0;
  return {
    app,
    caller,
    url: server.url,
    async hold(count) {
      const numbers = Array.from({ length: count }, (_, index) => made + index);
      made += count;
      const people = numbers.map((number) => ({
        number,
        company: `${COMPANIES[number % COMPANIES.length] ?? ''}-${number + 1}`,
      }));
      // Together, so that they are committed in a few batches.
      await Promise.all(
        people.map(({ company }) =>
          app.services.putAccount(caller, company, { ...PROSPECT, name: company, domain: `${company}.example` }),
        ),
      );
      await Promise.all(
        people.map(({ company, number }) =>
          app.services.putContact(caller, `${company}-buyer`, {
            ...REACHABLE,
            account: company,
            name: `Buyer ${number + 1}`,
            email: `buyer@${company}.example`,
          }),
        ),
      );
      return Promise.all(people.map(({ company, number }) => app.services.propose(proposer, draftTo(company, number))));
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
