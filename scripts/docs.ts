/**
 * Writes the reference pages from the tables in the code, so that a page cannot say something else than the program does. With
 * `--check` nothing is written; pages that differ are named and the exit code is 1. A new page is one more row in `referencePages`.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { AnyStateMachine } from 'xstate';
import { z } from 'zod';

import { EXIT, EXIT_MEANINGS } from '../src/cli/command.ts';
import type { OptionSpec } from '../src/cli/command.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { GLOBAL_OPTIONS } from '../src/cli/help.ts';
import { configReference } from '../src/config/config-reference.ts';
import { ACTION_TYPE_SPECS, ACTION_TYPES } from '../src/domain/action-types.ts';
import { ERRORS } from '../src/domain/errors.ts';
import type { ErrorCode } from '../src/domain/errors.ts';
import { ACTOR_KINDS, EVENT_TYPE_NAMES, EVENT_TYPES } from '../src/domain/event-types.ts';
import { GATE_CHECKS, GATE_VERSION } from '../src/domain/gate.ts';
import { DAY_MS } from '../src/domain/instant.ts';
import { OUTCOME_TYPE_SPECS, OUTCOME_TYPES } from '../src/domain/outcome-types.ts';
import { EXECUTION_REASONS, GATE_REASONS, TRIAGE_REASONS } from '../src/domain/reason-codes.ts';
import type { GateReason, ReasonSpec } from '../src/domain/reason-codes.ts';
import { SIGNAL_TYPE_NAMES, SIGNAL_TYPES } from '../src/domain/signal-types.ts';
import { problemHelp } from '../src/gateway/problem-help.ts';
import { MACHINES } from '../src/machines/catalogue.ts';
import { configOf, listOf, shapeOf, targetOf } from '../src/machines/machine-shape.ts';
import type { StateConfig, TransitionConfig } from '../src/machines/machine-shape.ts';
import { createMetrics } from '../src/observability/metrics.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const REFERENCE = join(ROOT, 'docs', 'reference');

/** Pages in the folder that are written by hand or measured. */
const OTHER_PAGES: ReadonlySet<string> = new Set(['benchmarks.md', 'chaos.md']);

/** Text by path below `docs/reference`. */
export type Pages = ReadonlyMap<string, string>;

export function referencePages(): Pages {
  return new Map([
    ['reason-codes.md', reasonCodesPage()],
    ['gate-checks.md', gateChecksPage()],
    ['events.md', eventsPage()],
    ['signals.md', signalsPage()],
    ['actions.md', actionsPage()],
    ['outcomes.md', outcomesPage()],
    ['errors.md', errorsPage()],
    ['configuration.md', generated(configReference())],
    ['cli.md', cliPage()],
    ['metrics.md', metricsPage()],
    ...ACTOR_KINDS.map((kind): [string, string] => [
      `machines/${kind}.md`,
      machinePage(kind, MACHINES[kind].machine, MACHINES[kind].version),
    ]),
  ]);
}

/** Pages whose stored text differs, that are missing, or that no code stands behind any more. */
export function stalePages(
  pages: Pages,
  read: (path: string) => string | null,
  stored: readonly string[],
): readonly string[] {
  const differing = [...pages].filter(([path, text]) => read(path) !== text).map(([path]) => path);
  return [...differing, ...stored.filter((path) => !pages.has(path) && !OTHER_PAGES.has(path))].toSorted();
}

export function storedPages(): readonly string[] {
  return readdirSync(REFERENCE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => path.replaceAll('\\', '/'));
}

export function readPage(path: string): string | null {
  try {
    return readFileSync(join(REFERENCE, path), 'utf8');
  } catch {
    return null;
  }
}

// ── Pages ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function reasonCodesPage(): string {
  return page(
    'Reason codes',
    'Why the system did something, or did not. The list is closed and the codes are stable; every one of them can appear in a decision, a trace or a review.',
    section('The gate', reasonTable(GATE_REASONS)),
    section(
      'Triage',
      'Why a signal was acted on, put off or left alone.',
      table(
        ['code', 'meaning'],
        entriesOf(TRIAGE_REASONS).map(([code, spec]) => [codeOf(code), spec.title]),
      ),
    ),
    section('Execution', 'Why an action that had a permit was not carried out.', reasonTable(EXECUTION_REASONS)),
  );
}

function reasonTable(reasons: Readonly<Record<string, ReasonSpec>>): string {
  return table(
    ['code', 'meaning', 'what would change it'],
    entriesOf(reasons).map(([code, spec]) => [codeOf(code), spec.title, spec.remedy]),
  );
}

function gateChecksPage(): string {
  const text = (check: string) => `src/policies/checks/${check.replaceAll('_', '-')}.check.ts`;
  return page(
    'Checks of the gate',
    `Gate version ${GATE_VERSION}. Every check runs on every evaluation, and all results are recorded, not only the first that fails. A check answers \`pass\`, \`schedule\`, \`hold\` or \`deny\`; the strictest answer is the verdict. A fact that is missing holds. The order below is the order in which people see them; it does not affect the verdict.`,
    table(
      ['check', 'reasons it can give', 'source'],
      GATE_CHECKS.map((check) => {
        const path = text(check);
        return [
          codeOf(check),
          reasonsIn(path)
            .map((code) => `[\`${code}\`](reason-codes.md)`)
            .join(', '),
          `[${path.split('/').at(-1) ?? path}](../../${path})`,
        ];
      }),
    ),
    section(
      'Classes of messages',
      'The class follows from the type of the action, so nobody can call a sales message an answer. `yes` says that the check concerns the class; every other check concerns all classes.',
      table(
        ['check', ...CLASSES],
        CLASS_RULES.map(([check, ...cells]) => [check, ...cells]),
      ),
    ),
    'Besides these, any check that lacks a fact may give `fact_missing`, and one that throws gives `gate_error`; both hold.',
  );
}

const CLASSES = ['marketing', 'sales', 'transactional', 'reply'] as const;
const CLASS_RULES: readonly (readonly [string, string, string, string, string])[] = [
  ['suppression', 'yes', 'yes', 'yes', 'yes'],
  ['an opt-out', 'yes', 'yes', 'no', 'yes'],
  ['a withdrawn consent, a bounce', 'yes', 'yes', 'yes', 'yes'],
  ['lawful basis', 'as the policy says', 'as the policy says', 'a contract', 'none but the question'],
  ['something to answer', 'no', 'no', 'no', 'yes'],
  ['do not prospect', 'yes', 'yes', 'no', 'no'],
  ['age of what is known elsewhere', 'yes', 'yes', 'no', 'no'],
  ['cooldown, cap', 'yes', 'yes', 'no, but it counts', 'no, but it counts'],
  ['a reply', 'yes', 'yes', 'no', 'no'],
  ['windows after a rejection or a lost deal', 'yes', 'yes', 'no', 'no'],
  ['ABM backstop', 'nurture', 'no', 'no', 'no'],
  ['sending hours', 'yes', 'yes', 'no', 'no'],
];

/** The codes that a check names in its source, in the order of the catalogue. */
function reasonsIn(path: string): readonly GateReason[] {
  const source = readFileSync(join(ROOT, path), 'utf8');
  return (Object.keys(GATE_REASONS) as GateReason[]).filter((code) => source.includes(`'${code}'`));
}

function eventsPage(): string {
  return page(
    'Events',
    'Everything that can stand on the ledger. Data holds opaque references; names, addresses and message text are sealed beside it and are not listed here. Fields that end in `?` may be absent.',
    table(
      ['event', 'meaning', 'version', 'actors'],
      EVENT_TYPE_NAMES.map((name) => {
        const { title, version, actors } = EVENT_TYPES[name];
        return [
          `[\`${name}\`](#${anchorOf(name)})`,
          title,
          String(version),
          actors.length === ACTOR_KINDS.length ? 'all' : actors.join(', '),
        ];
      }),
    ),
    ...EVENT_TYPE_NAMES.map((name) =>
      section(name, `${EVENT_TYPES[name].title}.`, fieldTable(fieldRows(EVENT_TYPES[name].data))),
    ),
  );
}

function signalsPage(): string {
  const fields = new Map(SIGNAL_TYPE_NAMES.map((name) => [name, fieldRows(SIGNAL_TYPES[name].data)]));
  const keyOf = (row: readonly string[]) => row.join('\n');
  const counts = new Map<string, number>();
  for (const row of [...fields.values()].flat()) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  const isCommon = (row: readonly string[]) => counts.get(keyOf(row)) === SIGNAL_TYPE_NAMES.length;
  const [first = []] = fields.values();
  return page(
    'Signals',
    'What can be sent to `POST /v1/signals` as the `type` of a CloudEvent. Strength is the interest that one signal shows before it decays, 0 to 100; some types scale it by their data, and `intent.surge` uses its score. Members of `data` that are not listed are kept and ignored.',
    table(
      ['type', 'meaning', 'category', 'lane', 'strength'],
      SIGNAL_TYPE_NAMES.map((name) => {
        const { title, category, lane, strength } = SIGNAL_TYPES[name];
        return [`[\`${name}\`](#${anchorOf(name)})`, title, category, lane, String(strength)];
      }),
    ),
    section(
      'Data of every signal',
      'A field that ends in `?` may be absent. The e-mail address, name and title of a contact are sealed on the way in.',
      fieldTable(first.filter(isCommon)),
    ),
    ...SIGNAL_TYPE_NAMES.map((name) =>
      section(
        name,
        `${SIGNAL_TYPES[name].title}.`,
        fieldTable((fields.get(name) ?? []).filter((row) => !isCommon(row))),
      ),
    ),
  );
}

function actionsPage(): string {
  return page(
    'Actions',
    'What may be proposed. An action starts at its initial level of autonomy; to rise, the 5 % quantile of its trust must reach θ with at least the named evidence. Cost is what one execution is expected to cost, in hundredths of the currency of the policy, reserved from the budget of the day.',
    table(
      ['type', 'meaning', 'channel', 'risk', 'message class', 'touch', 'initial level', 'θ', 'evidence', 'cost'],
      ACTION_TYPES.map((name) => {
        const spec = ACTION_TYPE_SPECS[name];
        return [
          codeOf(name),
          spec.title,
          spec.channel,
          spec.riskClass,
          spec.messageClass,
          spec.touch ? 'yes' : 'no',
          codeOf(spec.initialLevel),
          String(spec.theta),
          String(spec.minEvidence),
          String(spec.costMinor),
        ];
      }),
    ),
    'A touch reaches a person outside the company, and counts for cooldowns and caps.',
  );
}

function outcomesPage(): string {
  return page(
    'Outcomes',
    'What can be sent to `POST /v1/outcomes` as the `type` of a CloudEvent. An outcome is linked to the decision about its subject whose action was executed last before it, among those whose window it falls into; the window of the policy, or of an import, replaces the one here. What follows from a message is linked to messages only, and what follows from an action only to actions that were executed. A deal or a meeting also follows from a decision: when nothing was done in its window, it is linked to the latest decision there, to no action, and trust learns nothing from it. One that happened before the subject was first seen is `preceding`, one without such a decision `unlinked`.',
    table(
      ['type', 'meaning', 'follows from', 'valence', 'weight for trust', 'window', 'stops what is running'],
      OUTCOME_TYPES.map((name) => {
        const spec = OUTCOME_TYPE_SPECS[name];
        return [
          codeOf(name),
          spec.title,
          `a ${spec.follows}`.replace('a action', 'an action'),
          spec.valence,
          String(spec.trustWeight),
          `${spec.windowMs / DAY_MS} days`,
          spec.isReply ? 'yes' : 'no',
        ];
      }),
    ),
  );
}

function errorsPage(): string {
  return page(
    'Errors',
    'Every error of the API is `application/problem+json` (RFC 9457). Its `type` ends in the code; `GET /problems/<code>` explains it.',
    table(
      ['code', 'status', 'title', 'meaning and remedy'],
      (Object.keys(ERRORS) as ErrorCode[]).map((code) => [
        codeOf(code),
        String(ERRORS[code].status),
        ERRORS[code].title,
        problemHelp(code)?.description ?? '',
      ]),
    ),
  );
}

function cliPage(): string {
  return page(
    'Command line',
    'In a clone, `npx gatehouse COMMAND`. When a server runs on the data folder, a command speaks to it over HTTP; otherwise it opens the database itself.',
    table(
      ['command', 'what it does'],
      COMMANDS.map((command) => [`[\`${command.name}\`](#${anchorOf(command.name)})`, command.summary]),
    ),
    section('Options of every command', optionTable(GLOBAL_OPTIONS)),
    section(
      'Exit codes',
      table(
        ['code', 'meaning'],
        (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [String(EXIT[name]), EXIT_MEANINGS[name]]),
      ),
    ),
    ...COMMANDS.map((command) =>
      section(
        command.name,
        `${command.summary}.`,
        block('text', command.usage),
        optionTable(command.options),
        block('sh', command.examples.join('\n')),
      ),
    ),
  );
}

function metricsPage(): string {
  // What a metric knows of itself beyond its public type.
  const metrics = createMetrics().registry.getMetricsAsArray() as unknown as readonly {
    readonly name: string;
    readonly help: string;
    readonly labelNames: readonly string[];
    readonly constructor: { readonly name: string };
  }[];
  return page(
    'Metrics',
    'What `GET /metrics` tells Prometheus. No label names a tenant, an account or a person. A histogram `x` is read as `x_bucket`, `x_sum` and `x_count`. Beside these there are the figures of the Node process, `gatehouse_process_…` and `gatehouse_nodejs_…`. What they are for: [how to monitor](../how-to/monitor.md).',
    table(
      ['metric', 'kind', 'labels', 'meaning'],
      metrics
        .toSorted((left, right) => (left.name < right.name ? -1 : 1))
        .map(({ name, help, labelNames, constructor }) => [
          codeOf(name),
          constructor.name.toLowerCase(),
          labelNames.map(codeOf).join(', '),
          help,
        ]),
    ),
  );
}

function optionTable(options: Readonly<Record<string, OptionSpec>>): string {
  const rows = entriesOf(options).map(([name, { type, meaning }]) => [
    codeOf(`--${name}${type === 'string' ? ' VALUE' : ''}`),
    meaning,
  ]);
  return rows.length === 0 ? '' : table(['option', 'meaning'], rows);
}

// ── Machines ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const MACHINE_TITLES: Readonly<Record<string, string>> = {
  account: 'One company.',
  lead: 'The pursuit of one person.',
  action: 'One proposed action, from proposal to its end.',
  tenant: 'The registry of one tenant: its mode, clock, policy and kill switch.',
  trust: 'One trust cell: the autonomy that one kind of action has earned.',
  play: 'One sales play, from the draft of a brain to its end.',
  sequence: 'The touches of one play for one person.',
};

function machinePage(kind: string, machine: AnyStateMachine, version: number): string {
  const config = configOf(machine);
  const states = entriesOf(config.states ?? {});
  // The arrows that start in every state are drawn from one box instead of from each.
  const { edges: ownEdges, fromAnywhere: rootEdges } = shapeOf(machine);
  const diagram = [
    'stateDiagram-v2',
    ...states.map(([name]) => `  ${name}`),
    ...(rootEdges.length === 0 ? [] : ['  state "any state" as any']),
    `  [*] --> ${config.initial ?? ''}`,
    ...[...ownEdges, ...rootEdges].map((edge) => `  ${edge.from} --> ${edge.to}: ${edge.label}`),
  ];
  const rootRows = entriesOf(config.on ?? {}).flatMap(([event, transitions]) =>
    listOf(transitions).map((transition, index, all) => [
      index === 0 ? codeOf(event) : '',
      targetOf(transition) ?? 'stays',
      conditionOf(transition, index, all.length),
      effectsOf(transition.actions).map(codeOf).join(', '),
    ]),
  );
  return page(
    `Machine: ${kind}`,
    `${MACHINE_TITLES[kind] ?? ''} Version ${version}, in \`src/machines/${kind}/${kind}.machine.ts\`.`,
    block('mermaid', diagram.join('\n')),
    `In words: the machine begins in \`${config.initial ?? ''}\` and has ${states.length} states: ${states.map(([name]) => codeOf(name)).join(', ')}.`,
    rootRows.length === 0
      ? 'No event is taken in every state; an event without an arrow from the state is kept as a fact and changes nothing.'
      : section(
          'In every state',
          'Unless the state has an arrow of its own for the event. Where several rows stand for one event, the first whose condition holds is taken.',
          table(['event', 'goes to', 'condition', 'effects'], rootRows),
        ),
    section(
      'Per state',
      table(
        ['state', 'event', 'goes to', 'condition', 'effects'],
        states.flatMap(([name, state]) => stateRows(name, state)),
      ),
    ),
  );
}

function stateRows(name: string, state: StateConfig): readonly (readonly string[])[] {
  const transitions = [
    ...entriesOf(state.on ?? {}),
    ...(state.always === undefined ? [] : [['always', state.always] as const]),
  ];
  const rows = transitions.flatMap(([event, given]) =>
    listOf(given).map((transition, index, all) => [
      codeOf(name),
      index === 0 ? codeOf(event) : '',
      targetOf(transition) ?? 'stays',
      conditionOf(transition, index, all.length),
      effectsOf(transition.actions).map(codeOf).join(', '),
    ]),
  );
  return rows.length === 0 ? [[codeOf(name), 'none of its own', '', '', '']] : rows;
}

/** A named guard says itself what it asks; one without a name is a function, whose text is the most exact thing to show. */
function conditionOf({ guard }: TransitionConfig, index: number, count: number): string {
  if (typeof guard === 'string') return codeOf(guard);
  if (typeof guard === 'function') return codeOf(guardText(guard.toString()));
  return index > 0 && index === count - 1 ? 'otherwise' : '';
}

/** The expression of an arrow function, on one line and without what every guard has. */
function guardText(source: string): string {
  const arrow = source.indexOf('=>');
  return source
    .slice(arrow + 2)
    .trim()
    .replace(/^\{\s*return\s+/, '')
    .replace(/;?\s*\}$/, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\(0,\s*[\w$]+\.([\w$]+)\)/g, '$1');
}

/** Effects by name; an assignment changes the context only and is left out. */
function effectsOf(actions: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(actions) ? actions : actions === undefined ? [] : [actions];
  return list.flatMap((action) => {
    if (typeof action === 'string') return [action];
    if (typeof action === 'object' && action !== null && 'type' in action && typeof action.type === 'string')
      return [action.type];
    return [];
  });
}

// ── Fields of a schema ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The part of JSON Schema that our schemas turn into. */
interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string | number | boolean | null;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly items?: Shape;
  readonly additionalProperties?: Shape | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Deeper objects are named `object`; their own tables stand where they are defined. */
const DEPTH_MAX = 2;

function fieldRows(schema: z.ZodType): readonly (readonly string[])[] {
  return fieldsOf(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Shape, '', 1);
}

function fieldTable(rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? 'It has no fields of its own.' : table(['field', 'type'], rows);
}

function fieldsOf(shape: Shape, prefix: string, depth: number): readonly (readonly string[])[] {
  return entriesOf(shape.properties ?? {}).flatMap(([name, field]) => {
    const optional = shape.required?.includes(name) === true ? '' : '?';
    const own = [codeOf(`${prefix}${name}${optional}`), typeText(field)];
    return field.properties === undefined || depth >= DEPTH_MAX
      ? [own]
      : [own, ...fieldsOf(field, `${prefix}${name}.`, depth + 1)];
  });
}

function typeText(shape: Shape): string {
  if (shape.const !== undefined) return codeOf(String(shape.const));
  if (shape.enum !== undefined) return shape.enum.map((value) => codeOf(String(value))).join(', ');
  const options = shape.anyOf ?? shape.oneOf;
  if (options !== undefined) return [...new Set(options.map(typeText))].join(' or ');
  if (shape.type === 'array') return `list of ${shape.items === undefined ? 'anything' : typeText(shape.items)}`;
  if (shape.type === 'object' && shape.properties === undefined && typeof shape.additionalProperties === 'object') {
    return `object of ${typeText(shape.additionalProperties)}`;
  }
  if (shape.type === 'null') return '`null`';
  if (shape.type === undefined) return 'anything';
  return `${shape.type === 'string' ? 'text' : shape.type}${rangeText(shape)}`;
}

/** Zod bounds every integer by what a double can carry, which tells a reader nothing. */
function rangeText({ minimum, maximum }: Shape): string {
  const low = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? null : minimum;
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? null : maximum;
  if (low !== null && high !== null) return `, ${low} to ${high}`;
  if (low !== null) return `, at least ${low}`;
  return high === null ? '' : `, at most ${high}`;
}

// ── Markdown ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const NOTE = '<!-- Generated by `npm run docs`; change the code, not this page. -->';

function page(title: string, ...parts: readonly string[]): string {
  return generated([`# ${title}`, ...parts].join('\n\n'));
}

function generated(text: string): string {
  return `${NOTE}\n\n${text.trim().replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

function section(title: string, ...parts: readonly string[]): string {
  return [`## ${title}`, ...parts.filter((part) => part !== '')].join('\n\n');
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function codeOf(text: string): string {
  return `\`${text}\``;
}

/** As GitHub makes it from a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

function entriesOf<Value>(record: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] {
  return Object.entries(record);
}

// ── The command ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function main(check: boolean): number {
  const pages = referencePages();
  const stale = stalePages(pages, readPage, storedPages());
  if (check) {
    for (const path of stale) process.stderr.write(`docs/reference/${path} is stale; run: npm run docs\n`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const path of stale) {
    const text = pages.get(path);
    const file = join(REFERENCE, path);
    if (text === undefined) rmSync(file);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    process.stdout.write(`docs/reference/${path} ${text === undefined ? 'removed' : 'written'}\n`);
  }
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--check'));
