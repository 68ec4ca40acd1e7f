/** Answers what was known at a time, for requests: which events count, and how the answer is shown. */
import type { Directory, SubjectKind } from '../actors/intake/directory.port.ts';
import { knownState } from '../actors/replay/known-state.ts';
import type { KnownActor, KnownState } from '../actors/replay/known-state.ts';
import type { LedgerReader } from '../actors/replay/ledger-reader.port.ts';
import { sharedGuards } from '../actors/replay/shared-guards.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { AccountEventFacts, ContactEventFacts } from '../domain/event-types.ts';
import type { TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import { tenantKey } from '../domain/keys.ts';
import type { Policy } from '../domain/policy.ts';
import type { AccountView, ContactView, KnownStateView } from '../gateway/services.port.ts';
import type { Runners } from '../machines/catalogue.ts';
import type { TenantContext } from '../machines/tenant/tenant.machine.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';

export interface KnownStateParts {
  readonly directory: Directory;
  readonly reader: LedgerReader;
  readonly registry: RegistryReader;
  readonly runners: Runners;
}

interface Known {
  readonly id: string;
  readonly state: KnownState;
  readonly subject: KnownActor;
  readonly clock: 'real' | 'virtual';
}

export class KnownStates {
  readonly #parts: KnownStateParts;

  constructor(parts: KnownStateParts) {
    this.#parts = parts;
  }

  /** `subject` is `account/<external id>`, `contact/…` or `lead/…`. Throws `not_found` when nothing was known of it by then. */
  async view(tenant: TenantId, subject: string, at: number): Promise<KnownStateView> {
    const slash = subject.indexOf('/');
    const known = await this.#known(tenant, subject.slice(0, slash) as SubjectKind, subject.slice(slash + 1), at);
    return {
      subject,
      id: known.id,
      as_of: isoOf(at),
      clock: known.clock,
      events: known.state.events,
      last_event: known.state.lastEvent,
      actors: known.state.actors.map(({ kind, id, value, context, seq, at: changedAt }) => ({
        kind,
        id,
        state: value,
        context,
        events: seq,
        changed_at: isoOf(changedAt),
      })),
      guards: known.state.guards.map(({ key, version, state }) => ({ key, version, state })),
    };
  }

  /** The account of today with what was known of it then. Name and domain are not kept by time and are left out. */
  async account(tenant: TenantId, today: AccountView, at: number): Promise<AccountView> {
    const { subject } = await this.#known(tenant, 'account', today.external_id, at);
    const { account_facts: facts } = subject.context as { account_facts?: AccountEventFacts };
    return { ...today, state: subject.value, updated_at: isoOf(subject.at), facts: facts ?? {} };
  }

  /** The contact of today with what was known of it then. What is sealed is not kept by time and is left out. */
  async contact(tenant: TenantId, today: ContactView, at: number): Promise<ContactView> {
    const { subject } = await this.#known(tenant, 'contact', today.external_id, at);
    const { contact_facts: facts = {} } = subject.context as { contact_facts?: ContactEventFacts };
    const { consent, ...rest } = facts;
    const shown = { ...rest, ...(consent === undefined ? {} : { consent: { basis: consent } }) };
    return { ...today, state: subject.value, updated_at: isoOf(subject.at), facts: shown };
  }

  /** The policy in force at that time. Throws `not_found` when there was none yet. */
  async policy(tenant: TenantId, at: number): Promise<{ readonly hash: string; readonly policy: Policy }> {
    const { reader, registry, runners } = this.#parts;
    const clock = (await registry.registry(tenant))?.clock === 'virtual' ? 'virtual' : 'real';
    const rows = await reader.scopeUpTo(tenant, tenant, { at, clock });
    const { actors } = knownState(rows, runners, await sharedGuards(reader, [tenant]));
    const hash = (actors.find(({ kind }) => kind === 'tenant')?.context as TenantContext | undefined)?.policy;
    const policies = hash === undefined ? null : await reader.policies([{ tenant, hash }]);
    const policy = hash === undefined ? undefined : policies?.get(tenantKey(tenant, hash));
    if (hash === undefined || policy === undefined)
      throw new GatehouseError('not_found', `No policy was in force at ${isoOf(at)}.`);
    return { hash, policy };
  }

  async #known(tenant: TenantId, kind: SubjectKind, externalId: string, at: number): Promise<Known> {
    const { directory, reader, registry, runners } = this.#parts;
    const found = await directory.find(tenant, kind, externalId);
    const clock = (await registry.registry(tenant))?.clock === 'virtual' ? 'virtual' : 'real';
    const rows = found === null ? [] : await reader.scopeUpTo(tenant, found.scope, { at, clock });
    const state = knownState(rows, runners, await sharedGuards(reader, [tenant]));
    const subject = state.actors.find((actor) => actor.id === found?.id);
    if (found === null || subject === undefined)
      throw new GatehouseError('not_found', `Nothing was known of the ${kind} ${externalId} at ${isoOf(at)}.`);
    return { id: found.id, state, subject, clock };
  }
}
