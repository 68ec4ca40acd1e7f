/** What connected channels were asked to forget, and what they confirmed. Requests survive a restart; the address of a person goes with the last that needs it. */
import type { TenantId } from '../../domain/ids.ts';
import { asTenant } from '../sql/as-tenant.ts';
import { columns } from '../sql/columns.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { SubjectRef, SubjectVault } from '../vault/subject-vault.ts';

export type ForgetFault = 'unreachable' | 'refused' | 'blocked';

export interface DueRequest {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly channel: string;
}

export interface ForgetRow {
  readonly channel: string;
  readonly attempts: number;
  readonly fault: ForgetFault | null;
  readonly receipt: string | null;
  readonly confirmed_on: Date | null;
}

/** Requests that one look takes. */
const BATCH = 20;
/** Whoever could not be asked is asked again after half a minute, then after twice as long each time, up to a day. */
const AGAIN = `least(interval '1 day', interval '30 seconds' * power(2, least(r.attempts, 12)))`;
/** An address is not kept for longer than this, whatever is still open: from then on a channel is asked without it. */
const ADDRESS_KEPT = `interval '30 days'`;
/** What was made ready for an erasure that did not come about. */
const UNUSED_AFTER = `interval '1 hour'`;
const ERASED = (row: string) =>
  `EXISTS (SELECT FROM subject_keys k WHERE k.tenant = ${row}.tenant AND k.subject = ${row}.subject AND k.wrapped IS NULL AND k.destroyed_on IS NOT NULL)`;

/** The key of a kept address is one of its own, so that it can be destroyed by itself. */
const keyOf = ({ tenant, subject }: SubjectRef): SubjectRef => ({ tenant, subject: `forget:${subject}` });
const placeOf = ({ subject }: SubjectRef) => `forget:${subject}`;

export class ForgetRequests {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;

  constructor(sql: Sql, vault: SubjectVault) {
    this.#sql = sql;
    this.#vault = vault;
  }

  /** Before an erasure: requests that begin to count once the person is erased. With an address only when a channel needs it. */
  async prepare(ref: SubjectRef, channels: readonly string[], address: string | null): Promise<void> {
    await this.#as(ref.tenant, async (session) => {
      await session.query(
        `INSERT INTO forget_requests (tenant, subject, channel) SELECT $1, $2, c FROM unnest($3::text[]) AS c ON CONFLICT DO NOTHING`,
        [ref.tenant, ref.subject, [...channels]],
      );
      if (address === null) return;
      const keys = await this.#vault.keys(session, [keyOf(ref)], true);
      const sealed = this.#vault.sealWith(keys, keyOf(ref), placeOf(ref), address);
      if (sealed === null) return;
      await session.query(
        `INSERT INTO forget_addresses (tenant, subject, sealed) VALUES ($1, $2, $3) ON CONFLICT (tenant, subject) DO NOTHING`,
        [ref.tenant, ref.subject, sealed],
      );
    });
  }

  /** Requests to these channels about everybody who was erased, also before a channel was connected, or by a restore. */
  async complete(channels: readonly string[]): Promise<void> {
    await this.#sql.asOwner((session) =>
      session.query(
        `INSERT INTO forget_requests (tenant, subject, channel) SELECT k.tenant, k.subject, c FROM subject_keys k
           JOIN contacts p ON p.tenant = k.tenant AND p.id = k.subject CROSS JOIN unnest($1::text[]) AS c
         WHERE k.wrapped IS NULL AND k.destroyed_on IS NOT NULL
           AND NOT EXISTS (SELECT FROM forget_requests r WHERE r.tenant = k.tenant AND r.subject = k.subject AND r.channel = c)
         ON CONFLICT DO NOTHING`,
        [[...channels]],
      ),
    );
  }

  /** Takes requests that are due to these channels, and puts them off, so that no other host asks at the same time. */
  claim(channels: readonly string[]): Promise<readonly DueRequest[]> {
    return this.#sql.asOwner((session) =>
      session.query<DueRequest>(
        `WITH due AS (SELECT r.tenant, r.subject, r.channel FROM forget_requests r
           WHERE r.receipt IS NULL AND r.due_on <= now() AND r.channel = ANY ($1::text[]) AND ${ERASED('r')} ORDER BY r.due_on LIMIT ${BATCH} FOR UPDATE OF r SKIP LOCKED)
         UPDATE forget_requests r SET attempts = r.attempts + 1, due_on = now() + ${AGAIN} FROM due d
         WHERE r.tenant = d.tenant AND r.subject = d.subject AND r.channel = d.channel RETURNING r.tenant, r.subject, r.channel`,
        [[...channels]],
      ),
    );
  }

  /** Null when none was kept, or it is not kept any more. */
  address(ref: SubjectRef): Promise<string | null> {
    return this.#as(ref.tenant, async (session) => {
      const [row] = await session.query<{ sealed: string }>(
        'SELECT sealed FROM forget_addresses WHERE tenant = $1 AND subject = $2',
        [ref.tenant, ref.subject],
      );
      return row === undefined ? null : this.#vault.open(session, keyOf(ref), placeOf(ref), row.sealed);
    });
  }

  async confirm({ tenant, subject, channel }: DueRequest, receipt: string): Promise<void> {
    await this.#as(tenant, (session) =>
      session.query(
        `UPDATE forget_requests SET receipt = $4, confirmed_on = now(), fault = NULL WHERE tenant = $1 AND subject = $2 AND channel = $3 AND receipt IS NULL`,
        [tenant, subject, channel, receipt],
      ),
    );
  }

  async fail({ tenant, subject, channel }: DueRequest, fault: ForgetFault): Promise<void> {
    await this.#as(tenant, (session) =>
      session.query(
        'UPDATE forget_requests SET fault = $4 WHERE tenant = $1 AND subject = $2 AND channel = $3 AND receipt IS NULL',
        [tenant, subject, channel, fault],
      ),
    );
  }

  /** Deletes addresses that no open request needs, destroys the keys of those who were erased, and takes back what no erasure followed. */
  async tidy(): Promise<void> {
    const gone = await this.#sql.asOwner(async (session) => {
      await session.query(
        `DELETE FROM forget_requests r WHERE r.receipt IS NULL AND r.made_on < now() - ${UNUSED_AFTER} AND NOT ${ERASED('r')}`,
      );
      const rows = await session.query<SubjectRef>(
        `DELETE FROM forget_addresses a WHERE a.kept_on < now() - ${ADDRESS_KEPT}
           OR NOT EXISTS (SELECT FROM forget_requests r WHERE r.tenant = a.tenant AND r.subject = a.subject AND r.receipt IS NULL) RETURNING a.tenant, a.subject`,
      );
      // Nobody makes a destroyed key again, and whoever was not erased may still be, with an address to tell.
      await session.query(
        `UPDATE subject_keys f SET wrapped = NULL, destroyed_on = clock_timestamp() FROM unnest($1::text[], $2::text[]) AS w (tenant, subject)
         WHERE f.tenant = w.tenant AND f.subject = 'forget:' || w.subject AND ${ERASED('w')}`,
        columns(rows, [(row) => row.tenant, (row) => row.subject]),
      );
      return rows;
    });
    this.#vault.forget(gone.map(keyOf));
  }

  of(tenant: TenantId, subject: string): Promise<readonly ForgetRow[]> {
    return asTenant(this.#sql, tenant, (session) =>
      session.query<ForgetRow>(
        `SELECT channel, attempts, fault, receipt, confirmed_on FROM forget_requests WHERE tenant = $1 AND subject = $2 ORDER BY channel`,
        [tenant, subject],
      ),
    );
  }

  #as<Result>(tenant: TenantId, run: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant] }, run);
  }
}
