/** Folds events into what memory keeps of them: notes, their histories, and one timeline per account or lone person. */
import type { TenantId } from '../../domain/ids.ts';
import { tenantKey } from '../../domain/keys.ts';
import type { LedgerHeader } from '../../domain/ledger-event.ts';
import { EMPTY_TIMELINE } from '../../domain/timeline.ts';
import type { Timeline } from '../../domain/timeline.ts';
import { stepTimeline } from '../../policies/timeline.ts';
import type { LoadedMemory, MemoryWrites, TimelineRow } from './memory-store.port.ts';
import { NoteFold } from './note-fold.ts';

interface Line {
  readonly tenant: TenantId;
  readonly scope: string;
  readonly partition: number;
  timeline: Timeline;
  isChanged: boolean;
}

export const NOTHING_LOADED: LoadedMemory = { slots: new Map(), timelines: new Map() };

export class MemoryFold {
  readonly notes: NoteFold;
  readonly #loaded: LoadedMemory;
  readonly #lines = new Map<string, Line>();

  constructor(loaded: LoadedMemory) {
    this.#loaded = loaded;
    this.notes = new NoteFold(loaded.slots);
  }

  apply(header: LedgerHeader, data: unknown): void {
    const { kind } = header.actor;
    if (kind === 'tenant' || kind === 'trust' || kind === 'play') return;
    this.notes.apply(header, data);
    const line = this.#line(header);
    const after = stepTimeline(line.timeline, header, data);
    if (after === line.timeline) return;
    line.timeline = after;
    line.isChanged = true;
  }

  timelines(): readonly TimelineRow[] {
    return [...this.#lines.values()].flatMap(({ tenant, scope, partition, timeline, isChanged }) =>
      isChanged ? [{ tenant, scope, partition, body: JSON.stringify(timeline) }] : [],
    );
  }

  writes(): MemoryWrites {
    const { notes, links, changes, versions, versionsEnded } = this.notes;
    return { notes, links, changes, versions, versionsEnded, timelines: this.timelines() };
  }

  #line({ tenant, scope, partition }: LedgerHeader): Line {
    const key = tenantKey(tenant, scope);
    let line = this.#lines.get(key);
    if (line === undefined) {
      const body = this.#loaded.timelines.get(key);
      const timeline = body === undefined ? EMPTY_TIMELINE : (JSON.parse(body) as Timeline);
      line = { tenant, scope, partition, timeline, isChanged: false };
      this.#lines.set(key, line);
    }
    return line;
  }
}
