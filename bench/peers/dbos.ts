/**
 * DBOS: one workflow for each signal, named by the id of the signal. The workflow row is the durable acceptance, and a second start with
 * the same id finds the first. `PEERS_DBOS_QUEUE=yes` puts it into a queue instead of starting it at once. DBOS has no state by key, so it is
 * a row that a step writes.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Pool } from 'pg';

import { runAdapter } from './adapter.ts';
import type { Adapter, Settings } from './adapter.ts';
import {
  admit,
  appliedCounters,
  applyOnce,
  connectionsFor,
  createTables,
  decide,
  writeEffect,
  writtenEffects,
} from './workload.ts';
import type { Signal } from './workload.ts';

const QUEUE = 'signals';

async function open({ databaseUrl, inFlight }: Settings): Promise<Adapter> {
  const queued = process.env['PEERS_DBOS_QUEUE'] === 'yes';
  const connections = connectionsFor(inFlight);
  const pool = new Pool({ connectionString: databaseUrl, max: connections });
  await createTables(pool);

  async function work(signal: Signal): Promise<void> {
    const state = await DBOS.runStep(() => applyOnce(pool, signal), { name: 'state' });
    const decision = await DBOS.runStep(() => Promise.resolve(decide(signal, state)), { name: 'decide' });
    const admission = await DBOS.runStep(() => Promise.resolve(admit(decision)), { name: 'admit' });
    if (admission.admitted) await DBOS.runStep(() => writeEffect(pool, signal, decision), { name: 'effect' });
  }
  const workflow = DBOS.registerWorkflow(work, { name: 'signal' });
  DBOS.setConfig({
    name: 'peers',
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: connections,
    logLevel: 'error',
    enableOTLP: false,
  });
  await DBOS.launch();
  if (queued) await DBOS.registerQueue(QUEUE, { workerConcurrency: inFlight, minPollingIntervalMs: 10 });

  return {
    batch: 1,
    pids: [],
    async handle(signals) {
      for (const signal of signals) {
        const handle = await DBOS.startWorkflow(workflow, {
          workflowID: signal.id,
          ...(queued ? { queueName: QUEUE } : {}),
        })(signal);
        await handle.getResult(queued ? { pollingIntervalMs: 20 } : {});
      }
    },
    settle: () => Promise.resolve(),
    effects: () => writtenEffects(pool),
    counters: () => appliedCounters(pool),
    async close() {
      await DBOS.shutdown();
      await pool.end();
    },
  };
}

await runAdapter(open);
