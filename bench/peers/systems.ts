/** The systems of the comparison: how each is started, what its version is, and what of the work it leaves to the adapter. */
import { readFileSync } from 'node:fs';

/** A way to run a system that is worth a trial. */
export interface Tuning {
  /** What is published with the figures; empty for the only way. */
  readonly title: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface System {
  readonly name: string;
  readonly title: string;
  readonly adapter: string;
  readonly tunings: readonly [Tuning, ...Tuning[]];
  /** The package whose version is published; null is this repository. */
  readonly packageName: string | null;
}

const PLAIN: Tuning = { title: '', environment: {} };

export const SYSTEMS: readonly System[] = [
  { name: 'gatehouse', title: 'Gatehouse', adapter: 'gatehouse.ts', tunings: [PLAIN], packageName: null },
  {
    name: 'gatehouse-batch',
    title: 'Gatehouse, 16 a request',
    adapter: 'gatehouse.ts',
    tunings: [{ title: '', environment: { PEERS_BATCH: '16' } }],
    packageName: null,
  },
  {
    name: 'dbos',
    title: 'DBOS',
    adapter: 'dbos.ts',
    tunings: [
      { title: 'started at once', environment: {} },
      { title: 'through a queue', environment: { PEERS_DBOS_QUEUE: 'yes' } },
    ],
    packageName: '@dbos-inc/dbos-sdk',
  },
  {
    name: 'restate',
    title: 'Restate',
    adapter: 'restate.ts',
    tunings: [PLAIN],
    packageName: '@restatedev/restate-server',
  },
  { name: 'mastra', title: 'Mastra', adapter: 'mastra.ts', tunings: [PLAIN], packageName: '@mastra/core' },
  {
    name: 'langgraph',
    title: 'LangGraph',
    adapter: 'langgraph.ts',
    tunings: [PLAIN],
    packageName: '@langchain/langgraph',
  },
];

/** The version that is installed, or `?` where nothing is. */
export function versionOf({ packageName }: System): string {
  const file = packageName === null ? '../../package.json' : `./node_modules/${packageName}/package.json`;
  try {
    return (JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { version: string }).version;
  } catch {
    return '?';
  }
}

/** What each system does by itself, and what it leaves to whoever uses it. */
export const DIFFERENCES = `| | Gatehouse | DBOS | Restate | Mastra | LangGraph |
|---|---|---|---|---|---|
| accepts once by id | yes; other content under the same id is refused | by workflow id | by idempotency key, kept for a day unless set otherwise | no: a table of the adapter | no: a table of the adapter |
| state by key, one at a time | actor, fenced by the epoch of its partition | no: a table of the adapter | virtual object | no: a table of the adapter | thread, but concurrent runs lose updates: a lock of the adapter, in one process only |
| steps with durable results | decision and verdict, in one commit with state and ledger | a row for each step | a journal entry for each step | a snapshot of the whole run after each step | a checkpoint after each node (\`durability: 'sync'\`) |
| the effect | permit and receipt; carried out after the answer | a step of the workflow | a step of the handler | a step of the workflow | a node of the graph |
| rejects a second effect | single-use permit that the database enforces | key of the row | key of the row | key of the row | key of the row |
| gate in the same transaction as the state it read | 17 checks on every signal | no | no | no | no |
| hash-chained ledger | yes | no | no | no | no |
| replays a verdict under the policy of that time | yes | no | no | no | no |
| spoken to | HTTP, a server process | in the process of the driver | HTTP, a server process that calls the process of the driver | in the process of the driver | in the process of the driver |
| state is kept in | Postgres | Postgres | its own log on disk, synced; effects in Postgres | Postgres | Postgres |
| licence | Apache-2.0 | MIT | SDK MIT, server BSL 1.1 | Apache-2.0 | MIT |`;
