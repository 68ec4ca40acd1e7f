/**
 * Generations of the key that wraps the keys of people: which there are, which is in use, and which of them this process has. A generation is made,
 * becomes active when every host has its key, retires when the next one does, is empty when nothing is wrapped with it any more, and is destroyed
 * when no host has its key.
 */
import type { KeyObject } from 'node:crypto';

import { GatehouseError } from '../../domain/errors.ts';
import type { Sql, SqlSession } from '../sql/sql.port.ts';
import { seal, unseal } from './cipher.ts';
import { InstallationSecret } from './installation-secret.ts';
import type { KeyRing } from './key-ring.ts';

export interface Generation {
  readonly number: number;
  readonly id: string;
  readonly secret: string | null;
  readonly made_on: Date;
  readonly active_on: Date | null;
  readonly retired_on: Date | null;
  readonly emptied_on: Date | null;
  readonly destroyed_on: Date | null;
}

/** What wraps and unwraps; the vault asks for no more. */
export interface WrappingKeys {
  /** With which new keys are wrapped. Throws `unavailable` when this process does not have it. */
  current(): { readonly number: number; readonly key: KeyObject };
  /** Undefined when this process does not have it. */
  find(number: number): KeyObject | undefined;
  refresh(session: SqlSession): Promise<void>;
}

/** By which an installation recognises its secret. */
export function keyCheckOf(secret: InstallationSecret): string {
  return secret.hash('installation', 'key-check');
}

const placeOf = (id: string): string => `generation:${id}`;

export function sealSecret(secret: InstallationSecret, id: string, key: KeyObject): string {
  return seal(key, placeOf(id), secret.text());
}

/** The secret of the installation, from the newest generation whose key is at hand; null when there is none. */
export function openSecret(
  generations: readonly Pick<Generation, 'id' | 'secret'>[],
  ring: KeyRing,
): InstallationSecret | null {
  for (const { id, secret } of generations.toReversed()) {
    const found = ring.find(id);
    if (found !== undefined && secret !== null) return InstallationSecret.read(unseal(found.key, placeOf(id), secret));
  }
  return null;
}

/** The secret that follows from the first key, for what was made before there were generations. */
export function firstSecret(ring: KeyRing, keyCheck: string) {
  for (const { id, key } of ring.keys) {
    const secret = InstallationSecret.of(key);
    if (keyCheckOf(secret) === keyCheck) return { secret, id, key };
  }
  return null;
}

/** In order of their numbers. */
export function readGenerations(session: SqlSession): Promise<readonly Generation[]> {
  return session.query<Generation>(
    'SELECT number, id, secret, made_on, active_on, retired_on, emptied_on, destroyed_on FROM key_generations ORDER BY number',
  );
}

function foreignKey(): GatehouseError {
  return new GatehouseError(
    'usage',
    'The master key is not the one that this database was made with, so nothing that is sealed in it could be opened. Set GATEHOUSE_MASTER_KEY, or the files in keys of the data folder, to the keys of the other hosts.',
  );
}

/** The secret of a database that may be of before there were generations. Changes nothing. Throws `usage` when no key fits. */
export async function readSecret(session: SqlSession, ring: KeyRing): Promise<InstallationSecret> {
  const [schema] = await session.query<{ installation: boolean; generations: boolean }>(
    `SELECT to_regclass('installation') IS NOT NULL AS installation, to_regclass('key_generations') IS NOT NULL AS generations`,
  );
  const rows = schema?.generations === true ? await readGenerations(session) : [];
  if (rows.length > 0) {
    const secret = openSecret(rows, ring);
    if (secret === null) throw foreignKey();
    return secret;
  }
  const [installation] =
    schema?.installation === true
      ? await session.query<{ key_check: string }>('SELECT key_check FROM installation')
      : [];
  const [newest] = ring.keys;
  const first = installation === undefined ? null : firstSecret(ring, installation.key_check);
  if (first !== null) return first.secret;
  if (installation !== undefined || newest === undefined) throw foreignKey();
  return InstallationSecret.of(newest.key);
}

export class Generations implements WrappingKeys {
  readonly ring: KeyRing;
  #rows: readonly Generation[] = [];
  #keys: ReadonlyMap<number, KeyObject> = new Map();
  #asked = 0;
  #known = 0;

  constructor(ring: KeyRing) {
    this.ring = ring;
  }

  /** Of a database with the newest schema. The first key that is seen becomes the first generation. Throws `usage` when no key fits. */
  async open(sql: Sql): Promise<InstallationSecret> {
    return sql.asOwner(async (session) => {
      const secret = await readSecret(session, this.ring);
      const first = firstSecret(this.ring, keyCheckOf(secret));
      await session.query('INSERT INTO installation (key_check) VALUES ($1) ON CONFLICT DO NOTHING', [
        keyCheckOf(secret),
      ]);
      if (first !== null)
        await session.query(
          `INSERT INTO key_generations (number, id, secret, active_on)
           SELECT 1, $1, $2, clock_timestamp() WHERE NOT EXISTS (SELECT FROM key_generations) ON CONFLICT DO NOTHING`,
          [first.id, sealSecret(secret, first.id, first.key)],
        );
      await this.refresh(session);
      const [installation] = await session.query<{ key_check: string }>('SELECT key_check FROM installation');
      if (installation?.key_check !== keyCheckOf(secret)) throw foreignKey();
      this.current();
      return secret;
    });
  }

  get rows(): readonly Generation[] {
    return this.#rows;
  }

  async refresh(session: SqlSession): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    const rows = await readGenerations(session);
    // Whoever looked later knows more, also when the answer came sooner.
    if (turn < this.#known) return;
    this.#known = turn;
    const open = rows.filter((row) => row.emptied_on === null);
    if (open.some((row) => this.ring.find(row.id) === undefined)) this.ring.reload();
    const keys = new Map<number, KeyObject>();
    for (const { number, id } of open) {
      const found = this.ring.find(id);
      if (found !== undefined) keys.set(number, found.key);
    }
    this.#rows = rows;
    this.#keys = keys;
  }

  current(): { readonly number: number; readonly key: KeyObject } {
    const row = this.#rows.findLast((item) => item.active_on !== null && item.retired_on === null);
    const key = row === undefined ? undefined : this.#keys.get(row.number);
    if (row !== undefined && key !== undefined) return { number: row.number, key };
    throw new GatehouseError(
      'unavailable',
      `This host does not have the key of generation ${row?.number ?? 1} (${row?.id ?? 'unknown'}), with which personal data is wrapped now. ${
        this.ring.managed === 'files'
          ? 'Copy its file from keys of the data folder of another host.'
          : 'Put it into GATEHOUSE_MASTER_KEY, as on the other hosts.'
      }`,
    );
  }

  find(number: number): KeyObject | undefined {
    return this.#keys.get(number);
  }
}

/** A single key that is never replaced, for tools that read and write a database beside its hosts. */
export function onlyKey(key: KeyObject): WrappingKeys {
  return { current: () => ({ number: 1, key }), find: () => key, refresh: () => Promise.resolve() };
}
