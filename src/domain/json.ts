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
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot carry the number ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') {
    const members: string[] = [];
    const record = value as Record<string, unknown>;
    for (const key of Object.keys(record).toSorted()) {
      const member = record[key];
      if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
    }
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`canonical JSON cannot carry a ${typeof value}`);
}
