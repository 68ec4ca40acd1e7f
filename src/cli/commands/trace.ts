/**
 * Tells what happened, from the signal to the outcome, in the order in which it happened and in words. What the gate checked stands at
 * the end, with what would have to change for a check that did not pass.
 */
import { THRESHOLDS } from '../../domain/counterfactual.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { CheckResult } from '../../domain/gate.ts';
import { isoOf } from '../../domain/instant.ts';
import { GATE_REASONS } from '../../domain/reason-codes.ts';
import type { DecisionView, ShownView, TraceStep, TraceView } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore, textOption } from '../command.ts';
import type { Command } from '../command.ts';
import { shownLine } from '../terminal.ts';
import type { Paint } from '../terminal.ts';
import { columns, elapsed, timeOf } from '../words.ts';
import { changeOf, comparisonText, counterfactualText } from './what-if.ts';

export const traceCommand: Command = {
  name: 'trace',
  summary: 'Tell what happened, from signal to outcome',
  usage: `gatehouse trace DECISION | CORRELATION
gatehouse trace DECISION --compare DECISION
gatehouse trace DECISION --without-cooldown | --owner NAME | --set THRESHOLD=VALUE`,
  examples: [
    'gatehouse trace dec_0123',
    'gatehouse trace cor_0123 --tenant demo',
    'gatehouse trace dec_0123 --json',
    'gatehouse trace dec_0123 --compare dec_0456',
    'gatehouse trace dec_0123 --without-cooldown',
    'gatehouse trace dec_0123 --owner nobody',
    'gatehouse trace dec_0123 --set touch_cap=5',
  ],
  options: {
    compare: { type: 'string', meaning: 'Another decision: say what differs.' },
    'without-cooldown': { type: 'boolean', meaning: 'Simulation: what the gate would have said without the cooldown.' },
    owner: { type: 'string', meaning: 'Simulation: if a lane (lane:tam), a person (person:ana) or nobody owned it.' },
    set: {
      type: 'string',
      meaning: `Simulation: with another threshold, such as touch_cap=5. ${THRESHOLDS.join(', ')}.`,
    },
  },
  async run(context, args, options) {
    const [id] = args;
    if (id === undefined) throw new GatehouseError('usage', 'Name a decision (dec_…) or a correlation (cor_…).');
    refuseMore(args, 1);
    const { paint } = context.terminal;
    const other = textOption(options, 'compare');
    const change = changeOf(options);
    if (other !== undefined && change !== null)
      throw new GatehouseError('usage', 'Compare with another decision, or change one thing: not both.');
    return connected(context, async (services, caller) => {
      if (other !== undefined) {
        const view = await services.whatIf.compare(caller, id, other);
        answer(context, view, () => comparisonText(view));
        return EXIT.ok;
      }
      if (change !== null) {
        const view = await services.whatIf.counterfactual(caller, id, change);
        answer(context, view, () => counterfactualText(view, paint));
        return EXIT.ok;
      }
      if (id.startsWith('cor_')) {
        const steps = await services.traceCorrelation(caller, id);
        if (steps.length === 0) throw new GatehouseError('not_found', `There is nothing under ${id}.`);
        answer(context, { correlation: id, steps }, () => stepLines(steps, paint).join('\n'));
        return EXIT.ok;
      }
      const trace = await services.traceDecision(caller, id);
      answer(context, trace, () => traceText(trace, paint));
      return EXIT.ok;
    });
  },
};

export function traceText(trace: TraceView, paint: Paint): string {
  const { decision, steps, gate } = trace;
  const lines = [
    `${paint('bold', decision.id)}  ${paint(toneOf(decision.verdict), decision.verdict)}  ${timeOf(decision.at)}`,
    columns(factsOf(decision), '  '),
    '',
    ...stepLines(steps, paint),
  ];
  const shown = shownLines(trace.shown);
  if (shown.length > 0) lines.push('', paint('bold', 'What the engine was shown'), ...shown);
  if (gate.length > 0)
    lines.push('', paint('bold', 'What the gate checked'), ...gate.flatMap((c) => checkLines(c, paint)));
  return lines.join('\n');
}

function shownLines({ notes, examples }: ShownView): readonly string[] {
  const said = (text: string | null) => (text === null ? 'erased' : `“${shownLine(text)}”`);
  return [
    ...notes.map(
      ({ note, kind, text, why }) => `  ${note}  ${kind}: ${said(text)}  ${why ?? 'It made no difference.'}`,
    ),
    ...examples.map(({ id, content, edited, taken }) => {
      const body = content?.['body'] ?? content?.['message'];
      const how = `${edited ? 'edited and approved' : 'approved'}${taken ? ', and taken' : ''}`;
      return `  ${id}  text that was ${how}: ${said(typeof body === 'string' ? body : null)}`;
    }),
  ];
}

function factsOf(decision: DecisionView): readonly (readonly string[])[] {
  const { action, subject } = decision;
  const facts = [
    ['subject', `${subject.kind} ${subject.external_id ?? subject.id}`],
    ['trigger', decision.trigger],
    ['engine', decision.engine],
  ];
  if (action !== null) {
    const { type, channel, risk_class: risk, state } = action;
    facts.push(['action', `${type} by ${channel}, ${risk} risk: ${state} (${action.id})`]);
  }
  facts.push(['why', decision.reason]);
  if (decision.confidence !== null) facts.push(['confidence', decision.confidence.toFixed(2)]);
  facts.push(['correlation', decision.correlation]);
  return facts;
}

/** Each step with the time since the one before. */
export function stepLines(steps: readonly TraceStep[], paint: Paint): readonly string[] {
  let before: number | null = null;
  const width = String(steps.length).length;
  return steps.map((step, index) => {
    const at = Date.parse(step.at);
    const when = before === null ? timeOf(step.at) : elapsed(at - before);
    before = at;
    const number = `${index + 1}`.padStart(width);
    const who = paint('dim', `(${shownLine(step.actor)})`);
    const what = `${paint('cyan', step.step.padEnd(9))} ${shownLine(step.summary)} ${who}`;
    return `${number}  ${when.padEnd(24)}  ${what}`;
  });
}

export function checkLines(check: CheckResult, paint: Paint): readonly string[] {
  const passed = check.outcome === 'pass';
  const sign = passed ? paint('green', '✓') : paint(toneOf(check.outcome), '✗');
  const name = check.check.padEnd(16);
  if (check.code === null) return [`  ${sign} ${name} ${paint('dim', shownLine(check.comparison))}`];
  const { title, remedy } = GATE_REASONS[check.code];
  const next = check.next_at === null ? '' : ` By itself it could pass at ${timeOf(isoOf(check.next_at))}.`;
  return [
    `  ${sign} ${name} ${check.outcome}: ${title} (${check.code})`,
    `    ${' '.repeat(16)} ${shownLine(check.comparison)}`,
    `    ${' '.repeat(16)} ${paint('dim', `${remedy}${next}`)}`,
  ];
}

function toneOf(verdict: string): 'green' | 'yellow' | 'red' {
  if (verdict === 'pass') return 'green';
  return verdict === 'deny' ? 'red' : 'yellow';
}
