import { GatehouseError } from '../../domain/errors.ts';
import type { AccountEventFacts, ContactEventFacts } from '../../domain/event-types.ts';
import type { CheckResult } from '../../domain/gate.ts';
import { asId, eventIdOf } from '../../domain/ids.ts';
import type { ScopeId, TenantId } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
/** What screens and callers read. Every statement runs as a request of its tenant, under row-level security. */
import type {
  TrustEventView,
  AccountView,
  ContactView,
  DecisionView,
  EventView,
  LoopReport,
  Page,
  PageQuery,
} from '../../gateway/services.port.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlSession, SqlValue } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';
import { decodeCursor, pageOf } from './cursor.ts';
import { ledgerQuery } from './ledger-reader.ts';

interface DecisionRecord {
  readonly id: string;
  readonly at: number;
  readonly subject_kind: 'account' | 'lead';
  readonly subject_id: string;
  readonly scope: string;
  readonly trigger: string;
  readonly engine: string;
  readonly action: string | null;
  readonly action_type: string;
  readonly channel: string | null;
  readonly risk_class: string | null;
  readonly confidence: number | null;
  readonly propensity: number;
  readonly reason: string;
  readonly choice: string;
  readonly verdict: string;
  readonly verdict_hash: string | null;
  readonly policy: string | null;
  readonly correlation: string;
  readonly originating_proposal_id: string | null;
  readonly action_state: string | null;
  readonly reasons: string | null;
  readonly external_id: string | null;
}

const DECISION_SELECT = `SELECT d.id, d.at, d.subject_kind, d.subject_id, d.scope, d.trigger, d.engine, d.action, d.action_type, d.channel, d.risk_class, d.confidence,
  d.propensity, d.reason, d.choice, d.verdict, d.verdict_hash, d.policy, d.correlation, d.originating_proposal_id, s.value AS action_state,
  (SELECT l.body::json #> '{data,admission,reasons}' FROM ledger_events l WHERE l.tenant = d.tenant AND l.correlation = d.correlation AND l.actor_kind = 'action'
     AND l.actor_id = d.action AND l.type IN ('action.passed', 'action.held', 'action.denied', 'action.scheduled', 'action.shadowed') ORDER BY l.seq DESC LIMIT 1)::text AS reasons,
  a.external_id
  FROM decisions d LEFT JOIN actor_state s ON s.tenant = d.tenant AND s.kind = 'action' AND s.id = d.action
  LEFT JOIN accounts a ON a.tenant = d.tenant AND a.id = d.subject_id`;

function decisionView(row: DecisionRecord): DecisionView {
  const choice = JSON.parse(row.choice) as { candidates: JsonObject[]; assessment?: JsonObject };
  return {
    id: row.id,
    at: isoOf(row.at),
    subject: { kind: row.subject_kind, id: row.subject_id, external_id: row.external_id },
    engine: row.engine,
    trigger: row.trigger,
    action:
      row.action === null
        ? null
        : {
            id: row.action,
            type: row.action_type,
            channel: row.channel ?? '',
            risk_class: row.risk_class ?? '',
            state: row.action_state ?? 'unknown',
          },
    verdict: row.verdict,
    reasons: row.reasons === null ? [] : (JSON.parse(row.reasons) as CheckResult[]),
    reason: row.reason,
    candidates: choice.candidates,
    propensity: row.propensity,
    confidence: row.confidence,
    assessment: choice.assessment ?? null,
    policy_hash: row.policy,
    verdict_hash: row.verdict_hash,
    correlation: row.correlation,
    originating_proposal_id: row.originating_proposal_id,
  };
}

export interface DecisionLocation {
  readonly view: DecisionView;
  readonly scope: ScopeId;
}

export class ReadModel {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;

  constructor(sql: Sql, vault: SubjectVault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  async decisions(
    tenant: TenantId,
    query: PageQuery & {
      account?: string | undefined;
      person?: string | undefined;
      verdict?: string | undefined;
      correlation?: string | undefined;
    },
  ): Promise<Page<DecisionView>> {
    const [at = null, id = null] = query.cursor === null ? [] : decodeCursor(query.cursor, 2);
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<DecisionRecord>(
        `${DECISION_SELECT} WHERE d.tenant = $1 AND NOT d.undone AND ($2::text IS NULL OR d.account = $2) AND ($3::text IS NULL OR d.subject_id = $3)
           AND ($4::text IS NULL OR d.verdict = $4) AND ($5::text IS NULL OR d.correlation = $5)
           AND ($6::bigint IS NULL OR (d.at, d.id) < ($6::bigint, $7::text)) ORDER BY d.at DESC, d.id DESC LIMIT $8`,
        [
          tenant,
          query.account ?? null,
          query.person ?? null,
          query.verdict ?? null,
          query.correlation ?? null,
          at,
          id,
          query.limit + 1,
        ],
      ),
    );
    return pageOf(rows, query.limit, decisionView, (row) => [row.at, row.id]);
  }

  async decision(tenant: TenantId, id: string): Promise<DecisionLocation> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<DecisionRecord>(`${DECISION_SELECT} WHERE d.tenant = $1 AND (d.id = $2 OR d.action = $2)`, [
        tenant,
        id,
      ]),
    );
    if (row === undefined) throw new GatehouseError('not_found', `There is no decision ${id}.`);
    return { view: decisionView(row), scope: asId(row.scope) };
  }

  /** Ids of the decisions that a correlation led to. */
  async decisionsOf(
    tenant: TenantId,
    correlations: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ correlation: string; decision: string }>(
        `SELECT correlation, body::json #>> '{data,decision}' AS decision FROM ledger_events WHERE tenant = $1 AND correlation = ANY ($2::text[]) AND type IN ('decision.made', 'action.proposed') ORDER BY turn_seq, seq`,
        [tenant, [...correlations]],
      ),
    );
    const found = new Map<string, string[]>();
    for (const row of rows) {
      const ids = found.get(row.correlation) ?? [];
      if (!ids.includes(row.decision)) ids.push(row.decision);
      found.set(row.correlation, ids);
    }
    return found;
  }

  correlationRows(tenant: TenantId, correlation: string): Promise<readonly LedgerRow[]> {
    return asTenant(this.#sql, tenant, (session) =>
      ledgerQuery(
        session,
        'ledger_events',
        'WHERE tenant = $1 AND correlation = $2 ORDER BY at, appended_on, partition, seq LIMIT 1000',
        [tenant, correlation],
      ),
    );
  }

  /** Outcomes that were linked to a decision, as events of their own lives. */
  async outcomeRows(tenant: TenantId, scope: string, decision: string): Promise<readonly LedgerRow[]> {
    return asTenant(this.#sql, tenant, (session) =>
      ledgerQuery(
        session,
        'ledger_events',
        `WHERE tenant = $1 AND scope = $2 AND type = 'outcome.linked' AND position($3 in body) > 0 ORDER BY turn_seq, seq`,
        [tenant, scope, `"decision":"${decision}"`],
      ),
    );
  }

  part(tenant: TenantId, hash: string): Promise<JsonObject | null> {
    return asTenant(this.#sql, tenant, async (session) => {
      const [row] = await session.query<{ body: string }>(
        'SELECT body FROM snapshot_parts WHERE tenant = $1 AND hash = $2',
        [tenant, hash],
      );
      return row === undefined ? null : (JSON.parse(row.body) as JsonObject);
    });
  }

  async openSealed(tenant: TenantId, rows: readonly LedgerRow[]): Promise<ReadonlyMap<string, string | null>> {
    return asTenant(this.#sql, tenant, async (session) => {
      const sealed = rows.filter((row) => row.sealed !== null && row.sealedSubject !== null);
      const keys = await this.#vault.keys(
        session,
        sealed.map((row) => ({ tenant, subject: row.sealedSubject ?? '' })),
        false,
      );
      return new Map(
        sealed.map((row) => {
          const id = eventIdOf(row.partition, row.seq);
          return [id, this.#vault.openWith(keys, { tenant, subject: row.sealedSubject ?? '' }, id, row.sealed ?? '')];
        }),
      );
    });
  }

  async events(tenant: TenantId, scope: string, query: PageQuery): Promise<Page<EventView>> {
    const [seq = null] = query.cursor === null ? [] : decodeCursor(query.cursor, 1);
    const rows = await asTenant(this.#sql, tenant, (session) =>
      ledgerQuery(
        session,
        'ledger_events',
        'WHERE tenant = $1 AND scope = $2 AND ($3::bigint IS NULL OR (turn_seq < $3 AND seq < $3)) ORDER BY turn_seq DESC, seq DESC LIMIT $4',
        [tenant, scope, seq, query.limit + 1],
      ),
    );
    const opened = await this.openSealed(tenant, rows.slice(0, query.limit));
    return pageOf(
      rows,
      query.limit,
      (row): EventView => {
        const id = eventIdOf(row.partition, row.seq);
        return {
          id,
          type: row.type,
          at: isoOf(row.at),
          actor: `${row.actor.kind}:${row.actor.id}`,
          correlation: row.correlation,
          causation: row.causation,
          data: (JSON.parse(row.body) as { data: JsonValue }).data,
          payload_text: opened.get(id) ?? null,
        };
      },
      (row) => [row.seq],
    );
  }

  async accounts(tenant: TenantId, query: PageQuery): Promise<Page<AccountView>> {
    const [after = null] = query.cursor === null ? [] : decodeCursor(query.cursor, 1);
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<AccountRecord>(`${ACCOUNT_SELECT} AND ($2::text IS NULL OR a.id > $2) ORDER BY a.id LIMIT $3`, [
        tenant,
        after,
        query.limit + 1,
      ]),
    );
    return pageOf(rows, query.limit, accountView, (row) => [row.id]);
  }

  async account(tenant: TenantId, id: string): Promise<AccountView> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<AccountRecord>(`${ACCOUNT_SELECT} AND a.id = $2`, [tenant, id]),
    );
    if (row === undefined) throw new GatehouseError('not_found', 'There is no such account.');
    return accountView(row);
  }

  async contact(tenant: TenantId, id: string): Promise<ContactView> {
    return asTenant(this.#sql, tenant, async (session) => {
      const [row] = await session.query<ContactRecord>(
        `SELECT c.id, c.sealed_external_id, c.sealed_email, c.sealed_name, c.sealed_title, c.created_at, c.updated_at, s.value, s.context, a.external_id AS account
         FROM contacts c LEFT JOIN actor_state s ON s.tenant = c.tenant AND s.kind = 'lead' AND s.id = c.id LEFT JOIN accounts a ON a.tenant = c.tenant AND a.id = c.account
         WHERE c.tenant = $1 AND c.id = $2`,
        [tenant, id],
      );
      if (row === undefined) throw new GatehouseError('not_found', 'There is no such contact.');
      const open = async (field: string, sealed: string | null) =>
        sealed === null || sealed === ''
          ? null
          : this.#vault.open(session, { tenant, subject: id }, `contact:${id}:${field}`, sealed);
      const [externalId, email, name, title] = [
        await open('external_id', row.sealed_external_id),
        await open('email', row.sealed_email),
        await open('name', row.sealed_name),
        await open('title', row.sealed_title),
      ];
      const facts: ContactEventFacts =
        row.context === null ? {} : (JSON.parse(row.context) as { contact_facts: ContactEventFacts }).contact_facts;
      const { consent, ...rest } = facts;
      return {
        id,
        external_id: externalId ?? '',
        account: row.account,
        state: row.value,
        created_at: isoOf(row.created_at),
        updated_at: isoOf(row.updated_at),
        facts: {
          ...rest,
          ...(consent === undefined ? {} : { consent: { basis: consent } }),
          ...(email === null ? {} : { email }),
          ...(name === null ? {} : { name }),
          ...(title === null ? {} : { title }),
        },
      };
    });
  }

  async actionState(tenant: TenantId, action: string): Promise<string> {
    const [row] = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ value: string }>(
        `SELECT value FROM actor_state WHERE tenant = $1 AND kind = 'action' AND id = $2`,
        [tenant, action],
      ),
    );
    return row?.value ?? 'unknown';
  }

  trustCells(
    tenant: TenantId,
  ): Promise<readonly { readonly id: string; readonly value: string; readonly context: JsonObject }[]> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<{ id: string; value: string; context: string }>(
        `SELECT id, value, context FROM actor_state WHERE tenant = $1 AND kind = 'trust' ORDER BY id`,
        [tenant],
      );
      return rows.map((row) => ({ ...row, context: JSON.parse(row.context) as JsonObject }));
    });
  }

  /** Evidence and levels of one trust cell, newest first. */
  async trustEvents(tenant: TenantId, cell: string, query: PageQuery): Promise<Page<TrustEventView>> {
    const [seq = null] = query.cursor === null ? [] : decodeCursor(query.cursor, 1);
    const rows = await asTenant(this.#sql, tenant, (session) =>
      ledgerQuery(
        session,
        'ledger_events',
        `WHERE tenant = $1 AND scope = $1 AND actor_kind = 'trust' AND actor_id = $2
           AND ($3::bigint IS NULL OR (turn_seq < $3 AND seq < $3)) ORDER BY turn_seq DESC, seq DESC LIMIT $4`,
        [tenant, cell, seq, query.limit + 1],
      ),
    );
    return pageOf(
      rows,
      query.limit,
      (row): TrustEventView => ({
        event: eventIdOf(row.partition, row.seq),
        at: isoOf(row.at),
        type: row.type,
        data: (JSON.parse(row.body) as { data: JsonValue }).data,
      }),
      (row) => [row.seq],
    );
  }

  /** Evidence for and against since a time, by action type. What was taken back counts no more. */
  evidenceSums(
    tenant: TenantId,
    since: number,
  ): Promise<ReadonlyMap<string, { readonly good: number; readonly bad: number }>> {
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<{ type: string; good: number; bad: number }>(
        `SELECT split_part(actor_id, '/', 1) AS type,
           sum((body::json #>> '{data,good}')::double precision * CASE type WHEN 'trust.evidence' THEN 1 ELSE -1 END) AS good,
           sum((body::json #>> '{data,bad}')::double precision * CASE type WHEN 'trust.evidence' THEN 1 ELSE -1 END) AS bad
         FROM ledger_events WHERE tenant = $1 AND scope = $1 AND actor_kind = 'trust'
           AND type IN ('trust.evidence', 'trust.evidence_withdrawn') AND at >= $2 GROUP BY 1`,
        [tenant, since],
      );
      return new Map(rows.map(({ type, good, bad }) => [type, { good: Math.max(0, good), bad: Math.max(0, bad) }]));
    });
  }

  async loop(tenant: TenantId, dimension: string | null): Promise<LoopReport> {
    return asTenant(this.#sql, tenant, async (session) => {
      const one = async (text: string, params: readonly SqlValue[] = [tenant]) =>
        (await session.query<{ count: number }>(text, params))[0]?.count ?? 0;
      const grouped = async (text: string) =>
        Object.fromEntries(
          (await session.query<{ name: string; count: number }>(text, [tenant])).map((row) => [row.name, row.count]),
        );
      const triage = await grouped(
        `SELECT l.body::json #>> '{data,verdict}' AS name, count(*) AS count FROM ledger l WHERE l.tenant = $1 AND l.type = 'signal.triaged'
           AND (l.batch IS NULL OR l.batch NOT IN (SELECT id FROM imports WHERE tenant = $1 AND state = 'undone')) GROUP BY 1`,
      );
      const outcomes = await grouped(
        `SELECT status AS name, count(*) AS count FROM outcomes WHERE tenant = $1 AND NOT undone AND status <> 'retracted' GROUP BY 1`,
      );
      const preceding = await session.query<{
        id: string;
        subject_id: string;
        subject_kind: string;
        type: string;
        occurred_at: number;
        first_seen_at: number | null;
      }>(
        `SELECT o.id, o.subject_id, o.subject_kind, o.type, o.occurred_at, coalesce(o.first_seen_at, l.first_seen_at) AS first_seen_at FROM outcomes o
         LEFT JOIN leads l ON l.tenant = o.tenant AND l.id = o.subject_id
         WHERE o.tenant = $1 AND NOT o.undone AND o.status = 'preceding' ORDER BY o.occurred_at, o.id LIMIT 100`,
        [tenant],
      );
      return {
        signals: await one(
          `SELECT count(*) AS count FROM ledger l WHERE l.tenant = $1 AND l.type = 'signal.received' AND (l.batch IS NULL OR l.batch NOT IN (SELECT id FROM imports WHERE tenant = $1 AND state = 'undone'))`,
        ),
        triage: { act: triage['act'] ?? 0, later: triage['later'] ?? 0, none: triage['none'] ?? 0 },
        decisions: await one('SELECT count(*) AS count FROM decisions WHERE tenant = $1 AND NOT undone'),
        verdicts: await grouped(
          'SELECT verdict AS name, count(*) AS count FROM decisions WHERE tenant = $1 AND NOT undone GROUP BY 1',
        ),
        executions: await one(
          `SELECT count(*) AS count FROM permits p WHERE p.tenant = $1 AND p.state = 'used'
             AND (p.batch IS NULL OR p.batch NOT IN (SELECT id FROM imports WHERE tenant = $1 AND state = 'undone'))`,
        ),
        outcomes: {
          total: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
          linked: outcomes['linked'] ?? 0,
          unlinked: outcomes['unlinked'] ?? 0,
          preceding: outcomes['preceding'] ?? 0,
        },
        outcomes_by_type: await grouped(
          `SELECT type AS name, count(*) AS count FROM outcomes WHERE tenant = $1 AND NOT undone AND status <> 'retracted' GROUP BY 1`,
        ),
        preceding: preceding.map((row) => ({
          outcome: row.id,
          subject: `${row.subject_kind}:${row.subject_id}`,
          type: row.type,
          occurred_at: isoOf(row.occurred_at),
          first_seen_at: row.first_seen_at === null ? '' : isoOf(row.first_seen_at),
        })),
        conversion: dimension === null ? null : await this.#conversion(session, tenant, dimension),
      };
    });
  }

  async #conversion(
    session: SqlSession,
    tenant: TenantId,
    dimension: string,
  ): Promise<NonNullable<LoopReport['conversion']>> {
    const rows = await session.query<{ value: string | null; subjects: number; won: number }>(
      `SELECT l.dimensions::json ->> $2 AS value, count(*) AS subjects,
         count(*) FILTER (WHERE EXISTS (SELECT FROM outcomes o WHERE o.tenant = l.tenant AND o.subject_id = l.id AND o.type = 'won' AND NOT o.undone AND o.status <> 'retracted')) AS won
       FROM leads l WHERE l.tenant = $1 GROUP BY 1 ORDER BY 2 DESC, 1`,
      [tenant, dimension],
    );
    return rows.map((row) => ({ ...row, rate: row.subjects === 0 ? 0 : row.won / row.subjects }));
  }
}

interface AccountRecord {
  readonly id: string;
  readonly external_id: string;
  readonly name: string | null;
  readonly domain: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly value: string | null;
  readonly context: string | null;
}

const ACCOUNT_SELECT = `SELECT a.id, a.external_id, a.name, a.domain, a.created_at, a.updated_at, s.value, s.context FROM accounts a
  LEFT JOIN actor_state s ON s.tenant = a.tenant AND s.kind = 'account' AND s.id = a.id WHERE a.tenant = $1`;

function accountView(row: AccountRecord): AccountView {
  const facts: AccountEventFacts =
    row.context === null ? {} : (JSON.parse(row.context) as { account_facts: AccountEventFacts }).account_facts;
  return {
    id: row.id,
    external_id: row.external_id,
    state: row.value,
    created_at: isoOf(row.created_at),
    updated_at: isoOf(row.updated_at),
    facts: {
      ...facts,
      ...(row.name === null ? {} : { name: row.name }),
      ...(row.domain === null ? {} : { domain: row.domain }),
    },
  };
}

interface ContactRecord {
  readonly id: string;
  readonly sealed_external_id: string;
  readonly sealed_email: string | null;
  readonly sealed_name: string | null;
  readonly sealed_title: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly value: string | null;
  readonly context: string | null;
  readonly account: string | null;
}
