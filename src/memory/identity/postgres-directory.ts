/**
 * The directory on Postgres. External ids, addresses and domains are kept as keyed hashes only. The partition key is assigned once:
 * the account's id, or a lone person's own; a domain is an alias and never a key, and free-mail domains belong to nobody.
 */

import type { Directory, ResolveRequest, Resolved, SubjectKind } from '../../actors/intake/directory.port.ts';
import { companyDomainOf } from '../../domain/entity.ts';
import { must } from '../../domain/errors.ts';
import { asId } from '../../domain/ids.ts';
import type { AccountId, TenantId } from '../../domain/ids.ts';
import { columns } from '../sql/columns.ts';
import { TenantGatherings } from '../sql/gathering.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { InstallationSecret } from '../vault/installation-secret.ts';
import { externalIdHash, nameHash } from './name-hashes.ts';

interface DirectoryRow {
  readonly alias: string;
  readonly kind: 'account' | 'person';
  readonly id: string;
  readonly scope: string;
  readonly account: string | null;
  readonly domain: string | null;
  readonly suppression_keys: readonly string[];
  readonly has_address: boolean;
}

const CACHE_MAX = 200_000;
/** A name may be added, taken away or learned elsewhere, so a row is believed for a minute and no longer. */
const CACHE_MS = 60_000;
const ID_LENGTH = 24;
/** Names that are looked up in one transaction. */
const TOGETHER_MAX = 500;

type Name = Pick<DirectoryRow, 'kind' | 'alias'>;

interface Wanted extends Name {
  readonly request: ResolveRequest;
  readonly accountAlias: string | null;
  readonly accountExternalId: string | null;
}

/** Rows that were read or made, and the aliases of those that were made. */
interface Found {
  readonly rows: ReadonlyMap<string, DirectoryRow>;
  readonly fresh: ReadonlySet<string>;
}

const NOBODY: Found = { rows: new Map(), fresh: new Set() };

function keyOf({ kind, alias }: Name): string {
  return `${kind}/${alias}`;
}

function isNamedAccountKnown({ accountAlias }: Wanted, rows: ReadonlyMap<string, DirectoryRow>): boolean {
  return accountAlias === null || rows.has(keyOf({ kind: 'account', alias: accountAlias }));
}

function byKey(one: Name, other: Name): number {
  const [first, second] = [keyOf(one), keyOf(other)];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** Who is meant, and the accounts that are named along with them, each once. */
function namesOf(wanted: readonly Wanted[]): readonly Name[] {
  const names = new Map<string, Name>();
  for (const { kind, alias, accountAlias } of wanted) {
    names.set(keyOf({ kind, alias }), { kind, alias });
    if (accountAlias !== null)
      names.set(keyOf({ kind: 'account', alias: accountAlias }), { kind: 'account', alias: accountAlias });
  }
  return [...names.values()];
}

export class PostgresDirectory implements Directory {
  readonly #sql: Sql;
  readonly #secret: InstallationSecret;
  readonly #lookUps: TenantGatherings<Wanted, Resolved>;
  readonly #cache = new Map<string, { readonly row: DirectoryRow; readonly until: number }>();

  constructor(sql: Sql, secret: InstallationSecret) {
    this.#sql = sql;
    this.#secret = secret;
    this.#lookUps = new TenantGatherings(
      async (tenant, items) => {
        const { rows, fresh } = await sql.transaction(
          { role: 'gatehouse_app', tenants: [tenant], keyed: true },
          (session) => this.#resolveIn(session, tenant, items),
        );
        // Not before the commit: a row that was lost with it may be made anew by another host, in another partition.
        for (const row of rows.values()) this.#remember(tenant, row);
        return items.map((item) => this.#resolved(item, rows, fresh));
      },
      (item) => namesOf([item]).map(keyOf),
      TOGETHER_MAX,
    );
  }

  #alias(tenant: TenantId, kind: SubjectKind, externalId: string): string {
    return externalIdHash(this.#secret, tenant, kind, externalId);
  }

  #hash(tenant: TenantId, purpose: 'email' | 'domain', value: string): string {
    return nameHash(this.#secret, tenant, purpose, value);
  }

  /** Ids follow from the alias, so naming an entity twice at the same moment gives one id. */
  #id(kind: 'account' | 'person', alias: string): string {
    return `${kind === 'account' ? 'acc' : 'con'}_${this.#secret.hash('id', alias).slice(0, ID_LENGTH)}`;
  }

  async resolve(tenant: TenantId, requests: readonly ResolveRequest[]): Promise<readonly Resolved[]> {
    const wanted = requests.map((request): Wanted => {
      const kind = request.kind === 'account' ? 'account' : 'person';
      const accountExternalId = kind === 'account' ? null : (request.account ?? request.domain);
      return {
        request,
        kind,
        alias: this.#alias(tenant, request.kind, request.externalId),
        accountAlias: accountExternalId === null ? null : this.#alias(tenant, 'account', accountExternalId),
        accountExternalId,
      };
    });
    const rows = new Map<string, DirectoryRow>();
    for (const name of namesOf(wanted)) {
      const row = this.#cached(tenant, name);
      if (row !== undefined) rows.set(keyOf(name), row);
    }
    const isKnown = wanted.every((item) => {
      const row = rows.get(keyOf(item));
      return row !== undefined && isNamedAccountKnown(item, rows) && !this.#hasNews(tenant, row, item);
    });
    return isKnown ? wanted.map((item) => this.#resolved(item, rows, NOBODY.fresh)) : this.#lookUps.ask(tenant, wanted);
  }

  #cached(tenant: TenantId, name: Name): DirectoryRow | undefined {
    const known = this.#cache.get(`${tenant}/${keyOf(name)}`);
    return known === undefined || known.until < performance.now() ? undefined : known.row;
  }

  /** An address that was not known yet must reach the row before any action is decided. */
  #hasNews(tenant: TenantId, row: DirectoryRow, item: Wanted | undefined): boolean {
    const email = item?.request.email ?? null;
    if (email !== null) return !row.suppression_keys.includes(`email:${this.#hash(tenant, 'email', email)}`);
    return (
      item?.kind === 'account' &&
      item.request.domain !== null &&
      row.domain !== this.#hash(tenant, 'domain', item.request.domain)
    );
  }

  async #resolveIn(session: SqlSession, tenant: TenantId, wanted: readonly Wanted[]): Promise<Found> {
    const known = await this.#read(session, tenant, namesOf(wanted));
    const unknown = wanted.filter((item) => namesOf([item]).some((name) => !known.has(keyOf(name))));
    const added = unknown.length === 0 ? NOBODY : await this.#add(session, tenant, unknown, known);
    const rows = new Map([...known, ...added.rows]);
    const rowOf = (item: Wanted) => must(rows.get(keyOf(item)), 'a directory row was just written');
    // In the order of keys, so that two requests cannot deadlock.
    for (const item of wanted.toSorted(byKey))
      if (this.#hasNews(tenant, rowOf(item), item))
        rows.set(keyOf(item), await this.#learn(session, tenant, rowOf(item), item));
    return { rows, fresh: added.fresh };
  }

  /** Rows for names of `wanted` that are not in `known`. One that somebody else adds at the same moment is read as theirs. */
  async #add(
    session: SqlSession,
    tenant: TenantId,
    wanted: readonly Wanted[],
    known: ReadonlyMap<string, DirectoryRow>,
  ): Promise<Found> {
    const missing = namesOf(wanted).filter((name) => !known.has(keyOf(name)));
    const accounts = missing.filter(({ kind }) => kind === 'account').map(({ alias }) => alias);
    // Statements run in the order of sending; only the look-up of domains has to be read before the next can be written.
    const accountsInserted = this.#insert(
      session,
      tenant,
      accounts.map((alias): DirectoryRow => {
        const id = this.#id('account', alias);
        return {
          alias,
          kind: 'account',
          id,
          scope: id,
          account: id,
          domain: null,
          suppression_keys: [`account:${id}`],
          has_address: false,
        };
      }),
    );
    accountsInserted.catch(() => {});
    const people = wanted.filter((item) => item.kind === 'person' && !known.has(keyOf(item)));
    const byDomain = await this.#accountsByDomain(session, tenant, people);
    const persons = people.map((item): DirectoryRow => {
      const id = this.#id('person', item.alias);
      const company = item.request.email === null ? null : companyDomainOf(item.request.email);
      const account =
        item.accountAlias !== null
          ? this.#id('account', item.accountAlias)
          : company === null
            ? null
            : (byDomain.get(this.#hash(tenant, 'domain', company)) ?? null);
      return {
        alias: item.alias,
        kind: 'person',
        id,
        scope: account ?? id,
        account,
        ...this.#addressParts(tenant, id, account, item.request.email),
      };
    });
    const [newAccounts, newPersons, rows] = await Promise.all([
      accountsInserted,
      this.#insert(session, tenant, [...new Map(persons.map((row) => [row.alias, row])).values()]),
      this.#read(session, tenant, missing),
    ]);
    await this.#nameAddresses(
      session,
      tenant,
      people.filter((item) => newPersons.has(item.alias)),
    );
    return { rows, fresh: new Set([...newAccounts, ...newPersons]) };
  }

  /** The addresses of people who were named for the first time. One that somebody else has stays theirs; both are suggested as duplicates. */
  async #nameAddresses(session: SqlSession, tenant: TenantId, items: readonly Wanted[]): Promise<void> {
    const names = new Map<string, string>();
    for (const { request, alias } of items)
      if (request.email !== null) names.set(this.#hash(tenant, 'email', request.email), this.#id('person', alias));
    if (names.size === 0) return;
    const sorted = [...names].toSorted(([a], [b]) => (a < b ? -1 : 1));
    await session.query(
      `INSERT INTO identity_aliases (tenant, alias_kind, alias, entity) SELECT $1, 'email', w.alias, w.entity
       FROM unnest($2::text[], $3::text[]) AS w (alias, entity) ON CONFLICT DO NOTHING`,
      [tenant, ...columns(sorted, [([alias]) => alias, ([, entity]) => entity])],
    );
  }

  #addressParts(
    tenant: TenantId,
    id: string,
    account: string | null,
    email: string | null,
  ): Pick<DirectoryRow, 'domain' | 'suppression_keys' | 'has_address'> {
    const company = email === null ? null : companyDomainOf(email);
    const domain = company === null ? null : this.#hash(tenant, 'domain', company);
    return {
      domain,
      has_address: email !== null,
      suppression_keys: [
        `contact:${id}`,
        ...(account === null ? [] : [`account:${account}`]),
        ...(email === null
          ? []
          : [
              `email:${this.#hash(tenant, 'email', email)}`,
              `domain:${this.#hash(tenant, 'domain', email.slice(email.lastIndexOf('@') + 1))}`,
            ]),
      ],
    };
  }

  /** Returns the aliases that were new. Rows are inserted in key order, so two requests cannot deadlock. */
  async #insert(session: SqlSession, tenant: TenantId, rows: readonly DirectoryRow[]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const sorted = rows.toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
    const inserted = await session.query<{ alias: string }>(
      `INSERT INTO directory (tenant, kind, alias, id, scope, account, domain, suppression_keys, has_address)
       SELECT $1, kind, alias, id, scope, account, domain, string_to_array(keys, ','), has_address
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bool[]) AS w (kind, alias, id, scope, account, domain, keys, has_address)
       ON CONFLICT DO NOTHING RETURNING alias`,
      [
        tenant,
        ...columns(sorted, [
          (r) => r.kind,
          (r) => r.alias,
          (r) => r.id,
          (r) => r.scope,
          (r) => r.account,
          (r) => r.domain,
          (r) => r.suppression_keys.join(','),
          (r) => r.has_address,
        ]),
      ],
    );
    return new Set(inserted.map((row) => row.alias));
  }

  async #read(
    session: SqlSession,
    tenant: TenantId,
    wanted: readonly Name[],
  ): Promise<ReadonlyMap<string, DirectoryRow>> {
    const rows = await session.query<DirectoryRow>(
      `SELECT d.* FROM unnest($2::text[], $3::text[]) AS w (kind, alias)
       CROSS JOIN LATERAL (
         SELECT kind, alias, id, scope, account, domain, suppression_keys, has_address FROM directory
         WHERE tenant = $1 AND kind = w.kind AND alias = w.alias OFFSET 0
       ) d`,
      [tenant, ...columns(wanted, [(item) => item.kind, (item) => item.alias])],
    );
    return new Map(rows.map((row) => [keyOf(row), row]));
  }

  async #accountsByDomain(
    session: SqlSession,
    tenant: TenantId,
    wanted: readonly Wanted[],
  ): Promise<ReadonlyMap<string, string>> {
    const hashes = wanted.flatMap((item) => {
      const company =
        item.kind === 'person' && item.accountAlias === null && item.request.email !== null
          ? companyDomainOf(item.request.email)
          : null;
      return company === null ? [] : [this.#hash(tenant, 'domain', company)];
    });
    if (hashes.length === 0) return new Map();
    const rows = await session.query<{ alias: string; entity: string }>(
      `SELECT alias, entity FROM identity_aliases WHERE tenant = $1 AND alias_kind = 'domain' AND alias = ANY ($2::text[])`,
      [tenant, hashes],
    );
    return new Map(rows.map((row) => [row.alias, row.entity]));
  }

  /**
   * Takes in an address or a domain. Keys are only ever added: a suppressed old address keeps suppressing. They are added to what the row has by then,
   * because another host may take in another address at the same moment.
   */
  async #learn(
    session: SqlSession,
    tenant: TenantId,
    row: DirectoryRow,
    { request: { email, domain } }: Wanted,
  ): Promise<DirectoryRow> {
    const name =
      email === null
        ? { kind: 'domain', alias: this.#hash(tenant, 'domain', domain ?? '') }
        : { kind: 'email', alias: this.#hash(tenant, 'email', email) };
    const news =
      email === null
        ? { domain: name.alias, suppression_keys: [`domain:${name.alias}`], has_address: false }
        : this.#addressParts(tenant, row.id, row.account, email);
    const [rows] = await Promise.all([
      session.query<Pick<DirectoryRow, 'alias' | 'domain' | 'suppression_keys' | 'has_address'>>(
        `UPDATE directory d SET domain = coalesce($3, d.domain), has_address = d.has_address OR $5,
           suppression_keys = d.suppression_keys || ARRAY(SELECT k FROM unnest($4::text[]) AS k WHERE k <> ALL (d.suppression_keys))
         WHERE tenant = $1 AND id = $2 RETURNING alias, domain, suppression_keys, has_address`,
        [tenant, row.id, news.domain, [...news.suppression_keys], news.has_address],
      ),
      session.query(
        `INSERT INTO identity_aliases (tenant, alias_kind, alias, entity) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
        [tenant, name.kind, name.alias, row.id],
      ),
    ]);
    return { ...row, ...rows.find(({ alias }) => alias === row.alias) };
  }

  #remember(tenant: TenantId, row: DirectoryRow): void {
    const key = `${tenant}/${keyOf(row)}`;
    this.#cache.delete(key);
    this.#cache.set(key, { row, until: performance.now() + CACHE_MS });
    for (const key of this.#cache.keys()) {
      if (this.#cache.size <= CACHE_MAX) break;
      this.#cache.delete(key);
    }
  }

  /** `fresh` are the aliases that were named for the first time. */
  #resolved(item: Wanted, rows: ReadonlyMap<string, DirectoryRow>, fresh: ReadonlySet<string>): Resolved {
    const row = must(rows.get(keyOf(item)), 'whoever is resolved has a row');
    const { accountAlias, accountExternalId } = item;
    const account = accountAlias === null ? undefined : rows.get(keyOf({ kind: 'account', alias: accountAlias }));
    return {
      kind: row.kind,
      id: asId(row.id),
      scope: asId(row.scope),
      account: row.account === null ? null : asId<AccountId>(row.account),
      named:
        account === undefined || accountExternalId === null
          ? null
          : { id: asId<AccountId>(account.id), externalId: accountExternalId, isNew: fresh.has(account.alias) },
      domain: row.domain,
      suppressionKeys: row.suppression_keys,
      hasAddress: row.has_address,
      isNew: fresh.has(row.alias),
    };
  }

  async find(tenant: TenantId, kind: SubjectKind, externalId: string): Promise<Resolved | null> {
    const item: Wanted = {
      request: { kind, externalId, account: null, email: null, domain: null },
      kind: kind === 'account' ? 'account' : 'person',
      alias: this.#alias(tenant, kind, externalId),
      accountAlias: null,
      accountExternalId: null,
    };
    const cached = this.#cached(tenant, item);
    if (cached !== undefined) return this.#resolved(item, new Map([[keyOf(item), cached]]), NOBODY.fresh);
    const rows = await this.#sql.transaction({ role: 'gatehouse_app', tenants: [tenant], keyed: true }, (session) =>
      this.#read(session, tenant, [item]),
    );
    return rows.has(keyOf(item)) ? this.#resolved(item, rows, NOBODY.fresh) : null;
  }

  async suppressionKey(
    tenant: TenantId,
    scope: 'contact' | 'email' | 'domain' | 'account',
    value: string,
  ): Promise<string> {
    if (scope === 'email' || scope === 'domain') return `${scope}:${this.#hash(tenant, scope, value)}`;
    const found = await this.find(tenant, scope, value);
    return `${scope}:${found?.id ?? this.#id(scope === 'account' ? 'account' : 'person', this.#alias(tenant, scope, value))}`;
  }
}
