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
  switch (typeof value) {
    case 'string':
      return canonicalText(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot carry the number ${value}`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Record<string, unknown>);
    default:
      throw new TypeError(`canonical JSON cannot carry a ${typeof value}`);
  }
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '[';
  for (const [index, item] of items.entries()) text += `${index === 0 ? '' : ','}${canonicalJson(item ?? null)}`;
  return `${text}]`;
}

function canonicalObject(record: Record<string, unknown>): string {
  let text = '{';
  for (const key of sortedKeys(record)) {
    const member = record[key];
    if (member !== undefined) text += `${text === '{' ? '' : ','}${canonicalText(key)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/** Printable ASCII without quote and backslash stands for itself. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** One string in canonical form. */
export function canonicalText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Most records are written in order already, and then nothing needs to be sorted. */
function sortedKeys(record: Record<string, unknown>): readonly string[] {
  const keys = Object.keys(record);
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.toSorted();
  }
  return keys;
}
