/**
 * Tenant rules under three-valued logic. A condition on something that is not known is neither true nor false, and whoever reads the
 * answer must decide what unknown means; the gate takes it for a reason to hold. The set of operators is closed, so rules can be
 * compared and analysed.
 *
 * Source: Kleene 1938, strong logic of indeterminacy.
 */
import type { RuleCondition, TenantRule } from '../domain/policy.ts';

export type Truth = 'true' | 'false' | 'unknown';
export type AttributeValue = string | number | boolean;

/** Gives an attribute's value, null when it certainly has none, and undefined when that is not known. */
export type AttributeLookup = (name: string) => AttributeValue | null | undefined;

function truthOf(condition: boolean): Truth {
  return condition ? 'true' : 'false';
}

function negated(truth: Truth): Truth {
  if (truth === 'unknown') return truth;
  return truth === 'true' ? 'false' : 'true';
}

/** True when all are true, false when one is false, else unknown. Of nothing at all: true. */
function all(truths: readonly Truth[]): Truth {
  if (truths.includes('false')) return 'false';
  return truths.includes('unknown') ? 'unknown' : 'true';
}

/** False when all are false, true when one is true, else unknown. Of nothing at all: false. */
function any(truths: readonly Truth[]): Truth {
  if (truths.includes('true')) return 'true';
  return truths.includes('unknown') ? 'unknown' : 'false';
}

type Constant = RuleCondition['value'];

function equal(value: AttributeValue, constant: Constant): Truth {
  return typeof value === typeof constant ? truthOf(value === constant) : 'unknown';
}

function amongAny(value: AttributeValue, constants: Constant): Truth {
  return Array.isArray(constants) ? any(constants.map((constant) => equal(value, constant))) : 'unknown';
}

function ordered(value: AttributeValue, constant: Constant, holds: (left: number, right: number) => boolean): Truth {
  return typeof value === 'number' && typeof constant === 'number' ? truthOf(holds(value, constant)) : 'unknown';
}

function existing(value: AttributeValue | null | undefined, constant: Constant): Truth {
  if (value === undefined) return 'unknown';
  if (constant !== undefined && typeof constant !== 'boolean') return 'unknown';
  return truthOf((value !== null) === (constant ?? true));
}

/**
 * Whether one condition holds. A missing attribute and a value of another type than the constant are unknown; only `exists` can tell
 * a missing attribute from one that is not known (`value: false` asks for the absence).
 */
export function truthOfCondition(condition: RuleCondition, lookup: AttributeLookup): Truth {
  const value = lookup(condition.attribute);
  const constant = condition.value;
  if (condition.operator === 'exists') return existing(value, constant);
  if (value === null || value === undefined || Number.isNaN(value)) return 'unknown';
  switch (condition.operator) {
    case 'eq':
      return equal(value, constant);
    case 'ne':
      return negated(equal(value, constant));
    case 'lt':
      return ordered(value, constant, (left, right) => left < right);
    case 'lte':
      return ordered(value, constant, (left, right) => left <= right);
    case 'gt':
      return ordered(value, constant, (left, right) => left > right);
    case 'gte':
      return ordered(value, constant, (left, right) => left >= right);
    case 'in':
      return amongAny(value, constant);
    case 'not_in':
      return negated(amongAny(value, constant));
  }
}

/** Whether a rule speaks: all its conditions hold. A rule without conditions always does. */
export function truthOfRule(rule: TenantRule, lookup: AttributeLookup): Truth {
  return all(rule.when.map((condition) => truthOfCondition(condition, lookup)));
}

/** The attributes that leave a rule undecided, each once. */
export function unknownAttributesOf(rule: TenantRule, lookup: AttributeLookup): readonly string[] {
  const undecided = rule.when.filter((condition) => truthOfCondition(condition, lookup) === 'unknown');
  return [...new Set(undecided.map((condition) => condition.attribute))];
}
