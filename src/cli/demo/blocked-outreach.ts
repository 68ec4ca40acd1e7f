/**
 * Blocked outreach, from the draft that is held to the next account that begins better: an agent drafts three messages for each of three people,
 * the gate holds them, a person edits one, approves two of the people and rejects the third, answers come in, and the system learns.
 *
 * Source: GTM Harness, section 3, the example in nine steps.
 */
import { SECOND_MS } from '../../domain/instant.ts';
import type { JsonObject } from '../../domain/json.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ReviewView } from '../../gateway/review.port.ts';
import type { TrustView } from '../../gateway/services.port.ts';
import { stepLines } from '../commands/trace.ts';
import { shownLine } from '../terminal.ts';
import type { Paint } from '../terminal.ts';
import { columns, counted } from '../words.ts';
import { FITTING, REACHABLE } from './made-up.ts';
import { awaited, insist, quoted } from './scene.ts';
import type { Scene } from './scene.ts';
import { decided, know, send } from './stage.ts';
import type { Player, Stage } from './stage.ts';

/** The time to undo an approval is cut to what a spectator waits for; messages may leave at any hour. All else is as for a new tenant. */
export const BLOCKED_OUTREACH_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'demo blocked-outreach',
  grants: [{ action_type: 'crm_update', level: 'auto', max_risk: 'low' }],
  cooldown: { ...DEFAULT_POLICY.cooldown, account_ms: 0, domain_ms: 0 },
  sending_hours: { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
  review: { ...DEFAULT_POLICY.review, undo_ms: SECOND_MS },
};

const PEOPLE = [
  { id: 'harborline-champion', name: 'Ida Example', title: 'Director of Revenue Operations', persona: 'champion' },
  { id: 'harborline-buyer', name: 'Bo Example', title: 'Chief Revenue Officer', persona: 'economic_buyer' },
  { id: 'harborline-user', name: 'Uma Example', title: 'Sales Analyst', persona: 'user' },
] as const;

const MESSAGES = [
  {
    subject: 'Your question in our chat',
    body: 'Hello {{first_name}},\n\nYou asked in our chat how soon you could start at {{company}}. Could we talk for half an hour this week?\n',
  },
  {
    subject: 'How a start looks',
    body: 'Hello {{first_name}},\n\nHere is what the first week of a start looks like.\n',
  },
  {
    subject: 'Should I stop writing?',
    body: 'Hello {{first_name}},\n\nIf now is not the time, tell me and I will stop.\n',
  },
] as const;

/** What the reviewer makes of the first message. */
const BETTER = {
  subject: 'A start this quarter',
  body: 'Hello {{first_name}},\n\nYou asked how soon {{company}} could start. Most teams work with it after two weeks. Would ten minutes on Thursday help you decide?\n',
} as const;

const EARLIER = 20;
const WRONG_PERSON = 'Does not decide about this.';
const SEQUENCE = 'harborline-outreach';

interface Cast {
  readonly crm: Player;
  readonly agent: Player;
  readonly reviewer: Player;
}

export async function playBlockedOutreach(scene: Scene, stage: Stage, paint: Paint): Promise<void> {
  const cast: Cast = {
    crm: await stage.enter('CRM and website', 'agent', 'agent'),
    agent: await stage.enter('outreach agent', 'agent', 'agent'),
    reviewer: await stage.enter('reviewer', 'reviewer', 'person'),
  };
  const { crm, agent, reviewer } = cast;
  const trustOf = async (): Promise<TrustView> => {
    const cells = await stage.admin.services.listTrust(stage.admin.caller);
    const cell = cells.find((item) => item.action_type === 'outreach_push' && item.engine.startsWith('external:'));
    insist(cell !== undefined, 'the agent has no trust cell');
    return cell;
  };
  const decisions = new Map<string, string>();
  let before: TrustView;
  let batch: readonly ReviewView[] = [];

  await scene.step(
    `Earlier: people approved ${EARLIER} drafts of the agent, and rejected two`,
    async ({ say, fact }) => {
      await seed(cast);
      before = await trustOf();
      say(`Trust in the agent's sales e-mails: ${trustWords(before)}`, before.explanation);
      fact({ trust: trustFacts(before) });
    },
  );

  await scene.step(
    'An account looks at the price, says in chat that it is urgent, and the agent drafts a sequence',
    async ({ say, fact }) => {
      await know(
        crm,
        'harborline',
        { ...FITTING, name: 'Harborline', domain: 'harborline.example' },
        {
          'harborline-visitor': { country: 'DE' },
          ...Object.fromEntries(
            PEOPLE.map(({ id, name, title }) => [id, { ...REACHABLE, name, title, email: `${id}@harborline.example` }]),
          ),
        },
      );
      await send(crm, 'signals', 'web.page_viewed', 'contact/harborline-visitor', { page: 'pricing' });
      await send(crm, 'signals', 'chat.message_received', 'contact/harborline-visitor', {
        text: 'We need to decide this quarter. How soon could we start?',
        urgency: 'high',
      });
      for (const person of PEOPLE)
        for (const [index, content] of MESSAGES.entries()) {
          const proposed = await propose(agent, person, index + 1, content);
          decisions.set(`${person.id}/${index + 1}`, proposed);
        }
      say(
        `${counted(PEOPLE.length, 'person', 'people')} × ${counted(MESSAGES.length, 'message')}: ${counted(decisions.size, 'proposal')}`,
      );
      fact({ proposals: decisions.size });
    },
  );

  await scene.step('The gate holds every message: the agent has not earned enough trust', async ({ say, fact }) => {
    const traces = await Promise.all(
      [...decisions.values()].map((id) => agent.services.traceDecision(agent.caller, id)),
    );
    insist(
      traces.every(({ decision }) => decision.verdict === 'hold'),
      'a message was not held',
    );
    const failed = traces.flatMap(({ gate }) => gate.filter(({ outcome }) => outcome !== 'pass'));
    const [first] = failed;
    insist(
      first !== undefined && failed.every(({ check }) => check === 'trust'),
      'something else than trust held a message',
    );
    say(`${counted(traces.length, 'message')} held: ${first.code} (${shownLine(first.comparison)})`);
    fact({ held: traces.length, reason: first.code ?? '' });
  });

  await scene.step(
    'The batch waits in the review queue with everything that speaks for and against it',
    async ({ say, fact }) => {
      const page = await reviewer.services.listReviews(reviewer.caller, {
        limit: 50,
        cursor: null,
        sequence: SEQUENCE,
      });
      batch = page.items;
      insist(batch.length === decisions.size, `the queue has ${batch.length} of ${decisions.size} messages`);
      const rows = PEOPLE.map(({ id, name, title }) => [name, title, counted(stepsOf(batch, id).length, 'message')]);
      const [one] = stepsOf(batch, PEOPLE[0].id);
      say(
        ...columns(rows).split('\n'),
        `each with its draft as the recipient will see it; ${one?.priority.reason ?? ''}`,
      );
      fact({ waiting: batch.length, evidence: one?.evidence.map(({ text }) => text) ?? [] });
    },
  );

  await scene.step('A person edits one message, approves two people and rejects the third', async ({ say, fact }) => {
    const [champion, buyer, user] = PEOPLE;
    const [first, ...others] = stepsOf(batch, champion.id);
    insist(first !== undefined, 'the first message is not there');
    await decide(reviewer, first, 'edit', null, BETTER);
    await bulk(reviewer, others);
    await bulk(reviewer, stepsOf(batch, buyer.id));
    const [rejected] = stepsOf(batch, user.id);
    insist(rejected !== undefined, 'there is nothing to reject');
    await decide(reviewer, rejected, 'reject', WRONG_PERSON, null, true);
    say(`edited: the first message to ${champion.name}`, ...quoted(BETTER.body));
    say(`approved: ${champion.name} and ${buyer.name}`, `rejected: ${user.name} (“${WRONG_PERSON}”)`);
    fact({ edited: 1, approved_people: 2, rejected_people: 1 });
  });

  await scene.step('What was approved leaves; what was rejected is cancelled', async ({ say, fact }) => {
    const stateOf = async (key: string) => {
      const { decision } = await agent.services.traceDecision(agent.caller, decisions.get(key) ?? '');
      return decision.action?.state ?? 'none';
    };
    for (const { id } of PEOPLE.slice(0, 2))
      await awaited(`the first message to ${id} was not sent`, async () =>
        (await stateOf(`${id}/1`)) === 'executed' ? true : null,
      );
    const states: Record<string, string> = {};
    for (const key of decisions.keys()) states[key] = await stateOf(key);
    const ofRejected = Object.entries(states).flatMap(([key, state]) => (key.startsWith(PEOPLE[2].id) ? [state] : []));
    insist(
      ofRejected.toSorted().join(' ') === 'cancelled cancelled rejected',
      `the rejected person has messages that are ${ofRejected.join(', ')}`,
    );
    say(
      ...columns(
        PEOPLE.map(({ id, name }) => [name, ...MESSAGES.map((_, at) => states[`${id}/${at + 1}`] ?? '')]),
      ).split('\n'),
    );
    say('Further messages to the same person wait for their cooldown.');
    fact({ states });
  });

  await scene.step('The trace tells the whole way of one message', async ({ say, fact }) => {
    const { steps } = await agent.services.traceDecision(agent.caller, decisions.get(`${PEOPLE[0].id}/1`) ?? '');
    const kinds = new Set(steps.map(({ step }) => step));
    for (const kind of ['decision', 'proposal', 'gate', 'review', 'permit', 'execution'] as const)
      insist(kinds.has(kind), `the trace has no ${kind}`);
    say(...stepLines(steps, paint));
    fact({ trace: steps.map(({ step, summary }) => `${step}: ${summary}`) });
  });

  await scene.step('A reply and a meeting come in', async ({ say, fact }) => {
    const [champion, buyer] = PEOPLE;
    const [answered, booked] = [champion, buyer].map(({ id }) => decisions.get(`${id}/1`) ?? '');
    await send(crm, 'outcomes', 'reply_positive', `contact/${champion.id}`, {
      decision: answered ?? '',
      text: 'Thursday works. Please send an invitation.',
    });
    await send(crm, 'outcomes', 'meeting_booked', `contact/${buyer.id}`, { decision: booked ?? '' });
    const linked = await awaited('the outcomes were not linked to what was sent', async () => {
      const { items } = await agent.services.listOutcomes(agent.caller, { limit: 50, cursor: null });
      const found = items.filter(({ link }) => link.decision === answered || link.decision === booked);
      return found.length >= 2 ? found : null;
    });
    say(...linked.map(({ type, link }) => `${type}: follows from ${link.decision ?? ''}`));
    fact({ outcomes: linked.map(({ type }) => type) });
  });

  await scene.step('Trust moves, and a rule is proposed', async ({ say, fact }) => {
    const after = await awaited('trust did not rise', async () => {
      const now = await trustOf();
      return now.good >= before.good + 1 + 3 && now.quantile > before.quantile ? now : null;
    });
    say(
      `before: ${trustWords(before)}`,
      `        ${before.explanation}`,
      `after:  ${trustWords(after)}`,
      `        ${after.explanation}`,
    );
    const patterns = await reviewer.services.patterns.list(reviewer.caller);
    const hint = patterns.find((pattern) => pattern.correction === 'rejected');
    insist(hint !== undefined, 'no pattern was found');
    say('', `hint: ${shownLine(hint.words)}`, `      suggested rule: ${shownLine(JSON.stringify(hint.rule))}`);
    fact({
      trust: { before: trustFacts(before), after: trustFacts(after) },
      hint: { words: hint.words, rule: { ...hint.rule } },
    });
  });

  await scene.step('The next account of this kind begins with the better message', async ({ say, fact }) => {
    const { title } = PEOPLE[0];
    await know(
      crm,
      'quillworks',
      { ...FITTING, name: 'Quillworks', domain: 'quillworks.example' },
      {
        'quillworks-champion': { ...REACHABLE, name: 'Noa Example', title, email: 'noa@quillworks.example' },
      },
    );
    const correlation = await send(crm, 'signals', 'chat.message_received', 'contact/quillworks-champion', {
      text: 'We want to move fast. When could we begin?',
      urgency: 'high',
    });
    const trace = await decided(agent, correlation);
    const [example] = trace.shown.examples;
    insist(example !== undefined, 'the engine was shown no approved text');
    insist(example.taken && example.edited, 'the engine did not take the edited text');
    say(`The engine was shown the text that was approved in ${example.id}:`, ...quoted(textOf(example.content)));
    const { items } = await reviewer.services.listReviews(reviewer.caller, { limit: 50, cursor: null });
    const draft = items.find(({ decision }) => decision === trace.decision.id);
    insist(draft !== undefined, 'the new draft does not wait for review');
    insist(
      draft.rendered.subject === BETTER.subject,
      `the new draft begins with ${draft.rendered.subject ?? 'nothing'}`,
    );
    say(
      '',
      `and drafted for ${draft.recipient?.name ?? ''}:`,
      ...quoted(`${draft.rendered.subject}\n\n${draft.rendered.body}`),
    );
    say('', `why: ${shownLine(trace.decision.reason)}`);
    fact({
      shown: trace.shown.examples.map((item) => ({ ...item })),
      draft: { ...draft.rendered },
      reason: trace.decision.reason,
    });
  });
}

/** Drafts of the agent to other companies, decided through the queue like all others. */
async function seed({ crm, agent, reviewer }: Cast): Promise<void> {
  const [champion, , user] = PEOPLE;
  const rejected = new Set<string>();
  for (let n = 1; n <= EARLIER + 2; n += 1) {
    const company = `earlier-${n}`;
    const person = { ...(n <= EARLIER ? champion : user), id: `${company}-person` };
    await know(
      crm,
      company,
      { ...FITTING, name: `Earlier ${n}`, domain: `${company}.example` },
      {
        [person.id]: { ...REACHABLE, name: 'Alex Example', title: person.title, email: `alex@${company}.example` },
      },
    );
    await propose(agent, person, 1, MESSAGES[0], company);
    if (n > EARLIER) rejected.add(person.id);
  }
  const { items } = await reviewer.services.listReviews(reviewer.caller, { limit: 100, cursor: null });
  const isUser = ({ recipient }: ReviewView) => rejected.has(recipient?.external_id ?? '');
  await bulk(
    reviewer,
    items.filter((item) => !isUser(item)),
  );
  for (const item of items.filter(isUser)) await decide(reviewer, item, 'reject', WRONG_PERSON, null, true);
}

async function propose(
  agent: Player,
  { id, persona }: { readonly id: string; readonly persona: (typeof PEOPLE)[number]['persona'] },
  step: number,
  content: JsonObject,
  sequence: string = SEQUENCE,
): Promise<string> {
  const { decision } = await agent.call<{ readonly decision: string }>('POST', '/v1/proposals', {
    id: `${id}-${step}`,
    action_type: 'outreach_push',
    lane: 'tam',
    subject: `contact/${id}`,
    content,
    sequence,
    step,
    batch: sequence,
    signal: 'chat.message_received',
    persona,
    confidence: 0.8,
    reason: 'Asked in chat how soon they could start.',
  });
  return decision;
}

/** The messages to one person, in their order. */
function stepsOf(batch: readonly ReviewView[], person: string): readonly ReviewView[] {
  return batch
    .filter(({ recipient }) => recipient?.external_id === person)
    .toSorted((a, b) => (a.step ?? 0) - (b.step ?? 0));
}

async function decide(
  { services, caller }: Player,
  { id, fingerprint }: ReviewView,
  decision: 'edit' | 'reject',
  reason: string | null,
  content: JsonObject | null,
  whole_sequence = false,
): Promise<void> {
  await services.decideReview(caller, id, {
    decision,
    fingerprint,
    reason,
    content,
    ...(whole_sequence ? { whole_sequence } : {}),
  });
}

async function bulk({ services, caller }: Player, reviews: readonly ReviewView[]): Promise<void> {
  const items = reviews.map(({ id, fingerprint }) => ({ id, fingerprint }));
  const result = await services.decideReviews(caller, { decision: 'approve', reason: null, items });
  const refused = result.items.find(({ status }) => status !== 'done');
  insist(refused === undefined, `an approval was refused: ${refused?.problem?.detail ?? ''}`);
}

function trustWords({ quantile, theta, level, good, bad }: TrustView): string {
  return `${quantile.toFixed(3)} of ${theta} needed; level ${level}; evidence ${good.toFixed(2)} for, ${bad.toFixed(2)} against`;
}

function trustFacts({ quantile, theta, level, good, bad, explanation }: TrustView): JsonObject {
  return { quantile, theta, level, good, bad, explanation };
}

function textOf(content: JsonObject | null): string {
  if (content === null) return 'It was erased.';
  const { subject, body } = content;
  return [subject, body].filter((part) => typeof part === 'string').join('\n\n');
}
