/**
 * Makes a record of a row, or says what is wrong with it. Everything that the system would refuse is refused here already, because here
 * it can be told by file and line; the system refuses whole chunks.
 */
import { z } from 'zod';

import { dimensionsSchema } from '../../domain/entity.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { minorUnits, moneySchema } from '../../domain/money.ts';
import { SIGNAL_TYPES } from '../../domain/signal-types.ts';
import type { SignalType } from '../../domain/signal-types.ts';
import { externalIdSchema } from '../../domain/text.ts';
import type { ImportRecord } from '../../gateway/services.port.ts';
import { windowMsOf } from './map-schema.ts';
import type { CellRule, FileMap } from './map-schema.ts';
import type { Cell, Row } from './read-rows.ts';
import { timeReader } from './time.ts';
import type { TimeReader } from './time.ts';

/** A record before its place among all others is known. */
export type MappedRecord = Omit<ImportRecord, 'index'>;

export type Mapped =
  | { readonly kind: 'record'; readonly record: MappedRecord }
  /** What is wrong, in words that name the column. */
  | { readonly kind: 'fault'; readonly detail: string };

/** How far a time may lie ahead, as for events that are sent. */
const TIME_AHEAD_MAX_MS = DAY_MS;
/** Cells are shown in faults up to this length: enough to find them, too short to publish them. */
const SHOWN_MAX = 40;

const idSchema = externalIdSchema();
const outcomeDataSchema = z.looseObject({
  amount: moneySchema.optional(),
  decision: externalIdSchema(128).optional(),
  dimensions: dimensionsSchema.optional(),
});

/** Turns rows of one file into records. */
export class RowMapper {
  readonly #file: FileMap;
  readonly #time: TimeReader;
  readonly #windowMs: number | null;
  readonly #now: Instant;

  constructor(file: FileMap, zone: string, now: Instant) {
    this.#file = file;
    this.#time = timeReader(file.time.format, zone);
    this.#windowMs = windowMsOf(file);
    this.#now = now;
  }

  map(row: Row): Mapped {
    try {
      return { kind: 'record', record: this.#record(row) };
    } catch (error) {
      if (error instanceof RowFault) return { kind: 'fault', detail: error.message };
      throw error;
    }
  }

  #record({ cells }: Row): MappedRecord {
    const file = this.#file;
    const type = this.#typeOf(cells);
    const id = checkedId(filled(file.id, cells), 'the id');
    const subjectId = checkedId(filled(file.subject.id, cells), 'the id of the subject');
    const time = this.#timeOf(cells);
    const data = dataOf(file, cells);
    checkData(file.kind, type, data);
    return {
      kind: file.kind,
      id,
      type,
      subject: `${file.subject.kind}/${subjectId}`,
      time,
      data,
      dataText: JSON.stringify(data),
      window_ms: this.#windowMs,
    };
  }

  #typeOf(cells: Cells): string {
    const { type } = this.#file;
    if (typeof type === 'string') return type;
    const written = textOf(cells.get(type.column)).trim();
    if (Object.hasOwn(type.values, written)) return type.values[written] ?? '';
    throw new RowFault(`column ${type.column}: ${shown(written)} has no type in the map`);
  }

  #timeOf(cells: Cells): Instant {
    const { column } = this.#file.time;
    const written = textOf(cells.get(column)).trim();
    if (written === '') throw new RowFault(`column ${column}: is empty, and every row needs a time`);
    const at = this.#time.read(written);
    if (at === null) throw new RowFault(`column ${column}: ${shown(written)} is not ${this.#time.expected}`);
    if (at > this.#now + TIME_AHEAD_MAX_MS) throw new RowFault(`column ${column}: ${shown(written)} is in the future`);
    return at;
  }
}

type Cells = ReadonlyMap<string, Cell>;

class RowFault extends Error {}

function filled(template: string, cells: Cells): string {
  return template.replaceAll(/\{([^{}]+)\}/g, (_whole, column: string) => {
    const text = textOf(cells.get(column)).trim();
    if (text === '') throw new RowFault(`column ${column}: is empty, and the id needs it`);
    return text;
  });
}

function checkedId(text: string, what: string): string {
  const checked = idSchema.safeParse(text);
  if (checked.success) return text;
  throw new RowFault(`${what} ${shown(text)}: ${checked.error.issues[0]?.message ?? 'cannot be used'}`);
}

function dataOf(file: FileMap, cells: Cells): JsonObject {
  const data: Record<string, JsonValue> = {};
  addMembers(data, file.data, cells);
  if (file.account !== undefined) addBlock(data, 'account', file.account, cells);
  if (file.contact !== undefined) addBlock(data, 'contact', file.contact, cells);
  const dimensions = Object.entries(file.dimensions).map(([name, { column }]) => [name, checkedText(column, cells)]);
  if (dimensions.length > 0) data['dimensions'] = Object.fromEntries(dimensions) as JsonObject;
  return data;
}

function addBlock(
  data: Record<string, JsonValue>,
  name: string,
  rules: Readonly<Record<string, CellRule>>,
  cells: Cells,
): void {
  const block: Record<string, JsonValue> = {};
  addMembers(block, rules, cells);
  if (Object.keys(block).length > 0) data[name] = block;
}

function addMembers(target: Record<string, JsonValue>, rules: Readonly<Record<string, CellRule>>, cells: Cells): void {
  for (const [path, rule] of Object.entries(rules)) {
    const value = valueOf(rule, cells);
    if (value === undefined) continue;
    setMember(target, path.split('.'), value);
  }
}

function setMember(target: Record<string, JsonValue>, [name = '', ...rest]: readonly string[], value: JsonValue): void {
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner: Record<string, JsonValue> = { ...objectOf(target[name]) };
  setMember(inner, rest, value);
  target[name] = inner;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Undefined when the member is left out. */
function valueOf(rule: CellRule, cells: Cells): JsonValue | undefined {
  const text = checkedText(rule.column, cells);
  if (text.trim() === '') {
    if (rule.blank === 'omit') return undefined;
    return rule.type === 'string' ? text : null;
  }
  if (rule.type === 'string') return text;
  const value = typedValue(rule, text.trim());
  if (value === undefined) throw new RowFault(`column ${rule.column}: ${shown(text)} is not ${EXPECTED[rule.type]}`);
  return value;
}

const EXPECTED = {
  number: 'a number such as 12.5',
  integer: 'a whole number',
  boolean: 'true or false',
  money: 'an amount with at most two decimals, such as 12.50',
} as const;

const TRUTHS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  yes: true,
  no: false,
  '1': true,
  '0': false,
};

function typedValue(rule: CellRule, text: string): JsonValue | undefined {
  switch (rule.type) {
    case 'string':
      return text;
    case 'number':
      return /^[+-]?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(text) && Number.isFinite(Number(text))
        ? Number(text)
        : undefined;
    case 'integer':
      return /^[+-]?\d+(\.0*)?$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
    case 'boolean':
      return TRUTHS[text.toLowerCase()];
    case 'money': {
      const amount = minorUnits(text);
      return amount === null ? undefined : { amount_minor: amount, currency: rule.currency ?? '' };
    }
  }
}

function checkData(kind: FileMap['kind'], type: string, data: JsonObject): void {
  const schema = kind === 'signal' ? SIGNAL_TYPES[type as SignalType].data : outcomeDataSchema;
  const checked = schema.safeParse(data);
  if (checked.success) return;
  const [issue] = checked.error.issues;
  throw new RowFault(`data.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be used'}`);
}

function checkedText(column: string, cells: Cells): string {
  const text = textOf(cells.get(column));
  if (text.includes('\u0000')) throw new RowFault(`column ${column}: holds a NUL character`);
  if (!text.isWellFormed()) throw new RowFault(`column ${column}: holds half of a character`);
  return text;
}

/** An absent member of a JSON row is as empty as an empty cell. */
function textOf(cell: Cell | undefined): string {
  return cell === undefined || cell === null ? '' : String(cell);
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}
