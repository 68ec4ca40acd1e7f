/** Messages that could not be processed and wait for an operator, as people read them. */
import { GatehouseError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import type { Message } from '../../domain/message.ts';
import type { Page, PageQuery, ParkedView } from '../../gateway/services.port.ts';
import { openBodies } from '../runtime/inbox-body.ts';
import type { Sql, SqlSession, SqlValue } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';
import { decodeCursor, pageOf } from './cursor.ts';

interface ParkedRecord {
  readonly source: string;
  readonly id: string;
  readonly body: string;
  readonly error: string;
  readonly received_ms: number;
  readonly waiting: number;
}

const SELECT = `SELECT i.source, i.id, i.body, i.error, floor(extract(epoch FROM i.received_on) * 1000)::bigint AS received_ms,
  (SELECT count(*)::int FROM inbox h WHERE h.partition = i.partition AND h.held_for = i.held_for AND h.state = 'pending') AS waiting
  FROM inbox i WHERE i.tenant = $1 AND i.state = 'parked' AND i.held_for IS NOT NULL`;

/** One name for source and id, both of which may hold any character. */
function nameOf({ source, id }: Pick<ParkedRecord, 'source' | 'id'>): string {
  return Buffer.from(JSON.stringify([source, id]), 'utf8').toString('base64url');
}

/** Source and id in a name; null when it is no such name. */
function identityIn(name: string): readonly [string, string] | null {
  try {
    const [source, id] = decodeCursor(name, 2);
    return typeof source === 'string' && typeof id === 'string' ? [source, id] : null;
  } catch {
    return null;
  }
}

function viewOf(row: ParkedRecord): ParkedView {
  // What is personal in the body stays sealed.
  const { type, actor, data } = JSON.parse(row.body) as Message;
  return {
    id: nameOf(row),
    source: row.source,
    message_id: row.id,
    type,
    actor,
    error: row.error,
    received_at: isoOf(row.received_ms),
    waiting: row.waiting,
    data: data as ParkedView['data'],
  };
}

export class ParkedMessages {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;

  constructor(sql: Sql, vault: SubjectVault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  /** Oldest first. */
  list(tenant: TenantId, { cursor, limit }: PageQuery): Promise<Page<ParkedView>> {
    const [source = null, id = null] = cursor === null ? [] : decodeCursor(cursor, 2);
    return this.#rows(
      tenant,
      'AND ($2::text IS NULL OR (i.source, i.id) > ($2::text, $3::text)) ORDER BY i.source, i.id LIMIT $4',
      [source, id, limit + 1],
    ).then((rows) => pageOf(rows, limit, viewOf, (row) => [row.source, row.id]));
  }

  /** The message itself and how people read it. Throws `not_found` when no such message is parked. */
  async find(tenant: TenantId, name: string): Promise<{ readonly view: ParkedView; readonly message: Message }> {
    const identity = identityIn(name);
    const found = identity === null ? null : await this.#open(tenant, identity);
    if (found === null)
      throw new GatehouseError('not_found', 'No such message is parked. It may have been decided about a moment ago.');
    return found;
  }

  #open(
    tenant: TenantId,
    identity: readonly [string, string],
  ): Promise<{ readonly view: ParkedView; readonly message: Message } | null> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, async (session) => {
      const [row] = await session.query<ParkedRecord>(`${SELECT} AND i.source = $2 AND i.id = $3`, [
        tenant,
        ...identity,
      ]);
      if (row === undefined) return null;
      const [message] = await openBodies(session, this.#vault, [row.body]);
      return message === undefined ? null : { view: viewOf(row), message };
    });
  }

  #rows(tenant: TenantId, rest: string, params: readonly SqlValue[]): Promise<readonly ParkedRecord[]> {
    // Bodies of the inbox are not for requests, so the runtime reads them, with the tenant named.
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, (session: SqlSession) =>
      session.query<ParkedRecord>(`${SELECT} ${rest}`, [tenant, ...params]),
    );
  }
}
