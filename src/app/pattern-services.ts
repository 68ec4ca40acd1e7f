/** Patterns of corrections for the gateway and the command line: found when somebody asks, confirmed as a policy, or dismissed. */
import { randomUUID } from 'node:crypto';

import type { HindsightDeps } from '../actors/replay/hindsight.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { GatehouseError, must } from '../domain/errors.ts';
import { asId } from '../domain/ids.ts';
import type { CorrelationId, TenantId } from '../domain/ids.ts';
import { DAY_MS, isoOf } from '../domain/instant.ts';
import { tenantKey } from '../domain/keys.ts';
import { policySchema } from '../domain/policy.ts';
import type { Policy, TenantRule } from '../domain/policy.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { PatternServices, PatternView } from '../gateway/patterns.port.ts';
import type { PolicyServices } from '../gateway/policy.port.ts';
import type { CorrectionReader } from '../memory/read/correction-reader.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import { sha256 } from '../memory/sha256.ts';
import { correctionPatterns, isBackSince, PATTERN_TERMS } from '../policies/correction-patterns.ts';
import type { CorrectionPattern } from '../policies/correction-patterns.ts';

export interface PatternParts {
  readonly commands: TenantCommands;
  readonly corrections: CorrectionReader;
  readonly hindsightDeps: HindsightDeps;
  readonly now: () => number;
  readonly policies: PolicyServices;
  readonly refuseIntake: () => void;
  readonly registry: RegistryReader;
}

/** Days of the past on which a rule is tried. */
const BACKTEST_DAYS = 30;
/** What the ledger takes as a reason. */
const REASON_MAX = 2_000;

export function createPatternServices(parts: PatternParts): PatternServices {
  const { commands, corrections, hindsightDeps, now, policies, refuseIntake, registry } = parts;

  /** Open proposals by the ids of the rules that they have. */
  async function proposedRules(tenant: TenantId): Promise<ReadonlyMap<string, string>> {
    const { proposals } = must(await registry.registry(tenant), `the registry of ${tenant}`);
    const waiting = proposals.filter(({ state }) => state === 'open' || state === 'approved');
    const found = await hindsightDeps.reader.policies(waiting.map(({ policy: hash }) => ({ tenant, hash })));
    return new Map(
      waiting.flatMap(({ id, policy }) =>
        (found.get(tenantKey(tenant, policy))?.rules ?? []).map((rule): [string, string] => [rule.id, id]),
      ),
    );
  }

  async function listed(
    tenant: TenantId,
  ): Promise<readonly { readonly pattern: CorrectionPattern; readonly view: PatternView }[]> {
    const reviews = await corrections.decided(tenant, now() - PATTERN_TERMS.days * DAY_MS);
    const patterns = correctionPatterns(reviews, sha256);
    if (patterns.length === 0) return [];
    const [dismissed, proposed, { policy }] = await Promise.all([
      corrections.dismissals(
        tenant,
        patterns.map(({ id }) => id),
      ),
      proposedRules(tenant),
      registry.current(tenant),
    ]);
    const inForce = new Set(policy.rules.map(({ id }) => id));
    return patterns
      .filter((pattern) => !inForce.has(pattern.rule.id))
      .filter((pattern) => isBackSince(pattern, dismissed.get(pattern.id) ?? 0))
      .map((pattern) => ({ pattern, view: viewOf(pattern, proposed.get(pattern.rule.id) ?? null) }));
  }

  async function find(tenant: TenantId, id: string): Promise<PatternView> {
    const found = (await listed(tenant)).find(({ view }) => view.id === id);
    if (found === undefined)
      throw new GatehouseError(
        'not_found',
        `There is no pattern ${id}: it was dismissed, its rule is in force, or the corrections are no longer enough.`,
      );
    return found.view;
  }

  /** The policy in force with one more rule. Throws `state_conflict` when it has as many as it may. */
  async function withRule(tenant: TenantId, rule: TenantRule): Promise<Policy> {
    const { policy } = await registry.current(tenant);
    const parsed = policySchema.safeParse({ ...policy, rules: [...policy.rules, rule] });
    if (!parsed.success)
      throw new GatehouseError('state_conflict', 'The policy in force has as many rules as a policy may have.');
    return parsed.data;
  }

  function refusePrograms(caller: Caller): void {
    if (caller.kind !== 'person')
      throw new GatehouseError('forbidden', 'Only people confirm or dismiss a pattern: use the key of a person.');
  }

  return {
    list: async ({ tenant }) => (await listed(tenant)).map(({ view }) => view),
    async get(caller, id) {
      const view = await find(caller.tenant, id);
      const policy = await withRule(caller.tenant, view.rule);
      const { backtest } = await policies.test(caller, { policy, days: BACKTEST_DAYS, cases: [] });
      return { ...view, backtest: must(backtest, 'a test with days has a back-test') };
    },
    async confirm(caller, id, { rule, reason }) {
      refuseIntake();
      refusePrograms(caller);
      const view = await find(caller.tenant, id);
      if (view.proposal !== null)
        throw new GatehouseError('state_conflict', `It is proposed already, as ${view.proposal}.`);
      if (rule !== null && rule.id !== view.rule.id)
        throw new GatehouseError('invalid_request', `The rule of this pattern keeps its id, ${view.rule.id}.`, {
          faults: [{ pointer: '/rule/id', detail: `must be ${view.rule.id}` }],
        });
      return policies.propose(caller, {
        policy: await withRule(caller.tenant, rule ?? view.rule),
        effective_from: null,
        reason: `${id}: ${reason ?? view.words}`.slice(0, REASON_MAX).toWellFormed(),
        days: BACKTEST_DAYS,
      });
    },
    async dismiss(caller, id, reason) {
      refuseIntake();
      refusePrograms(caller);
      const view = await find(caller.tenant, id);
      await commands.act(
        caller.tenant,
        randomUUID(),
        'pattern.dismissed',
        { pattern: id, corrections: view.corrections, by: caller.identity, reason },
        { correlation: asId<CorrelationId>(id) },
      );
      return { id };
    },
  };
}

function viewOf({ times, ...pattern }: CorrectionPattern, proposal: string | null): PatternView {
  const [last = 0] = times;
  return {
    ...pattern,
    state: proposal === null ? 'open' : 'proposed',
    proposal,
    first_at: isoOf(times.at(-1) ?? last),
    last_at: isoOf(last),
  };
}
