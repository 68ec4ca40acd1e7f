/** The review queue as reviewers read it: sorted by risk and age, with drafts and recipients opened. */
import type { HeldAction } from '../../actors/held-action.port.ts';
import type { ActionType, Channel, RiskClass } from '../../domain/action-types.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { CheckResult } from '../../domain/gate.ts';
import { asId } from '../../domain/ids.ts';
import type { CorrelationId, EventId, TenantId } from '../../domain/ids.ts';
import { HOUR_MS, isoOf } from '../../domain/instant.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { SubjectRefs } from '../../domain/message.ts';
import { renderedDraft } from '../../domain/personalised.ts';
import { trustCellId } from '../../domain/trust.ts';
import type { Page } from '../../gateway/caller.port.ts';
import type {
  EvidenceView,
  ReservationView,
  ReviewQuery,
  ReviewSummary,
  ReviewView,
} from '../../gateway/review.port.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';
import { decodeCursor, pageOf } from './cursor.ts';
import { openDrafts, openParties } from './waiting-content.ts';

interface ReviewRecord {
  readonly id: string;
  readonly action: string;
  readonly decision: string;
  readonly queue: string;
  readonly state: ReviewView['state'];
  readonly action_type: ActionType;
  readonly channel: Channel;
  readonly risk_class: RiskClass;
  readonly risk_weight: number;
  readonly fingerprint: string;
  readonly content_seq: number;
  readonly proposed_seq: number | null;
  readonly partition: number;
  readonly scope: string;
  readonly reasons: string;
  readonly detail: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly due_at: number | null;
  readonly decided_by: string | null;
  readonly decided_at: number | null;
  readonly decided: number;
  readonly approvals: string;
  readonly approvals_needed: number;
  readonly account: string | null;
  readonly person: string | null;
  readonly lane: string | null;
  readonly engine: string | null;
  readonly run: string | null;
  readonly sequence: string | null;
  readonly step: number | null;
  readonly play: string | null;
  readonly assigned_to: string | null;
  readonly snoozed_until: number | null;
  readonly reserved_by: string | null;
  readonly reserved_until: Date | null;
  readonly undo_until: number | null;
}

interface Detail {
  readonly refs: SubjectRefs;
  readonly correlation: CorrelationId;
  readonly causation: EventId | null;
}

/** What a person decides about, and what the act needs. */
export interface ReviewItem {
  readonly held: HeldAction;
  readonly decided: number;
  readonly expiresAt: number;
  readonly sequence: string | null;
  readonly person: string | null;
  readonly reserved: ReservationView | null;
  readonly undoUntil: number | null;
}

export interface ReadAs {
  readonly tenant: TenantId;
  readonly now: number;
  /** When the day of reviewers began. */
  readonly today: number;
  /** How many drafts they can read in a day; null for any number. */
  readonly capacity: number | null;
  /** What the state of a cell says of actions of this type; null for a cell without evidence. */
  readonly trust: (
    type: ActionType,
    cell: { readonly value: string; readonly context: JsonObject } | null,
  ) => ReviewView['trust'];
}

const RISK_WEIGHT = `(CASE r.risk_class WHEN 'high' THEN 4 WHEN 'medium' THEN 2 ELSE 1 END)`;

function select(more = ''): string {
  return `SELECT r.*, ${RISK_WEIGHT} AS risk_weight, v.reserved_by, v.until_on AS reserved_until, u.due_at AS undo_until${more} FROM reviews r
    LEFT JOIN review_reservations v ON v.tenant = r.tenant AND v.review = r.id AND v.until_on > clock_timestamp()
    LEFT JOIN scheduled_actions u ON u.tenant = r.tenant AND u.action = r.action AND u.waits = 'undo' AND r.state IN ('approved', 'edited')`;
}

export class ReviewReader {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;

  constructor(sql: Sql, vault: SubjectVault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  /** `account` is the id here. The age that sorts is that of the first page, so pages do not overlap. */
  async list(as: ReadAs, query: ReviewQuery): Promise<Page<ReviewView>> {
    const { tenant } = as;
    const byAge = query.sort === 'age';
    const [anchor, score, id] =
      query.cursor === null ? [as.now, null, null] : (decodeCursor(query.cursor, 3) as [number, number, string]);
    const rank = byAge ? 'r.created_at' : `-(${RISK_WEIGHT} * greatest(0, $2::bigint - r.created_at))`;
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<ReviewRecord & { readonly rank: number }>(
        `${select(`, ${rank} AS rank`)} WHERE r.tenant = $1 AND r.state = $3
            AND CASE $4 WHEN 'snoozed' THEN r.snoozed_until > $5 WHEN 'open' THEN coalesce(r.snoozed_until, 0) <= $5 ELSE true END
            AND ($6::text IS NULL OR r.queue = $6) AND ($7::text IS NULL OR r.channel = $7) AND ($8::text IS NULL OR r.action_type = $8)
            AND ($9::text IS NULL OR r.assigned_to = $9) AND ($10::text IS NULL OR r.account = $10) AND ($11::text IS NULL OR r.sequence = $11)
            AND ($12::text IS NULL OR r.run = $12) AND ($13::text IS NULL OR r.play = $13)
            AND ($14::bigint IS NULL OR (${rank}, r.id) > ($14::bigint, $15::text)) AND $2::bigint IS NOT NULL
            ORDER BY ${rank}, r.id LIMIT $16`,
        [
          tenant,
          anchor,
          query.state === 'snoozed' || query.state === undefined ? 'open' : query.state,
          query.state ?? 'open',
          as.now,
          query.queue ?? null,
          query.channel ?? null,
          query.action_type ?? null,
          query.assigned_to ?? null,
          query.account ?? null,
          query.sequence ?? null,
          query.batch ?? null,
          query.play ?? null,
          score,
          id,
          query.limit + 1,
        ],
      );
      const views = await this.#views(session, as, rows.slice(0, query.limit));
      const byId = new Map(views.map((view) => [view.id, view]));
      const page = pageOf(
        rows,
        query.limit,
        (row) => byId.get(row.id),
        (row) => [anchor, row.rank, row.id],
      );
      return { ...page, items: page.items.filter((item) => item !== undefined) };
    });
  }

  async get(as: ReadAs, id: string): Promise<ReviewView> {
    return asTenant(this.#sql, as.tenant, async (session) => {
      const [view] = await this.#views(session, as, [await this.#row(session, as.tenant, id)]);
      if (view === undefined) throw new GatehouseError('not_found', `There is no review ${id}.`);
      return view;
    });
  }

  /** One review for an act on it. Throws `not_found`. */
  async item(tenant: TenantId, id: string): Promise<ReviewItem> {
    return asTenant(this.#sql, tenant, async (session) => {
      const row = await this.#row(session, tenant, id);
      const place = { partition: row.partition, seq: row.content_seq };
      const content = (await openDrafts(session, this.#vault, tenant, [place]))(place);
      const { refs, correlation, causation } = JSON.parse(row.detail) as Detail;
      return {
        held: {
          tenant,
          review: row.id,
          action: row.action,
          state: row.state,
          partition: row.partition,
          scope: asId(row.scope),
          actionType: row.action_type,
          channel: row.channel,
          fingerprint: row.fingerprint,
          content,
          refs,
          correlation,
          causation,
        },
        decided: row.decided,
        expiresAt: row.expires_at,
        sequence: row.sequence,
        person: row.person,
        reserved: reservationOf(row),
        undoUntil: row.undo_until,
      };
    });
  }

  /** Open reviews of the steps of a sequence for one contact. */
  async openSteps(tenant: TenantId, sequence: string, person: string | null): Promise<readonly string[]> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ id: string }>(
        `SELECT id FROM reviews WHERE tenant = $1 AND sequence = $2 AND person IS NOT DISTINCT FROM $3 AND state = 'open' ORDER BY step, id`,
        [tenant, sequence, person],
      ),
    );
    return rows.map((row) => row.id);
  }

  async summary(as: ReadAs, identity: string): Promise<ReviewSummary> {
    const { tenant, now, today, capacity } = as;
    return asTenant(this.#sql, tenant, async (session) => {
      const [open] = await session.query<{ open: number; overdue: number; snoozed: number; mine: number }>(
        `SELECT count(*) FILTER (WHERE coalesce(snoozed_until, 0) <= $2)::int AS open,
           count(*) FILTER (WHERE coalesce(snoozed_until, 0) <= $2 AND due_at < $2)::int AS overdue,
           count(*) FILTER (WHERE snoozed_until > $2)::int AS snoozed,
           count(*) FILTER (WHERE assigned_to = $3 AND coalesce(snoozed_until, 0) <= $2)::int AS mine
         FROM reviews WHERE tenant = $1 AND state = 'open'`,
        [tenant, now, identity],
      );
      const [done] = await session.query<{ decided: number; median: number | null }>(
        `SELECT count(*)::int AS decided, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.decided_at / 1000.0 - extract(epoch FROM v.since_on)::float8)
             FILTER (WHERE v.reserved_by = r.decided_by AND r.decided_at / 1000.0 >= extract(epoch FROM v.since_on)) AS median
         FROM reviews r LEFT JOIN review_reservations v ON v.tenant = r.tenant AND v.review = r.id WHERE r.tenant = $1 AND r.decided_at >= $2`,
        [tenant, today],
      );
      const decided = done?.decided ?? 0;
      return {
        open: open?.open ?? 0,
        overdue: open?.overdue ?? 0,
        snoozed: open?.snoozed ?? 0,
        mine: open?.mine ?? 0,
        decided_today: decided,
        median_seconds_today: done?.median === null || done === undefined ? null : Math.round(done.median * 10) / 10,
        capacity: { per_day: capacity, left: capacity === null ? null : Math.max(0, capacity - decided) },
      };
    });
  }

  /** Takes an item, or takes it longer. Throws `reserved` when somebody else has it. */
  async reserve(tenant: TenantId, id: string, by: string, forMs: number): Promise<ReservationView> {
    return asTenant(this.#sql, tenant, async (session) => {
      const row = await this.#row(session, tenant, id);
      if (row.state !== 'open')
        throw new GatehouseError('state_conflict', `This review is ${row.state} already; nobody needs to work on it.`);
      const [taken] = await session.query<{ until_on: Date }>(
        `INSERT INTO review_reservations AS v (tenant, review, reserved_by, since_on, until_on)
         VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + make_interval(secs => $4::float8 / 1000))
         ON CONFLICT (tenant, review) DO UPDATE SET until_on = EXCLUDED.until_on, reserved_by = EXCLUDED.reserved_by,
           since_on = CASE WHEN v.reserved_by = EXCLUDED.reserved_by AND v.until_on > EXCLUDED.since_on THEN v.since_on ELSE EXCLUDED.since_on END
         WHERE v.reserved_by = EXCLUDED.reserved_by OR v.until_on <= EXCLUDED.since_on RETURNING until_on`,
        [tenant, id, by, forMs],
      );
      if (taken !== undefined) return { by, until: taken.until_on.toISOString() };
      const again = await this.#row(session, tenant, id);
      throw reservedBy(reservationOf(again) ?? { by: 'somebody else', until: isoOf(0) });
    });
  }

  async letGo(tenant: TenantId, id: string, by: string): Promise<void> {
    await asTenant(this.#sql, tenant, async (session) => {
      await this.#row(session, tenant, id);
      await session.query(
        'UPDATE review_reservations SET until_on = clock_timestamp() WHERE tenant = $1 AND review = $2 AND reserved_by = $3',
        [tenant, id, by],
      );
      // Rows of long ago say nothing any more.
      await session.query(
        `DELETE FROM review_reservations WHERE tenant = $1 AND until_on < clock_timestamp() - interval '2 days'`,
        [tenant],
      );
    });
  }

  async #row(session: SqlSession, tenant: TenantId, id: string): Promise<ReviewRecord> {
    const [row] = await session.query<ReviewRecord>(`${select()} WHERE r.tenant = $1 AND r.id = $2`, [tenant, id]);
    if (row === undefined) throw new GatehouseError('not_found', `There is no review ${id}.`);
    return row;
  }

  async #views(session: SqlSession, as: ReadAs, rows: readonly ReviewRecord[]): Promise<readonly ReviewView[]> {
    if (rows.length === 0) return [];
    const { tenant, now } = as;
    const places = rows.flatMap((row) => [
      { partition: row.partition, seq: row.content_seq },
      { partition: row.partition, seq: row.proposed_seq ?? row.content_seq },
    ]);
    const drafts = await openDrafts(session, this.#vault, tenant, places);
    const parties = await openParties(session, this.#vault, tenant, rows);
    const evidence = await evidenceOf(session, tenant, rows);
    const trust = await trustOf(session, as, rows);
    return rows.map((row): ReviewView => {
      const content = drafts({ partition: row.partition, seq: row.content_seq });
      const { account, recipient } = parties(row);
      const dueAt = row.due_at ?? row.expires_at;
      return {
        id: row.id,
        action: row.action,
        decision: row.decision,
        queue: row.queue,
        state: row.state,
        action_type: row.action_type,
        channel: row.channel,
        risk_class: row.risk_class,
        lane: row.lane ?? 'operator',
        account: row.account,
        person: row.person,
        account_ref: account,
        recipient,
        batch: row.run,
        sequence: row.sequence,
        step: row.step,
        play: row.play,
        fingerprint: row.fingerprint,
        content,
        original_content: drafts({ partition: row.partition, seq: row.proposed_seq ?? row.content_seq }),
        rendered: renderedDraft(content, { name: recipient?.name ?? null, company: account?.name ?? null }),
        evidence: evidence.get(row.decision) ?? [],
        reasons: JSON.parse(row.reasons) as CheckResult[],
        trust: trust(row),
        priority: priorityOf(row, now),
        reserved: reservationOf(row),
        assigned_to: row.assigned_to,
        snoozed_until: row.snoozed_until === null || row.snoozed_until <= now ? null : isoOf(row.snoozed_until),
        approvals: (JSON.parse(row.approvals) as { by: string; at: number }[]).map(({ by, at }) => ({
          by,
          at: isoOf(at),
        })),
        approvals_needed: row.approvals_needed,
        created_at: isoOf(row.created_at),
        due_at: isoOf(dueAt),
        overdue: row.state === 'open' && dueAt < now,
        expires_at: isoOf(row.expires_at),
        decided_by: row.decided_by,
        decided_at: row.decided_at === null ? null : isoOf(row.decided_at),
        undo_until: row.undo_until === null || row.undo_until <= now ? null : isoOf(row.undo_until),
      };
    });
  }
}

export function reservedBy({ by, until }: ReservationView): GatehouseError {
  return new GatehouseError('reserved', `${by} works on this review until ${until}.`);
}

function reservationOf(row: ReviewRecord): ReservationView | null {
  return row.reserved_by === null || row.reserved_until === null
    ? null
    : { by: row.reserved_by, until: row.reserved_until.toISOString() };
}

/** Risk times age: the same as the order of the list. */
function priorityOf(row: ReviewRecord, now: number): ReviewView['priority'] {
  const hours = Math.max(0, now - row.created_at) / HOUR_MS;
  const score = Math.round(row.risk_weight * hours * 100) / 100;
  const age = hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
  return { score, reason: `${row.risk_class} risk (×${row.risk_weight}), waiting for ${age}` };
}

/** What each decision rested on: what triggered it, the notes that it names, and the candidates that were weighed. */
async function evidenceOf(
  session: SqlSession,
  tenant: TenantId,
  rows: readonly ReviewRecord[],
): Promise<ReadonlyMap<string, readonly EvidenceView[]>> {
  const found = await session.query<{
    id: string;
    at: number;
    trigger: string;
    reason: string;
    choice: string;
    correlation: string;
  }>('SELECT id, at, trigger, reason, choice, correlation FROM decisions WHERE tenant = $1 AND id = ANY ($2::text[])', [
    tenant,
    rows.map((row) => row.decision),
  ]);
  return new Map(
    found.map((row) => {
      const at = isoOf(row.at);
      const { candidates, notes = [] } = JSON.parse(row.choice) as {
        candidates: readonly { action_type: string; reason: string }[];
        notes?: readonly { note: string; why: string }[];
      };
      return [
        row.id,
        [
          { kind: 'signal', id: row.correlation, text: `${row.trigger}: ${row.reason}`, at },
          ...notes.map(({ note, why }): EvidenceView => ({ kind: 'note', id: note, text: why, at })),
          ...candidates.map((candidate, index): EvidenceView => ({
            kind: 'candidate',
            id: `${row.id}.${index}`,
            text: `${candidate.action_type}: ${candidate.reason}`,
            at,
          })),
        ],
      ];
    }),
  );
}

async function trustOf(
  session: SqlSession,
  { tenant, trust }: ReadAs,
  rows: readonly ReviewRecord[],
): Promise<(row: ReviewRecord) => ReviewView['trust']> {
  const cellOf = (row: ReviewRecord) => trustCellId(row.action_type, row.channel, row.risk_class, row.engine ?? '');
  const cells = await session.query<{ id: string; value: string; context: string }>(
    `SELECT id, value, context FROM actor_state WHERE tenant = $1 AND kind = 'trust' AND id = ANY ($2::text[])`,
    [tenant, [...new Set(rows.map(cellOf))]],
  );
  const byId = new Map(
    cells.map(({ id, value, context }) => [id, { value, context: JSON.parse(context) as JsonObject }]),
  );
  return (row) => (row.engine === null ? null : trust(row.action_type, byId.get(cellOf(row)) ?? null));
}
