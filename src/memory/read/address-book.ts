/** Opens the sealed addresses of people for the channel that writes to them. */
import type { AddressBook, Correspondent } from '../../channels/email/address-book.port.ts';
import type { TenantId } from '../../domain/ids.ts';
import { listedNames } from '../runtime/listed-names.ts';
import type { Sql } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';

interface ContactRecord {
  readonly id: string;
  readonly sealed_email: string | null;
  readonly sealed_name: string | null;
  readonly company: string | null;
}

export function createAddressBook(sql: Sql, vault: SubjectVault): AddressBook {
  return {
    find: (tenant, recipients) =>
      sql.transaction(
        { role: 'gatehouse_runtime', tenants: [tenant as TenantId], keyed: true },
        async (session): Promise<ReadonlyMap<string, Correspondent>> => {
          const rows = await session.query<ContactRecord>(
            `SELECT c.id, c.sealed_email, c.sealed_name, coalesce(a.name, a.domain) AS company
             FROM contacts c LEFT JOIN accounts a ON a.tenant = c.tenant AND a.id = c.account WHERE c.tenant = $1 AND c.id = ANY ($2::text[])`,
            [tenant, [...recipients]],
          );
          const subject = (id: string) => ({ tenant: tenant as TenantId, subject: id });
          const keys = await vault.keys(
            session,
            rows.map((row) => subject(row.id)),
            false,
          );
          const opened = (row: ContactRecord, field: string, sealed: string | null) =>
            sealed === null ? null : vault.openWith(keys, subject(row.id), `contact:${row.id}:${field}`, sealed);
          // Read after the addresses: whoever wrote one has told the directory of it before.
          const listed = await listedNames(
            session,
            rows.map((row) => ({ tenant: tenant as TenantId, guard: `contact:${row.id}`, version: null })),
          );
          const suppressed = new Set(listed.map(({ guard }) => guard));
          const book = new Map<string, Correspondent>();
          for (const row of rows) {
            const email = opened(row, 'email', row.sealed_email);
            if (email !== null)
              book.set(row.id, {
                email,
                name: opened(row, 'name', row.sealed_name),
                company: row.company,
                isSuppressed: suppressed.has(`contact:${row.id}`),
              });
          }
          return book;
        },
      ),
  };
}
