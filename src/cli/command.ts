import type { Config } from '../config/config.ts';
/** The shape of a command, and what every command is given. */
import type { Caller, Services } from '../gateway/services.port.ts';
import type { LocalApp } from './app.port.ts';

/** Exit codes are part of the interface: scripts rely on them. */
export const EXIT = { ok: 0, problemFound: 1, usage: 2, unreachable: 3, refused: 4, internal: 70 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What commands ask for, in process or over HTTP. */
export type CommandServices = Pick<
  Services,
  | 'applyImport'
  | 'applyPolicy'
  | 'createKey'
  | 'decideReview'
  | 'finishImport'
  | 'getPolicy'
  | 'getReview'
  | 'health'
  | 'listImports'
  | 'listReviews'
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
>;

export interface Connection {
  readonly services: CommandServices;
  readonly caller: Caller;
  /** `this process`, or the address of the server that answers. */
  readonly where: string;
  close(): Promise<void>;
}

export interface CommandContext {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tenant: string;
  readonly json: boolean;
  /** One document or table on standard output. */
  readonly out: (text: string) => void;
  /** Progress and remarks on standard error. */
  readonly note: (text: string) => void;
  /** Reaches a running server, or opens the system in this process. */
  readonly connect: () => Promise<Connection>;
  readonly openApp: (options: { readonly workers: boolean }) => Promise<LocalApp>;
  readonly findServer: () => { readonly url: string } | null;
}

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  readonly meaning: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  run(
    context: CommandContext,
    args: readonly string[],
    options: Readonly<Record<string, string | boolean | undefined>>,
  ): Promise<ExitCode>;
}

/** A string option, or undefined when it was not given. */
export function textOption(
  options: Readonly<Record<string, string | boolean | undefined>>,
  name: string,
): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
