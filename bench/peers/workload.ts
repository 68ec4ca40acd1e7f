/**
 * The work that every system of the comparison does, and how it is checked. For each signal: accept it durably and once by its id; read
 * and write the state of its key, one at a time for each key; decide, with a durable result; admit, with a durable result; write one
 * effect. All figures come from the rows of effects, so no system says itself how fast it was.
 */
import type { Pool } from 'pg';

/** What a signal carries besides its id and key: about 500 bytes as JSON, and valid data of `web.form_submitted`. */
export interface Payload {
  readonly form: string;
  readonly landing_page: string;
  readonly dimensions: { readonly origin: string };
  readonly text: string;
}

export interface Signal {
  readonly id: string;
  readonly key: string;
  readonly payload: Payload;
}

export interface Decision {
  readonly action: string;
  readonly score: number;
}

export interface Admission {
  readonly admitted: boolean;
  readonly reason: string;
}

/** What is kept for each key. */
export interface KeyedState {
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly lastSeen: number;
}

const TEXT = 'We look for a way to route inbound requests to the right person. '.repeat(6);

/** The n-th signal of a run. Neighbours have different keys, and every key comes once before one comes again. */
export function signalAt(run: string, n: number, keys: number): Signal {
  const key = (n * 7_919) % keys;
  return {
    id: `${run}-${n}`,
    key: `c${key}`,
    payload: {
      form: 'demo',
      landing_page: `/lp/${key % 40}`,
      dimensions: { origin: `o${key % 8}` },
      text: TEXT,
    },
  };
}

/** Step one: a pure computation over the signal and the state of its key. */
export function decide(signal: Signal, state: KeyedState): Decision {
  const interest = Math.min(100, 40 + signal.payload.text.length / 20 + 5 * state.count);
  return { action: signal.payload.form === 'demo' ? 'crm_update' : 'none', score: interest };
}

/** Step two: a pure check of the decision. The work admits everything, so that every signal has an effect. */
export function admit(decision: Decision): Admission {
  return decision.action === 'none'
    ? { admitted: false, reason: 'nothing to do' }
    : { admitted: true, reason: `score ${decision.score}` };
}

/** A moment in milliseconds since 1970 with fractions, comparable with the clock of a database on the same machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Connections of a pool for so many signals under way: more than the cores can use, and few enough for a server with 100. */
export function connectionsFor(inFlight: number): number {
  return Math.min(32, Math.max(16, Math.ceil(inFlight / 4)));
}

/** Makes the tables of the work. A run has a database of its own. */
export async function createTables(pool: Pool): Promise<void> {
  await pool.query(`
    CREATE TABLE effects (
      signal text PRIMARY KEY,
      key text NOT NULL,
      decision jsonb NOT NULL,
      attempts integer NOT NULL DEFAULT 1,
      written_on timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE TABLE applied (signal text PRIMARY KEY);
    CREATE TABLE keyed_state (key text PRIMARY KEY, count integer NOT NULL, last_seen double precision NOT NULL) WITH (fillfactor = 80);
  `);
}

/**
 * Writes the effect of a signal: visible at most once, however often it is called. The receipt is a row in one commit. Further attempts
 * are counted.
 */
export async function writeEffect(pool: Pool, signal: Signal, decision: Decision): Promise<void> {
  await pool.query({
    name: 'write_effect',
    text: `INSERT INTO effects (signal, key, decision) VALUES ($1, $2, $3)
      ON CONFLICT (signal) DO UPDATE SET attempts = effects.attempts + 1`,
    values: [signal.id, signal.key, decision],
  });
}

/**
 * Counts a signal into the state of its key, once by its id, for systems without keyed state. One statement, so it is one commit, and the
 * row lock makes it one at a time for each key.
 */
export async function applyOnce(pool: Pool, signal: Signal): Promise<KeyedState> {
  const { rows } = await pool.query<{ count: number; last_seen: number }>({
    name: 'apply_once',
    text: `WITH fresh AS (INSERT INTO applied (signal) VALUES ($1) ON CONFLICT DO NOTHING RETURNING signal)
      INSERT INTO keyed_state AS s (key, count, last_seen)
        SELECT $2::text, count(*)::integer, $3::double precision FROM fresh
        ON CONFLICT (key) DO UPDATE SET count = s.count + excluded.count, last_seen = excluded.last_seen
        RETURNING count, last_seen`,
    values: [signal.id, signal.key, nowMs()],
  });
  const [row] = rows;
  if (row === undefined) throw new Error(`the state of ${signal.key} was not written`);
  return { count: row.count, lastSeen: row.last_seen };
}

/** The counter of each key as `applyOnce` left it. */
export async function appliedCounters(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ key: string; count: number }>('SELECT key, count FROM keyed_state');
  return new Map(rows.map((row) => [row.key, row.count]));
}

/** An effect that was found at the end, with the moment of its row in milliseconds since 1970. */
export interface Effect {
  readonly signal: string;
  readonly writtenMs: number;
  readonly attempts: number;
}

/** All effects that `writeEffect` left. */
export async function writtenEffects(pool: Pool): Promise<readonly Effect[]> {
  const { rows } = await pool.query<{ signal: string; written_ms: number; attempts: number }>(
    'SELECT signal, (extract(epoch FROM written_on) * 1000)::double precision AS written_ms, attempts FROM effects',
  );
  return rows.map((row) => ({ signal: row.signal, writtenMs: row.written_ms, attempts: row.attempts }));
}
