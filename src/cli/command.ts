import type { Config, Environment } from '../config/config.ts';
/** The shape of a command, what every command is given, and the codes with which it ends. */
import { suggestion } from '../config/nearest.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { NoteServices } from '../gateway/note-services.port.ts';
import type { OutcomeServices } from '../gateway/outcome-services.port.ts';
import type { ReviewServices, ScheduleServices } from '../gateway/review.port.ts';
import type { SearchServices } from '../gateway/search-services.port.ts';
import type { Caller, Services } from '../gateway/services.port.ts';
import type { SessionServices } from '../gateway/session.port.ts';
import type { ViewServices } from '../gateway/view-services.port.ts';
import type { LocalApp, OpenOptions, System } from './app.port.ts';
import type { Terminal } from './terminal.ts';

/** Exit codes are part of the interface: scripts rely on them. */
export const EXIT = {
  ok: 0,
  problemFound: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  internal: 70,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What the help and the reference page say about them. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'fine',
  problemFound: 'a check found a problem, or an import left rows out',
  usage: 'wrong use: an option, a file or an id that cannot be right',
  unreachable: 'the system cannot be reached or is not ready',
  refused: 'refused: no permission, or the state does not allow it',
  internal: 'a fault of the program',
  interrupted: 'stopped by a signal',
};

const EXIT_OF_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  malformed_json: EXIT.usage,
  invalid_request: EXIT.usage,
  unknown_type: EXIT.usage,
  too_deep: EXIT.usage,
  time_in_future: EXIT.usage,
  unauthorized: EXIT.refused,
  forbidden: EXIT.refused,
  not_found: EXIT.usage,
  method_not_allowed: EXIT.unreachable,
  conflict: EXIT.refused,
  state_conflict: EXIT.refused,
  reserved: EXIT.refused,
  content_changed: EXIT.refused,
  too_large: EXIT.usage,
  too_many_events: EXIT.usage,
  unsupported_media_type: EXIT.unreachable,
  rate_limited: EXIT.unreachable,
  internal: EXIT.internal,
  overloaded: EXIT.unreachable,
  storage_full: EXIT.unreachable,
  unavailable: EXIT.unreachable,
  usage: EXIT.usage,
};

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof GatehouseError ? EXIT_OF_ERROR[error.code] : EXIT.internal;
}

/** What commands ask for, in process or over HTTP. */
export type CommandServices = Pick<
  Services,
  | 'applyImport'
  | 'applyPolicy'
  | 'createKey'
  | 'finishImport'
  | 'getKnownState'
  | 'getPolicy'
  | 'health'
  | 'identities'
  | 'ownership'
  | 'senders'
  | 'gateFacts'
  | 'suppressions'
  | 'keyGenerations'
  | 'past'
  | 'whatIf'
  | 'listImports'
  | 'patterns'
  | 'plays'
  | 'cadence'
  | 'policies'
  | 'exportSubject'
  | 'objectSubject'
  | 'holdSubject'
  | 'releaseSubject'
  | 'eraseSubject'
  | 'getEgress'
  | 'getRetention'
  | 'runRetention'
  | 'purgeSubject'
  | 'proveErasure'
  | 'checkErasureProof'
  | 'putContact'
  | 'listUncertain'
  | 'settleUncertain'
  | 'listParked'
  | 'getParked'
  | 'decideParked'
  | 'listTrust'
  | 'trustHistory'
  | 'loopReport'
  | 'rebuildCheck'
  | 'replayAll'
  | 'replayDecision'
  | 'revokeKey'
  | 'setKillSwitch'
  | 'startImport'
  | 'traceCorrelation'
  | 'traceDecision'
  | 'undoImport'
  | 'verify'
  | 'writeAnchor'
  | 'writeBackup'
  | keyof NoteServices
  | keyof OutcomeServices
  | keyof ViewServices
  | keyof ReviewServices
  | keyof ScheduleServices
  | keyof SearchServices
> & { readonly sessions: Pick<SessionServices, 'createLink'> };

export interface Connection {
  readonly services: CommandServices;
  readonly caller: Caller;
  /** `this process`, or the address of the server that answers. */
  readonly where: string;
  close(): Promise<void>;
}

export interface CommandContext {
  /** Reading it throws `usage` when the environment is wrong; `doctor` tells instead of failing. */
  readonly config: Config;
  readonly env: Environment;
  readonly tenant: string;
  readonly json: boolean;
  readonly terminal: Terminal;
  readonly system: System;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** One document or table on standard output. */
  readonly out: (text: string) => void;
  /** Progress and remarks on standard error. */
  readonly note: (text: string) => void;
  /** Reaches a running server, or opens the system in this process. */
  readonly connect: () => Promise<Connection>;
  readonly openApp: (options: OpenOptions) => Promise<LocalApp>;
  readonly findServer: () => Promise<{ readonly url: string } | null>;
}

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  readonly meaning: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  run(context: CommandContext, args: readonly string[], options: OptionValues): Promise<ExitCode>;
}

/** Gives the answer: one JSON document, or text for people. */
export function answer(context: CommandContext, value: unknown, text: () => string): void {
  context.terminal.out(context.json ? JSON.stringify(value) : text());
}

/** Runs with the system at hand, and lets go of it whatever happens. */
export async function connected<Result>(
  context: CommandContext,
  run: (services: CommandServices, caller: Caller, where: string) => Promise<Result>,
): Promise<Result> {
  const connection = await context.connect();
  try {
    return await run(connection.services, connection.caller, connection.where);
  } finally {
    await connection.close();
  }
}

/** One of a closed list, in whatever case it was typed; null when the option was left out. Throws `usage` for anything else. */
export function choiceOption<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  options: OptionValues,
): Choice | null {
  const text = textOption(options, name);
  if (text === undefined) return null;
  const choice = choices.find((item) => item.toLowerCase() === text.toLowerCase());
  if (choice === undefined)
    throw new GatehouseError('usage', `--${name} is one of ${choices.join(', ')}, not ${text}.`);
  return choice;
}

/** A string option, or undefined when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** A time in an option, in milliseconds. Throws `usage` when it is none, or has no zone. */
export function instantOption(text: string): number {
  const at = Date.parse(text);
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})T.*(?:Z|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  // The engine reads 31 November as 1 December.
  const daysOfMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number.isNaN(at) || !(Number(day) <= daysOfMonth))
    throw new GatehouseError('usage', `${JSON.stringify(text)} is no time such as 2026-11-21T08:00:00Z.`);
  return at;
}

/** The word after the command that says what to do. Throws `usage` when it is none of these. */
export function verbOf<Verb extends string>(command: string, args: readonly string[], verbs: readonly Verb[]): Verb {
  const [given] = args;
  const verb = verbs.find((item) => item === given);
  if (verb !== undefined) return verb;
  const list = verbs.join(', ');
  if (given === undefined)
    throw new GatehouseError('usage', `Say what to do: gatehouse ${command} ${verbs.join('|')}.`);
  const hint = suggestion(given, verbs);
  throw new GatehouseError('usage', `There is no gatehouse ${command} ${given}; there are ${list}.${hint}`);
}

/** Throws `usage` when words are left over, which would otherwise be silently ignored. */
export function refuseMore(args: readonly string[], taken: number): void {
  const extra = args[taken];
  if (extra !== undefined) throw new GatehouseError('usage', `${JSON.stringify(extra)} is one word too many.`);
}
