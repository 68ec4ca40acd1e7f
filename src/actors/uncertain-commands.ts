/** What a person found out about an attempt whose fate was unknown. It stands on the ledger as the end of the action, with who said it. */
import { GatehouseError } from '../domain/errors.ts';
import { actionResult } from './action-result.ts';
import type { Clock } from './clock.port.ts';
import type { PermitFacts } from './execution-store.port.ts';
import type { Host } from './host.ts';

export interface Finding {
  readonly happened: boolean;
  /** The channel's own name for what it did, where it happened and has one. */
  readonly receipt: string | null;
  readonly at: number | null;
  readonly by: string;
  readonly reason: string;
}

export class UncertainCommands {
  readonly #host: Host;
  readonly #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** Ends the action as executed or as failed; what it had reserved is kept or given back accordingly. */
  async settle(permit: PermitFacts, { happened, receipt, at, by, reason }: Finding): Promise<void> {
    const settled = { by, reason };
    const message = actionResult(
      permit,
      this.#clock.now(),
      happened
        ? {
            type: 'action.executed',
            data: {
              permit: permit.id,
              receipt: receipt ?? `settled:${permit.id}`,
              mode: permit.mode,
              executed_at: at ?? Math.min(this.#clock.now(), permit.expiresAt),
              settled,
            },
          }
        : { type: 'action.failed', data: { permit: permit.id, code: 'not_executed', detail: reason, settled } },
      'person',
    );
    const [result] = await this.#host.deliverResults([message]);
    if (result?.status === 'parked') throw new GatehouseError('internal', result.error);
  }
}
