/** The parts of a draft that people read and edit. */
import type { JsonObject, JsonValue, ReviewView } from './types.ts';

export interface TextField {
  readonly name: string;
  readonly value: string;
}

/** Fields of text in the order in which a reader meets them. */
const FIRST = ['subject', 'task', 'body', 'text', 'message'];

export function fieldsOf(content: JsonValue): readonly TextField[] {
  if (!isObject(content)) return [];
  const rank = (name: string): number => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  return Object.entries(content)
    .flatMap(([name, value]) => (typeof value === 'string' ? [{ name, value }] : []))
    .toSorted((left, right) => rank(left.name) - rank(right.name));
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The whole draft as one text, to be compared with another. */
export function textOf(content: JsonValue | undefined): string {
  if (content === undefined) return '';
  return fieldsOf(content)
    .map((field) => field.value)
    .join('\n\n');
}

export function nameOf(review: Pick<ReviewView, 'account_ref' | 'recipient' | 'account' | 'person'>): string {
  const { recipient, account_ref: account } = review;
  return (
    recipient?.name ??
    recipient?.external_id ??
    account?.name ??
    account?.external_id ??
    review.person ??
    review.account ??
    'nobody'
  );
}
