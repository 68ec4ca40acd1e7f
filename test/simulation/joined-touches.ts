/**
 * What must hold of companies and people that were merged, worked out from the ledger alone: what was permitted while two were one keeps its
 * distance to what touched either of them before, and together they stay below the cap.
 */
import { parseRow } from '../../src/actors/replay/ledger-fold.ts';
import type { StoredGuard } from '../../src/actors/runtime-store.port.ts';
import type { GuardWrite, Touch } from '../../src/domain/guard.ts';
import type { LedgerRow } from '../../src/domain/ledger-event.ts';

export interface TouchLimits {
  readonly cooldownMs: (key: string) => number;
  /** The most touches of one person in a window that is longer than the run. */
  readonly capMax: number;
}

/** While this guard was joined to that one, in versions of this one. */
interface Span {
  readonly peer: string;
  readonly from: number;
  until: number;
}

interface OwnTouch {
  readonly touch: Touch;
  readonly version: number;
}

class GuardHistory {
  readonly spans: Span[] = [];
  readonly reserved = new Map<string, number>();

  note({ version, change }: GuardWrite): void {
    if (change.kind === 'touched' && change.action !== null) this.reserved.set(change.action, version);
    // It did not happen. A copy that another guard made before may come back, and is no touch.
    if (change.kind === 'closed' && change.undo_touch) this.reserved.delete(change.action);
    if (change.kind === 'joined')
      for (const { key } of change.peers) this.spans.push({ peer: key, from: version, until: Infinity });
    if (change.kind === 'parted')
      for (const span of this.spans)
        if (change.peers.includes(span.peer) && span.until === Infinity) span.until = version;
  }

  /** Touches that were reserved on this guard, without those that it gained from another. */
  own(guard: StoredGuard | undefined): readonly OwnTouch[] {
    return (guard?.state.touches ?? []).flatMap((touch) => {
      const version = touch.action === null ? undefined : this.reserved.get(touch.action);
      return version === undefined ? [] : [{ touch, version }];
    });
  }
}

export function guardHistories(rows: readonly LedgerRow[]): ReadonlyMap<string, GuardHistory> {
  const writes = rows.flatMap((row) => parseRow(row).guards).toSorted((a, b) => a.version - b.version);
  const histories = new Map<string, GuardHistory>();
  for (const write of writes) {
    const history = histories.get(write.key) ?? new GuardHistory();
    histories.set(write.key, history);
    history.note(write);
  }
  return histories;
}

/** Pairs of touches of two merged guards that stand too close, and groups that were touched too often. */
export function crowdedTogether(
  rows: readonly LedgerRow[],
  guards: ReadonlyMap<string, StoredGuard>,
  limits: TouchLimits,
): readonly string[] {
  const histories = guardHistories(rows);
  const byKey = new Map([...guards.values()].map((guard) => [guard.key, guard]));
  const found: string[] = [];
  for (const [key, history] of histories) {
    for (const span of history.spans) {
      const other = histories.get(span.peer);
      const mirrored = other === undefined ? undefined : mirrorOf(key, span, history.spans, other);
      if (other === undefined || mirrored === undefined) continue;
      const isWithin = ({ version }: OwnTouch, { from, until }: Span) => version > from && version < until;
      const mine = history.own(byKey.get(key)).filter(({ version }) => version < span.until);
      const theirs = other.own(byKey.get(span.peer)).filter(({ version }) => version < mirrored.until);
      const during = mine.filter((touch) => isWithin(touch, span));
      for (const { touch } of during)
        for (const { touch: before } of theirs)
          if (touch.action !== before.action && Math.abs(touch.at - before.at) < limits.cooldownMs(key))
            found.push(
              `${key} and ${span.peer} were one and touched within their cooldown, ${Math.round(Math.abs(touch.at - before.at))} ms apart`,
            );
      const count = new Set([...mine, ...theirs].map(({ touch }) => touch.action)).size;
      if (key.startsWith('contact:') && during.length > 0 && count > limits.capMax)
        found.push(`${key} and ${span.peer} were one and touched ${count} times, ${limits.capMax} are allowed`);
    }
  }
  return found;
}

/** The same merge as the other guard noted it: the spans of a pair come in the same order on both sides. */
function mirrorOf(key: string, span: Span, spans: readonly Span[], other: GuardHistory): Span | undefined {
  const index = spans.filter(({ peer }) => peer === span.peer).indexOf(span);
  return other.spans.filter(({ peer }) => peer === key)[index];
}
