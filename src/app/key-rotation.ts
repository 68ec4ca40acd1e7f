/**
 * Replaces the key that wraps the keys of people. A copy of a wrapped key that lies in the write-ahead log, in an old page or in a forgotten backup is
 * worth nothing without the generation that wrapped it, so destroying that generation reaches what no deletion reaches. The state of a rotation
 * stands in the database alone: whoever asks again goes on where it stopped.
 */
import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { TenantCommands } from '../actors/tenant-commands.ts';
import { GatehouseError, must } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type {
  BackupRewrapView,
  KeyGenerationView,
  KeyGenerationsView,
  KeyRotationView,
} from '../gateway/key-generations.port.ts';
import { secretOfBackup } from '../memory/backup/read-backup.ts';
import { backupsIn, rewrapBackup } from '../memory/backup/rewrap-backup.ts';
import { columns } from '../memory/sql/columns.ts';
import type { Sql, SqlSession } from '../memory/sql/sql.port.ts';
import { sealSecret } from '../memory/vault/generations.ts';
import type { Generation, Generations } from '../memory/vault/generations.ts';
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';
import type { RingKey } from '../memory/vault/key-ring.ts';
import { subjectKeyOf, unwrapKey, wrapKey } from '../memory/vault/subject-vault.ts';

const BATCH = 1_000;
/** So that whoever asked hears from it. */
const TURN_MS = 5_000;
/** How long hosts have to find a new key, and how long one that says nothing counts as alive. */
const HOLDERS_MS = 15_000;
const ALIVE = `interval '1 minute'`;
const LOOK_EVERY_MS = 200;

export interface KeyRotationParts {
  readonly sql: Sql;
  readonly generations: Generations;
  readonly secret: InstallationSecret;
  readonly host: string;
  readonly commands: Pick<TenantCommands, 'record'>;
  readonly dataDir: string;
  readonly now: () => number;
  /** How long one request works at most; the next one goes on. */
  readonly turnMs?: number;
}

/** Whether a wrapped key of somebody can still be opened by whoever finds a copy of it. */
export interface WrappedFate {
  readonly generation: number;
  /** When the last generation that wrapped it was destroyed; null while one is left. */
  readonly destroyedAt: string | null;
}

interface KeyRow {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly wrapped: string;
  readonly generation: number;
}

export class KeyRotation {
  readonly #parts: KeyRotationParts;
  #turn: Promise<unknown> = Promise.resolve();
  #looking: Promise<unknown> = Promise.resolve();

  constructor(parts: KeyRotationParts) {
    this.#parts = parts;
  }

  /** Looks what other hosts did, says which keys this one has, and destroys the files of those that nobody needs any more. */
  tick(): Promise<void> {
    // One that began before another must not say of this host what was true then.
    const result = this.#looking.then(() => this.#tick());
    this.#looking = result.catch(() => {});
    return result;
  }

  async #tick(): Promise<void> {
    const { sql, generations, host } = this.#parts;
    const { ring } = generations;
    await sql.asOwner(async (session) => {
      await generations.refresh(session);
      for (const row of generations.rows)
        if (row.emptied_on !== null) ring.destroy(row.id, row.emptied_on.toISOString());
      const ids = ring.keys.map(({ id }) => id);
      await session.query(
        'UPDATE hosts SET key_generations = $2::text[] WHERE id = $1 AND key_generations IS DISTINCT FROM $2::text[]',
        [host, ids],
      );
      if (!generations.rows.some((row) => row.emptied_on !== null && row.destroyed_on === null)) return;
      await session.query(
        `UPDATE key_generations g SET destroyed_on = clock_timestamp()
         WHERE emptied_on IS NOT NULL AND destroyed_on IS NULL AND id <> ALL ($1::text[])
           AND NOT EXISTS (SELECT FROM hosts h WHERE h.seen_on > clock_timestamp() - ${ALIVE} AND g.id = ANY (h.key_generations))`,
        [ids],
      );
    });
    await this.#refresh();
  }

  /** After a commit, in a look of its own, so that it is later than any that did not see the commit. */
  #refresh(): Promise<void> {
    return this.#parts.sql.asOwner((session) => this.#parts.generations.refresh(session));
  }

  async list(): Promise<KeyGenerationsView> {
    await this.tick();
    const { sql, generations } = this.#parts;
    const counts = await sql.asOwner((session) =>
      session.query<{ generation: number; people: number }>(
        'SELECT generation, count(*) AS people FROM subject_keys WHERE wrapped IS NOT NULL GROUP BY 1',
      ),
    );
    const people = new Map(counts.map((row) => [row.generation, row.people]));
    return {
      managed_by: generations.ring.managed,
      generations: generations.rows.map((row) => ({
        number: row.number,
        id: row.id,
        state: stateOf(row),
        made_at: row.made_on.toISOString(),
        destroyed_at: row.destroyed_on?.toISOString() ?? null,
        people: people.get(row.number) ?? 0,
        here: placeOf(generations.ring.find(row.id)),
      })),
      to_do: this.#toDo(),
    };
  }

  /** One turn of work. Whoever comes while one is going on waits for it. */
  rotate(caller: Pick<Caller, 'tenant' | 'identity'>, backups: string | null): Promise<KeyRotationView> {
    const result = this.#turn.then(() => this.#rotate(caller, backups));
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Turns until everything is done. */
  async rotateAll(caller: Pick<Caller, 'tenant' | 'identity'>): Promise<KeyRotationView> {
    for (let milliseconds = 0; ;) {
      const view = await this.rotate(caller, null);
      milliseconds += view.milliseconds;
      if (view.done) return { ...view, milliseconds };
    }
  }

  /** Of somebody whose key was destroyed, or is still there. */
  async fateOf(tenant: TenantId, subject: string): Promise<WrappedFate> {
    const [row] = await this.#parts.sql.asOwner((session) =>
      session.query<{ generation: number; left: number; destroyed_on: Date | null }>(
        `SELECT k.generation, count(*) FILTER (WHERE g.destroyed_on IS NULL) AS left, max(g.destroyed_on) AS destroyed_on
         FROM subject_keys k LEFT JOIN key_generations g ON g.number <= k.generation
         WHERE k.tenant = $1 AND k.subject = $2 GROUP BY 1`,
        [tenant, subject],
      ),
    );
    return {
      generation: row?.generation ?? 1,
      destroyedAt: row === undefined || row.left > 0 ? null : (row.destroyed_on?.toISOString() ?? null),
    };
  }

  async #rotate(caller: Pick<Caller, 'tenant' | 'identity'>, backups: string | null): Promise<KeyRotationView> {
    const { now, generations, sql, turnMs = TURN_MS } = this.#parts;
    const began = now();
    await this.tick();
    await this.#begin(caller);
    const { number, key } = generations.current();
    const { id } = must(
      generations.rows.find((row) => row.number === number),
      'the current generation has a row',
    );
    let left = await this.#left(number);
    while (left > 0 && now() - began < turnMs) {
      await this.#rewrapAll(number, key, began + turnMs);
      left = await this.#left(number);
      // Rows that others hold were passed over.
      if (left > 0 && left < BATCH) await sleep(LOOK_EVERY_MS);
    }
    const folders = left > 0 ? [] : await this.#rewrapBackups({ number, id, key }, backups);
    if (left === 0) await this.#empty(number);
    await this.tick();
    const [count] = await sql.asOwner((session) =>
      session.query<{ people: number }>(
        'SELECT count(*) AS people FROM subject_keys WHERE wrapped IS NOT NULL AND generation = $1',
        [number],
      ),
    );
    const done = generations.rows.every((row) => row.retired_on === null || row.emptied_on !== null);
    return {
      generation: number,
      id,
      done,
      people: count?.people ?? 0,
      left,
      milliseconds: now() - began,
      backups: folders,
      to_do: done ? this.#toDo() : null,
    };
  }

  /** Makes a new generation the one that is in use, unless a rotation is under way. */
  async #begin(caller: Pick<Caller, 'tenant' | 'identity'>): Promise<void> {
    const { sql, generations, commands, secret } = this.#parts;
    if (generations.rows.some((row) => row.retired_on !== null && row.emptied_on === null)) return;
    let made = generations.rows.find((row) => row.active_on === null);
    if (made === undefined) {
      const { id, key } = this.#nextKey();
      await sql.asOwner(async (session) => {
        await session.query(
          `INSERT INTO key_generations (number, id, secret) SELECT max(number) + 1, $1, $2 FROM key_generations
           HAVING count(*) FILTER (WHERE active_on IS NULL) = 0 ON CONFLICT DO NOTHING`,
          [id, sealSecret(secret, id, key)],
        );
      });
      await this.#refresh();
      made = must(
        generations.rows.find((row) => row.active_on === null),
        'a generation was made, here or by another host',
      );
    }
    const { number, id } = made;
    await this.#awaitHolders(id);
    await commands.record(caller.tenant, randomUUID(), 'keys.rotated', { generation: number, id, by: caller.identity });
    await sql.asOwner(async (session) => {
      // Waits for whoever is adding a key under the generation before, and is seen by all who come after.
      await session.query(
        'UPDATE key_generations SET retired_on = clock_timestamp() WHERE number < $1 AND retired_on IS NULL',
        [number],
      );
      await session.query(
        'UPDATE key_generations SET active_on = clock_timestamp() WHERE number = $1 AND active_on IS NULL',
        [number],
      );
    });
    await this.#refresh();
  }

  #nextKey(): RingKey {
    const { generations } = this.#parts;
    const { ring } = generations;
    const known = new Set(generations.rows.map((row) => row.id));
    // A file that was made by a rotation which then died is as good as a new one.
    if (ring.managed === 'files') return ring.keys.find(({ id }) => !known.has(id)) ?? ring.make();
    const [newest] = ring.keys;
    if (newest !== undefined && !known.has(newest.id)) return newest;
    throw new GatehouseError(
      'state_conflict',
      'The keys come from GATEHOUSE_MASTER_KEY, so the next one must be put there first. Make it with openssl rand -base64 32, put it in front of the others with a comma behind it on every host, start the hosts again one after the other, and run gatehouse keys rotate.',
    );
  }

  async #awaitHolders(id: string): Promise<void> {
    const { sql, generations, host } = this.#parts;
    for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
      await this.tick();
      const without = await sql.asOwner((session) =>
        session.query<{ id: string }>(
          `SELECT id FROM hosts WHERE seen_on > clock_timestamp() - ${ALIVE} AND id <> $2 AND NOT ($1 = ANY (key_generations)) ORDER BY id`,
          [id, host],
        ),
      );
      if (without.length === 0 && generations.ring.find(id) !== undefined) return;
      if (waitedMs >= HOLDERS_MS)
        throw new GatehouseError(
          'unavailable',
          `Not every host has the new key (${id}) yet: ${without.map((row) => row.id).join(', ') || host}. ${
            generations.ring.managed === 'files'
              ? `Copy ${placeOf(generations.ring.find(id)) ?? `the file master-${id}.key`} into keys of their data folders`
              : 'Put it in front of the others in GATEHOUSE_MASTER_KEY there and start them again'
          }; a host of an older version must be replaced first, and one that has ended is forgotten after a minute. Then run gatehouse keys rotate again; nothing has changed so far.`,
        );
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #left(number: number): Promise<number> {
    const [row] = await this.#parts.sql.asOwner((session) =>
      session.query<{ left: number }>(
        'SELECT count(*) AS left FROM subject_keys WHERE wrapped IS NOT NULL AND generation <> $1',
        [number],
      ),
    );
    return row?.left ?? 0;
  }

  /** One walk over all keys, in the order of the table; what somebody is changing just now is passed over. */
  async #rewrapAll(number: number, key: KeyObject, until: number): Promise<void> {
    const { sql, now } = this.#parts;
    let from = { tenant: '', subject: '' };
    while (now() < until) {
      const rows = await sql.asOwner((session) => this.#rewrapBatch(session, number, key, from));
      const last = rows.at(-1);
      if (last === undefined) return;
      from = last;
    }
  }

  async #rewrapBatch(
    session: SqlSession,
    number: number,
    key: KeyObject,
    from: { readonly tenant: string; readonly subject: string },
  ): Promise<readonly KeyRow[]> {
    const { generations } = this.#parts;
    const rows = await session.query<KeyRow>(
      `SELECT tenant, subject, wrapped, generation FROM subject_keys
       WHERE (tenant, subject) > ($1, $2) AND wrapped IS NOT NULL AND generation <> $3
       ORDER BY tenant, subject LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
      [from.tenant, from.subject, number],
    );
    const anew = rows.map((row) => {
      const old = generations.find(row.generation);
      if (old === undefined)
        throw new GatehouseError(
          'unavailable',
          `This host does not have the key of generation ${row.generation}, with which keys of people are still wrapped. Run it on a host that has: gatehouse keys list names it.`,
        );
      return { ...row, wrapped: wrapKey(key, row, unwrapKey(old, row, row.wrapped)) };
    });
    if (anew.length > 0)
      await session.query(
        `UPDATE subject_keys k SET wrapped = w.wrapped, generation = $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, subject, wrapped)
         WHERE k.tenant = w.tenant AND k.subject = w.subject`,
        [...columns(anew, [(item) => item.tenant, (item) => item.subject, (item) => item.wrapped]), number],
      );
    return rows;
  }

  async #rewrapBackups(
    to: { readonly number: number; readonly id: string; readonly key: KeyObject },
    named: string | null,
  ): Promise<readonly BackupRewrapView[]> {
    const { sql, generations, secret, dataDir, now } = this.#parts;
    const folders = [join(resolve(dataDir), 'backups'), ...(named === null ? [] : [named])].flatMap(backupsIn);
    if (folders.length === 0) return [];
    const rows = await sql.asOwner((session) =>
      session.query<{ tenant: TenantId; subject: string; on: Date }>(
        'SELECT tenant, subject, destroyed_on AS on FROM subject_keys WHERE destroyed_on IS NOT NULL',
      ),
    );
    const erased = new Map(rows.map((row) => [subjectKeyOf(row), row.on.toISOString()]));
    const views: BackupRewrapView[] = [];
    for (const folder of new Set(folders)) {
      try {
        secretOfBackup(folder, generations.ring);
      } catch {
        views.push({ folder, result: 'unreadable', people: 0, left_out: 0 });
        continue;
      }
      const at = new Date(now()).toISOString();
      const { changed, ...counts } = await rewrapBackup({ folder, secret, ring: generations.ring, to, erased, at });
      views.push({ folder, result: changed ? 'rewrapped' : 'unchanged', ...counts });
    }
    return views;
  }

  /** From then on nobody needs the generations before, and every host destroys its file of them. */
  async #empty(number: number): Promise<void> {
    await this.#parts.sql.asOwner((session) =>
      session.query(
        `UPDATE key_generations g SET emptied_on = clock_timestamp(), secret = NULL
         WHERE number < $1 AND emptied_on IS NULL AND retired_on IS NOT NULL
           AND NOT EXISTS (SELECT FROM subject_keys k WHERE k.generation = g.number AND k.wrapped IS NOT NULL)`,
        [number],
      ),
    );
  }

  #toDo(): string | null {
    const { generations } = this.#parts;
    const { ring, rows } = generations;
    const unfinished = rows.some((row) => row.emptied_on === null && row.retired_on !== null);
    if (unfinished) return 'A rotation was interrupted. Run gatehouse keys rotate to go on.';
    const emptied = rows.filter((row) => row.emptied_on !== null && row.destroyed_on === null);
    if (emptied.length === 0) return null;
    const entries = emptied.flatMap((row) => {
      const place = ring.find(row.id)?.place;
      return place?.kind === 'environment' ? [`entry ${place.entry} (${row.id})`] : [];
    });
    return entries.length === 0
      ? `Another host still has the key of generation ${emptied.map((row) => row.number).join(', ')}. A file is destroyed within seconds of its host's next look; take it out of GATEHOUSE_MASTER_KEY where it stands there, or wait a minute when that host has ended.`
      : `Take ${entries.join(' and ')} out of GATEHOUSE_MASTER_KEY on every host and start the hosts again; destroy every copy of it. Until then whoever has it can open copies of keys in the write-ahead log and in old backups.`;
  }
}

function stateOf(row: Generation): KeyGenerationView['state'] {
  if (row.destroyed_on !== null) return 'destroyed';
  if (row.emptied_on !== null) return 'empty';
  if (row.retired_on !== null) return 'retired';
  return row.active_on === null ? 'made' : 'active';
}

function placeOf(found: RingKey | undefined): string | null {
  if (found === undefined) return null;
  return found.place.kind === 'file' ? found.place.path : `entry ${found.place.entry} of GATEHOUSE_MASTER_KEY`;
}
