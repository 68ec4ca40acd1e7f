/**
 * 1,000 random people and moments of the Olist history: what the system says was known must equal a rebuild of the ledger up to that moment,
 * which is folded here from all rows, partition by partition, without asking what belongs to whom.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { LedgerFold, parseRow } from '../src/actors/replay/ledger-fold.ts';
import { GatehouseError } from '../src/domain/errors.ts';
import { canonicalJson } from '../src/domain/json.ts';
import type { LedgerRow } from '../src/domain/ledger-event.ts';
import type { KnownStateView } from '../src/gateway/services.port.ts';
import { createRunners } from '../src/machines/catalogue.ts';
import { createLedgerReader } from '../src/memory/read/ledger-reader.ts';
import { PolicyCache } from '../src/memory/runtime/policy-cache.ts';
import { openPglite } from '../src/memory/sql/pglite.ts';
import { seededRandom } from '../src/stats/random.ts';
import { openEmbedded } from './app.fixture.ts';
import { TEST_MASTER_KEY } from './process.fixture.ts';

const PAIRS = 1_000;

interface Pair {
  readonly lead: string;
  readonly at: number;
  readonly known: string | null;
  /** Where its events lie, if it was known. */
  readonly id: string | null;
}

/** The states and guards that an answer shows, as text that can be compared. */
function textOf(view: KnownStateView): string {
  return canonicalJson({
    actors: view.actors
      .map(({ kind, id, state, context, events }) => [`${kind}:${id}`, state, context, events])
      .toSorted(byName),
    guards: view.guards.map(({ key, version, state }) => [key, version, state]).toSorted(byName),
  });
}
const byName = (a: readonly unknown[], b: readonly unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);

/** What a rebuild up to a moment gives for the scope of a person. */
class Rebuild {
  readonly #fold = new LedgerFold(createRunners());
  readonly #rows: readonly LedgerRow[];
  readonly #actors = new Map<string, Set<string>>();
  readonly #guards = new Map<string, Set<string>>();
  #next = 0;

  constructor(rows: readonly LedgerRow[]) {
    this.#rows = rows;
  }

  textAt(scope: string, at: number): string | null {
    for (let row = this.#rows[this.#next]; row !== undefined && row.at <= at; row = this.#rows[this.#next]) {
      const parsed = parseRow(row);
      this.#fold.apply(parsed);
      setOf(this.#actors, row.scope).add(`${row.actor.kind}:${row.actor.id}`);
      for (const { key } of parsed.guards) if (/^(contact|account):/.test(key)) setOf(this.#guards, row.scope).add(key);
      this.#next += 1;
    }
    const actors = this.#actors.get(scope);
    if (actors === undefined) return null;
    return canonicalJson({
      actors: [...actors]
        .map((name) => {
          const actor = this.#fold.actors.get(`default/${name.replace(':', '/')}`);
          return [name, actor?.value, actor?.context, actor?.seq];
        })
        .toSorted(byName),
      guards: [...(this.#guards.get(scope) ?? [])]
        .map((key) => {
          const guard = this.#fold.guards.get(`default/${key}`);
          return [key, guard?.version, guard?.state];
        })
        .toSorted(byName),
    });
  }
}

function setOf(map: Map<string, Set<string>>, key: string): Set<string> {
  const found = map.get(key) ?? new Set();
  map.set(key, found);
  return found;
}

/** Asks about random people and moments of an import that is complete, and compares each answer with the rebuild. */
export async function expectKnownStates(dataDir: string, leadsFile: string): Promise<void> {
  const leads = readFileSync(leadsFile, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]?.replaceAll('"', '') ?? '');
  const random = seededRandom('known-state');
  const [from, to] = [Date.UTC(2017, 5, 1), Date.UTC(2018, 11, 1)];

  const app = await openEmbedded(dataDir, { masterKey: TEST_MASTER_KEY });
  const pairs: Pair[] = [];
  const began = performance.now();
  try {
    const caller = await app.caller('default');
    for (let index = 0; index < PAIRS; index += 1) {
      const lead = leads[Math.floor(random() * leads.length)] ?? '';
      const at = Math.floor(from + random() * (to - from));
      const view = await app.services.getKnownState(caller, `lead/${lead}`, at).catch((error: unknown) => {
        if (error instanceof GatehouseError && error.code === 'not_found') return null;
        throw error;
      });
      // The last answer names the person even where nothing was known earlier.
      const last = view ?? (await app.services.getKnownState(caller, `lead/${lead}`, Date.UTC(2100, 0, 1)));
      pairs.push({ lead, at, known: view === null ? null : textOf(view), id: last.id });
    }
  } finally {
    await app.close();
  }
  const answeredMs = performance.now() - began;

  const sql = await openPglite(join(dataDir, 'pg'));
  const reader = createLedgerReader(sql, new PolicyCache());
  const scopes = new Map(
    (
      await sql.asOwner((session) =>
        session.query<{ id: string; scope: string; partition: number }>(
          `SELECT DISTINCT actor_id AS id, scope, partition FROM ledger WHERE actor_kind = 'lead'`,
        ),
      )
    ).map((row) => [row.id, row]),
  );
  const byPartition = Map.groupBy(pairs, (pair) => scopes.get(pair.id ?? '')?.partition ?? -1);
  let knownPairs = 0;
  for (const [partition, its] of byPartition) {
    // What concerns the tenant as a whole is dated by the real clock, and belongs to nobody here.
    const rows = (await reader.slice({ partition, after: 0, limit: 1_000_000 })).filter(
      (row) => row.scope !== 'default',
    );
    expect(rows.every((row, index) => index === 0 || row.at >= (rows[index - 1]?.at ?? 0))).toBe(true);
    const rebuild = new Rebuild(rows);
    for (const pair of its.toSorted((a, b) => a.at - b.at)) {
      const expected = rebuild.textAt(scopes.get(pair.id ?? '')?.scope ?? '', pair.at);
      expect({ lead: pair.lead, at: pair.at, known: pair.known }).toEqual({
        lead: pair.lead,
        at: pair.at,
        known: expected,
      });
      if (expected !== null) knownPairs += 1;
    }
  }
  await sql.close();
  expect(byPartition.has(-1)).toBe(false);
  expect(knownPairs).toBeGreaterThan(300);
  process.stderr.write(`${PAIRS} pairs, ${knownPairs} known, answered in ${(answeredMs / 1_000).toFixed(1)} s\n`);
}
