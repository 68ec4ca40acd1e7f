/**
 * Tells screens what was committed, whichever host committed it. While anybody listens, the ends of all partitions are looked at a few times a
 * second, and what came in since is read once and handed to the listeners of its tenant. A listener that comes back names its position and is
 * told what it missed, out of the ledger: nothing is kept for it in between.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { RuntimeObserver } from '../actors/observer.port.ts';
import { GatehouseError } from '../domain/errors.ts';
import { PARTITION_COUNT } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { Change, ChangeKind, ChangeReader as Listener, StreamServices } from '../gateway/stream.port.ts';
import type { ChangeReader, ChangeRow, Positions } from '../memory/read/change-reader.ts';

export const LOOK_EVERY_MS = 250;
/** After a failure of the database. */
const WAIT_MS = 2_000;
const FOLLOWERS_MAX = 500;
/** Events, of all tenants, that one who comes back may have missed; beyond it, reading everything again is cheaper. */
const MISSED_MAX = 20_000;

interface Follower {
  readonly caller: Caller;
  readonly listener: Listener;
  /** What came in while it was still being told what it missed; null afterwards. */
  waiting: ChangeRow[] | null;
}

export class ChangeFeed implements StreamServices {
  readonly #reader: Pick<ChangeReader, 'heads' | 'between'>;
  readonly #observer: Pick<RuntimeObserver, 'failed'>;
  readonly #followers = new Set<Follower>();
  #positions: Positions = [];
  #isLooking = false;
  #stopped = false;

  constructor(reader: Pick<ChangeReader, 'heads' | 'between'>, observer: Pick<RuntimeObserver, 'failed'>) {
    this.#reader = reader;
    this.#observer = observer;
  }

  async follow(caller: Caller, since: string | null, listener: Listener): Promise<() => void> {
    const from = since === null ? null : positionsIn(since);
    if (this.#stopped || this.#followers.size >= FOLLOWERS_MAX)
      throw new GatehouseError('overloaded', 'Too many screens listen to this server. Try again later.');
    const follower: Follower = { caller, listener, waiting: [] };
    // It is on the list before the end is read, so that nothing falls between what it missed and what it is told.
    if (this.#followers.size === 0) this.#positions = [];
    this.#followers.add(follower);
    try {
      const heads = await this.#reader.heads();
      if (from === null || distance(from, heads) > MISSED_MAX) listener.lost(textOf(heads));
      else tell(follower, await this.#reader.between([caller.tenant], from, heads), heads);
      const late = (follower.waiting ?? []).filter((row) => row.seq > (heads[row.partition] ?? 0));
      follower.waiting = null;
      if (late.length > 0) tell(follower, late, this.#positions);
      this.#positions = this.#positions.length === 0 ? heads : lowerOf(this.#positions, heads);
      if (!this.#isLooking) void this.#look();
    } catch (error) {
      this.#followers.delete(follower);
      throw error;
    }
    return () => this.#followers.delete(follower);
  }

  stop(): void {
    this.#stopped = true;
    this.#followers.clear();
  }

  /** Ends when nobody listens any more. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#followers.size > 0) {
      let waitMs = LOOK_EVERY_MS;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#observer.failed('reading changes', error);
        waitMs = WAIT_MS;
      }
      await sleep(waitMs, undefined, { ref: false });
    }
    this.#isLooking = false;
  }

  async #lookOnce(): Promise<void> {
    const from = this.#positions;
    // The first of a new audience is still being told where it begins.
    if (from.length === 0) return;
    const heads = await this.#reader.heads();
    const tenants = [...new Set([...this.#followers].map(({ caller }) => caller.tenant))];
    const rows = await this.#reader.between(tenants, from, heads);
    // Somebody who began further back came in meanwhile: then this is read again, and told twice rather than never.
    if (this.#positions === from) this.#positions = heads;
    const byTenant = Map.groupBy(rows, (row) => row.tenant);
    for (const follower of this.#followers) {
      const own = byTenant.get(follower.caller.tenant) ?? [];
      if (own.length === 0) continue;
      if (follower.waiting === null) tell(follower, own, heads);
      else follower.waiting.push(...own);
    }
  }
}

function tell({ listener }: Follower, rows: readonly ChangeRow[], positions: Positions): void {
  const position = textOf(positions);
  listener.changed(rows.map((row): Change => ({ ...changeOf(row), position })));
}

function changeOf(row: ChangeRow): Omit<Change, 'position'> {
  return { kind: kindOf(row.type), id: row.named ?? row.actor_id, type: row.type, at: isoOf(row.at) };
}

const REVIEW_EVENTS: ReadonlySet<string> = new Set(['action.held', 'action.reviewed']);

function kindOf(type: string): ChangeKind {
  if (REVIEW_EVENTS.has(type) || type.startsWith('review.')) return 'review';
  if (type.startsWith('decision.')) return 'decision';
  if (type.startsWith('pause.')) return 'pause';
  return type.startsWith('outcome.') ? 'outcome' : 'action';
}

function distance(from: Positions, to: Positions): number {
  return to.reduce((sum, head, partition) => sum + Math.max(0, head - (from[partition] ?? 0)), 0);
}

/** The one itself when no position of the other is lower. */
function lowerOf(one: Positions, other: Positions): Positions {
  const isLower = other.some((seq, partition) => seq < (one[partition] ?? 0));
  return isLower ? one.map((seq, partition) => Math.min(seq, other[partition] ?? 0)) : one;
}

/** As short as it can be, because it comes with every change: numbers of base 36, nothing for a partition that is empty. */
function textOf(positions: Positions): string {
  return positions.map((seq) => (seq === 0 ? '' : seq.toString(36))).join('.');
}

const POSITION = /^[0-9a-z]{0,11}$/;

/** Throws `invalid_request`. */
function positionsIn(text: string): Positions {
  const parts = text.split('.');
  if (parts.length !== PARTITION_COUNT || !parts.every((part) => POSITION.test(part)))
    throw new GatehouseError('invalid_request', 'The header `Last-Event-ID` is not one that this stream gave out.');
  return parts.map((part) => (part === '' ? 0 : Number.parseInt(part, 36)));
}
