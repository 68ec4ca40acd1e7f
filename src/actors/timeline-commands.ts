/** Empties timelines that were kept long enough. An event says so, because a timeline follows from the events of its account or person. */
import type { EventData } from '../domain/event-types.ts';
import type { ScopeId, TenantId } from '../domain/ids.ts';
import { NO_REFS } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage } from './command-message.ts';
import type { Host } from './host.ts';

export class TimelineCommands {
  readonly #host: Pick<Host, 'submit'>;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(host: Pick<Host, 'submit'>, clock: Pick<Clock, 'now'>) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `id` makes it safe to repeat. A host that cannot take it now leaves it to the next run. */
  async expire(
    tenant: TenantId,
    { scope, kind }: { readonly scope: ScopeId; readonly kind: 'account' | 'lead' },
    id: string,
    data: EventData<'timeline.expired'>,
  ): Promise<void> {
    await this.#host.submit([
      commandMessage({
        type: 'timeline.expired',
        data,
        tenant,
        source: 'retention',
        id,
        scope,
        actor: { kind, id: scope },
        refs: NO_REFS,
        at: this.#clock.now(),
      }),
    ]);
  }
}
