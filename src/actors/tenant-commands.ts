import { GatehouseError } from '../domain/errors.ts';
/** What admins and operators do to a tenant: each becomes an event of the tenant's registry. */
import type { EventData, EventType } from '../domain/event-types.ts';
import { asId } from '../domain/ids.ts';
import type { CorrelationId, ImportId, ScopeId, TenantId } from '../domain/ids.ts';
import { NO_REFS } from '../domain/message.ts';
import type { Clock } from './clock.port.ts';
import { commandMessage } from './command-message.ts';
import type { Host } from './host.ts';

type RegistryEvent = Extract<
  EventType,
  | `tenant.${string}`
  | `kill_switch.${string}`
  | `pause.${string}`
  | `policy.${string}`
  | `pattern.${string}`
  | `suppression.${string}`
  | `import.${string}`
  | `checkpoint.${string}`
  | 'retention.applied'
  | 'keys.rotated'
  | 'subject.purged'
  | 'meter.recorded'
  | 'sync.reported'
  | `sender.${string}`
  | 'trust.pooled'
>;

export class TenantCommands {
  readonly #host: Host;
  readonly #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** `id` makes the command safe to repeat. Returns the time at which it took effect. */
  async record<Type extends RegistryEvent>(
    tenant: TenantId,
    id: string,
    type: Type,
    data: EventData<Type>,
    options: { readonly batch?: ImportId; readonly at?: number } = {},
  ): Promise<number> {
    return (await this.act(tenant, id, type, data, options)).at;
  }

  /** As `record`, and says under which event the ledger has it. */
  async act<Type extends RegistryEvent>(
    tenant: TenantId,
    id: string,
    type: Type,
    data: EventData<Type>,
    options: { readonly batch?: ImportId; readonly at?: number; readonly correlation?: CorrelationId } = {},
  ): Promise<{ readonly at: number; readonly event: string | null; readonly correlation: string | null }> {
    const scope = asId<ScopeId>(tenant);
    const at = options.at ?? this.#clock.now();
    const message = commandMessage({
      type,
      data,
      tenant,
      source: 'command',
      id,
      scope,
      actor: { kind: 'tenant', id: tenant },
      refs: NO_REFS,
      at,
      batch: options.batch ?? null,
      ...(options.correlation === undefined ? {} : { correlation: options.correlation }),
    });
    const [result] = await this.#host.deliverResults([message]);
    if (result?.status === 'parked') throw new GatehouseError('internal', result.error);
    return result?.status === 'processed'
      ? { at, event: result.event, correlation: result.correlation }
      : { at, event: null, correlation: null };
  }
}
