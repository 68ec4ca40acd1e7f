/** Derives the examples of one partition from its approvals, and names what is kept otherwise. Their texts are sealed; their digests are compared. */
import type { EventData } from '../../domain/event-types.ts';
import type { TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import { actorKey, tenantKey } from '../../domain/keys.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { ActionContext } from '../../machines/action/action.machine.ts';
import { exampleRecordOf, isApproval } from '../examples/example-row.ts';
import type { KeptExample } from '../examples/example-store.port.ts';
import type { FoldedActor, LedgerFold } from './ledger-fold.ts';
import { compareRows } from './rebuild-memory.ts';

type Differ = (difference: { readonly kind: 'example'; readonly key: string; readonly detail: string }) => void;

export class ExampleRebuild {
  readonly #examples = new Map<string, KeptExample>();

  /** `before` is the actor as it was; `fold` has taken the event in. */
  apply(row: LedgerRow, data: unknown, before: FoldedActor | undefined, fold: LedgerFold): void {
    if (row.type !== 'action.reviewed' && row.type !== 'action.undone') return;
    const after = fold.actors.get(actorKey(row.tenant, 'action', row.actor.id));
    if (after === undefined) return;
    if (row.type === 'action.undone') {
      if (before?.value === 'scheduled' && after.value === 'held') this.#withdraw(row.tenant, row.actor.id, row.at);
      return;
    }
    const reviewed = data as EventData<'action.reviewed'>;
    if (!isApproval(reviewed, before?.value, after.value)) return;
    const record = exampleRecordOf(row, reviewed, after.context as unknown as ActionContext);
    if (record !== null) this.#examples.set(tenantKey(record.tenant, record.id), { ...record, withdrawn_at: null });
  }

  #withdraw(tenant: TenantId, action: string, at: number): void {
    for (const [key, example] of this.#examples)
      if (example.tenant === tenant && example.action === action && example.withdrawn_at === null)
        this.#examples.set(key, { ...example, withdrawn_at: at });
  }

  compare(kept: readonly KeptExample[], differ: Differ): void {
    const textOf = (rows: Iterable<KeptExample>) =>
      new Map([...rows].map((row) => [tenantKey(row.tenant, row.id), canonicalJson(row)]));
    compareRows('example', textOf(this.#examples.values()), textOf(kept), differ);
  }
}
