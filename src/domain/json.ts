/**
 * JSON as data: the value types, and the one canonical text form that every hash in the system is taken over.
 */

export type JsonPrimitive = string | number | boolean | null;
export type JsonValue = JsonPrimitive | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** A function from text to its SHA-256 in lower-case hex. The pure core receives it as an argument. */
export type Digest = (text: string) => string;

/**
 * Canonical JSON text: object keys sorted by UTF-16 code units, no white space, ECMAScript number and string forms.
 * Members whose value is `undefined` are left out, as `JSON.stringify` does. Lone surrogates stay escaped, so equal values
 * always give equal text. Throws `TypeError` on a number that JSON cannot carry.
 *
 * Source: RFC 8785 (JSON Canonicalization Scheme).
 */
export function canonicalJson(value: unknown): string {
  const ordered = inOrder(value);
  return ordered === UNORDERABLE ? textOf(value) : JSON.stringify(ordered);
}

/** A record cannot be given every order: names that look like numbers always come first in it, and one name sets its prototype. */
const UNORDERABLE = Symbol('names that have a place of their own');

/**
 * The value with all records in canonical order, copied only where they are not: the engine's own serialiser then writes the canonical
 * text, several times faster than code here could. `UNORDERABLE` when that cannot be done.
 */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return carried(value);
  return Array.isArray(value) ? arrayInOrder(value) : recordInOrder(value as Readonly<Record<string, unknown>>);
}

function carried(value: unknown): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'number') throw new TypeError(`canonical JSON cannot carry a ${typeof value}`);
  if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot carry the number ${value}`);
  return value;
}

function arrayInOrder(items: readonly unknown[]): unknown {
  let copy: unknown[] | null = null;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] ?? null;
    const ordered = inOrder(item);
    if (ordered === UNORDERABLE) return UNORDERABLE;
    if (ordered !== item) copy ??= [...items];
    if (copy !== null) copy[index] = ordered;
  }
  return copy ?? items;
}

function recordInOrder(record: Readonly<Record<string, unknown>>): unknown {
  const names = Object.keys(record);
  let copy: Record<string, unknown> | null = null;
  if (!areSorted(names)) {
    sortInPlace(names);
    copy = {};
  }
  for (const name of names) {
    const member = record[name];
    const ordered = member === undefined ? undefined : inOrder(member);
    if (ordered === UNORDERABLE || hasOwnPlace(name)) return UNORDERABLE;
    if (ordered !== member) copy ??= { ...record };
    if (copy !== null) copy[name] = ordered;
  }
  return copy ?? record;
}

function areSorted(names: readonly string[]): boolean {
  for (let index = 1; index < names.length; index += 1)
    if ((names[index - 1] ?? '') > (names[index] ?? '')) return false;
  return true;
}

/** Records have few names, and for few names the engine's sort takes more memory and time than this. */
const FEW_NAMES = 24;

function sortInPlace(names: string[]): void {
  if (names.length > FEW_NAMES) {
    names.sort();
    return;
  }
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] ?? '';
    let place = index;
    for (; place > 0 && (names[place - 1] ?? '') > name; place -= 1) names[place] = names[place - 1] ?? '';
    names[place] = name;
  }
}

function hasOwnPlace(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || name === '__proto__';
}

/** The canonical text of any value, member by member. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(carried(value));
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item ?? null)).join(',')}]`;
  const record = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(record)
    .toSorted()
    .filter((name) => record[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${textOf(record[name])}`);
  return `{${members.join(',')}}`;
}
