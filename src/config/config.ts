/**
 * Reads the configuration from the environment, and nowhere else. What cannot be right is refused before anything starts, with all
 * faults at once: a value that is no such value, a secret given twice, or a `GATEHOUSE_…` name that does not exist, which is nearly
 * always a misspelling of one that does.
 */
import { GatehouseError } from '../domain/errors.ts';
import type { Fault } from '../domain/errors.ts';
import { suggestion } from './nearest.ts';
import { SETTINGS } from './settings.ts';
import type { Config, SettingName } from './settings.ts';

export type { Config } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
/** Reads a whole file as text. Throws when it cannot be read. */
export type ReadFile = (path: string) => string;

const OWN_PREFIX = 'GATEHOUSE_';
const FILE_SUFFIX = '_FILE';

/** Names that belong to us and are no settings: a marker of the launcher, and where the tests find their data. */
const OTHER_OWN_NAMES: readonly string[] = ['GATEHOUSE_RESTARTED', 'GATEHOUSE_TEST_DATA'];

const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** Every variable that is read. */
export function variableNames(): readonly string[] {
  return SETTING_NAMES.flatMap((name) => {
    const { env, secret } = SETTINGS[name];
    return secret ? [env, `${env}${FILE_SUFFIX}`] : [env];
  });
}

/** The table of settings as data, for programs. */
export function settingRows(): readonly object[] {
  return SETTING_NAMES.map((name) => {
    const { env, kind, secret, description, default: fallback } = SETTINGS[name];
    return { env, value: plain(kind.label), default: fallback, secret, description };
  });
}

/** An empty variable counts as unset. Throws `usage` with a fault for each variable that is wrong. */
export function loadConfig(env: Environment, readFile: ReadFile): Config {
  const faults: Fault[] = [...unknownVariables(env)];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const row = SETTINGS[name];
    const text = textOf(row, env, readFile, faults);
    const value = text === null ? row.default : row.kind.parse(text.value);
    if (value === undefined) {
      const shown = row.secret ? 'the value' : JSON.stringify(text?.value);
      faults.push({ pointer: text?.variable ?? row.env, detail: `${shown} is not ${plain(row.kind.label)}` });
    }
    values[name] = value;
  }
  if (faults.length > 0) throw configurationError(faults);
  return values as Config;
}

/** A fault for each name that begins like ours and is not read, with the name that was probably meant. */
export function unknownVariables(env: Environment): readonly Fault[] {
  const known = variableNames();
  return Object.keys(env)
    .filter((name) => name.startsWith(OWN_PREFIX) && !known.includes(name) && !OTHER_OWN_NAMES.includes(name))
    .toSorted()
    .map((name) => ({ pointer: name, detail: `is not a variable that is known here.${suggestion(name, known)}` }));
}

function configurationError(faults: readonly Fault[]): GatehouseError {
  const [first] = faults;
  const one = faults.length === 1 && first !== undefined;
  const detail = one
    ? `The environment variable ${first.pointer}: ${first.detail}`
    : `${faults.length} environment variables are wrong.`;
  return new GatehouseError('usage', detail, { faults });
}

interface Given {
  readonly variable: string;
  readonly value: string;
}

/** The text of a setting and the variable that gave it; null when nothing did. */
function textOf(
  row: { readonly env: string; readonly secret: boolean },
  env: Environment,
  readFile: ReadFile,
  faults: Fault[],
): Given | null {
  const direct = env[row.env] ?? '';
  const fileVariable = `${row.env}${FILE_SUFFIX}`;
  const path = row.secret ? (env[fileVariable] ?? '') : '';
  if (path === '') return direct === '' ? null : { variable: row.env, value: direct };
  if (direct !== '') {
    faults.push({ pointer: fileVariable, detail: `${row.env} is set too; keep one of them` });
    return null;
  }
  try {
    const value = readFile(path).trim();
    if (value !== '') return { variable: fileVariable, value };
    faults.push({ pointer: fileVariable, detail: `the file ${path} is empty` });
  } catch (error) {
    faults.push({ pointer: fileVariable, detail: `the file cannot be read: ${messageOf(error)}` });
  }
  return null;
}

function plain(label: string): string {
  return label.replaceAll('`', '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
