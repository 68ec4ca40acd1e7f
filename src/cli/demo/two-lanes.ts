/**
 * Two lanes on one memory: what inbound hears in a chat changes what TAM does with the committee in the same moment, and when both lanes want one
 * contact at once, one message goes out.
 *
 * Source: GTM Harness, section 4, the practical journey.
 */
import type { Lane } from '../../domain/lane.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import type { NoteView, TimelineView } from '../../gateway/note-services.port.ts';
import type { DecisionView, EventView, TraceView } from '../../gateway/services.port.ts';
import { stepLines } from '../commands/trace.ts';
import { shownLine } from '../terminal.ts';
import type { Paint } from '../terminal.ts';
import { columns } from '../words.ts';
import { FITTING, REACHABLE } from './made-up.ts';
import { awaited, insist, quoted } from './scene.ts';
import type { Scene } from './scene.ts';
import { decided, know, send, sendTogether } from './stage.ts';
import type { Player, Stage } from './stage.ts';

/** Sales e-mails go without an approval, so that both lanes can really race; they may leave at any hour. All else is as for a new tenant. */
export const TWO_LANES_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'demo two-lanes',
  grants: [
    { action_type: 'crm_update', level: 'auto', max_risk: 'low' },
    { action_type: 'outreach_push', level: 'auto', max_risk: 'high' },
  ],
  cooldown: { ...DEFAULT_POLICY.cooldown, account_ms: 0, domain_ms: 0 },
  sending_hours: { from: 0, to: 24, days: [1, 2, 3, 4, 5, 6, 7] },
  trust: { ...DEFAULT_POLICY.trust, audit_share: 0 },
};

const OBJECTION = 'To be honest, this is too expensive for us this year.';

const COMMITTEE = [
  { role: 'champion', name: 'Ida Example', title: 'Director of Revenue Operations' },
  { role: 'buyer', name: 'Bo Example', title: 'Chief Financial Officer' },
  { role: 'engineer', name: 'Eli Example', title: 'Security Engineer' },
] as const;
type RoleName = (typeof COMMITTEE)[number]['role'];

/** The second is the same company but for what was said. */
const WITH = 'bluepeak';
const WITHOUT = 'mapleforge';
/** A third one, that nobody has written to. */
const RACED = 'clearwater';

export async function playTwoLanes(scene: Scene, stage: Stage, paint: Paint): Promise<void> {
  const website = await stage.enter('website and chat', 'agent', 'agent');
  const inbound = await stage.enter('inbound agent', 'agent', 'agent');
  const tam = await stage.enter('TAM agent', 'agent', 'agent');
  let note = '';
  let sent: DecisionView | null = null;

  await scene.step('Three equal companies, each with a committee of three', async ({ say, fact }) => {
    for (const account of [WITH, WITHOUT, RACED])
      await know(
        website,
        account,
        { ...FITTING, name: account, domain: `${account}.example` },
        Object.fromEntries(
          COMMITTEE.map(({ role, name, title }) => [
            `${account}-${role}`,
            { ...REACHABLE, name, title, email: `${role}@${account}.example` },
          ]),
        ),
      );
    say(...columns(COMMITTEE.map(({ name, title }) => [name, title])).split('\n'));
    fact({ accounts: [WITH, WITHOUT, RACED] });
  });

  await scene.step('Where nobody objected, TAM writes to the committee', async ({ say, fact }) => {
    const trace = await decided(tam, await send(tam, 'signals', ...look(WITHOUT, 'engineer')));
    insist(trace.shown.notes.length === 0, 'TAM rested on a note that nobody wrote');
    insist(typeOf(trace) === 'outreach_push', `TAM chose ${typeOf(trace)} without an objection`);
    say(`${nameOf('engineer')} at ${WITHOUT}: ${shownLine(trace.decision.reason)}`);
    fact({ without_objection: typeOf(trace) });
  });

  await scene.step(
    'Inbound hears an objection, and TAM looks at the committee in the same moment',
    async ({ say, fact }) => {
      const [, buyer = '', engineer = ''] = await sendTogether(website, [
        ['chat.message_received', subjectOf(WITH, 'champion'), { text: OBJECTION }],
        look(WITH, 'buyer'),
        look(WITH, 'engineer'),
      ]);
      say(`${nameOf('champion')} in the chat of ${WITH}: “${OBJECTION}”`, '');
      const toBuyer = await decided(tam, buyer);
      const toEngineer = await decided(tam, engineer);
      for (const trace of [toBuyer, toEngineer]) {
        const [cited] = trace.shown.notes;
        insist(cited?.text === OBJECTION && cited.why !== null, 'TAM did not cite the objection');
        ({ note } = cited);
      }
      insist(typeOf(toBuyer) === 'outreach_push', `TAM chose ${typeOf(toBuyer)} for who decides about the price`);
      insist(typeOf(toEngineer) === 'crm_update', `TAM chose ${typeOf(toEngineer)} for somebody else`);
      for (const [role, trace] of [
        ['buyer', toBuyer],
        ['engineer', toEngineer],
      ] as const) {
        say(`${nameOf(role)}: ${shownLine(trace.decision.reason)}`);
        for (const { note: id, why } of trace.shown.notes) say(`  cites ${id}: ${shownLine(why ?? '')}`);
      }
      const { account } = await tam.call<NoteView>('GET', `/v1/notes/${encodeURIComponent(note)}`);
      const draft = await contentOf(stage.admin, account ?? '', toBuyer);
      say('', `to ${nameOf('buyer')}:`, ...quoted(draft));
      insist(draft.includes('If the price is a question'), 'the message does not answer the objection');
      insist(!draft.includes(OBJECTION), 'the message repeats what somebody else said');
      fact({ cited: note, buyer: typeOf(toBuyer), engineer: typeOf(toEngineer), draft });
    },
  );

  await scene.step('The memory of the account leads from the decision to what was said', async ({ say, fact }) => {
    const seen = await tam.call<NoteView>('GET', `/v1/notes/${encodeURIComponent(note)}`);
    const timeline = await tam.call<TimelineView>('GET', `/v1/accounts/${WITH}/timeline`);
    insist(seen.kind === 'objection' && seen.text === OBJECTION, 'the note is not what was said');
    say(`note ${seen.id}: ${seen.kind}, read by ${seen.by}`, `  “${shownLine(seen.text ?? '')}”`);
    say(
      ...timeline.entries.map(
        (entry) => `  ${entry.at}  ${entry.type}${entry.what === undefined ? '' : ` ${entry.what}`}`,
      ),
    );
    fact({ note: seen.id, entries: timeline.entries.length });
  });

  await scene.step('Both lanes want one contact at once, and one message goes out', async ({ say, fact }) => {
    const lanes: readonly (readonly [Player, Lane])[] = [
      [inbound, 'inbound'],
      [tam, 'tam'],
    ];
    const contact = subjectOf(RACED, 'buyer');
    const decisions = await Promise.all(lanes.map(([player, lane]) => propose(player, lane, contact)));
    const traces = await awaited('the race was not decided', async () => {
      const seen = await Promise.all(decisions.map((id) => tam.services.traceDecision(tam.caller, id)));
      return seen.some(isSent) ? seen : null;
    });
    insist(traces.filter(isSent).length === 1, `${traces.filter(isSent).length} messages went out`);
    for (const [index, { decision, gate }] of traces.entries()) {
      const stopped = gate.filter(({ outcome }) => outcome !== 'pass');
      const why = stopped.map(({ code, check, comparison }) => `${code ?? check} (${shownLine(comparison)})`);
      say([`${lanes[index]?.[1] ?? ''}: ${decision.action?.state ?? 'none'}`, ...why].join(', '));
    }
    sent = traces.find(isSent)?.decision ?? null;
    fact({ sent: 1, states: traces.map(({ decision }) => decision.action?.state ?? 'none') });
  });

  await scene.step('What came of it goes back to the same memory, for both lanes', async ({ say, fact }) => {
    insist(sent !== null, 'nothing was sent');
    const { id } = sent;
    await send(website, 'outcomes', 'reply_positive', subjectOf(RACED, 'buyer'), {
      decision: id,
      text: 'Yes, call me.',
    });
    const trace = await awaited('the reply was not linked', async () => {
      const seen = await tam.services.traceDecision(tam.caller, id);
      return seen.steps.some(({ type }) => type === 'outcome.linked') ? seen : null;
    });
    say(...stepLines(trace.steps, paint), '');
    const stopped: Record<string, string> = {};
    for (const [player, lane] of [
      [inbound, 'inbound'],
      [tam, 'tam'],
    ] as const) {
      const proposal = await propose(player, lane, subjectOf(RACED, 'champion'));
      const { decision, gate } = await player.services.traceDecision(player.caller, proposal);
      const reply = gate.find(({ code }) => code === 'replied');
      insist(reply !== undefined && decision.verdict !== 'pass', `the ${lane} lane did not know of the reply`);
      say(`${lane} wants to write to a colleague of theirs: ${decision.verdict}, ${shownLine(reply.comparison)}`);
      stopped[lane] = decision.verdict;
    }
    fact({ linked: id, stopped });
  });
}

function isSent({ decision }: TraceView): boolean {
  return decision.action?.state === 'executed';
}

function subjectOf(account: string, role: RoleName): string {
  return `contact/${account}-${role}`;
}

function nameOf(role: RoleName): string {
  return COMMITTEE.find((member) => member.role === role)?.name ?? role;
}

/** TAM's look at a member of the committee. */
function look(account: string, role: RoleName): readonly [string, string, { readonly job: string }] {
  return ['schedule.review_due', subjectOf(account, role), { job: 'next committee action' }];
}

function typeOf({ decision }: TraceView): string {
  return decision.action?.type ?? 'none';
}

let proposed = 0;

async function propose(player: Player, lane: Lane, subject: string): Promise<string> {
  proposed += 1;
  const { decision } = await player.call<{ readonly decision: string }>('POST', '/v1/proposals', {
    id: `race-${proposed}`,
    action_type: 'outreach_push',
    lane,
    subject,
    content: { subject: `A word from ${lane}`, body: 'Hello {{first_name}},\n\nShall we talk this week?\n' },
    confidence: 0.8,
  });
  return decision;
}

/** What a decision would send, out of the events of its account. */
async function contentOf({ call }: Player, account: string, { decision }: TraceView): Promise<string> {
  const { items } = await call<{ readonly items: readonly EventView[] }>(
    'GET',
    `/v1/accounts/${encodeURIComponent(account)}/events?limit=100`,
  );
  const proposal = items.find(
    ({ type, actor }) => type === 'action.proposed' && actor === `action:${decision.action?.id}`,
  );
  return (JSON.parse(proposal?.payload_text ?? '{}') as { readonly body?: string }).body ?? '';
}
