/**
 * Writes anchors into a folder. A file appears whole under its number or not at all, and never twice, so hosts may share the folder. Nothing
 * is signed that contradicts the anchor before: otherwise rewriting the ledger would only need patience.
 */
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { anchorFileName, anchorFileText, anchorText } from '../../domain/anchor.ts';
import type { Anchor, SignedAnchor } from '../../domain/anchor.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { sha256 } from '../sha256.ts';
import type { Sql } from '../sql/sql.port.ts';
import { anchorNumbers, readAnchor, readAnchors } from './read-anchors.ts';
import type { AnchorIdentity, AnchorReading } from './read-anchors.ts';
import type { Signer } from './signing-key.ts';

const ATTEMPTS_MAX = 5;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

export class AnchorFolder {
  readonly folder: string;
  readonly #sql: Sql;
  readonly #signer: Signer;
  readonly #identity: AnchorIdentity;

  constructor(folder: string, sql: Sql, signer: Signer, installation: string) {
    this.folder = folder;
    this.#sql = sql;
    this.#signer = signer;
    this.#identity = { publicKey: signer.publicKey, installation };
  }

  /** Whether there is any anchor in the folder. */
  get exist(): boolean {
    return anchorNumbers(this.folder).length > 0;
  }

  read(): AnchorReading {
    return readAnchors(this.folder, this.#identity);
  }

  /** The anchor of today; the one that is there already, or null when there was one. */
  async writeDaily(): Promise<SignedAnchor | null> {
    const today = (await this.#now()).slice(0, DAY_LENGTH);
    return this.#last()?.anchor.at.slice(0, DAY_LENGTH) === today ? null : this.write();
  }

  /**
   * Signs where the chains end now. `restoredFrom` is the time of a backup that was loaded since the last anchor. Throws `state_conflict`
   * when the last anchor cannot be trusted or the ledger contradicts it.
   */
  async write(restoredFrom: string | null = null): Promise<SignedAnchor> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (let attempt = 1; ; attempt += 1) {
      const last = this.#last();
      const contradiction =
        last === null || (restoredFrom !== null && restoredFrom < last.anchor.at)
          ? null
          : await this.#contradiction(last.anchor);
      if (contradiction !== null)
        throw new GatehouseError(
          'state_conflict',
          `No anchor was written: ${contradiction}. Run gatehouse verify. After a restore, run gatehouse anchor --after-restore with the time of the backup.`,
        );
      const anchor = await this.#signed(last, restoredFrom);
      if (this.#place(anchor)) return anchor;
      // Another host was faster.
      if (attempt === ATTEMPTS_MAX)
        throw new GatehouseError('unavailable', `Others write anchors into ${this.folder} all the time. Try again.`);
    }
  }

  #last(): { readonly anchor: SignedAnchor; readonly digest: string } | null {
    const number = anchorNumbers(this.folder).at(-1);
    if (number === undefined) return null;
    const file = join(this.folder, anchorFileName(number));
    const text = readFileSync(file, 'utf8');
    const anchor = readAnchor(text, number, this.#identity);
    if (typeof anchor === 'string')
      throw new GatehouseError(
        'state_conflict',
        `The anchor ${file} cannot be trusted: ${anchor}. Put the right one back.`,
      );
    return { anchor, digest: sha256(text) };
  }

  async #now(): Promise<string> {
    const [row] = await this.#sql.asOwner((session) => session.query<{ at: Date }>('SELECT clock_timestamp() AS at'));
    return (row?.at ?? new Date(0)).toISOString();
  }

  async #signed(
    last: { readonly anchor: SignedAnchor; readonly digest: string } | null,
    restoredFrom: string | null,
  ): Promise<SignedAnchor> {
    const heads = await this.#sql.asOwner((session) =>
      session.query<Anchor['heads'][number]>('SELECT partition, seq, hash FROM partition_heads ORDER BY partition'),
    );
    const anchor: Anchor = {
      format: 1,
      installation: this.#identity.installation,
      number: (last?.anchor.number ?? 0) + 1,
      at: await this.#now(),
      previous: last?.digest ?? null,
      restored_from: restoredFrom,
      heads: [...heads],
      public_key: this.#identity.publicKey,
    };
    return { ...anchor, signature: this.#signer.sign(anchorText(anchor)) };
  }

  /** How the ledger contradicts an anchor; null when it does not. Positions that left the table are checked by verification. */
  async #contradiction({ heads, number }: SignedAnchor): Promise<string | null> {
    const wanted = heads.filter((head) => head.seq > 0);
    const found = await this.#sql.asOwner((session) =>
      session.query<{ partition: number; seq: number; head: number | null; hash: string | null }>(
        `SELECT w.partition, w.seq, h.seq AS head, l.hash FROM unnest($1::smallint[], $2::bigint[], $3::text[]) AS w (partition, seq, hash)
         LEFT JOIN partition_heads h ON h.partition = w.partition LEFT JOIN ledger l ON l.partition = w.partition AND l.seq = w.seq
         WHERE h.seq IS NULL OR h.seq < w.seq OR (l.hash IS DISTINCT FROM w.hash AND NOT EXISTS
           (SELECT FROM ledger_archive_ends e WHERE e.partition = w.partition AND e.seq >= w.seq)) ORDER BY w.partition`,
        [wanted.map((head) => head.partition), wanted.map((head) => head.seq), wanted.map((head) => head.hash)],
      ),
    );
    const [first] = found;
    if (first === undefined) return null;
    const { partition, seq, head, hash } = first;
    const what =
      head === null || head < seq ? `ends at ${head ?? 0}` : `has ${hash === null ? 'no' : 'another'} row there`;
    return `anchor ${number} knows position ${seq} of partition ${partition}, which ${what}`;
  }

  /** False when the number is taken. */
  #place(anchor: SignedAnchor): boolean {
    const path = join(this.folder, anchorFileName(anchor.number));
    const unfinished = `${path}.${process.pid}.unfinished`;
    writeFileSync(unfinished, anchorFileText(anchor), { mode: 0o600, flush: true });
    try {
      linkSync(unfinished, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(unfinished, { force: true });
    }
    const handle = openSync(this.folder, 'r');
    fsyncSync(handle);
    closeSync(handle);
    return true;
  }
}
