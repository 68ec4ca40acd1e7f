/** Gathers what the gate must know, and which versions of it were read, so that replay can find the same facts again. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { Channel } from '../../domain/action-types.ts';
import type { TrustLevel } from '../../domain/action-types.ts';
import type { EventData } from '../../domain/event-types.ts';
import type { GateFacts, GateRequest, TrustFact } from '../../domain/gate.ts';
import type { GuardKey, GuardState } from '../../domain/guard.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { SubjectRefs } from '../../domain/message.ts';
import { stricterMode } from '../../domain/mode.ts';
import type { Mode } from '../../domain/mode.ts';
import { pausedFact } from '../../domain/pause.ts';
import type { Pausable } from '../../domain/pause.ts';
import { planOf } from '../../domain/plan-of.ts';
import { isScopeLinked, joinedAccounts } from '../../domain/scope-linked.ts';
import { senderFact } from '../../domain/sender-health.ts';
import { asOne } from '../../domain/stricter-guard.ts';
import { trustCellId } from '../../domain/trust.ts';
import type { TenantContext } from '../../machines/tenant/tenant.machine.ts';
import { decayedTrust } from '../../machines/trust/trust.machine.ts';
import type { TrustContext } from '../../machines/trust/trust.machine.ts';
import type { StoredGuard } from '../runtime-store.port.ts';
import { guardGroup } from './guard-group.ts';
import type { PlanBuilder } from './plan-builder.ts';

export interface GatheredFacts {
  readonly facts: GateFacts;
  readonly guardVersions: { readonly [key: string]: number };
  readonly registryVersion: number;
  readonly trustVersion: number;
  readonly mode: Mode;
  /** Those of the subject under all its names. */
  readonly suppressionKeys: readonly string[];
}

/** What pauses may name of a proposal. `guard` is that of its account. */
export function pausableOf(proposal: EventData<'action.proposed'>, guard: GuardState | undefined): Pausable {
  const { channel, sender, account } = proposal;
  return { channel, sender, account, joined: joinedAccounts(guard), play: planOf(proposal).play };
}

export function modeOf(registry: TenantContext, channel: Channel): Mode {
  return stricterMode(registry.mode, registry.channel_modes[channel] ?? registry.mode);
}

/** The trust fact of a cell as of a moment. `value` is the state of the cell's machine. */
export function trustFactOf(
  cell: string,
  value: string | null,
  context: TrustContext | null,
  initialLevel: TrustLevel,
  at: number,
  pooled: TenantContext['trust_prior'],
): TrustFact {
  const sums = context === null ? { good: 0, bad: 0 } : decayedTrust(context, at);
  const level = value === null || value === 'initial' ? initialLevel : (value as TrustLevel);
  const prior = pooled?.prior ?? null;
  return { cell, ...sums, level, ...(prior === null ? {} : { pooled: prior }) };
}

/** The guards that the gate reads for an action about these subjects, by the name of the fact. */
export function gateGuards(
  refs: SubjectRefs,
  partition: number,
): readonly (readonly ['contact' | 'account' | 'domain' | 'budget', GuardKey])[] {
  const guards: (readonly ['contact' | 'account' | 'domain' | 'budget', GuardKey])[] = [];
  if (refs.person !== null) guards.push(['contact', `contact:${refs.person}`]);
  if (refs.account !== null) guards.push(['account', `account:${refs.account}`]);
  if (refs.domain !== null) guards.push(['domain', `domain:${refs.domain}`]);
  guards.push(['budget', `budget:p${partition}`]);
  return guards;
}

export function gatherFacts(
  builder: PlanBuilder,
  tenant: TenantId,
  partition: number,
  scope: string,
  refs: SubjectRefs,
  proposal: EventData<'action.proposed'>,
  request: GateRequest,
): GatheredFacts {
  const registry = builder.registry(tenant);
  const mode = modeOf(registry.context, proposal.channel);
  const guardVersions: Record<string, number> = {};
  const guardFacts: Partial<Record<'contact' | 'account' | 'domain' | 'budget', GuardState>> = {};
  let contact: readonly StoredGuard[] = [];
  let account: GuardState | undefined;
  const suppressionKeys = new Set(refs.suppressionKeys);
  const recipient = refs.person === null ? 'account' : 'contact';
  for (const [name, key] of gateGuards(refs, partition)) {
    const group = guardGroup(builder, tenant, key);
    for (const guard of group) {
      guardVersions[guard.key] = guard.version;
      if (name === recipient) for (const item of builder.listedKeys(tenant, guard.key)) suppressionKeys.add(item);
    }
    const [{ state }] = group;
    for (const peer of state.joined ?? []) for (const item of peer.suppression_keys) suppressionKeys.add(item);
    guardFacts[name] = asOne(group, request.at);
    if (name === 'contact') contact = group;
    if (name === 'account') account = state;
  }
  const cell = trustCellId(proposal.action_type, proposal.channel, proposal.risk_class, proposal.engine);
  const trust = builder.actor(tenant, 'trust', cell);
  const facts: GateFacts = {
    ...guardFacts,
    kill_switch: registry.stopped,
    ...pausedFact(registry.context.pauses ?? [], pausableOf(proposal, account), request.at),
    ...senderFact(registry.context.senders ?? [], proposal),
    mode,
    channel_ready:
      mode === 'shadow' || builder.deps.channelReady(builder.policy(tenant).policy, proposal.channel, mode),
    suppressions: [...builder.suppressions(tenant, [...suppressionKeys])],
    trust: trustFactOf(
      cell,
      trust?.value ?? null,
      (trust?.context ?? null) as TrustContext | null,
      ACTION_TYPE_SPECS[proposal.action_type].initialLevel,
      request.at,
      registry.context.trust_prior,
    ),
    scope_linked: isScopeLinked(refs.account, scope, contact, account),
    ...(registry.context.single_operator ? { single_operator: true } : {}),
    ...(registry.context.syncs === undefined ? {} : { syncs: registry.context.syncs }),
    time_zone_data: builder.deps.timeZoneData,
    attributes: proposal.attributes,
  };
  return {
    facts,
    guardVersions,
    registryVersion: registry.version,
    trustVersion: trust?.seq ?? 0,
    mode,
    suppressionKeys: [...suppressionKeys],
  };
}
