import type { Clock } from '../actors/clock.port.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
/** Counts what is metered and puts the sums on the ledger, so that a bill can be checked against it. */
import type { TenantId } from '../domain/ids.ts';

export type MeterName = 'execution' | 'tokens' | 'api.call' | 'storage';

export class UsageMeter {
  readonly #commands: TenantCommands;
  readonly #clock: Clock;
  readonly #host: string;
  #counts = new Map<TenantId, Partial<Record<MeterName, number>>>();
  #since: number;

  constructor(commands: TenantCommands, clock: Clock, host: string) {
    this.#commands = commands;
    this.#clock = clock;
    this.#host = host;
    this.#since = clock.now();
  }

  count(tenant: TenantId, name: MeterName, amount: number): void {
    const counts = this.#counts.get(tenant) ?? {};
    counts[name] = (counts[name] ?? 0) + amount;
    this.#counts.set(tenant, counts);
  }

  /** Writes one event per tenant that used something since the last call. */
  async flush(): Promise<void> {
    const counts = this.#counts;
    const from = this.#since;
    const to = this.#clock.now();
    this.#counts = new Map();
    this.#since = to;
    for (const [tenant, used] of counts) {
      await this.#commands.record(tenant, `meter:${this.#host}:${from}`, 'meter.recorded', {
        from,
        to,
        counts: used as Record<MeterName, number>,
      });
    }
  }
}
