/** A small made-up company with drafts that wait, for tests of the console and for its pictures. Nobody in it exists. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { App } from '../src/app.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { openEmbedded, PROSPECT, REACHABLE } from './app.fixture.ts';

/** Sends at any hour; sales e-mails wait for a person. */
export const REVIEW_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'review',
  sending_hours: { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
  grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }],
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

export interface ConsoleWorld extends AsyncDisposable {
  readonly app: App;
  readonly url: string;
  readonly caller: Caller;
  /** Proposes drafts to people of companies of their own; they are held. Numbers go on from call to call. */
  hold(count: number): Promise<readonly { readonly decision: string; readonly action: string }[]>;
}

export async function consoleWorld(policy: Policy = REVIEW_POLICY): Promise<ConsoleWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-console-'));
  const app = await openEmbedded(dataDir, { workers: true, adminKey: 'gh_default_test' });
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
      const held: { decision: string; action: string }[] = [];
      for (let index = 0; index < count; index += 1) {
        const number = made;
        made += 1;
        const company = `${COMPANIES[number % COMPANIES.length] ?? ''}-${number + 1}`;
        const contact = `${company}-buyer`;
        await app.services.putAccount(caller, company, { ...PROSPECT, name: company, domain: `${company}.example` });
        await app.services.putContact(caller, contact, {
          ...REACHABLE,
          account: company,
          name: `Buyer ${number + 1}`,
          email: `buyer@${company}.example`,
        });
        const topic = TOPICS[number % TOPICS.length] ?? '';
        const content = {
          subject: `The ${topic} at ${company}`,
          body: `Hello,\n\nyour team looked at our page about the ${topic} twice this week. Shall we talk for fifteen minutes on Thursday?\n\nKind regards\nThe sales team`,
        };
        const { decision, action } = await app.services.propose(proposer, {
          id: `draft-${number}`,
          action_type: 'outreach_push',
          lane: 'operator',
          subject: `contact/${contact}`,
          content,
          contentText: JSON.stringify(content),
          confidence: null,
          sender: 'sales@example.com',
          originating_proposal_id: null,
          reason: 'Looked at the page twice this week.',
        });
        held.push({ decision, action });
      }
      return held;
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
