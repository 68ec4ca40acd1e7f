/** The policy at a terminal: shown, looked at for faults, compared, tried on the past, proposed, approved, applied. */
import { z } from 'zod';

import { GatehouseError } from '../../domain/errors.ts';
import { GATE_CHECKS } from '../../domain/gate.ts';
import type { GateCheck } from '../../domain/gate.ts';
import { CASES_MAX, policyCaseSchema } from '../../domain/policy-case.ts';
import { policySchema } from '../../domain/policy.ts';
import type {
  BacktestView,
  PolicyDiffView,
  PolicyLintView,
  PolicyProposalView,
  PolicyTestView,
} from '../../gateway/policy.port.ts';
import { answer, connected, EXIT, instantOption, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode, OptionValues } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { shownLine } from '../terminal.ts';
import { columns, counted, figure, timeOf } from '../words.ts';

const VERBS = ['show', 'lint', 'diff', 'test', 'apply', 'list', 'approve', 'reject'] as const;
type Run = (context: CommandContext, args: readonly string[], options: OptionValues) => Promise<ExitCode>;

const RUNS: Readonly<Record<(typeof VERBS)[number], Run>> = {
  show,
  lint,
  diff,
  test,
  apply,
  list,
  approve: decide,
  reject: decide,
};
const DAYS_DEFAULT = 30;
/** So many decisions are shown; all of them stand in the JSON. */
const SHOWN_MAX = 20;

export const policyCommand: Command = {
  name: 'policy',
  summary: 'Show the policy, look for faults, compare, try it on the past, propose, approve and apply',
  usage: `gatehouse policy show [--as-of TIME]
gatehouse policy lint [FILE] [--require CHECKS]
gatehouse policy diff FILE [--against HASH]
gatehouse policy test [FILE] [--days N] [--cases FILE]
gatehouse policy apply FILE
gatehouse policy apply FILE --propose --reason TEXT [--from TIME] [--days N]
gatehouse policy list
gatehouse policy approve ID
gatehouse policy reject ID --reason TEXT`,
  examples: [
    'gatehouse policy show > policy.json',
    'gatehouse policy show --as-of 2026-11-21T10:00:00Z',
    'gatehouse policy lint policy.json --require consent,suppression',
    'gatehouse policy diff policy.json',
    'gatehouse policy test policy.json --days 14 --cases cases.json',
    'gatehouse policy apply policy.json --propose --reason "fewer touches" --from 2026-12-01T00:00:00Z',
    'gatehouse policy approve pol_0123',
  ],
  options: {
    'as-of': { type: 'string', meaning: 'For show: the policy that was in force at this time.' },
    require: {
      type: 'string',
      meaning: `For lint: checks that no permit may go around, separated by commas: ${GATE_CHECKS.join(', ')}.`,
    },
    against: { type: 'string', meaning: 'For diff: the hash of another policy than the one in force.' },
    days: { type: 'string', meaning: `Days of the past to decide again; ${DAYS_DEFAULT} without it, 0 for none.` },
    cases: { type: 'string', meaning: 'For test: a JSON list of cases, `{"request", "facts", "expect"}`.' },
    propose: { type: 'boolean', meaning: 'For apply: ask other people to approve it first.' },
    from: { type: 'string', meaning: 'For apply --propose: when it comes into force at the earliest.' },
    reason: { type: 'string', meaning: 'Why; it stands on the ledger.' },
  },
  run: (context, args, options) => RUNS[verbOf('policy', args, VERBS)](context, args, options),
};

function show(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  refuseMore(args, 1);
  const asOf = textOption(options, 'as-of');
  const at = asOf === undefined ? undefined : instantOption(asOf);
  return connected(context, async (services, caller) => {
    const current = await services.getPolicy(caller, at);
    const when = asOf === undefined ? '' : ` at ${asOf}`;
    if (!context.json) context.terminal.note(`The policy in force${when} has the hash ${current.hash}.`);
    // Without --json the answer is the policy alone, so that it can be changed and applied again.
    answer(context, current, () => JSON.stringify(current.policy, null, 2));
    return EXIT.ok;
  });
}

function lint(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  refuseMore(args, 2);
  const policy = args[1] === undefined ? null : readAs(args[1], policySchema, 'a policy');
  const require = checksOf(options);
  return connected(context, async ({ policies }, caller) => {
    const view = await policies.lint(caller, policy, require);
    answer(context, view, () => lintText(view));
    return view.ok ? EXIT.ok : EXIT.problemFound;
  });
}

function diff(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const policy = readAs(fileOf(args, 'diff'), policySchema, 'a policy');
  return connected(context, async ({ policies }, caller) => {
    const view = await policies.diff(caller, policy, textOption(options, 'against') ?? null);
    answer(context, view, () => diffText(view));
    return EXIT.ok;
  });
}

function test(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  refuseMore(args, 2);
  const policy = args[1] === undefined ? null : readAs(args[1], policySchema, 'a policy');
  const file = textOption(options, 'cases');
  const cases = file === undefined ? [] : readAs(file, z.array(policyCaseSchema).max(CASES_MAX), 'a list of cases');
  const days = daysOf(options, policy === null ? 0 : DAYS_DEFAULT);
  return connected(context, async ({ policies }, caller) => {
    const view = await policies.test(caller, { policy, days, cases });
    answer(context, view, () => testText(view));
    return view.ok ? EXIT.ok : EXIT.problemFound;
  });
}

function apply(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const policy = readAs(fileOf(args, 'apply'), policySchema, 'a policy');
  const terms = ['from', 'reason', 'days'].find((name) => options[name] !== undefined);
  if (options['propose'] !== true && terms !== undefined)
    throw new GatehouseError(
      'usage',
      `--${terms} is for a proposal: add --propose, or leave it out to bring the policy into force now.`,
    );
  return connected(context, async (services, caller) => {
    if (options['propose'] !== true) {
      const { hash } = await services.applyPolicy(caller, policy);
      answer(context, { hash }, () => `The policy ${policy.name} is in force: ${hash}`);
      return EXIT.ok;
    }
    const view = await services.policies.propose(caller, {
      policy,
      effective_from: textOption(options, 'from') ?? null,
      reason: reasonOf(options),
      days: daysOf(options, DAYS_DEFAULT),
    });
    answer(context, view, () => proposalText(view));
    return EXIT.ok;
  });
}

function list(context: CommandContext, args: readonly string[]): Promise<ExitCode> {
  refuseMore(args, 1);
  return connected(context, async ({ policies }, caller) => {
    const views = await policies.list(caller);
    answer(context, { items: views }, () =>
      views.length === 0 ? 'No change of the policy is proposed.' : views.map(proposalText).join('\n\n'),
    );
    return EXIT.ok;
  });
}

function decide(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const [verb, id] = args;
  if (id === undefined) throw new GatehouseError('usage', `Name the proposal: gatehouse policy ${verb ?? ''} pol_….`);
  refuseMore(args, 2);
  return connected(context, async ({ policies }, caller) => {
    const view =
      verb === 'approve' ? await policies.approve(caller, id) : await policies.reject(caller, id, reasonOf(options));
    answer(context, view, () => proposalText(view));
    return EXIT.ok;
  });
}

function fileOf(args: readonly string[], verb: string): string {
  const file = args[1];
  if (file === undefined)
    throw new GatehouseError('usage', `Name a file with the policy: gatehouse policy ${verb} FILE.`);
  refuseMore(args, 2);
  return file;
}

export function readAs<Shape extends z.ZodType>(file: string, schema: Shape, what: string): z.infer<Shape> {
  const parsed = schema.safeParse(readJsonFile(file));
  if (parsed.success) return parsed.data;
  throw new GatehouseError('usage', `${file} is not ${what}.`, {
    faults: parsed.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
  });
}

function checksOf(options: OptionValues): readonly GateCheck[] {
  const names = (textOption(options, 'require') ?? '').split(',').filter((name) => name !== '');
  return names.map((name) => {
    const check = GATE_CHECKS.find((item) => item === name.trim());
    if (check === undefined)
      throw new GatehouseError('usage', `${name} is no check. There are ${GATE_CHECKS.join(', ')}.`);
    return check;
  });
}

function daysOf(options: OptionValues, otherwise: number): number {
  const text = textOption(options, 'days');
  if (text === undefined) return otherwise;
  if (!/^\d{1,4}$/.test(text)) throw new GatehouseError('usage', `--days is a number of days, not ${text}.`);
  return Number(text);
}

export function reasonOf(options: OptionValues): string {
  const reason = textOption(options, 'reason')?.trim() ?? '';
  if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
  return reason;
}

function lintText({ findings }: PolicyLintView): string {
  if (findings.length === 0) return 'Nothing was found.';
  return columns(
    findings.map(({ severity, code, pointer, message }) => [severity, code, pointer, shownLine(message)]),
    '  ',
  );
}

function diffText({ changes }: PolicyDiffView): string {
  if (changes.length === 0) return 'Nothing differs.';
  return columns(
    changes.map(({ words, owners }) => [shownLine(words), `owned by ${owners.join(' or ')}`]),
    '  ',
  );
}

function testText({ backtest, cases }: PolicyTestView): string {
  const lines = backtest === null ? [] : [backtestText(backtest)];
  if (cases.length > 0) {
    const failed = cases.filter(({ ok }) => !ok);
    lines.push(`${figure(cases.length - failed.length)} of ${counted(cases.length, 'case')} are decided as they say.`);
    lines.push(
      ...failed.map(
        ({ name, expected, found }) =>
          `  ${shownLine(name)}: expected ${expected.verdict}, found ${[found.verdict, ...found.reasons].join(' ')}`,
      ),
    );
  }
  return lines.length === 0 ? 'Nothing was tried. Give --days or --cases.' : lines.join('\n');
}

export function backtestText({ decisions, counts, changed, since, until }: BacktestView): string {
  const { held, denied, delayed, released, chosen_otherwise: otherwise, unknown } = counts;
  const lines = [
    `Of ${counted(decisions, 'decision')} from ${timeOf(since)} to ${timeOf(until)} it would have held ${figure(held)}, denied ${figure(denied)}, delayed ${figure(delayed)} and released ${figure(released)}; ${figure(otherwise)} would be another choice, and of ${figure(unknown)} it cannot be said.`,
  ];
  if (changed.length > 0)
    lines.push(
      columns(
        changed
          .slice(0, SHOWN_MAX)
          .map(({ decision, at, action_type: type, from, to, reasons }) => [
            decision,
            timeOf(at),
            type,
            `${from ?? '–'} → ${to ?? '–'}`,
            reasons.join(' '),
          ]),
        '  ',
      ),
    );
  if (changed.length > SHOWN_MAX) lines.push(`… and ${figure(changed.length - SHOWN_MAX)} more, all with --json.`);
  return lines.join('\n');
}

export function proposalText({ id, state, name, by, at, effective_from: from, sections }: PolicyProposalView): string {
  const when = from === null ? 'as soon as it is approved' : `from ${timeOf(from)}`;
  return [
    `${id}: ${shownLine(name)} is ${state}, proposed by ${by} at ${timeOf(at)}, in force ${when}.`,
    columns(
      sections.map(({ section, owners, approved_by: approver }) => [
        section,
        approver === null ? `waits for ${owners.join(' or ')}` : `approved by ${approver}`,
      ]),
      '  ',
    ),
  ].join('\n');
}

export const singleOperatorCommand: Command = {
  name: 'single-operator',
  summary: 'Let one person hold all authorities and approve what they proposed, or end that',
  usage: 'gatehouse single-operator on|off',
  examples: ['gatehouse single-operator on', 'gatehouse single-operator off'],
  options: {},
  run(context, args) {
    const verb = verbOf('single-operator', args, ['on', 'off']);
    refuseMore(args, 1);
    return connected(context, async ({ policies }, caller) => {
      const view = await policies.setSingleOperator(caller, verb === 'on');
      answer(context, view, () => `Single-operator mode of ${caller.tenant} is ${verb}.`);
      return EXIT.ok;
    });
  },
};
