/**
 * The declarative map of an import: which file holds what, and which column becomes which part of a signal or an outcome. A map is
 * data, so it can be read, kept beside the files, and hashed; whatever it does not know is refused. What it leaves out of a file has
 * to be listed under `ignore`, or the preview says so.
 */
import { z } from 'zod';

import { isTimeZone } from '../../domain/entity.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { Fault } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { currencySchema } from '../../domain/money.ts';
import { OUTCOME_TYPES } from '../../domain/outcome-types.ts';
import { DEFAULT_POLICY, policySchema } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import { SIGNAL_TYPE_NAMES } from '../../domain/signal-types.ts';
import { labelSchema } from '../../domain/text.ts';

export const ROW_KINDS = ['signal', 'outcome'] as const;
export const SUBJECT_KINDS = ['lead', 'contact', 'account'] as const;
export const TIME_FORMATS = ['date', 'datetime', 'iso', 'epoch_ms', 'epoch_s'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];
export const CELL_TYPES = ['string', 'number', 'integer', 'boolean', 'money'] as const;

const column = z.string().min(1).max(200);

/** Text with columns in braces, such as `mql:{mql_id}`. */
const template = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => /^[^{}]*(\{[^{}]+\}[^{}]*)+$/.test(text), 'text with a column in braces, such as mql:{mql_id}');

const cell = z
  .strictObject({
    column,
    type: z.enum(CELL_TYPES).default('string'),
    /** Of money, which is written as a decimal number such as `12.50`. */
    currency: currencySchema.optional(),
    /** `keep` turns an empty cell into the empty text, or null for what is no text; `omit` leaves the member out. */
    blank: z.enum(['keep', 'omit']).default('omit'),
  })
  .refine((value) => (value.type === 'money') === (value.currency !== undefined), {
    path: ['currency'],
    message: 'is needed for money, and for nothing else',
  });
export type CellRule = z.infer<typeof cell>;

/** A member of the data; a dot reaches into an object: `consent.basis`. */
const member = z.string().regex(/^[a-z][a-z0-9_]{0,63}(\.[a-z][a-z0-9_]{0,63}){0,3}$/, 'a name such as landing_page');
const cells = z.record(member, cell);

const fileMap = z
  .strictObject({
    /** Against the name of the file without its folder; `*` stands for any text, `?` for one character. */
    match: z.string().min(1).max(200),
    kind: z.enum(ROW_KINDS),
    type: z.union([z.string(), z.strictObject({ column, values: z.record(z.string(), z.string()) })]),
    id: template,
    subject: z.strictObject({ kind: z.enum(SUBJECT_KINDS), id: template }),
    time: z.strictObject({ column, format: z.enum(TIME_FORMATS) }),
    data: cells.default({}),
    dimensions: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,31}$/), z.strictObject({ column })).default({}),
    account: cells.optional(),
    contact: cells.optional(),
    /** How long after a decision an outcome may still belong to it; the type's own window if it is left out. */
    window_days: z.number().min(0).max(3_650).optional(),
    ignore: z.array(column).default([]),
  })
  .superRefine((file, context) => {
    const known: readonly string[] = file.kind === 'signal' ? SIGNAL_TYPE_NAMES : OUTCOME_TYPES;
    const types = typeof file.type === 'string' ? [file.type] : Object.values(file.type.values);
    for (const type of types) {
      if (known.includes(type)) continue;
      const message = `${JSON.stringify(type)} is not a type of ${file.kind}; there are ${known.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['type'], message });
    }
    if (file.kind === 'outcome' && (file.account !== undefined || file.contact !== undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['account'],
        message: 'an outcome carries no facts; map a signal for them',
      });
    }
    if (file.kind === 'signal' && file.window_days !== undefined) {
      context.addIssue({ code: 'custom', path: ['window_days'], message: 'is for outcomes only' });
    }
  });
export type FileMap = z.infer<typeof fileMap>;

const importMapSchema = z.strictObject({
  format: z.literal(1),
  name: labelSchema(),
  time_zone: z.string().max(64).refine(isTimeZone, 'an IANA time zone such as America/Sao_Paulo').default('UTC'),
  /** Changes to the default policy: objects are merged, anything else replaces. */
  policy: z.record(z.string(), z.unknown()).optional(),
  files: z.array(fileMap).min(1).max(50),
});
export type ImportMap = z.infer<typeof importMapSchema>;

/** Throws `usage` with a fault for each thing that is wrong in the map. */
export function parseImportMap(text: string, path: string): ImportMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new GatehouseError('usage', `The map ${path} is not valid JSON: ${messageOf(error)}`, { cause: error });
  }
  const parsed = importMapSchema.safeParse(value);
  if (!parsed.success)
    throw new GatehouseError('usage', `The map ${path} is wrong.`, { faults: faultsOf(parsed.error) });
  policyOf(parsed.data, path);
  return parsed.data;
}

/** The policy that the map brings into force, or null when it has none. Throws `usage`. */
export function policyOf(map: ImportMap, path: string): Policy | null {
  if (map.policy === undefined) return null;
  const merged = policySchema.safeParse(merge({ ...DEFAULT_POLICY, name: map.name }, map.policy));
  if (merged.success) return merged.data;
  throw new GatehouseError('usage', `The policy of the map ${path} is wrong.`, {
    faults: faultsOf(merged.error, '/policy'),
  });
}

export function windowMsOf(file: FileMap): number | null {
  return file.window_days === undefined ? null : Math.round(file.window_days * DAY_MS);
}

/** Columns in the braces of a template. */
export function columnsOfTemplate(text: string): readonly string[] {
  return [...text.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
}

/** Columns without which no row can become a record. */
export function neededColumns(file: FileMap): ReadonlySet<string> {
  const typeColumn = typeof file.type === 'string' ? [] : [file.type.column];
  return new Set([
    ...columnsOfTemplate(file.id),
    ...columnsOfTemplate(file.subject.id),
    file.time.column,
    ...typeColumn,
  ]);
}

/** Every column that the map reads. */
export function mappedColumns(file: FileMap): ReadonlySet<string> {
  const rules = [file.data, file.dimensions, file.account ?? {}, file.contact ?? {}];
  return new Set([...neededColumns(file), ...rules.flatMap((rule) => Object.values(rule).map((item) => item.column))]);
}

/** The first entry that the name of a file matches, and its place in the map. */
export function fileMapFor(
  map: ImportMap,
  baseName: string,
): { readonly file: FileMap; readonly index: number } | null {
  for (const [index, file] of map.files.entries()) if (globMatches(file.match, baseName)) return { file, index };
  return null;
}

export function globMatches(glob: string, name: string): boolean {
  const pattern = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 'su').test(name);
}

function merge(base: unknown, change: unknown): unknown {
  if (!isObject(base) || !isObject(change)) return change;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) merged[key] = merge(base[key], value);
  return merged;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function faultsOf(error: z.ZodError, base = ''): readonly Fault[] {
  return error.issues.map(({ path, message }) => ({ pointer: [base, ...path.map(String)].join('/'), detail: message }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
