/** Counts what is metered and puts the sums on the ledger, so that a bill can be checked against it. */
import type { Clock } from '../actors/clock.port.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Meter, MeterCounts } from '../domain/meter.ts';

/** What a tenant used in an interval and the ledger may not have yet. */
interface Usage {
  readonly tenant: TenantId;
  readonly from: number;
  readonly to: number;
  readonly counts: MeterCounts;
}

export class UsageMeter {
  readonly #clock: Clock;
  readonly #host: string;
  #counts = new Map<TenantId, Partial<Record<Meter, number>>>();
  #since: number;
  readonly #unwritten: Usage[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(clock: Clock, host: string) {
    this.#clock = clock;
    this.#host = host;
    this.#since = clock.now();
  }

  count(tenant: TenantId, name: Meter, amount: number): void {
    const counts = this.#counts.get(tenant) ?? {};
    counts[name] = (counts[name] ?? 0) + amount;
    this.#counts.set(tenant, counts);
  }

  /**
   * Writes one event per tenant that used something since the last call. What could not be written is written the next time under the same id, so it
   * is on the ledger once, whatever became of the first attempt.
   */
  flush(commands: Pick<TenantCommands, 'record'>): Promise<void> {
    const to = this.#clock.now();
    for (const [tenant, counts] of this.#counts) this.#unwritten.push({ tenant, from: this.#since, to, counts });
    this.#counts = new Map();
    this.#since = to;
    const turn = this.#turn.then(() => this.#write(commands));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #write(commands: Pick<TenantCommands, 'record'>): Promise<void> {
    for (let usage = this.#unwritten[0]; usage !== undefined; usage = this.#unwritten[0]) {
      const { tenant, ...data } = usage;
      await commands.record(tenant, `meter:${this.#host}:${usage.from}`, 'meter.recorded', data, { at: usage.to });
      this.#unwritten.shift();
    }
  }
}
