/**
 * Mastra: one run of a workflow for each signal, named by the id of the signal. Making the run writes its first snapshot, which is the
 * durable acceptance, and each step writes the next. Mastra does not refuse a second run of the same id and has no state by key, so the
 * adapter brings tables for both.
 */
import { Mastra } from '@mastra/core';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { PostgresStore } from '@mastra/pg';
import { Pool } from 'pg';
import { z } from 'zod';

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

const signalSchema = z.object({
  id: z.string(),
  key: z.string(),
  payload: z.object({
    form: z.string(),
    landing_page: z.string(),
    dimensions: z.object({ origin: z.string() }),
    text: z.string(),
  }),
});
const stateSchema = z.object({ count: z.number(), lastSeen: z.number() });
const decisionSchema = z.object({ action: z.string(), score: z.number() });
const admissionSchema = z.object({ admitted: z.boolean(), reason: z.string() });
const doneSchema = z.object({ done: z.boolean() });

async function open({ databaseUrl, inFlight }: Settings): Promise<Adapter> {
  const pool = new Pool({ connectionString: databaseUrl, max: connectionsFor(inFlight) });
  await createTables(pool);

  const stateStep = createStep({
    id: 'state',
    inputSchema: signalSchema,
    outputSchema: stateSchema,
    execute: ({ inputData }) => applyOnce(pool, inputData),
  });
  const decideStep = createStep({
    id: 'decide',
    inputSchema: stateSchema,
    outputSchema: decisionSchema,
    execute: ({ inputData, getInitData }) =>
      Promise.resolve(decide(getInitData<z.infer<typeof signalSchema>>(), inputData)),
  });
  const admitStep = createStep({
    id: 'admit',
    inputSchema: decisionSchema,
    outputSchema: admissionSchema,
    execute: ({ inputData }) => Promise.resolve(admit(inputData)),
  });
  const effectStep = createStep({
    id: 'effect',
    inputSchema: admissionSchema,
    outputSchema: doneSchema,
    async execute({ inputData, getInitData, getStepResult }) {
      if (inputData.admitted) {
        await writeEffect(pool, getInitData<z.infer<typeof signalSchema>>(), getStepResult(decideStep));
      }
      return { done: true };
    },
  });
  const workflow = createWorkflow({
    id: 'signal',
    inputSchema: signalSchema,
    outputSchema: doneSchema,
    options: { validateInputs: false },
  })
    .then(stateStep)
    .then(decideStep)
    .then(admitStep)
    .then(effectStep)
    .commit();
  const storage = new PostgresStore({ id: 'peers', pool });
  await storage.init();
  const mastra = new Mastra({ storage, logger: false, workflows: { signal: workflow } });
  const registered = mastra.getWorkflow('signal');

  return {
    batch: 1,
    pids: [],
    async handle(signals) {
      for (const signal of signals) {
        const run = await registered.createRun({ runId: signal.id });
        const result = await run.start({ inputData: signal });
        if (result.status !== 'success') throw new Error(`run ${signal.id} ended as ${result.status}`);
      }
    },
    settle: () => Promise.resolve(),
    effects: () => writtenEffects(pool),
    counters: () => appliedCounters(pool),
    async close() {
      await mastra.shutdown();
      await pool.end();
    },
  };
}

await runAdapter(open);
