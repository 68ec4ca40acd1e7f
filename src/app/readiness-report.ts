/** Asks the gate about every contact of a tenant, so that an operator sees which facts to supply first. */
import { movedRefs } from '../actors/planner/current-refs.ts';
import { gateGuards } from '../actors/planner/gate-facts.ts';
import type { GateFacts } from '../domain/gate.ts';
import { EMPTY_GUARD } from '../domain/guard.ts';
import type { GuardKey } from '../domain/guard.ts';
import { partitionOf } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import type { ReadinessPurpose } from '../domain/readiness.ts';
import { GATE_REASONS } from '../domain/reason-codes.ts';
import { isScopeLinked } from '../domain/scope-linked.ts';
import type { SenderHealth } from '../domain/sender-health.ts';
import { asOne, keysReadWith } from '../domain/stricter-guard.ts';
import type { GuardMember } from '../domain/stricter-guard.ts';
import type { SyncTimes } from '../domain/sync.ts';
import type { ReadinessReport } from '../gateway/gate-facts.port.ts';
import type { ContactRow, ReadinessReader } from '../memory/read/readiness-reader.ts';
import { bulkFixOf, bulkFixOfRefusal } from '../policies/readiness-fix.ts';
import { readinessOf, ReadinessTally } from '../policies/readiness.ts';

/** How many contacts are in memory at a time. */
const PAGE = 500;

export interface ReadinessQuestion {
  readonly tenant: TenantId;
  readonly purpose: ReadinessPurpose;
  readonly policy: Policy;
  readonly syncs: SyncTimes;
  readonly at: number;
  readonly senders: readonly SenderHealth[];
}

type Guards = ReadonlyMap<string, GuardMember>;

/** The guards of a contact by the name of the fact. Budgets are no fact of a contact. */
function guardsOf({ scope, refs }: ContactRow) {
  return gateGuards(refs, partitionOf(scope)).filter(([name]) => name !== 'budget');
}

/** The guard itself first, then those that a merge ties to it. */
function groupOf(guards: Guards, key: GuardKey): readonly [GuardMember, ...GuardMember[]] {
  const own = guards.get(key) ?? { key, state: EMPTY_GUARD };
  const peers = keysReadWith(own).slice(1);
  return [own, ...peers.flatMap((peer) => guards.get(peer) ?? [])];
}

function withCurrentAccount(row: ContactRow, guards: Guards): ContactRow {
  const parent = guards.get(`contact:${row.id}`)?.state.parent;
  return parent === undefined || parent === row.refs.account ? row : { ...row, refs: movedRefs(row.refs, parent) };
}

function suppressionKeysOf(row: ContactRow, guards: Guards): readonly string[] {
  const joined = guardsOf(row).flatMap(([, key]) => guards.get(key)?.state.joined ?? []);
  return [...row.refs.suppressionKeys, ...joined.flatMap((peer) => peer.suppression_keys)];
}

function factsOf(
  row: ContactRow,
  guards: Guards,
  suppressed: ReadonlyMap<string, readonly { readonly scope: string; readonly reason: string }[]>,
  { syncs, at }: ReadinessQuestion,
): GateFacts {
  const groups = guardsOf(row).map(([name, key]) => [name, groupOf(guards, key)] as const);
  const groupNamed = new Map(groups);
  return {
    ...Object.fromEntries(groups.map(([name, group]) => [name, asOne(group, at)])),
    suppressions: suppressionKeysOf(row, guards).flatMap((key) => suppressed.get(key) ?? []),
    scope_linked: isScopeLinked(
      row.refs.account,
      row.scope,
      groupNamed.get('contact') ?? [],
      groupNamed.get('account')?.[0].state,
    ),
    syncs,
  };
}

async function addPage(
  tally: ReadinessTally,
  rows: readonly ContactRow[],
  reader: ReadinessReader,
  question: ReadinessQuestion,
): Promise<void> {
  const { tenant, purpose, policy, at } = question;
  const own = await reader.guards(
    tenant,
    rows.map(({ id }): GuardKey => `contact:${id}`),
  );
  const current = rows.map((row) => withCurrentAccount(row, own));
  const others = new Set(current.flatMap((row) => guardsOf(row).map(([, key]) => key)).filter((key) => !own.has(key)));
  const guards = new Map([...own, ...(await reader.guards(tenant, [...others]))]);
  const keys = new Set(current.flatMap((row) => suppressionKeysOf(row, guards)));
  const suppressed = Map.groupBy(await reader.suppressions(tenant, [...keys]), ({ key }) => key);
  for (const row of current) {
    const subject = { person: row.id, account: row.refs.account, domain: row.refs.domain };
    tally.add(row.id, readinessOf(purpose, subject, factsOf(row, guards, suppressed, question), policy, at));
  }
}

/** Contacts that change meanwhile are counted as they were, or as they are. */
export async function readinessReport(reader: ReadinessReader, question: ReadinessQuestion): Promise<ReadinessReport> {
  const { tenant, purpose, at, senders } = question;
  const tally = new ReadinessTally();
  for (let after: string | undefined = ''; after !== undefined;) {
    const rows: readonly ContactRow[] = await reader.contacts(tenant, after, PAGE);
    await addPage(tally, rows, reader, question);
    after = rows.length < PAGE ? undefined : rows.at(-1)?.id;
  }
  const { gaps, refusals, ...counts } = tally.counts();
  const named = [...gaps, ...refusals].flatMap(({ examples }) => examples);
  const names = await reader.externalIds(tenant, [...new Set(named)]);
  return {
    purpose,
    at: isoOf(at),
    ...counts,
    gaps: gaps.map((gap) => ({
      ...gap,
      ...GATE_REASONS[gap.reason],
      fix: bulkFixOf(gap),
      examples: gap.examples.flatMap((id) => names.get(id) ?? []),
    })),
    refusals: refusals.map((refusal) => ({
      ...refusal,
      ...GATE_REASONS[refusal.reason],
      fix: bulkFixOfRefusal(refusal.reason),
      examples: refusal.examples.flatMap((id) => names.get(id) ?? []),
    })),
    limited_senders: senders
      .filter(({ level }) => level !== 'ok')
      .map(({ channel, sender, level }) => ({ channel, sender, level })),
  };
}
