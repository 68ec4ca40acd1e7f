/**
 * LangGraph with its Postgres checkpointer: a thread for each key, whose channels are the state of the key, and `sync` durability, so that
 * the result of a node is stored before the next one starts. It does not know a signal by its id, so the adapter brings a table for that.
 * Two runs on one thread at the same time lose updates of each other, so the adapter holds a lock for each key, which works in one process
 * only.
 */
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { Pool } from 'pg';

import { runAdapter } from './adapter.ts';
import type { Adapter, Settings } from './adapter.ts';
import { admit, connectionsFor, createTables, decide, nowMs, writeEffect, writtenEffects } from './workload.ts';
import type { Admission, Decision, KeyedState, Signal } from './workload.ts';

const NOTHING: KeyedState = { count: 0, lastSeen: 0 };

const State = Annotation.Root({
  signal: Annotation<Signal>(),
  contact: Annotation<KeyedState>({ reducer: (_, next) => next, default: () => NOTHING }),
  decision: Annotation<Decision>(),
  admission: Annotation<Admission>(),
});

async function open({ databaseUrl, inFlight }: Settings): Promise<Adapter> {
  const connections = connectionsFor(inFlight);
  const pool = new Pool({ connectionString: databaseUrl, max: connections });
  await createTables(pool);
  const checkpointer = new PostgresSaver(pool);
  await checkpointer.setup();

  // State and decision are one checkpoint, because both are channels: one node less to store.
  const graph = new StateGraph(State)
    .addNode('decide', ({ signal, contact }) => {
      const next = { count: contact.count + 1, lastSeen: nowMs() };
      return { contact: next, decision: decide(signal, next) };
    })
    .addNode('admit', ({ decision }) => ({ admission: admit(decision) }))
    .addNode('effect', async ({ signal, decision, admission }) => {
      if (admission.admitted) await writeEffect(pool, signal, decision);
      return {};
    })
    .addEdge(START, 'decide')
    .addEdge('decide', 'admit')
    .addEdge('admit', 'effect')
    .addEdge('effect', END)
    .compile({ checkpointer });

  const locks = new Map<string, Promise<void>>();
  async function alone(key: string, work: () => Promise<void>): Promise<void> {
    const turn = (locks.get(key) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    locks.set(key, settled);
    try {
      await turn;
    } finally {
      if (locks.get(key) === settled) locks.delete(key);
    }
  }

  return {
    batch: 1,
    pids: [],
    async handle(signals) {
      for (const signal of signals) {
        const { rowCount } = await pool.query({
          name: 'accept',
          text: 'INSERT INTO applied (signal) VALUES ($1) ON CONFLICT DO NOTHING',
          values: [signal.id],
        });
        if (rowCount === 0) continue;
        await alone(signal.key, async () => {
          await graph.invoke({ signal }, { configurable: { thread_id: signal.key }, durability: 'sync' });
        });
      }
    },
    settle: () => Promise.resolve(),
    effects: () => writtenEffects(pool),
    async counters() {
      const { rows } = await pool.query<{ thread_id: string }>('SELECT DISTINCT thread_id FROM checkpoints');
      const keys = rows.map((row) => row.thread_id);
      const counters = new Map<string, number>();
      const reader = async () => {
        for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
          const { values } = await graph.getState({ configurable: { thread_id: key } });
          counters.set(key, (values as { contact: KeyedState }).contact.count);
        }
      };
      await Promise.all(Array.from({ length: connections }, reader));
      return counters;
    },
    close: () => pool.end(),
  };
}

await runAdapter(open);
