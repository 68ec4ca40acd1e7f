/** Changes of the policy, for the gateway and the command line: looked at, tried on the past, proposed, approved. */
import { randomUUID } from 'node:crypto';

import { hindsightOf } from '../actors/replay/hindsight.ts';
import type { Hindsight, HindsightDeps, PolicyInForce } from '../actors/replay/hindsight.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { ACTION_TYPES } from '../domain/action-types.ts';
import { GatehouseError, must } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import { asId, eventIdOf } from '../domain/ids.ts';
import type { CorrelationId, TenantId } from '../domain/ids.ts';
import { DAY_MS, isoOf } from '../domain/instant.ts';
import { canonicalJson } from '../domain/json.ts';
import { tenantKey } from '../domain/keys.ts';
import { POLICY_OWNERS } from '../domain/policy-owners.ts';
import type { PolicyProposal } from '../domain/policy-proposal.ts';
import type { Policy } from '../domain/policy.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { BacktestKind, BacktestView, PolicyProposalView, PolicyServices } from '../gateway/policy.port.ts';
import type { ReadModel } from '../memory/read/read-model.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import { sha256 } from '../memory/sha256.ts';
import { runCases } from '../policies/analysis/policy-cases.ts';
import { changedSections, policyChanges } from '../policies/analysis/policy-diff.ts';
import { lintPolicy } from '../policies/analysis/policy-lint.ts';
import type { LintFinding } from '../policies/analysis/policy-lint.ts';
import { policyExpectedAt } from '../policies/policy-approval.ts';
import type { EvidenceRates } from '../policies/trust-reach.ts';

export interface PolicyParts {
  readonly commands: TenantCommands;
  readonly hindsightDeps: HindsightDeps;
  readonly importStore: { storePolicy(tenant: TenantId, hash: string, policy: Policy): Promise<void> };
  readonly now: () => number;
  readonly readModel: ReadModel;
  readonly refuseIntake: () => void;
  readonly registry: RegistryReader;
}

/** Decisions that a report names; the counts are whole. */
const NAMED_MAX = 1_000;
const EXAMPLES_MAX = 20;
const RATE_DAYS = 28;

export function createPolicyServices(parts: PolicyParts): PolicyServices {
  const { commands, hindsightDeps, importStore, now, readModel, refuseIntake, registry } = parts;

  async function byHash(tenant: TenantId, hash: string): Promise<PolicyInForce> {
    const found = await hindsightDeps.reader.policies([{ tenant, hash }]);
    const policy = found.get(tenantKey(tenant, hash));
    if (policy === undefined) throw new GatehouseError('not_found', `There never was a policy ${hash}.`);
    return { hash, policy };
  }

  async function ratesOf(tenant: TenantId): Promise<Partial<Record<(typeof ACTION_TYPES)[number], EvidenceRates>>> {
    const sums = await readModel.evidenceSums(tenant, now() - RATE_DAYS * DAY_MS);
    return Object.fromEntries(
      ACTION_TYPES.flatMap((type) => {
        const sum = sums.get(type);
        return sum === undefined ? [] : [[type, { goodPerDay: sum.good / RATE_DAYS, badPerDay: sum.bad / RATE_DAYS }]];
      }),
    );
  }

  async function lint(tenant: TenantId, policy: Policy, require: Parameters<PolicyServices['lint']>[2]) {
    return lintPolicy(policy, { require, rates: await ratesOf(tenant) });
  }

  async function backtest(
    tenant: TenantId,
    before: PolicyInForce,
    after: PolicyInForce,
    days: number,
  ): Promise<BacktestView> {
    const until = now();
    const since = until - days * DAY_MS;
    const fits = ({ at }: { readonly at: number }) => at >= since && at < until;
    const known = new Map<string, Pick<Hindsight, 'candidate' | 'gate'>>();
    await hindsightOf(hindsightDeps, tenant, before, { partition: null, fits }, ({ decision, candidate, gate }) =>
      known.set(decision, { candidate, gate }),
    );
    const counts = { held: 0, denied: 0, delayed: 0, released: 0, chosen_otherwise: 0, unknown: 0, same: 0 };
    const changed: BacktestView['changed'][number][] = [];
    await hindsightOf(hindsightDeps, tenant, after, { partition: null, fits }, (item) => {
      const then = must(known.get(item.decision), 'both passes see the same decisions');
      const kind = kindOf(then, item);
      counts[kind] += 1;
      if (kind !== 'same')
        changed.push({
          decision: item.decision,
          at: isoOf(item.at),
          action_type: item.candidate.now?.action_type ?? item.candidate.then.action_type,
          kind,
          from: then.gate.now?.verdict ?? null,
          to: item.gate.now?.verdict ?? null,
          reasons: item.gate.now?.reasons ?? [],
        });
    });
    return {
      before: before.hash,
      after: after.hash,
      since: isoOf(since),
      until: isoOf(until),
      decisions: Object.values(counts).reduce((sum, count) => sum + count, 0),
      counts,
      changed: changed.toSorted((a, b) => a.at.localeCompare(b.at)).slice(0, NAMED_MAX),
      unnamed: Math.max(0, changed.length - NAMED_MAX),
    };
  }

  async function proposals(tenant: TenantId): Promise<readonly PolicyProposal[]> {
    return must(await registry.registry(tenant), `the registry of ${tenant}`).proposals;
  }

  async function show(tenant: TenantId, id: string): Promise<PolicyProposalView> {
    const found = (await proposals(tenant)).find((proposal) => proposal.id === id);
    if (found === undefined) throw new GatehouseError('not_found', `There is no proposal ${id}.`);
    return proposalView(found);
  }

  async function act<Type extends 'policy.proposed' | 'policy.approved' | 'policy.rejected'>(
    caller: Caller,
    id: string,
    type: Type,
    data: EventData<Type>,
  ): Promise<PolicyProposalView> {
    refuseIntake();
    if (caller.kind !== 'person')
      throw new GatehouseError('forbidden', 'Only people change the policy: use the key of a person.');
    const correlation = asId<CorrelationId>(id);
    const { event } = await commands.act(caller.tenant, randomUUID(), type, data, { correlation });
    const rows = await readModel.correlationRows(caller.tenant, id);
    const refused = rows.find((row) => row.type === 'policy.refused' && eventIdOf(row.partition, row.seq) === event);
    if (refused !== undefined) {
      const { data: why } = JSON.parse(refused.body) as { readonly data: EventData<'policy.refused'> };
      throw new GatehouseError('state_conflict', why.detail);
    }
    return show(caller.tenant, id);
  }

  return {
    async lint({ tenant }, policy, require) {
      const current = policy === null ? await registry.current(tenant) : inForceOf(policy);
      const findings = await lint(tenant, current.policy, require);
      return { ok: !hasError(findings), policy: current.hash, findings };
    },
    async diff({ tenant }, policy, before) {
      const then = before === null ? await registry.current(tenant) : await byHash(tenant, before);
      const after = inForceOf(policy);
      return { before: then.hash, after: after.hash, changes: policyChanges(then.policy, policy) };
    },
    async test({ tenant }, { policy, days, cases }) {
      const current = await registry.current(tenant);
      const tried = policy === null ? current : inForceOf(policy);
      const results = runCases(tried.policy, cases);
      return {
        ok: results.every(({ ok }) => ok),
        backtest: days === 0 ? null : await backtest(tenant, current, tried, days),
        cases: results,
      };
    },
    async propose(caller, { policy, effective_from: from, reason, days }) {
      const { tenant, identity: by } = caller;
      const at = from === null ? null : Date.parse(from);
      if (at !== null && !(at > now()))
        throw new GatehouseError('invalid_request', `${from ?? ''} is over already.`, {
          faults: [{ pointer: '/effective_from', detail: 'must lie ahead' }],
        });
      const current = await registry.current(tenant);
      const base = await byHash(tenant, policyExpectedAt(await proposals(tenant), current.hash, at));
      const sections = changedSections(base.policy, policy);
      if (sections.length === 0)
        throw new GatehouseError('state_conflict', 'It is the policy that will be in force then: nothing differs.');
      const findings = await lint(tenant, policy, []);
      const errors = findings.filter(({ severity }) => severity === 'error');
      if (errors.length > 0)
        throw new GatehouseError(
          'state_conflict',
          `The policy has errors: ${errors.map(({ message }) => message).join(' ')}`,
        );
      const after = inForceOf(policy);
      const test = await backtest(tenant, base, after, days);
      await importStore.storePolicy(tenant, after.hash, policy);
      const id = `pol_${randomUUID()}`;
      return act(caller, id, 'policy.proposed', {
        proposal: id,
        policy: after.hash,
        base: base.hash,
        name: policy.name,
        owners: Object.fromEntries(sections.map((section) => [section, [...POLICY_OWNERS[section]]])),
        effective_from: at,
        reason,
        by,
        evidence: {
          lint: findings.slice(0, 200).map((finding) => ({ ...finding })),
          test: {
            since: Date.parse(test.since),
            until: Date.parse(test.until),
            decisions: test.decisions,
            counts: { ...test.counts },
            examples: test.changed.slice(0, EXAMPLES_MAX).map(({ decision }) => decision),
          },
        },
      });
    },
    list: async ({ tenant }) => (await proposals(tenant)).map(proposalView),
    get: ({ tenant }, id) => show(tenant, id),
    async approve(caller, id) {
      await show(caller.tenant, id);
      return act(caller, id, 'policy.approved', {
        proposal: id,
        by: caller.identity,
        authorities: [...(caller.authorities ?? [])],
      });
    },
    async reject(caller, id, reason) {
      await show(caller.tenant, id);
      return act(caller, id, 'policy.rejected', { proposal: id, by: caller.identity, reason });
    },
    async setSingleOperator(caller, enabled) {
      if (caller.kind !== 'person')
        throw new GatehouseError('forbidden', 'Only a person sets single-operator mode: use the key of a person.');
      await commands.record(caller.tenant, randomUUID(), 'tenant.single_operator_set', {
        enabled,
        by: caller.identity,
      });
      return { single_operator: enabled };
    },
  };
}

/** Throws `state_conflict` where the policy in force wants every change of itself proposed and approved. */
export async function refuseSingleStep(registry: RegistryReader, tenant: TenantId): Promise<void> {
  const { policy } = await registry.current(tenant);
  if (policy.change_control !== 'approved' || (await registry.registry(tenant))?.singleOperator === true) return;
  throw new GatehouseError(
    'state_conflict',
    'The policy in force wants its changes approved. Propose it with gatehouse policy apply FILE --propose, or POST /v1/policy/proposals.',
  );
}

function inForceOf(policy: Policy): PolicyInForce {
  return { hash: sha256(canonicalJson(policy)), policy };
}

function hasError(findings: readonly LintFinding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

const STRICTNESS = ['pass', 'schedule', 'hold', 'deny'];

/** What becomes of one decision under the second policy, beside what the first one makes of it with the gate and engine of today. */
function kindOf(
  before: Pick<Hindsight, 'candidate' | 'gate'>,
  after: Pick<Hindsight, 'candidate' | 'gate' | 'result'>,
): BacktestKind {
  if (after.result === 'unknown' && before.gate.now === null) return before.gate.then === null ? 'same' : 'unknown';
  if (before.candidate.now?.action_type !== after.candidate.now?.action_type) return 'chosen_otherwise';
  const [then, now] = [before.gate.now?.verdict, after.gate.now?.verdict];
  if (then === now) return 'same';
  if (then === undefined || now === undefined) return 'unknown';
  if (STRICTNESS.indexOf(now) < STRICTNESS.indexOf(then)) return 'released';
  if (now === 'deny') return 'denied';
  return now === 'hold' ? 'held' : 'delayed';
}

function proposalView(proposal: PolicyProposal): PolicyProposalView {
  const { id, state, name, policy, base, by, at, effective_from: from, owners, approvals } = proposal;
  return {
    id,
    state,
    name,
    policy,
    base,
    by,
    at: isoOf(at),
    effective_from: from === null ? null : isoOf(from),
    sections: Object.entries(owners).map(([section, names]) => ({
      section,
      owners: names,
      approved_by: approvals.find(({ sections }) => sections.includes(section))?.by ?? null,
    })),
  };
}
