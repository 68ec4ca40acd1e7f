/** Derives the counts of what senders sent from the ledger, and names what is kept otherwise. */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { actorKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import type { LedgerFold } from './ledger-fold.ts';
import type { SenderSendsRow } from './memory-reader.port.ts';
import { compareRows } from './rebuild-memory.ts';

type Differ = (difference: { readonly kind: 'sender'; readonly key: string; readonly detail: string }) => void;

function keyOf({ tenant, partition, channel, sender, hour }: Omit<SenderSendsRow, 'sent'>): string {
  return `${tenant}/p${partition}/${channel}/${sender}/${hour}`;
}

export class SenderRebuild {
  readonly #sent = new Map<string, SenderSendsRow>();

  /** `before` is the state of the action before the event, and `fold` stands behind it. */
  apply(row: LedgerRow, before: string | undefined, fold: LedgerFold): void {
    if (row.type !== 'action.executed') return;
    const action = fold.actors.get(actorKey(row.tenant, 'action', row.actor.id));
    // A second word of the same execution moves nothing.
    if (action === undefined || action.value === before) return;
    const { proposal } = action.context as unknown as ActionContext;
    if (proposal === null || !ACTION_TYPE_SPECS[proposal.action_type].touch) return;
    const { channel, sender } = proposal;
    const hour = Math.floor(row.at / HOUR_MS) * HOUR_MS;
    const counted = { tenant: row.tenant, partition: row.partition, channel, sender, hour };
    const key = keyOf(counted);
    this.#sent.set(key, { ...counted, sent: (this.#sent.get(key)?.sent ?? 0) + 1 });
  }

  /**
   * Of each tenant from the first hour that is kept on. What comes before was deleted for its age or is from before anything was counted; in the
   * latter case that hour may have been counted from its middle on.
   */
  compare(kept: readonly SenderSendsRow[], differ: Differ): void {
    const first = new Map<string, number>();
    for (const { tenant, hour } of kept) first.set(tenant, Math.min(hour, first.get(tenant) ?? hour));
    const isOlder = new Set(
      [...this.#sent.values()].flatMap(({ tenant, hour }) => (hour < firstOf(tenant) ? [tenant] : [])),
    );
    function firstOf(tenant: string): number {
      return first.get(tenant) ?? Number.POSITIVE_INFINITY;
    }
    const isCompared = ({ tenant, hour }: SenderSendsRow) =>
      hour > firstOf(tenant) || (hour === firstOf(tenant) && !isOlder.has(tenant));
    const derived = [...this.#sent].filter(([, row]) => isCompared(row));
    compareRows(
      'sender',
      new Map(derived.map(([key, { sent }]) => [key, String(sent)])),
      new Map(kept.filter(isCompared).map((row) => [keyOf(row), String(row.sent)])),
      differ,
    );
  }
}
