/**
 * Merges and splits under load with two hosts on one server, so that most pairs have their partitions at different owners: touches in flight, locks
 * held, names moving back and forth. What must hold is worked out from the ledger, not from the gate.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openApp } from '../src/app.ts';
import type { App } from '../src/app.ts';
import { must } from '../src/domain/errors.ts';
import { guardStateSchema } from '../src/domain/guard.ts';
import { asId, partitionOf } from '../src/domain/ids.ts';
import type { ScopeId, TenantId } from '../src/domain/ids.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import { ledgerQuery } from '../src/memory/read/ledger-reader.ts';
import { createPostgres } from '../src/memory/sql/postgres.ts';
import { seededRandom } from '../src/stats/random.ts';
import { OPEN_POLICY, PROSPECT, proposal, REACHABLE, until } from './app.fixture.ts';
import { describePostgres } from './needs.ts';
import { createDatabase } from './postgres-database.ts';
import { crowdedTogether, guardHistories } from './simulation/joined-touches.ts';

const LOAD_MS = 8_000;
const PAIRS = 4;
const STAY_MERGED = 2;
const CONTACTS = 3;
const CALLERS = 8;
const ACCOUNT_COOLDOWN_MS = 400;
const CAP_MAX = 6;

const POLICY: Policy = {
  ...OPEN_POLICY,
  name: 'crowded',
  cooldown: { contact_ms: 0, account_ms: ACCOUNT_COOLDOWN_MS, domain_ms: 0, channel_ms: {} },
  touch_cap: { max: CAP_MAX, window_ms: 7 * 24 * 3_600_000 },
  ownership_window_ms: 1_000,
  duplicate_window_ms: 0,
  trust: { ...OPEN_POLICY.trust, audit_share: 0 },
};

describePostgres('two hosts', (serverUrl) => {
  it(
    'never exceed a cap or cooldown through merges and splits, lose nothing, and restore what was joined',
    { timeout: 120_000 },
    async () => {
      const server = await createDatabase(serverUrl);
      const masterKey = randomBytes(32).toString('base64');
      const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'gatehouse-identity-')));
      const sql = createPostgres(server.url, { maxConnections: 2 });
      const apps: App[] = [];
      try {
        for (const dataDir of folders)
          apps.push(
            await openApp({
              dataDir,
              databaseUrl: server.url,
              natsUrl: null,
              smtpUrl: null,
              mailFrom: 'Gatehouse <gatehouse@localhost>',
              masterKey,
              adminKey: 'gh_default_test',
              host: '127.0.0.1',
              port: 0,
              drainMs: 0,
              logLevel: 'silent',
              workers: true,
            }),
          );
        const [first] = apps;
        const { services } = must(first, 'a host');
        const caller: Caller = await must(first, 'a host').caller('default');
        await services.applyPolicy(caller, POLICY);
        const anywhere = (random: () => number) => must(apps[Math.floor(random() * apps.length)], 'a host').services;

        // Both hosts have taken their share.
        await until(async () => {
          const held = await sql.asOwner((session) =>
            session.query<{ partitions: number }>(
              'SELECT count(*) AS partitions FROM partition_leases WHERE until_on > now() GROUP BY holder',
            ),
          );
          return held.length === 2 && held.every(({ partitions }) => partitions === 32);
        });
        const owners = new Map(
          (
            await sql.asOwner((session) =>
              session.query<{ partition: number; holder: string }>('SELECT partition, holder FROM partition_leases'),
            )
          ).map(({ partition, holder }) => [partition, holder]),
        );
        const [left] = owners.values();
        // The two of a pair have their partitions at different owners.
        const accounts: string[] = [];
        for (let tried = 0; accounts.length < 2 * PAIRS; tried += 1) {
          const account = `company-${tried}`;
          const view = await services.putAccount(caller, account, {
            ...PROSPECT,
            name: account,
            domain: `${account}.example`,
          });
          const isLeft = owners.get(partitionOf(asId<ScopeId>(view.id))) === left;
          if (isLeft !== (accounts.length % 2 === 0)) continue;
          accounts.push(account);
          for (let contact = 0; contact < CONTACTS; contact += 1)
            await services.putContact(caller, `${account}-${contact}`, {
              ...REACHABLE,
              account,
              email: `c${contact}@${account}.example`,
            });
        }

        const deadline = Date.now() + LOAD_MS;
        const proposed: string[] = [];
        const splits: string[] = [];
        const load = Array.from({ length: CALLERS }, async (_, index) => {
          const random = seededRandom(`load-${index}`);
          while (Date.now() < deadline) {
            const account = must(accounts[Math.floor(random() * accounts.length)], 'an account');
            const subject = `contact/${account}-${Math.floor(random() * CONTACTS)}`;
            const { decision } = await anywhere(random).propose(
              caller,
              proposal(subject, { lane: random() < 0.5 ? 'operator' : 'inbound' }),
            );
            proposed.push(decision);
          }
        });
        /** Merges a pair, of accounts or of their people, and splits it again, over and over; the last merge of the first pairs stays. */
        const operators = Array.from({ length: PAIRS }, async (_, pair) => {
          const random = seededRandom(`pair-${pair}`);
          const kind = pair % 2 === 0 ? 'account' : 'contact';
          const [one, other] = accounts
            .slice(2 * pair, 2 * pair + 2)
            .map((account) => `${account}${kind === 'contact' ? '-0' : ''}`);
          const merge = () => {
            const into = { into: other ?? '', reason: 'the same', request_id: null };
            return anywhere(random).identities.mergeInto(caller, kind, one ?? '', into);
          };
          while (Date.now() < deadline) {
            const { id } = await merge();
            await new Promise((resolve) => {
              setTimeout(resolve, 200 + random() * 900);
            });
            await anywhere(random).identities.reverseAct(caller, id, { reason: 'not the same', request_id: null });
            splits.push(id);
          }
          if (pair < STAY_MERGED) await merge();
        });
        await Promise.all([...load, ...operators]);

        // Everything accepted is processed, and every permit has come to its end.
        await until(async () => {
          const [open] = await sql.asOwner((session) =>
            session.query<{ waiting: number }>(
              `SELECT (SELECT count(*) FROM inbox WHERE state <> 'processed') + (SELECT count(*) FROM permits WHERE state IN ('granted', 'claimed')) AS waiting`,
            ),
          );
          return open?.waiting === 0;
        });
        const tenant = asId<TenantId>('default');
        const rows = await sql.asOwner((session) =>
          ledgerQuery(session, 'ledger', 'WHERE tenant = $1 ORDER BY partition, seq', [tenant]),
        );
        const guardRows = await sql.asOwner((session) =>
          session.query<{ key: string; version: number; state: string }>(
            'SELECT key, version, state FROM guards WHERE tenant = $1',
            [tenant],
          ),
        );
        const guards = new Map(
          guardRows.map(({ key, version, state }) => [
            key,
            { tenant, key, version, state: guardStateSchema.parse(JSON.parse(state)) },
          ]),
        );
        const histories = guardHistories(rows);
        const cooldownMs = (key: string) => (key.startsWith('account:') ? ACCOUNT_COOLDOWN_MS : 0);
        expect(crowdedTogether(rows, guards, { cooldownMs, capMax: CAP_MAX })).toEqual([]);
        const tooClose: string[] = [];
        for (const [key, guard] of guards) {
          const own = (histories.get(key)?.own(guard) ?? []).map(({ touch }) => touch.at).toSorted((x, y) => x - y);
          if (own.some((at, index) => at - (own[index - 1] ?? -Infinity) < cooldownMs(key))) tooClose.push(key);
          if (key.startsWith('contact:') && own.length > CAP_MAX) tooClose.push(key);
        }
        expect(tooClose).toEqual([]);

        // Not in vain: there were touches, merges at two owners, and splits.
        const count = (type: string) => rows.filter((row) => row.type === type).length;
        const [leases] = await sql.asOwner((session) =>
          session.query<{ apart: number }>(
            `SELECT count(*) FILTER (WHERE s.holder <> t.holder)::int AS apart FROM identity_acts i
           JOIN directory ds ON ds.tenant = i.tenant AND ds.id = i.subject JOIN directory dt ON dt.tenant = i.tenant AND dt.id = i.target
           JOIN ledger ls ON ls.tenant = i.tenant AND ls.scope = ds.scope AND ls.seq = (SELECT min(seq) FROM ledger WHERE scope = ds.scope)
           JOIN ledger lt ON lt.tenant = i.tenant AND lt.scope = dt.scope AND lt.seq = (SELECT min(seq) FROM ledger WHERE scope = dt.scope)
           JOIN partition_leases s ON s.partition = ls.partition JOIN partition_leases t ON t.partition = lt.partition`,
          ),
        );
        const report = {
          proposals: proposed.length,
          passes: count('action.passed'),
          executed: count('action.executed'),
          merges: count('identity.merged'),
          splits: count('identity.split'),
          apart: leases?.apart ?? 0,
        };
        process.stdout.write(`two hosts: ${JSON.stringify(report)}\n`);
        // A busy machine does less in the same time.
        expect(report.passes).toBeGreaterThan(5);
        expect(report.merges).toBeGreaterThan(PAIRS);
        expect(report.splits).toBe(splits.length);
        expect(report.apart).toBeGreaterThan(0);

        // Nothing lost: each proposal was judged once.
        const judged = new Set(
          rows
            .filter((row) => row.type === 'action.proposed')
            .map((row) => (JSON.parse(row.body) as { data: { decision: string } }).data.decision),
        );
        expect(proposed.filter((decision) => !judged.has(decision))).toEqual([]);

        // A split restores: whoever is apart answers for themselves again and has every touch of their own.
        const acts = (await services.identities.listIdentityActs(caller, { limit: 200, cursor: null })).items;
        expect(new Set(acts.map(({ state }) => state))).toEqual(new Set(['split', 'merged']));
        const joined = new Set(acts.filter(({ state }) => state === 'merged').map(({ subject }) => subject.id));
        for (let pair = 0; pair < PAIRS; pair += 2) {
          const [one, other] = accounts.slice(2 * pair, 2 * pair + 2);
          const { id, external_id: name } = await services.getAccount(caller, one ?? '');
          const isJoined = [...joined].some((subject) => guards.get(`account:${subject}`)?.state.into?.id === id);
          expect(name).toBe(isJoined ? other : one);
        }
        for (const { state, subject, subject_kind: kind } of acts) {
          const key = `${kind}:${subject.id}`;
          if (state !== 'split' || joined.has(subject.id)) continue;
          expect(guards.get(key)?.state.joined).toBeUndefined();
          expect(guards.get(key)?.state.into).toBeUndefined();
        }
        expect(await services.verify(caller)).toMatchObject({ ok: true, faults: [] });
        expect(await services.rebuildCheck(caller)).toMatchObject({ ok: true, differences: [] });
        expect(await services.replayAll(caller)).toMatchObject({ ok: true, different: 0, facts_differ: 0 });
      } finally {
        for (const app of apps) await app.close();
        await sql.close();
        await server.drop();
        for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
