/** Takes the bytes of erased people out of the files that this installation writes, instead of waiting until they are written over. */
import type { Bus } from '../actors/bus.port.ts';
import type { PurgeStep } from '../gateway/services.port.ts';
import { rewriteTables } from '../memory/sql/rewrite-tables.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import type { ErasedPerson, Retrieval } from './retrieval.ts';

export class Purge {
  readonly #sql: Sql;
  readonly #bus: Pick<Bus, 'drop'>;
  readonly #retrieval: Pick<Retrieval, 'forget' | 'purge'>;
  readonly #progress: (step: PurgeStep) => void;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    sql: Sql,
    bus: Pick<Bus, 'drop'>,
    retrieval: Pick<Retrieval, 'forget' | 'purge'>,
    progress: (step: PurgeStep) => void,
  ) {
    this.#sql = sql;
    this.#bus = bus;
    this.#retrieval = retrieval;
    this.#progress = progress;
  }

  /** Whoever comes while one is running waits for it. */
  run(person: ErasedPerson): Promise<readonly PurgeStep[]> {
    const result = this.#turn.then(() => this.#run(person));
    this.#turn = result.catch(() => {});
    return result;
  }

  async #run(person: ErasedPerson): Promise<readonly PurgeStep[]> {
    const steps: PurgeStep[] = [];
    const done = (step: PurgeStep): void => {
      steps.push(step);
      this.#progress(step);
    };
    // A note that was being indexed while the person was erased.
    await this.#retrieval.forget([person]);
    await this.#bus.drop();
    done({ what: 'messages between hosts', bytes_before: null, bytes_after: null });
    await this.#retrieval.purge();
    done({ what: 'LanceDB files of this host', bytes_before: null, bytes_after: null });
    await rewriteTables(this.#sql, ({ table, ...bytes }) => done({ what: `table ${table}`, ...bytes }));
    return steps;
  }
}
