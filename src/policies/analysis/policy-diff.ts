/**
 * In what two policies differ, member by member and in words, so that whoever approves a change reads the change and not two documents.
 */
import type { Authority } from '../../domain/authority.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { JsonValue } from '../../domain/json.ts';
import { POLICY_OWNERS } from '../../domain/policy-owners.ts';
import type { PolicySection } from '../../domain/policy-owners.ts';
import type { Policy } from '../../domain/policy.ts';
import { durationWords } from '../duration-words.ts';

export interface PolicyChange {
  readonly section: PolicySection;
  /** JSON pointer; members of lists that have a name are named by it. */
  readonly pointer: string;
  /** Null where there was or will be nothing. */
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly words: string;
  /** Any one of these may approve it. */
  readonly owners: readonly Authority[];
}

/** What names a member of a list, so that a list is compared by names and not by places. */
const NAMES: Readonly<Record<string, (item: JsonValue) => string>> = {
  rules: (item) => memberOf(item, 'id'),
  grants: (item) => `${memberOf(item, 'action_type')}@${memberOf(item, 'max_risk')}`,
  authorizations: (item) => memberOf(item, 'lane'),
};

function memberOf(item: JsonValue, name: string): string {
  const member = isObject(item) ? item[name] : undefined;
  return typeof member === 'string' ? member : '';
}

function isObject(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list with names as an object; a name that comes twice keeps its place beside it. */
function named(
  list: readonly JsonValue[],
  nameOf: (item: JsonValue) => string,
): { readonly [name: string]: JsonValue } {
  const seen = new Map<string, number>();
  return Object.fromEntries(
    list.map((item) => {
      const name = nameOf(item);
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return [count === 1 ? name : `${name}#${count}`, item];
    }),
  );
}

function comparable(section: string, value: JsonValue | undefined): JsonValue | undefined {
  const nameOf = NAMES[section];
  return Array.isArray(value) && nameOf !== undefined ? named(value as readonly JsonValue[], nameOf) : value;
}

function valueWords(name: string, value: JsonValue): string {
  if (name.endsWith('_ms') && typeof value === 'number') return durationWords(value);
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((item: JsonValue) => valueWords('', item)).join(', ');
  if (isObject(value)) return canonicalJson(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function wordsOf(path: readonly string[], before: JsonValue | undefined, after: JsonValue | undefined): string {
  const name = path.join('.');
  const last = path.at(-1) ?? '';
  const unit = path.some((part) => part.endsWith('_ms')) ? '_ms' : last;
  if (before === undefined) return `${name} is new: ${valueWords(unit, after ?? null)}`;
  if (after === undefined) return `${name} is gone; it was ${valueWords(unit, before)}`;
  const direction = typeof before === 'number' && typeof after === 'number' ? (after > before ? ', up' : ', down') : '';
  return `${name}: ${valueWords(unit, before)} → ${valueWords(unit, after)}${direction}`;
}

function compare(
  section: PolicySection,
  path: readonly string[],
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): readonly PolicyChange[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => compare(section, [...path, name], before[name], after[name]));
  }
  return [
    {
      section,
      pointer: `/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
      before: before ?? null,
      after: after ?? null,
      words: wordsOf(path, before, after),
      owners: POLICY_OWNERS[section],
    },
  ];
}

/** Every difference but that of the name, which changes nothing. */
export function policyChanges(before: Policy, after: Policy): readonly PolicyChange[] {
  return (Object.keys(POLICY_OWNERS) as PolicySection[]).flatMap((section) =>
    compare(
      section,
      [section],
      comparable(section, before[section] as JsonValue | undefined),
      comparable(section, after[section] as JsonValue | undefined),
    ),
  );
}

/** The sections that differ, in the order of the policy. */
export function changedSections(before: Policy, after: Policy): readonly PolicySection[] {
  return [...new Set(policyChanges(before, after).map((change) => change.section))];
}
