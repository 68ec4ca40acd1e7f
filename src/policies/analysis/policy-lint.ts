/**
 * What is wrong with a policy before it is in force: rules that never speak or never matter, thresholds that nothing reaches, autonomy
 * that nobody earned, and permits that no check has looked at. Errors are certain; warnings may be meant; notes say what a reader
 * should know.
 */
import { ACTION_TYPES, ACTION_TYPE_SPECS, RISK_CLASSES } from '../../domain/action-types.ts';
import type { ActionType } from '../../domain/action-types.ts';
import { GATE_CHECKS } from '../../domain/gate.ts';
import type { GateCheck, GateRequest } from '../../domain/gate.ts';
import type { Policy, RuleCondition, TenantRule } from '../../domain/policy.ts';
import { budgetSliceOf } from '../checks/budget.check.ts';
import { evaluateGate } from '../gate.ts';
import { reachAtRates } from '../trust-reach.ts';
import type { EvidenceRates } from '../trust-reach.ts';
import { isLevelAtLeast } from '../trust.ts';
import { emptyIn, isEmpty, isShadowedBy, openRegion, spaceOf, trueRegion } from './rule-regions.ts';
import type { Space } from './rule-regions.ts';

export const LINT_CODES = [
  'rule_repeated',
  'rule_unsatisfiable',
  'rule_types_conflict',
  'rule_shadowed',
  'rule_always',
  'rule_attribute_unusual',
  'authorization_dead',
  'budget_below_cost',
  'tier_unreachable',
  'triage_never_acts',
  'touches_forbidden',
  'grant_overrides_trust',
  'grant_never_applies',
  'grant_shadowed',
  'threshold_unreachable',
  'permit_without_check',
] as const;
export type LintCode = (typeof LINT_CODES)[number];

export interface LintFinding {
  readonly code: LintCode;
  readonly severity: 'error' | 'warning' | 'note';
  /** Where in the policy, as a JSON pointer. */
  readonly pointer: string;
  readonly message: string;
}

export interface LintOptions {
  /** Checks that every permit must have been asked for. */
  readonly require?: readonly GateCheck[];
  /** Evidence that was observed of late, by action type. Those that are left out are not judged. */
  readonly rates?: Partial<Record<ActionType, EvidenceRates>>;
}

/** Attributes that every proposal has, and those that the engine gives its own. */
const USUAL: ReadonlySet<string> = new Set([
  'action_type',
  'channel',
  'risk_class',
  'lane',
  'confidence',
  'fit_tier',
  'fit_score',
  'priority',
  'persona',
  'stage',
  'touch',
  'objection',
  'signal',
  'segment',
  'sequence',
  'sequence_type',
  'step',
  'play',
]);

export function lintPolicy(policy: Policy, options: LintOptions = {}): readonly LintFinding[] {
  return [
    ...lintRules(policy.rules),
    ...lintAuthorizations(policy),
    ...lintLimits(policy),
    ...lintGrants(policy),
    ...lintThresholds(policy, options.rates ?? {}),
    ...lintRequired(policy, options.require ?? []),
  ];
}

function lintRules(rules: readonly TenantRule[]): readonly LintFinding[] {
  const space = spaceOf(rules);
  return rules.flatMap((rule, index) => {
    const pointer = `/rules/${index}`;
    const found: LintFinding[] = [];
    if (rules.findIndex(({ id }) => id === rule.id) < index)
      found.push({ code: 'rule_repeated', severity: 'error', pointer, message: `There are two rules ${rule.id}.` });
    const never = neverTrue(rule, space);
    if (never !== null) found.push({ ...never, severity: 'error', pointer });
    if (rule.when.length === 0 || isEverywhere(rule, space))
      found.push({
        code: 'rule_always',
        severity: 'warning',
        pointer,
        message: `${rule.id} speaks about every proposal, so nothing passes without ${rule.then === 'deny' ? 'being denied' : 'a person'}.`,
      });
    const shadow = shadowOf(rule, index, rules, space);
    if (shadow !== null)
      found.push({
        code: 'rule_shadowed',
        severity: 'warning',
        pointer,
        message: `${rule.id} changes nothing: wherever it speaks, ${shadow.id} says the same or more.`,
      });
    for (const attribute of new Set(rule.when.map((condition) => condition.attribute)))
      if (!USUAL.has(attribute))
        found.push({
          code: 'rule_attribute_unusual',
          severity: 'note',
          pointer,
          message: `${rule.id} asks for ${attribute}, which only proposals from outside can have. Every proposal without it is held${rule.when.some((item) => item.attribute === attribute && item.operator === 'exists') ? ' unless `exists` decides' : ''}.`,
        });
    return found;
  });
}

function neverTrue(rule: TenantRule, space: Space): Pick<LintFinding, 'code' | 'message'> | null {
  const [attribute] = emptyIn(trueRegion(rule, space));
  if (attribute === undefined) return null;
  const conditions = rule.when.filter((condition) => condition.attribute === attribute);
  const alone = conditions.find((condition) => isEmpty(trueRegion({ ...rule, when: [condition] }, space)));
  const still = isEmpty(openRegion(rule, space))
    ? ''
    : ' It still holds what it cannot decide, such as a proposal without this attribute.';
  if (alone !== undefined)
    return {
      code: 'rule_unsatisfiable',
      message: `${rule.id} is never true: no value of ${attribute} meets \`${wordsOf(alone)}\`.${still}`,
    };
  const types = new Set(conditions.flatMap(typesOf));
  const words = conditions.map((condition) => `\`${wordsOf(condition)}\``).join(' and ');
  return types.size > 1
    ? {
        code: 'rule_types_conflict',
        message: `${rule.id} is never true: ${words} ask for values of different types.${still}`,
      }
    : { code: 'rule_unsatisfiable', message: `${rule.id} is never true: ${words} exclude each other.${still}` };
}

function typesOf({ value }: RuleCondition): readonly string[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((item) => typeof item);
}

function wordsOf({ attribute, operator, value }: RuleCondition): string {
  return value === undefined ? `${attribute} ${operator}` : `${attribute} ${operator} ${JSON.stringify(value)}`;
}

function isEverywhere(rule: TenantRule, space: Space): boolean {
  const region = trueRegion(rule, space);
  return [...space].every(([attribute, witnesses]) => region.get(attribute)?.size === new Set(witnesses).size);
}

/** Of two rules that shadow each other the later one is named. */
function shadowOf(rule: TenantRule, index: number, rules: readonly TenantRule[], space: Space): TenantRule | null {
  const found = rules.find(
    (other, position) =>
      position !== index && isShadowedBy(rule, other, space) && (position < index || !isShadowedBy(other, rule, space)),
  );
  return found ?? null;
}

function lintAuthorizations({ authorizations }: Policy): readonly LintFinding[] {
  return authorizations.flatMap(({ lane, action_types: types, channels }, index) =>
    types
      .filter((type) => !channels.includes(ACTION_TYPE_SPECS[type].channel))
      .map((type): LintFinding => ({
        code: 'authorization_dead',
        severity: 'warning',
        pointer: `/authorizations/${index}`,
        message: `The ${lane} lane may propose ${type} and may not use ${ACTION_TYPE_SPECS[type].channel}, by which it leaves.`,
      })),
  );
}

function lintLimits(policy: Policy): readonly LintFinding[] {
  const found: LintFinding[] = [];
  const slice = budgetSliceOf(policy.budget.per_day_minor);
  for (const type of ACTION_TYPES) {
    const { costMinor } = ACTION_TYPE_SPECS[type];
    if (costMinor > slice)
      found.push({
        code: 'budget_below_cost',
        severity: 'warning',
        pointer: '/budget/per_day_minor',
        message: `${type} costs ${costMinor}, and a partition may spend ${slice} a day, so it is always held.`,
      });
  }
  const { tiers } = policy.icp;
  for (const [name, points] of Object.entries(tiers))
    if (points > 100)
      found.push({
        code: 'tier_unreachable',
        severity: 'error',
        pointer: `/icp/tiers/${name}`,
        message: `No account has ${points} points: the weights add up to 100.`,
      });
  if (policy.triage.act_from <= policy.triage.ignore_below)
    found.push({
      code: 'triage_never_acts',
      severity: 'warning',
      pointer: '/triage',
      message: `Intent below ${policy.triage.ignore_below} is ignored and ${policy.triage.act_from} is enough to act, so nothing is ever looked at later.`,
    });
  if (policy.touch_cap.max === 0)
    found.push({
      code: 'touches_forbidden',
      severity: 'note',
      pointer: '/touch_cap/max',
      message: 'No touch is allowed, so nobody is written to.',
    });
  return found;
}

function lintGrants({ grants, ceilings }: Policy): readonly LintFinding[] {
  const risk = (name: (typeof RISK_CLASSES)[number]) => RISK_CLASSES.indexOf(name);
  return grants.flatMap((grant, index): readonly LintFinding[] => {
    const pointer = `/grants/${index}`;
    const { action_type: type, level, max_risk: most } = grant;
    const { riskClass } = ACTION_TYPE_SPECS[type];
    if (risk(riskClass) > risk(most))
      return [
        {
          code: 'grant_never_applies',
          severity: 'warning',
          pointer,
          message: `${type} has the risk class ${riskClass}, and the grant ends at ${most}.`,
        },
      ];
    const lower = grants.find(
      (other, position) =>
        position !== index &&
        other.action_type === type &&
        risk(other.max_risk) >= risk(most) &&
        isLevelAtLeast(level, other.level) &&
        (other.level !== level || position < index),
    );
    if (lower !== undefined)
      return [
        {
          code: 'grant_shadowed',
          severity: 'warning',
          pointer,
          message: `Of several grants the lowest holds, and ${type} has one of ${lower.level}.`,
        },
      ];
    const ceiling = ceilings[type];
    const over =
      ceiling === undefined || isLevelAtLeast(ceiling, level) ? '' : `, and the ceiling ${ceiling} does not limit it`;
    const executes = isLevelAtLeast(level, 'sample_review');
    return [
      {
        code: 'grant_overrides_trust',
        severity: executes ? 'warning' : 'note',
        pointer,
        message: executes
          ? `${type} executes without evidence: the grant of ${level} goes before what was learned${over}.`
          : `${type} stays at ${level} whatever it earns.`,
      },
    ];
  });
}

function lintThresholds(policy: Policy, rates: NonNullable<LintOptions['rates']>): readonly LintFinding[] {
  return ACTION_TYPES.flatMap((type): readonly LintFinding[] => {
    const observed = rates[type];
    if (observed === undefined || policy.grants.some((grant) => grant.action_type === type)) return [];
    const reach = reachAtRates(ACTION_TYPE_SPECS[type], policy.trust, observed);
    return reach.reachable
      ? []
      : [
          {
            code: 'threshold_unreachable',
            severity: 'warning',
            pointer: '/trust/half_life_days',
            message: `${type} never comes to sample review. ${reach.explanation}`,
          },
        ];
  });
}

/** Fingerprints to try, so that an audit that is drawn does not hide a pass. */
const TRIES = Array.from({ length: 64 }, (_, index) => `lint-${index}`);

function requestFor(type: ActionType, lane: GateRequest['lane'], fingerprint: string): GateRequest {
  const spec = ACTION_TYPE_SPECS[type];
  return {
    action: 'act_lint',
    action_type: type,
    channel: spec.channel,
    risk_class: spec.riskClass,
    lane,
    proposer: 'engine:lint',
    account: 'acc_lint',
    person: 'per_lint',
    domain: 'dom_lint',
    fingerprint,
    confidence: 0,
    sender: 'default',
    approval: null,
    originating_proposal_id: null,
    at: 0,
  };
}

/**
 * A check that passes although nothing at all is known asks nothing: the gate is put before an empty world. Its own words say why it
 * does not apply.
 */
function lintRequired(policy: Policy, required: readonly GateCheck[]): readonly LintFinding[] {
  const found: LintFinding[] = [];
  for (const type of ACTION_TYPES) {
    const lanes = policy.authorizations.filter(
      ({ action_types: types, channels }) => types.includes(type) && channels.includes(ACTION_TYPE_SPECS[type].channel),
    );
    const [first] = lanes;
    if (first === undefined) continue;
    const results = TRIES.flatMap(
      (fingerprint) => evaluateGate(requestFor(type, first.lane, fingerprint), {}, policy).checks,
    );
    for (const check of GATE_CHECKS.filter((name) => required.includes(name))) {
      const unasked = results.find((result) => result.check === check && result.outcome === 'pass');
      if (unasked !== undefined && check !== 'authorization')
        found.push({
          code: 'permit_without_check',
          severity: 'error',
          pointer: '',
          message: `${type} can get a permit without ${check}: ${unasked.comparison}.`,
        });
    }
  }
  return found;
}
