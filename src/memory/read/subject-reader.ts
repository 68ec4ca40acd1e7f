/** Everything that is kept of one person, opened, for the person to read. */
import type { LedgerReader } from '../../actors/replay/ledger-reader.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { EventData } from '../../domain/event-types.ts';
import { eventIdOf } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { EventView, SubjectExport } from '../../gateway/services.port.ts';
import type { Sql } from '../sql/sql.port.ts';
import type { ReadModel } from './read-model.ts';

const PAGE = 1_000;

/** A person in the directory. */
export interface DirectoryPerson {
  readonly id: string;
  readonly scope: string;
  readonly account: string | null;
  readonly domain: string | null;
  readonly suppressionKeys: readonly string[];
}

export class SubjectReader {
  readonly #sql: Sql;
  readonly #readModel: ReadModel;
  readonly #ledger: Pick<LedgerReader, 'scopeUpTo'>;

  constructor(sql: Sql, readModel: ReadModel, ledger: Pick<LedgerReader, 'scopeUpTo'>) {
    this.#sql = sql;
    this.#readModel = readModel;
    this.#ledger = ledger;
  }

  /** Throws `not_found`. */
  async person(tenant: TenantId, id: string): Promise<DirectoryPerson> {
    const [row] = await this.#as(tenant, (session) =>
      session.query<{ scope: string; account: string | null; domain: string | null; suppression_keys: string[] }>(
        `SELECT scope, account, domain, suppression_keys FROM directory WHERE tenant = $1 AND id = $2 AND kind = 'person' LIMIT 1`,
        [tenant, id],
      ),
    );
    if (row === undefined) throw new GatehouseError('not_found', 'Nothing is known of such a person.');
    const { scope, account, domain, suppression_keys: suppressionKeys } = row;
    return { id, scope, account, domain, suppressionKeys };
  }

  /** When the key of a person was destroyed, in milliseconds; null when it was not. */
  async erasedAt(tenant: TenantId, id: string): Promise<number | null> {
    const [key] = await this.#as(tenant, (session) =>
      session.query<{ on: Date | null }>(
        'SELECT destroyed_on AS on FROM subject_keys WHERE tenant = $1 AND subject = $2',
        [tenant, id],
      ),
    );
    return key?.on?.getTime() ?? null;
  }

  /** The legal hold on a person; null when there is none. */
  async hold(tenant: TenantId, id: string): Promise<SubjectExport['hold']> {
    const [state] = await this.#as(tenant, (session) =>
      session.query<{ context: string }>(
        `SELECT context FROM actor_state WHERE tenant = $1 AND kind = 'lead' AND id = $2`,
        [tenant, id],
      ),
    );
    const { hold } = JSON.parse(state?.context ?? '{}') as {
      readonly hold?: { readonly by: string; readonly reason: string; readonly at: number };
    };
    return hold === undefined ? null : { by: hold.by, reason: hold.reason, at: isoOf(hold.at) };
  }

  async export(tenant: TenantId, person: DirectoryPerson): Promise<Omit<SubjectExport, 'exported_at'>> {
    const { id } = person;
    const erased = (await this.erasedAt(tenant, id)) !== null;
    const known = await this.#as(tenant, (session) =>
      session.query('SELECT 1 FROM contacts WHERE tenant = $1 AND id = $2', [tenant, id]),
    );
    const suppressions = await this.#as(tenant, (session) =>
      session.query<{ scope: string; reason: string; source: string }>(
        `SELECT scope, reason, source FROM suppressions WHERE tenant = $1 AND key = ANY ($2::text[]) AND removed_version IS NULL ORDER BY key`,
        [tenant, [...person.suppressionKeys]],
      ),
    );
    return {
      subject: id,
      erased,
      hold: await this.hold(tenant, id),
      profile: known.length === 0 ? null : await this.#readModel.contact(tenant, id),
      events: await this.#events(tenant, person),
      decisions: await this.#decisions(tenant, id),
      suppressions,
    };
  }

  /** Oldest first: the person's own, those of actions and sequences for the person, and those whose text is the person's; also what has left the table. */
  async #events(tenant: TenantId, { id, scope }: DirectoryPerson): Promise<readonly EventView[]> {
    const actions = await this.#as(tenant, (session) =>
      session.query<{ action: string }>(
        'SELECT action FROM decisions WHERE tenant = $1 AND subject_id = $2 AND action IS NOT NULL',
        [tenant, id],
      ),
    );
    const all = await this.#ledger.scopeUpTo(tenant, scope, { at: Number.MAX_SAFE_INTEGER, clock: 'virtual' });
    const sequences = all.filter(
      (row) =>
        row.type === 'sequence.started' &&
        (JSON.parse(row.body) as { data: EventData<'sequence.started'> }).data.person === id,
    );
    const actors = new Set([id, ...actions.map(({ action }) => action), ...sequences.map(({ actor }) => actor.id)]);
    const rows = all.filter((row) => actors.has(row.actor.id) || row.sealedSubject === id);
    const opened = await this.#readModel.openSealed(tenant, rows);
    return rows.map((row) => {
      const event = eventIdOf(row.partition, row.seq);
      return {
        id: event,
        type: row.type,
        at: isoOf(row.at),
        actor: `${row.actor.kind}:${row.actor.id}`,
        correlation: row.correlation,
        causation: row.causation,
        data: (JSON.parse(row.body) as { data: JsonValue }).data,
        payload_text: opened.get(event) ?? null,
      };
    });
  }

  async #decisions(tenant: TenantId, person: string): Promise<SubjectExport['decisions']> {
    const decisions: SubjectExport['decisions'][number][] = [];
    for (let cursor: string | null = null; ;) {
      const page = await this.#readModel.decisions(tenant, { person, cursor, limit: PAGE });
      decisions.push(...page.items);
      if (page.next_cursor === null) return decisions;
      cursor = page.next_cursor;
    }
  }

  #as<Row>(
    tenant: TenantId,
    run: (session: Parameters<Parameters<Sql['transaction']>[1]>[0]) => Promise<Row>,
  ): Promise<Row> {
    return this.#sql.transaction({ role: 'gatehouse_app', tenants: [tenant], keyed: true }, run);
  }
}
