/**
 * The database refuses exactly those attempts that the model refuses: every combination of permit, registry, content, time and
 * previous attempt is tried in SQL and compared with `attemptFault`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { migrate } from '../../src/memory/sql/migrate.ts';
import { createPostgres } from '../../src/memory/sql/postgres.ts';
import type { Sql } from '../../src/memory/sql/sql.port.ts';
import { describeDatabases } from '../needs.ts';
import { copyPglite } from '../pglite-template.ts';
import { createDatabase } from '../postgres-database.ts';
import type { PostgresDatabase } from '../postgres-database.ts';
import { ATTEMPT_STATES, attemptFault, PERMIT_STATES } from './execution-fault.ts';
import type { AttemptState, AttemptTerms } from './execution-fault.ts';

const GRANTED_AT = 100;
const EXPIRES_AT = 200;
const PERMITTED = 'fp_permitted';
const TIMES = [GRANTED_AT - 1, GRANTED_AT, EXPIRES_AT, EXPIRES_AT + 1] as const;
const FINGERPRINTS = [PERMITTED, 'fp_other'] as const;
/** Each registry is a tenant of its own. */
const REGISTRIES = ['running', 'stopped', null] as const;
const PREVIOUS: readonly (AttemptState | null)[] = [null, ...ATTEMPT_STATES];

interface Case extends AttemptTerms {
  readonly id: string;
  readonly tenant: string;
}

function allCases(): readonly Case[] {
  const cases: Case[] = [];
  for (const state of [null, ...PERMIT_STATES])
    for (const registry of REGISTRIES)
      for (const previous of PREVIOUS)
        for (const at of TIMES)
          for (const fingerprint of FINGERPRINTS)
            cases.push({
              id: `per_${cases.length}`,
              tenant: `registry-${registry ?? 'unknown'}`,
              permit:
                state === null ? null : { state, grantedAt: GRANTED_AT, expiresAt: EXPIRES_AT, fingerprint: PERMITTED },
              registry,
              previous,
              at,
              fingerprint,
            });
  return cases;
}

const CASES = allCases();

/** Ways to write an attempt. Each gives the number of rows that it wrote; `$1` to `$4` are tenant, permit, time and fingerprint. */
const WAYS = {
  /** As the executor does it. */
  claim: `INSERT INTO executions AS e (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state)
    VALUES ($1, $2, 2, $3, $4, 'w', now(), 'open')
    ON CONFLICT (tenant, permit) DO UPDATE SET attempt = EXCLUDED.attempt, at = EXCLUDED.at, fingerprint = EXCLUDED.fingerprint,
      state = EXCLUDED.state WHERE e.state = 'absent'`,
  /** As the executor does it, without its own condition: only the triggers are left. */
  'claim over anything': `INSERT INTO executions AS e (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state)
    VALUES ($1, $2, 2, $3, $4, 'w', now(), 'open')
    ON CONFLICT (tenant, permit) DO UPDATE SET attempt = EXCLUDED.attempt, at = EXCLUDED.at, fingerprint = EXCLUDED.fingerprint,
      state = EXCLUDED.state`,
  insert: `INSERT INTO executions (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state)
    VALUES ($1, $2, 2, $3, $4, 'w', now(), 'open')`,
  'next attempt': `UPDATE executions SET attempt = attempt + 1, at = $3, fingerprint = $4, state = 'open' WHERE tenant = $1 AND permit = $2`,
  'same attempt again': `UPDATE executions SET at = $3, fingerprint = $4, state = 'open' WHERE tenant = $1 AND permit = $2`,
} as const;
type Way = keyof typeof WAYS;

/** Whether the model lets an attempt be written in a way. */
function allowed(way: Way, terms: Case): boolean {
  switch (way) {
    case 'claim':
    case 'claim over anything':
      return attemptFault(terms) === null;
    case 'insert':
      return terms.previous === null && attemptFault(terms) === null;
    case 'next attempt':
    case 'same attempt again':
      return terms.previous !== null && attemptFault(terms) === null;
  }
}

/** An attempt that is open already is not opened again: writing to it is no second attempt. */
function isNoAttempt(way: Way, { previous }: Case): boolean {
  return way === 'same attempt again' && previous === 'open';
}

const SETUP = `
  INSERT INTO tenants (id, name, kind) SELECT t, t, 'customer' FROM unnest(ARRAY['registry-running', 'registry-stopped', 'registry-unknown']) t;
  INSERT INTO actor_state (tenant, kind, id, partition, machine_version, value, context, seq) VALUES
    ('registry-running', 'tenant', 'registry-running', 0, 1, 'running', '{}', 1),
    ('registry-stopped', 'tenant', 'registry-stopped', 0, 1, 'stopped', '{}', 1);
  -- Tries a statement, takes it back, and says how many rows it wrote; -1 when it was refused by a constraint or trigger.
  CREATE FUNCTION tried(statement text, tenant text, permit text, at bigint, fingerprint text) RETURNS integer LANGUAGE plpgsql AS $$
  DECLARE written integer;
  BEGIN
    EXECUTE statement USING tenant, permit, at, fingerprint;
    GET DIAGNOSTICS written = ROW_COUNT;
    RAISE EXCEPTION USING ERRCODE = 'UT001', MESSAGE = written::text;
  EXCEPTION
    WHEN SQLSTATE 'UT001' THEN RETURN SQLERRM::integer;
    WHEN check_violation OR unique_violation THEN RETURN -1;
  END $$;`;

describeDatabases('attempts at permits', (database) => {
  let server: PostgresDatabase | null = null;
  let sql: Sql;

  beforeAll(async () => {
    server = database.kind === 'postgres' ? await createDatabase(database.serverUrl) : null;
    sql = server === null ? await copyPglite('empty') : createPostgres(server.url, { maxConnections: 2 });
    await migrate(sql);
    await sql.asOwner(async (session) => {
      await session.script(SETUP);
      const permitted = CASES.filter(({ permit }) => permit !== null);
      await session.query(
        `INSERT INTO permits (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, due_at, state, content_seq, detail)
         SELECT tenant, id, 'act', 0, $4, 'sandbox', $5, $6, NULL, state, 1, '{}' FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, id, state)`,
        [
          permitted.map(({ tenant }) => tenant),
          permitted.map(({ id }) => id),
          permitted.map(({ permit }) => permit?.state ?? null),
          PERMITTED,
          GRANTED_AT,
          EXPIRES_AT,
        ],
      );
      // What happened before is taken as given, whatever holds now.
      const attempted = CASES.filter(({ previous }) => previous !== null);
      await session.script('ALTER TABLE executions DISABLE TRIGGER USER');
      await session.query(
        `INSERT INTO executions (tenant, permit, attempt, at, fingerprint, worker, lease_until_on, state)
         SELECT tenant, id, 1, $4, $5, 'w', now(), state FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, id, state)`,
        [
          attempted.map(({ tenant }) => tenant),
          attempted.map(({ id }) => id),
          attempted.map(({ previous }) => previous),
          GRANTED_AT,
          PERMITTED,
        ],
      );
      await session.script('ALTER TABLE executions ENABLE TRIGGER USER');
    });
  });

  afterAll(async () => {
    await sql.close();
    await server?.drop();
  });

  async function tried(statement: string): Promise<ReadonlyMap<string, boolean>> {
    const rows = await sql.asOwner((session) =>
      session.query<{ id: string; written: number }>(
        `SELECT id, tried($5, tenant, id, at, fingerprint) AS written FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS w (tenant, id, at, fingerprint)`,
        [
          CASES.map(({ tenant }) => tenant),
          CASES.map(({ id }) => id),
          CASES.map(({ at }) => at),
          CASES.map(({ fingerprint }) => fingerprint),
          statement,
        ],
      ),
    );
    return new Map(rows.map(({ id, written }) => [id, written === 1]));
  }

  describe('the database allows what the model allows, and nothing else', () => {
    for (const way of Object.keys(WAYS) as Way[]) {
      it(`in all ${CASES.length} situations: ${way}`, async () => {
        const written = await tried(WAYS[way]);
        const compared = CASES.filter((terms) => !isNoAttempt(way, terms));
        const different = compared.filter((terms) => written.get(terms.id) !== allowed(way, terms));
        expect(different).toEqual([]);
        // Neither says the same of everything.
        const yes = compared.filter(({ id }) => written.get(id) === true).length;
        expect(yes).toBeGreaterThan(0);
        expect(yes).toBeLessThan(compared.length);
      });
    }
  });

  it('the database knows the states that the model knows', async () => {
    const constraints = await sql.asOwner((session) =>
      session.query<{ name: string; definition: string }>(
        `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname IN ('permits_state_check', 'executions_state_check') ORDER BY conname`,
      ),
    );
    const states = constraints.map(({ definition }) =>
      [...definition.matchAll(/'([a-z]+)'/g)].map(([, state]) => state),
    );
    expect(states).toEqual([[...ATTEMPT_STATES], [...PERMIT_STATES]]);
  });
});
