import type { Clock } from '../actors/clock.port.ts';
import { commandMessage } from '../actors/command-message.ts';
/**
 * Finds those whom active plays are for, and asks the partition of each to begin their sequence. What it asks for twice, or what two hosts ask
 * for, has the same id and happens once; whether a sequence may begin is decided there, under the locks.
 */
import type { DecisionEngine } from '../actors/decision-engine.port.ts';
import type { Host } from '../actors/host.ts';
import { movedRefs } from '../actors/planner/current-refs.ts';
import { inputFrom } from '../actors/planner/decide-effect.ts';
import { subjectContext } from '../actors/planner/subject-view.ts';
import type { PlayRow } from '../actors/plays/play-store.port.ts';
import { COORDINATOR, sequenceOf } from '../domain/cadence.ts';
import { EMPTY_GUARD } from '../domain/guard.ts';
import type { TenantId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Digest } from '../domain/json.ts';
import type { Message } from '../domain/message.ts';
import { segmentScopeOf, startsSequences, suggestedCadenceSchema } from '../domain/play.ts';
import type { Policy } from '../domain/policy.ts';
import type { CadenceRunView } from '../gateway/cadence.port.ts';
import { CLOSED_LEAD_STATES } from '../machines/lead/lead.machine.ts';
import type { CadenceReader, SubjectState } from '../memory/read/cadence-reader.ts';
import type { PlayReader } from '../memory/read/play-reader.ts';
import type { ContactRow, ReadinessReader } from '../memory/read/readiness-reader.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import { isInTarget } from '../policies/play-target.ts';
import type { TargetFacts } from '../policies/play-target.ts';

/** How many people are looked at together. */
const PAGE = 500;

export interface CoordinatorParts {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly engine: DecisionEngine;
  readonly host: Pick<Host, 'submit'>;
  readonly registry: Pick<RegistryReader, 'registry' | 'inForce'>;
  readonly plays: Pick<PlayReader, 'active' | 'tenantsWithActive'>;
  readonly contacts: Pick<ReadinessReader, 'contacts'>;
  readonly cadence: Pick<CadenceReader, 'started' | 'subjects'>;
}

type Cadence = ReturnType<typeof suggestedCadenceSchema.parse>;

/** A play under which sequences may begin, and what each does. */
interface RunningPlay {
  readonly row: PlayRow;
  readonly cadence: Cadence;
}

/** Why nothing begins under an active play; null when something may. */
export function playProblem(row: PlayRow, at: number): string | null {
  if (!startsSequences(row, at)) return 'It is not in its active period.';
  const cadence = suggestedCadenceSchema.safeParse(row.suggested_cadence);
  if (!cadence.success) return 'This program cannot read its cadence.';
  return cadence.data.steps.length > 0 ? null : 'Its cadence names a template and has no steps of its own.';
}

function dimensionOf(context: ReturnType<typeof subjectContext>): string | null {
  return context.dimensions['segment'] ?? null;
}

/** The directory keeps the account that a person had first; the person's state knows where an operator has moved them. */
function withCurrentAccount(row: ContactRow, state: SubjectState | undefined): ContactRow {
  if (state === undefined) return row;
  const { account } = subjectContext(state);
  return account === null || account === row.refs.account ? row : { ...row, refs: movedRefs(row.refs, account) };
}

export class CadenceCoordinator {
  readonly #parts: CoordinatorParts;
  /** How far this host has looked, by tenant. It begins again at the end. */
  readonly #after = new Map<TenantId, string>();

  constructor(parts: CoordinatorParts) {
    this.#parts = parts;
  }

  /** Looks at everybody of a tenant. */
  async run(tenant: TenantId): Promise<CadenceRunView> {
    let lookedAt = 0;
    let started = 0;
    let plays = 0;
    for (let after: string | null = ''; after !== null;) {
      const page = await this.#page(tenant, after);
      ({ after } = page);
      plays = page.plays;
      lookedAt += page.lookedAt;
      started += page.started;
    }
    return { plays, looked_at: lookedAt, started };
  }

  /** Looks at the next people of each tenant with active plays, so that a look costs the same however many there are. */
  async tick(): Promise<void> {
    for (const tenant of await this.#parts.plays.tenantsWithActive()) {
      const { after } = await this.#page(tenant, this.#after.get(tenant) ?? '');
      this.#after.set(tenant, after ?? '');
    }
  }

  async #page(tenant: TenantId, after: string) {
    const plays = await this.#running(tenant);
    if (plays.length === 0) return { after: null, plays: 0, lookedAt: 0, started: 0 };
    const { contacts, host, registry } = this.#parts;
    const people = await contacts.contacts(tenant, after, PAGE);
    const policy = await registry.inForce(tenant);
    const messages = await this.#starts(tenant, plays, people, policy);
    const results = messages.length === 0 ? [] : await host.submit(messages);
    return {
      after: people.length < PAGE ? null : (people.at(-1)?.id ?? null),
      plays: plays.length,
      lookedAt: people.length,
      started: results.filter(({ status }) => status === 'processed' || status === 'accepted').length,
    };
  }

  /** None while the kill switch is engaged, and none of a tenant whose time is simulated. */
  async #running(tenant: TenantId): Promise<readonly RunningPlay[]> {
    const { clock, plays, registry } = this.#parts;
    const known = await registry.registry(tenant);
    if (known === null || known.stopped || known.clock !== 'real') return [];
    const at = clock.now();
    return (await plays.active(tenant)).flatMap((row) =>
      playProblem(row, at) === null ? [{ row, cadence: suggestedCadenceSchema.parse(row.suggested_cadence) }] : [],
    );
  }

  async #starts(
    tenant: TenantId,
    plays: readonly RunningPlay[],
    people: readonly ContactRow[],
    policy: Policy,
  ): Promise<readonly Message[]> {
    if (people.length === 0) return [];
    const { cadence } = this.#parts;
    const ids = people.map(({ id }) => id);
    const started = await cadence.started(
      tenant,
      plays.map(({ row }) => row.play_id),
      ids,
    );
    const leads = await cadence.subjects(tenant, 'lead', ids);
    const current = people.map((person) => withCurrentAccount(person, leads.get(person.id)));
    const accounts = await cadence.subjects(
      tenant,
      'account',
      current.flatMap(({ refs }) => (refs.account === null ? [] : [refs.account])),
    );
    return current.flatMap((person) => {
      const account = accounts.get(person.refs.account ?? '') ?? null;
      const facts = this.#factsOf(person, leads.get(person.id) ?? null, account, policy);
      if (facts === null) return [];
      return plays
        .filter(({ row }) => !started.has(`${row.play_id}/${person.id}`) && this.#isFor(row, person, facts))
        .map((play) => this.#start(tenant, play, person));
    });
  }

  /** Null for somebody whose pursuit is over, or of whom nothing is known. */
  #factsOf(
    { id, refs }: ContactRow,
    person: SubjectState | null,
    account: SubjectState | null,
    policy: Policy,
  ): TargetFacts | null {
    if (person === null || CLOSED_LEAD_STATES.has(person.value)) return null;
    const ofPerson = subjectContext(person);
    const ofAccount = account === null ? null : subjectContext(account);
    const assessment = this.#parts.engine.assess(
      inputFrom({
        at: this.#parts.clock.now(),
        seed: '',
        actor: { kind: 'lead', id },
        stored: person,
        account: ofAccount,
        guard: EMPTY_GUARD,
        hasRecipient: refs.hasAddress,
        policy,
        examples: [],
      }),
    );
    const signals = [ofPerson.last_signal?.type, ofAccount?.last_signal?.type].filter((type) => type !== undefined);
    return {
      tier: assessment.fit.tier,
      vertical: ofAccount?.account_facts.vertical ?? ofPerson.account_facts.vertical ?? null,
      persona: assessment.persona,
      signals,
      stages: [person.value, ...(account === null ? [] : [account.value])],
      segmentLabel: dimensionOf(ofPerson) ?? (ofAccount === null ? null : dimensionOf(ofAccount)),
      sizeBand: assessment.segment,
    };
  }

  #isFor(row: PlayRow, { refs }: ContactRow, facts: TargetFacts): boolean {
    if (row.account_id !== null && row.account_id !== refs.account) return false;
    return isInTarget(row.target_definition, row.segment, facts);
  }

  #start(tenant: TenantId, { row, cadence }: RunningPlay, { id, scope, refs }: ContactRow): Message {
    const { clock, digest } = this.#parts;
    const data = {
      play: row.play_id,
      originating_proposal_id: row.originating_proposal_id,
      play_scope: row.account_id ?? segmentScopeOf(tenant, row.segment ?? ''),
      segment: row.segment,
      person: id,
      account: refs.account,
      cadence_type: cadence.cadence_type ?? 'standard',
      // The label follows from what is known of the account when the sequence begins.
      sequence_type: 'standard',
      steps: cadence.steps,
      active_period_start: row.active_period_start ?? '',
      active_period_end: row.active_period_end,
    } as const;
    return commandMessage({
      type: 'sequence.started',
      data,
      tenant,
      source: COORDINATOR,
      id: `${row.play_id}:${id}`,
      scope,
      actor: { kind: 'sequence', id: sequenceOf(tenant, row.play_id, id, digest) },
      refs,
      at: clock.now(),
      contentDigest: digest(canonicalJson([data.play, data.steps])),
    });
  }
}
