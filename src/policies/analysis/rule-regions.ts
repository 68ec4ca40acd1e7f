/**
 * Where a tenant rule speaks, decided exactly. A condition compares one attribute with constants, so all values of an attribute fall into
 * finitely many classes that no rule can tell apart; one witness of each class stands for it. A rule is a conjunction, so its region is a
 * product over attributes, and empty or contained products are found attribute by attribute. Witnesses are judged by the evaluator that the
 * gate uses, so the analysis cannot disagree with it.
 *
 * Source: Kleene 1938, strong logic of indeterminacy.
 */
import { ACTION_TYPES, CHANNELS, RISK_CLASSES } from '../../domain/action-types.ts';
import { LANES } from '../../domain/lane.ts';
import type { RuleCondition, TenantRule } from '../../domain/policy.ts';
import { truthOfCondition } from '../rule-logic.ts';
import type { AttributeValue, Truth } from '../rule-logic.ts';

/** A value, null for certainly none, undefined for not known. */
export type Witness = AttributeValue | null | undefined;

/** Attributes that every proposal has, from closed sets. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  action_type: ACTION_TYPES,
  channel: CHANNELS,
  risk_class: RISK_CLASSES,
  lane: LANES,
};

function constantsOf({ value }: RuleCondition): readonly AttributeValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** One value between each two constants, one below and one above all. */
function numbersAround(constants: readonly number[]): readonly number[] {
  const sorted = [...new Set(constants)].toSorted((a, b) => a - b);
  const between = sorted.flatMap((value, index) => {
    const next = sorted[index + 1];
    return next === undefined ? [] : [value + (next - value) / 2];
  });
  const [first = 0] = sorted;
  const last = sorted.at(-1) ?? 0;
  return [...sorted, ...between, first - Math.abs(first) - 1, last + Math.abs(last) + 1];
}

function fresh(constants: readonly string[]): string {
  let text = 'other';
  while (constants.includes(text)) text += '_';
  return text;
}

/** One of each class of values that these conditions can tell apart. */
export function witnessesOf(attribute: string, conditions: readonly RuleCondition[]): readonly Witness[] {
  const closed = CLOSED[attribute];
  if (closed !== undefined) return closed;
  const constants = conditions.flatMap(constantsOf);
  const numbers = constants.filter((value) => typeof value === 'number');
  const texts = constants.filter((value) => typeof value === 'string');
  if (attribute === 'confidence')
    return [...[...numbersAround(numbers), 0, 0.5, 1].filter((value) => value >= 0 && value <= 1), null];
  return [...numbersAround(numbers), ...new Set(texts), fresh(texts), true, false, null, undefined];
}

export type Space = ReadonlyMap<string, readonly Witness[]>;

/** The attributes that rules name, each with its witnesses. */
export function spaceOf(rules: readonly TenantRule[]): Space {
  const conditions = Map.groupBy(
    rules.flatMap((rule) => rule.when),
    (condition) => condition.attribute,
  );
  return new Map([...conditions].map(([attribute, group]) => [attribute, witnessesOf(attribute, group)]));
}

/** Witnesses of each attribute of the space; the region is their product. */
type Region = ReadonlyMap<string, ReadonlySet<Witness>>;

function regionOf(rule: TenantRule, space: Space, fits: (truth: Truth) => boolean): Region {
  return new Map(
    [...space].map(([attribute, witnesses]) => {
      const conditions = rule.when.filter((condition) => condition.attribute === attribute);
      const inside = witnesses.filter((witness) =>
        conditions.every((condition) => fits(truthOfCondition(condition, () => witness))),
      );
      return [attribute, new Set(inside)];
    }),
  );
}

/** Where all conditions are true. */
export function trueRegion(rule: TenantRule, space: Space): Region {
  return regionOf(rule, space, (truth) => truth === 'true');
}

/** Where no condition is false: the rule speaks, or cannot be decided. */
export function openRegion(rule: TenantRule, space: Space): Region {
  return regionOf(rule, space, (truth) => truth !== 'false');
}

/** The attributes that make a region empty. */
export function emptyIn(region: Region): readonly string[] {
  return [...region].filter(([, inside]) => inside.size === 0).map(([attribute]) => attribute);
}

export function isEmpty(region: Region): boolean {
  return emptyIn(region).length > 0;
}

function isWithin(inner: Region, outer: Region): boolean {
  return (
    isEmpty(inner) ||
    [...inner].every(([name, inside]) => [...inside].every((witness) => outer.get(name)?.has(witness) === true))
  );
}

function both(left: Region, right: Region): Region {
  return new Map(
    [...left].map(([name, inside]) => [
      name,
      new Set([...inside].filter((witness) => right.get(name)?.has(witness) === true)),
    ]),
  );
}

/**
 * Whether a rule never changes a verdict because of another one. The gate takes a rule that cannot be decided for a reason to hold that no
 * approval answers, which is stricter than a rule that holds, and less strict than one that denies; all three are compared.
 */
export function isShadowedBy(rule: TenantRule, other: TenantRule, space: Space): boolean {
  const open = openRegion(rule, space);
  const otherOpen = openRegion(other, space);
  if (isEmpty(open) || !isWithin(open, otherOpen)) return false;
  const speaks = trueRegion(rule, space);
  const otherSpeaks = trueRegion(other, space);
  if (rule.then === 'deny' && !isEmpty(speaks)) return other.then === 'deny' && isWithin(speaks, otherSpeaks);
  return other.then === 'deny' || isWithin(both(open, otherSpeaks), speaks);
}
