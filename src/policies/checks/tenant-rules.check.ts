/**
 * The tenant's own rules, which are data and not code. A rule that cannot be decided on what is known takes autonomy away: neither
 * its author nor anybody else has said that this case is allowed.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { Policy, RuleCondition, TenantRule } from '../../domain/policy.ts';
import { approvalOf } from '../approval.ts';
import { denied, held, passed } from '../gate-check.ts';
import { truthOfRule, unknownAttributesOf } from '../rule-logic.ts';
import type { AttributeLookup } from '../rule-logic.ts';

/** Attributes that every proposal has, whatever else is known; they cannot be overridden. */
const BUILT_IN = ['action_type', 'channel', 'risk_class', 'lane', 'confidence'] as const;
type BuiltIn = (typeof BUILT_IN)[number];

function isBuiltIn(name: string): name is BuiltIn {
  return (BUILT_IN as readonly string[]).includes(name);
}

/** Null says that there certainly is no such attribute, undefined that the attributes were not read at all. */
function attributesOf(request: GateRequest, facts: GateFacts): AttributeLookup {
  const { attributes } = facts;
  return (name) => {
    if (isBuiltIn(name)) return request[name];
    if (attributes === undefined) return undefined;
    return Object.hasOwn(attributes, name) ? attributes[name] : null;
  };
}

function conditionWords({ attribute, operator, value }: RuleCondition): string {
  const constant = Array.isArray(value) ? `[${value.join(', ')}]` : value;
  return constant === undefined ? `${attribute} ${operator}` : `${attribute} ${operator} ${String(constant)}`;
}

function rulesWords(rules: readonly TenantRule[]): string {
  return rules.map((rule) => `${rule.id} (${rule.when.map(conditionWords).join(' and ') || 'always'})`).join('; ');
}

function idsOf(rules: readonly TenantRule[]): string {
  return rules.map((rule) => rule.id).join(', ');
}

/**
 * A true rule denies or holds, as it says; an undecided one holds, whatever it says. All rules are evaluated, and a denial goes before
 * an undecided rule, that before a hold. An approval of this exact draft answers rules that want a person to look, and no others.
 *
 * Source: Gatehouse architecture, section 5 (three-valued logic: unknown denies autonomy).
 */
export function tenantRulesCheck(request: GateRequest, facts: GateFacts, policy: Pick<Policy, 'rules'>): CheckResult {
  const { rules } = policy;
  if (rules.length === 0) return passed('tenant_rules', 'the tenant has no rules', { rules: 0 });

  const lookup = attributesOf(request, facts);
  const denying: TenantRule[] = [];
  const holding: TenantRule[] = [];
  const undecided: TenantRule[] = [];
  for (const rule of rules) {
    const truth = truthOfRule(rule, lookup);
    if (truth === 'unknown') undecided.push(rule);
    else if (truth === 'true') (rule.then === 'deny' ? denying : holding).push(rule);
  }
  if (denying.length > 0) {
    return denied('tenant_rules', {
      code: 'tenant_rule_denied',
      comparison: `denied by ${rulesWords(denying)}`,
      inputs: { rule: idsOf(denying) },
    });
  }
  if (undecided.length > 0) {
    const unknown = new Set(undecided.flatMap((rule) => unknownAttributesOf(rule, lookup)));
    const attributes = [...unknown].join(', ');
    return held('tenant_rules', {
      code: 'tenant_rule_unknown',
      comparison: `${rulesWords(undecided)} cannot be decided: ${attributes} is missing or of another type`,
      inputs: { rule: idsOf(undecided), attributes },
    });
  }
  if (holding.length > 0 && approvalOf(request, facts) !== 'given') {
    return held('tenant_rules', {
      code: 'tenant_rule_held',
      comparison: `held by ${rulesWords(holding)}`,
      inputs: { rule: idsOf(holding) },
    });
  }
  const inputs = { rules: rules.length };
  if (holding.length === 0) return passed('tenant_rules', `none of ${rules.length} rules speaks against it`, inputs);
  return passed('tenant_rules', `a person approved what is held by ${rulesWords(holding)}`, {
    ...inputs,
    rule: idsOf(holding),
    approved: true,
  });
}
