/** Claims permits and keeps attempts. The database refuses an attempt without a live permit, whatever this code believes. */
import type {
  ClaimablePermit,
  ClaimResult,
  ExecutionStore,
  LapsedAttempt,
  UntoldPermit,
} from '../../actors/execution-store.port.ts';
import type { PermitDetail } from '../../actors/runtime-store.port.ts';
import type { GateFacts } from '../../domain/gate.ts';
import { guardStateSchema } from '../../domain/guard.ts';
import { eventIdOf } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import { tenantKey } from '../../domain/keys.ts';
import { stricterMode } from '../../domain/mode.ts';
import type { Mode, TenantClock } from '../../domain/mode.ts';
import { pausedFact } from '../../domain/pause.ts';
import type { Pause } from '../../domain/pause.ts';
import type { Policy } from '../../domain/policy.ts';
import { isScopeLinked, joinedAccounts } from '../../domain/scope-linked.ts';
import { senderFact } from '../../domain/sender-health.ts';
import type { SenderHealth } from '../../domain/sender-health.ts';
import { columns } from '../sql/columns.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import type { SubjectVault } from '../vault/subject-vault.ts';
import { guardsAsRead } from './guards-as-read.ts';
import { listedNames } from './listed-names.ts';
import { WITH_LINKED_GUARDS } from './load-batch.ts';
import { PERMIT_COLUMNS, permitFactsOf } from './permit-record.ts';
import type { PermitRecord } from './permit-record.ts';
import type { PolicyCache } from './policy-cache.ts';
import { Writes } from './write/writes.ts';

/** With the place of the content in the ledger. */
type ContentRecord = PermitRecord & { readonly content_seq: number };
const CONTENT_COLUMNS = `${PERMIT_COLUMNS}, p.content_seq`;

interface Registry {
  readonly stopped: boolean;
  readonly mode: Mode;
  readonly channelModes: { readonly [channel: string]: Mode };
  readonly policy: string;
  readonly pauses: readonly Pause[];
  readonly senders: readonly SenderHealth[];
}

/** Ends permits. They stay due until the message that tells their actions is processed, which may need another worker from `dueAt` on. */
function mark(writes: Writes, permits: readonly ClaimablePermit[], state: UntoldPermit['ended'], dueAt: number): void {
  writes.send(
    `UPDATE permits p SET state = $3, due_at = $4 FROM unnest($1::text[], $2::text[]) AS w (tenant, id) WHERE p.tenant = w.tenant AND p.id = w.id`,
    [...columns(permits, [(p) => p.tenant, (p) => p.id]), state, dueAt],
  );
}

/** Their results are on the way; until they are committed nobody else should look at them. */
function putOff(writes: Writes, permits: readonly ClaimablePermit[], until: number): void {
  writes.send(
    `UPDATE permits p SET due_at = $3 FROM unnest($1::text[], $2::text[]) AS w (tenant, id) WHERE p.tenant = w.tenant AND p.id = w.id`,
    [...columns(permits, [(p) => p.tenant, (p) => p.id]), until],
  );
}

export class PostgresExecutionStore implements ExecutionStore {
  readonly #sql: Sql;
  readonly #vault: SubjectVault;
  readonly #policies: PolicyCache;
  /** A restore needs an empty database, so what was not restored when it was first asked never will be. */
  #hasRecovered: boolean | null = null;

  constructor(sql: Sql, vault: SubjectVault, policies: PolicyCache) {
    this.#sql = sql;
    this.#vault = vault;
    this.#policies = policies;
  }

  claim(request: Parameters<ExecutionStore['claim']>[0]): Promise<ClaimResult> {
    const { tenants, partitions, at, limit, worker, leaseMs, full } = request;
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true }, async (session) => {
      const due = await session.query<ContentRecord>(
        `SELECT ${CONTENT_COLUMNS} FROM permits p WHERE p.state = 'granted' AND p.due_at <= $1 AND ($3::smallint[] IS NULL OR p.partition = ANY ($3::smallint[]))
           AND CASE WHEN cardinality($4::text[]) = 0 THEN true ELSE p.expires_at < $1 OR p.mode || '/' || (p.detail::json ->> 'channel') <> ALL ($4::text[]) END
         ORDER BY p.due_at, p.id LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [
          at,
          limit,
          partitions === null ? null : [...partitions],
          full.map(({ channel, mode }) => `${mode}/${channel}`),
        ],
      );
      const rows = due.filter(
        (row) => row.expires_at < at || request.take((JSON.parse(row.detail) as PermitDetail).channel, row.mode),
      );
      if (rows.length === 0) return { claimed: [], refused: [], expired: [], recovered: [] };
      // The facts of permits that turn out to be expired are read in vain, and nothing waits for anything else.
      const [all, facts, used] = await Promise.all([
        this.#withContent(session, rows),
        this.#facts(session, rows, at),
        this.#recovered(session, rows),
      ]);
      const recovered = all.flatMap((permit) => {
        const effect = used.get(tenantKey(permit.tenant, permit.id));
        return effect === undefined ? [] : [{ permit, at: effect.at, receipt: effect.receipt }];
      });
      const permits = all.filter((permit) => !used.has(tenantKey(permit.tenant, permit.id)));
      const expired = permits.filter((permit) => permit.expiresAt < at);
      const current = permits.filter((permit) => permit.expiresAt >= at);
      const writes = new Writes(session);
      if (expired.length > 0) mark(writes, expired, 'expired', at + leaseMs);
      if (recovered.length > 0)
        putOff(
          writes,
          recovered.map((item) => item.permit),
          at + leaseMs,
        );
      if (current.length === 0) {
        await writes.done();
        return { claimed: [], refused: [], expired, recovered };
      }

      const claimed: ClaimablePermit[] = [];
      const refused: { permit: ClaimablePermit; reasons: readonly string[] }[] = [];
      for (const permit of current) {
        const { facts: known, policy } = facts(permit);
        const reasons = policy === undefined ? ['fact_missing'] : request.check(permit, known, policy);
        if (reasons.length === 0) claimed.push(permit);
        else refused.push({ permit, reasons });
      }
      if (refused.length > 0)
        mark(
          writes,
          refused.map((item) => item.permit),
          'failed',
          at + leaseMs,
        );
      if (claimed.length > 0) {
        writes.expect(
          'attempts',
          `INSERT INTO executions AS e (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state)
           SELECT tenant, permit, attempt, $5, fingerprint, $6, clock_timestamp() + make_interval(secs => $7::float8 / 1000), 'open'
           FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) AS w (tenant, permit, attempt, fingerprint)
           ON CONFLICT (tenant, permit) DO UPDATE SET attempt = EXCLUDED.attempt, at = EXCLUDED.at, worker = EXCLUDED.worker,
             lease_until_on = EXCLUDED.lease_until_on, state = EXCLUDED.state WHERE e.state = 'absent' RETURNING 1`,
          [
            ...columns(claimed, [(p) => p.tenant, (p) => p.id, (p) => p.attempts + 1, (p) => p.fingerprint]),
            at,
            worker,
            leaseMs,
          ],
          claimed.length,
        );
        writes.send(
          `UPDATE permits p SET state = 'claimed', attempts = p.attempts + 1 FROM unnest($1::text[], $2::text[]) AS w (tenant, id) WHERE p.tenant = w.tenant AND p.id = w.id`,
          columns(claimed, [(p) => p.tenant, (p) => p.id]),
        );
      }
      await writes.done();
      return { claimed, refused, expired, recovered };
    });
  }

  /** Effects of these permits that happened before a restore. An installation that was never restored is asked once and no more. */
  async #recovered(
    session: SqlSession,
    rows: readonly ContentRecord[],
  ): Promise<ReadonlyMap<string, { readonly at: number; readonly receipt: string | null }>> {
    this.#hasRecovered ??=
      (await session.query<{ found: boolean }>('SELECT EXISTS (SELECT FROM restores) AS found'))[0]?.found ?? false;
    if (!this.#hasRecovered) return new Map();
    const found = await session.query<{ tenant: TenantId; permit: string; at: number; receipt: string | null }>(
      `SELECT r.tenant, r.permit, r.at, r.receipt FROM unnest($1::text[], $2::text[]) AS w (tenant, permit)
       JOIN recovered_effects r ON r.tenant = w.tenant AND r.permit = w.permit`,
      columns(rows, [(r) => r.tenant, (r) => r.id]),
    );
    return new Map(found.map((row) => [tenantKey(row.tenant, row.permit), row]));
  }

  async #withContent(session: SqlSession, rows: readonly ContentRecord[]): Promise<readonly ClaimablePermit[]> {
    if (rows.length === 0) return [];
    const contents = await session.query<{
      ord: number;
      sealed: string | null;
      sealed_subject: string | null;
      tenant: TenantId;
    }>(
      `SELECT w.ord::int AS ord, l.sealed, l.sealed_subject, l.tenant FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS w (partition, seq, ord)
       JOIN ledger l ON l.partition = w.partition AND l.seq = w.seq`,
      columns(rows, [(r) => r.partition, (r) => r.content_seq]),
    );
    const subjects = contents.flatMap((row) =>
      row.sealed_subject === null ? [] : [{ tenant: row.tenant, subject: row.sealed_subject }],
    );
    const keys = await this.#vault.keys(session, subjects, false);
    this.#vault.remember(keys);
    const byOrdinal = new Map(contents.map((row) => [row.ord - 1, row]));
    return rows.map((row, index): ClaimablePermit => {
      const content = byOrdinal.get(index);
      const text =
        content === undefined || content.sealed === null || content.sealed_subject === null
          ? null
          : this.#vault.openWith(
              keys,
              { tenant: content.tenant, subject: content.sealed_subject },
              eventIdOf(row.partition, row.content_seq),
              content.sealed,
            );
      return {
        ...permitFactsOf(row),
        content: text === null ? null : (JSON.parse(text) as JsonObject),
      };
    });
  }

  /** Suppressions in force under these keys. */
  async #suppressions(
    session: SqlSession,
    keys: readonly { readonly tenant: TenantId; readonly key: string }[],
  ): Promise<ReadonlyMap<string, { readonly scope: string; readonly reason: string }>> {
    if (keys.length === 0) return new Map();
    const rows = await session.query<{ tenant: TenantId; key: string; scope: string; reason: string }>(
      `SELECT s.tenant, s.key, s.scope, s.reason FROM unnest($1::text[], $2::text[]) AS w (tenant, key)
       JOIN suppressions s ON s.tenant = w.tenant AND s.key = w.key AND s.removed_version IS NULL`,
      columns(keys, [(s) => s.tenant, (s) => s.key]),
    );
    return new Map(rows.map((row) => [tenantKey(row.tenant, row.key), { scope: row.scope, reason: row.reason }]));
  }

  /** Fresh facts, under share locks on what must not change between this check and the recorded attempt. */
  async #facts(
    session: SqlSession,
    rows: readonly ContentRecord[],
    at: number,
  ): Promise<(permit: ClaimablePermit) => { readonly facts: GateFacts; readonly policy: Policy | undefined }> {
    const permits = rows.map((row) => ({ tenant: row.tenant, detail: JSON.parse(row.detail) as PermitDetail }));
    const tenants = [...new Set(permits.map((permit) => permit.tenant))].toSorted();
    const guardKeys = permits.flatMap((permit) => [
      ...(permit.detail.person === null ? [] : [{ tenant: permit.tenant, key: `contact:${permit.detail.person}` }]),
      ...(permit.detail.account === null ? [] : [{ tenant: permit.tenant, key: `account:${permit.detail.account}` }]),
    ]);
    const guardsRead = session.query<{ tenant: TenantId; key: string; state: string }>(
      `${WITH_LINKED_GUARDS} SELECT g.tenant, g.key, g.state FROM linked w
       JOIN guards g ON g.tenant = w.tenant AND g.key = w.key ORDER BY g.tenant COLLATE "C", g.key COLLATE "C" FOR SHARE OF g`,
      columns(guardKeys, [(g) => g.tenant, (g) => g.key]),
    );
    // The registry comes after the guards, as in a batch that changes both; the other order could deadlock with it.
    const registryRead = session.query<{ tenant: TenantId; value: string; context: string }>(
      `SELECT tenant, value, context FROM actor_state WHERE kind = 'tenant' AND tenant = ANY ($1::text[]) ORDER BY tenant FOR SHARE`,
      [tenants],
    );
    const namedRead = this.#suppressions(
      session,
      permits.flatMap(({ tenant, detail }) => detail.suppressionKeys.map((key) => ({ tenant, key }))),
    );
    const [registryRows, named, guardRows] = await Promise.all([registryRead, namedRead, guardsRead]);
    const registries = new Map<string, Registry>();
    for (const row of registryRows) {
      const context = JSON.parse(row.context) as {
        mode: Mode;
        channel_modes: { [channel: string]: Mode };
        policy: string;
        pauses?: readonly Pause[];
        senders?: readonly SenderHealth[];
      };
      registries.set(row.tenant, {
        stopped: row.value === 'stopped',
        mode: context.mode,
        channelModes: context.channel_modes,
        policy: context.policy,
        pauses: context.pauses ?? [],
        senders: context.senders ?? [],
      });
    }
    const policies = await this.#policies.load(
      session,
      [...registries].map(([tenant, registry]) => ({ tenant: tenant as TenantId, hash: registry.policy })),
    );
    const guards = new Map(
      guardRows.map((row) => [tenantKey(row.tenant, row.key), guardStateSchema.parse(JSON.parse(row.state))]),
    );
    // Whoever was merged since the permit is suppressed by the names of the others too.
    const further = guardRows.flatMap(({ tenant, key }) =>
      (guards.get(tenantKey(tenant, key))?.joined ?? []).flatMap((peer) =>
        peer.suppression_keys.map((item) => ({ tenant, key: item })),
      ),
    );
    const [furtherNamed, listed] = await Promise.all([
      this.#suppressions(session, further),
      listedNames(
        session,
        [...guardKeys, ...guardRows].map(({ tenant, key }) => ({ tenant, guard: key, version: null })),
      ),
    ]);
    const suppressed = new Map([...named, ...furtherNamed]);
    for (const { tenant, key, scope, reason } of listed) suppressed.set(tenantKey(tenant, key), { scope, reason });
    const listedBy = Map.groupBy(listed, ({ tenant, guard }) => tenantKey(tenant, guard));

    return (permit) => {
      const registry = registries.get(permit.tenant);
      const { person, account: accountId, suppressionKeys } = permit.detail;
      const contact = person === null ? null : guardsAsRead(guards, permit.tenant, `contact:${person}`, at);
      const account = accountId === null ? null : guardsAsRead(guards, permit.tenant, `account:${accountId}`, at);
      const recipient = (person === null ? account : contact)?.members.map(({ key }) => key) ?? [
        person === null ? `account:${accountId}` : `contact:${person}`,
      ];
      const keys = new Set([
        ...suppressionKeys,
        ...(contact?.suppressionKeys ?? []),
        ...(account?.suppressionKeys ?? []),
        ...recipient.flatMap((guard) => listedBy.get(tenantKey(permit.tenant, guard)) ?? []).map(({ key }) => key),
      ]);
      const facts: GateFacts = {
        suppressions: [...keys].flatMap((key) => suppressed.get(tenantKey(permit.tenant, key)) ?? []),
        ...(registry === undefined
          ? {}
          : {
              kill_switch: registry.stopped,
              ...pausedFact(
                registry.pauses,
                {
                  channel: permit.detail.channel,
                  sender: permit.detail.sender ?? '',
                  account: accountId,
                  joined: joinedAccounts(account?.members[0]?.state),
                  play: permit.detail.play ?? null,
                },
                at,
              ),
              ...senderFact(registry.senders, {
                channel: permit.detail.channel,
                sender: permit.detail.sender ?? '',
              }),
              mode: stricterMode(registry.mode, registry.channelModes[permit.detail.channel] ?? registry.mode),
            }),
        ...(contact === null ? {} : { contact: contact.state }),
        ...(account === null ? {} : { account: account.state }),
        scope_linked: isScopeLinked(accountId, permit.detail.scope, contact?.members ?? [], account?.members[0]?.state),
      };
      return {
        facts,
        policy: registry === undefined ? undefined : policies.get(tenantKey(permit.tenant, registry.policy)),
      };
    };
  }

  lapsed(
    tenants: readonly TenantId[],
    worker: string,
    force: boolean,
    limit: number,
  ): Promise<readonly LapsedAttempt[]> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true }, async (session) => {
      const rows = await session.query<ContentRecord & { readonly at: number }>(
        `SELECT ${CONTENT_COLUMNS}, e.at FROM permits p JOIN executions e ON e.tenant = p.tenant AND e.permit = p.id
         WHERE p.due_at IS NOT NULL AND p.state = 'claimed' AND e.state = 'open' AND (e.lease_until_on < clock_timestamp() OR ($1 AND e.worker <> $2)) ORDER BY p.id LIMIT $3`,
        [force, worker, limit],
      );
      // The open attempt is counted already; results answer for it, not for a next one.
      const permits = await this.#withContent(session, rows);
      return permits.flatMap((permit, index) => {
        const at = rows[index]?.at;
        return at === undefined ? [] : [{ permit: { ...permit, attempts: permit.attempts - 1 }, at }];
      });
    });
  }

  untold(tenants: readonly TenantId[], at: number | null, limit: number): Promise<readonly UntoldPermit[]> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants, keyed: true }, async (session) => {
      const rows = await session.query<
        ContentRecord & { readonly state: UntoldPermit['ended']; readonly due_at: number }
      >(
        `SELECT ${CONTENT_COLUMNS}, p.state, p.due_at FROM permits p
         WHERE p.due_at IS NOT NULL AND p.state IN ('expired', 'failed') AND ($1::bigint IS NULL OR p.due_at <= $1) ORDER BY p.due_at, p.id LIMIT $2`,
        [at, limit],
      );
      const permits = await this.#withContent(session, rows);
      return permits.flatMap((permit, index) => {
        const row = rows[index];
        return row === undefined ? [] : [{ permit, ended: row.state, dueAt: row.due_at }];
      });
    });
  }

  retryAt({ tenant, permit, attempt, dueAt }: Parameters<ExecutionStore['retryAt']>[0]): Promise<boolean> {
    return this.#sql.transaction({ role: 'gatehouse_runtime', tenants: [tenant], keyed: true }, async (session) => {
      const ended = await session.query(
        `UPDATE executions SET state = 'absent' WHERE tenant = $1 AND permit = $2 AND attempt = $3 AND state = 'open' RETURNING 1`,
        [tenant, permit, attempt],
      );
      if (ended.length === 0) return false;
      await session.query(
        `UPDATE permits SET state = 'granted', due_at = $3 WHERE tenant = $1 AND id = $2 AND state = 'claimed'`,
        [tenant, permit, dueAt],
      );
      return true;
    });
  }

  tenants(): Promise<readonly { readonly id: TenantId; readonly clock: TenantClock }[]> {
    return this.#sql.asOwner((session) =>
      session.query<{ id: TenantId; clock: TenantClock }>(
        // By key: every host asks each second, and there are many actors.
        `SELECT t.id, a.context::json ->> 'clock' AS clock FROM tenants t
         CROSS JOIN LATERAL (SELECT context FROM actor_state WHERE tenant = t.id AND kind = 'tenant' AND id = t.id OFFSET 0) a ORDER BY t.id`,
      ),
    );
  }
}
