/** What waits for its time, as it is listed and acted on. */
import type { ScheduledAction } from '../../actors/scheduled-action.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { asId } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import { pausesOn } from '../../domain/pause.ts';
import type { Pause } from '../../domain/pause.ts';
import { renderedDraft } from '../../domain/personalised.ts';
import type { Page, PageQuery } from '../../gateway/caller.port.ts';
import type { ScheduledView } from '../../gateway/review.port.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';
import { decodeCursor, pageOf } from './cursor.ts';
import { openDrafts, openParties } from './waiting-content.ts';

interface ScheduledRecord {
  readonly action: string;
  readonly decision: string;
  readonly partition: number;
  readonly scope: string;
  readonly waits: ScheduledView['waits'];
  readonly due_at: number;
  readonly action_type: string;
  readonly channel: string;
  readonly risk_class: string;
  readonly account: string | null;
  readonly person: string | null;
  readonly sender: string;
  readonly play: string | null;
  readonly sequence: string | null;
  readonly step: number | null;
  readonly fingerprint: string;
  readonly content_seq: number;
  readonly detail: string;
}

export interface ScheduledItem {
  readonly action: ScheduledAction;
  readonly view: Omit<ScheduledView, 'checks' | 'still_valid' | 'next_at' | 'conflicts'>;
}

export interface ScheduleFilter extends PageQuery {
  readonly channel: string | null;
  readonly sender: string | null;
  /** Its id here. */
  readonly account: string | null;
  readonly play: string | null;
  readonly from: number | null;
  readonly to: number | null;
}

export class ScheduleReader {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;

  constructor(sql: Sql, vault: SubjectVault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  async list(tenant: TenantId, filter: ScheduleFilter): Promise<Page<ScheduledItem>> {
    const [at = null, action = null] = filter.cursor === null ? [] : decodeCursor(filter.cursor, 2);
    return asTenant(this.#sql, tenant, async (session) => {
      const rows = await session.query<ScheduledRecord>(
        `SELECT * FROM scheduled_actions WHERE tenant = $1 AND ($2::text IS NULL OR channel = $2) AND ($3::text IS NULL OR sender = $3)
           AND ($4::text IS NULL OR account = $4) AND ($5::text IS NULL OR play = $5) AND ($6::bigint IS NULL OR due_at >= $6) AND ($7::bigint IS NULL OR due_at < $7)
           AND ($8::bigint IS NULL OR (due_at, action) > ($8::bigint, $9::text)) ORDER BY due_at, action LIMIT $10`,
        [
          tenant,
          filter.channel,
          filter.sender,
          filter.account,
          filter.play,
          filter.from,
          filter.to,
          at,
          action,
          filter.limit + 1,
        ],
      );
      const items = await this.#items(session, tenant, rows.slice(0, filter.limit));
      const page = pageOf(
        rows,
        filter.limit,
        (row) => row.action,
        (row) => [row.due_at, row.action],
      );
      return { items, next_cursor: page.next_cursor };
    });
  }

  /** Throws `not_found` when it does not wait. */
  async item(tenant: TenantId, action: string): Promise<ScheduledItem> {
    const [item] = await asTenant(this.#sql, tenant, async (session) =>
      this.#items(
        session,
        tenant,
        await session.query<ScheduledRecord>('SELECT * FROM scheduled_actions WHERE tenant = $1 AND action = $2', [
          tenant,
          action,
        ]),
      ),
    );
    if (item === undefined)
      throw new GatehouseError('not_found', `There is no scheduled action ${action}. It may have gone on already.`);
    return item;
  }

  /** Steps of a sequence that wait for one contact. */
  async steps(tenant: TenantId, sequence: string, person: string | null): Promise<readonly string[]> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ action: string }>(
        'SELECT action FROM scheduled_actions WHERE tenant = $1 AND sequence = $2 AND person IS NOT DISTINCT FROM $3',
        [tenant, sequence, person],
      ),
    );
    return rows.map((row) => row.action);
  }

  /** Touches of the same accounts that are scheduled, by account. */
  async beside(
    tenant: TenantId,
    accounts: readonly string[],
  ): Promise<readonly { readonly account: string; readonly action: string; readonly at: number }[]> {
    if (accounts.length === 0) return [];
    return asTenant(this.#sql, tenant, (session) =>
      session.query<{ account: string; action: string; at: number }>(
        `SELECT account, action, due_at AS at FROM scheduled_actions WHERE tenant = $1 AND account = ANY ($2::text[])
           AND channel IN ('email', 'linkedin') ORDER BY due_at, action LIMIT 5000`,
        [tenant, [...accounts]],
      ),
    );
  }

  /** Actions that wait for the end of this pause. */
  async stoppedBy(tenant: TenantId, pause: Pause): Promise<readonly string[]> {
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<ScheduledRecord>(`SELECT * FROM scheduled_actions WHERE tenant = $1 AND waits = 'pause'`, [tenant]),
    );
    return rows.filter((row) => pausesOn([pause], row).length > 0).map((row) => row.action);
  }

  /** How many scheduled actions each pause concerns. */
  async affected(tenant: TenantId, pauses: readonly Pause[]): Promise<readonly number[]> {
    if (pauses.length === 0) return [];
    const rows = await asTenant(this.#sql, tenant, (session) =>
      session.query<{ channel: string; sender: string; account: string | null; play: string | null; count: number }>(
        'SELECT channel, sender, account, play, count(*)::int AS count FROM scheduled_actions WHERE tenant = $1 GROUP BY 1, 2, 3, 4',
        [tenant],
      ),
    );
    return pauses.map((pause) =>
      rows.reduce((sum, row) => (pausesOn([pause], row).length > 0 ? sum + row.count : sum), 0),
    );
  }

  async #items(
    session: SqlSession,
    tenant: TenantId,
    rows: readonly ScheduledRecord[],
  ): Promise<readonly ScheduledItem[]> {
    if (rows.length === 0) return [];
    const placeOf = (row: ScheduledRecord) => ({ partition: row.partition, seq: row.content_seq });
    const drafts = await openDrafts(session, this.#vault, tenant, rows.map(placeOf));
    const parties = await openParties(session, this.#vault, tenant, rows);
    return rows.map((row): ScheduledItem => {
      const { account, recipient } = parties(row);
      const { refs, correlation, causation } = JSON.parse(row.detail) as Pick<
        ScheduledAction,
        'refs' | 'correlation' | 'causation'
      >;
      return {
        action: {
          tenant,
          action: row.action,
          waits: row.waits,
          dueAt: row.due_at,
          scope: asId(row.scope),
          fingerprint: row.fingerprint,
          account: row.account,
          refs,
          correlation,
          causation,
        },
        view: {
          action: row.action,
          decision: row.decision,
          waits: row.waits,
          at: isoOf(row.due_at),
          action_type: row.action_type,
          channel: row.channel,
          risk_class: row.risk_class,
          account_ref: account,
          recipient,
          sender: row.sender,
          play: row.play,
          sequence: row.sequence,
          step: row.step,
          fingerprint: row.fingerprint,
          rendered: renderedDraft(drafts(placeOf(row)), {
            name: recipient?.name ?? null,
            company: account?.name ?? null,
          }),
        },
      };
    });
  }
}
