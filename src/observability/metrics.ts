/**
 * Every figure that the system reports about itself, in one registry. The gateway and the runtime count into the same set, so that
 * one scrape tells the whole story. Labels are closed sets: no tenant, account or person is ever one. Where a set is small it is
 * counted from zero at the start, because a rate over a figure that does not exist yet is nothing, and an alert on nothing is silent.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { LIMITED_LEVELS } from '../domain/sender-health.ts';
import { SYNC_SOURCES } from '../domain/sync.ts';
import { MODEL_PURPOSES, MODEL_RESULTS } from './model-call.ts';

/** How a transaction ended. `failed`: the database could not. `refused`: it could, and what was asked did not hold. */
export const TRANSACTION_RESULTS = ['committed', 'failed', 'refused'] as const;
export type TransactionResult = (typeof TRANSACTION_RESULTS)[number];

/** What may wait, and whose oldest is told. */
export const WAITING = ['message', 'parked', 'permit', 'timer', 'review'] as const;
export type Waiting = (typeof WAITING)[number];

const EXECUTION_RESULTS = ['sent', 'refused', 'failed', 'uncertain', 'expired', 'withheld', 'retried'] as const;
const VERDICTS = ['pass', 'schedule', 'hold', 'deny', 'shadow'] as const;

export interface Metrics {
  readonly registry: Registry;
  readonly httpRequests: Counter<'method' | 'route' | 'status'>;
  readonly httpSeconds: Histogram<'route'>;
  /** Counted where signals are accepted, once each. */
  readonly signals: Counter<'type'>;
  readonly verdicts: Counter<'verdict'>;
  readonly gateSeconds: Histogram;
  readonly gateDecidingSeconds: Histogram;
  readonly commitSeconds: Histogram;
  readonly batchMessages: Histogram;
  readonly parkedMessages: Counter;
  readonly executions: Counter<'result'>;
  readonly executionSeconds: Histogram;
  readonly transactions: Counter<'result'>;
  readonly transactionSeconds: Histogram;
  readonly mailboxMessages: Gauge;
  readonly timerLateSeconds: Histogram;
  readonly oldestWaitingSeconds: Gauge<'what'>;
  readonly activePlays: Gauge;
  readonly hosts: Gauge;
  readonly partitionsOwned: Gauge;
  readonly partitionsUnowned: Gauge;
  readonly limitedSenders: Gauge<'level'>;
  readonly staleSyncs: Gauge<'source'>;
  readonly modelCalls: Counter<'purpose' | 'result'>;
}

/** 0.2 is the objective of the API; an alert needs a bucket that ends there. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];
/** 0.01 is the objective of the gate. */
const GATE_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1];
/** 60 is the objective of an execution. */
const LONG_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3_600];
const MESSAGES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];

/** `process` adds memory, event loop lag and the like; tests leave it out, because it watches the process until it ends. */
export function createMetrics(options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.process === true) collectDefaultMetrics({ register: registry, prefix: 'gatehouse_' });
  const verdicts = new Counter({
    name: 'gatehouse_gate_verdicts_total',
    help: 'Verdicts of the gate.',
    labelNames: ['verdict'],
    registers,
  });
  const executions = new Counter({
    name: 'gatehouse_executions_total',
    help: 'What became of permits and of attempts at them.',
    labelNames: ['result'],
    registers,
  });
  const transactions = new Counter({
    name: 'gatehouse_database_transactions_total',
    help: 'Transactions: committed, failed by the database, or refused for what they asked.',
    labelNames: ['result'],
    registers,
  });
  const limitedSenders = new Gauge({
    name: 'gatehouse_limited_senders',
    help: 'Senders whose messages bounce or are marked as spam too often, by what that means for them. Each tenant is counted by one host.',
    labelNames: ['level'],
    registers,
  });
  const staleSyncs = new Gauge({
    name: 'gatehouse_stale_syncs',
    help: 'Tenants on the real clock whose source has not reported for longer than their policy allows. The same at every host.',
    labelNames: ['source'],
    registers,
  });
  const modelCalls = new Counter({
    name: 'gatehouse_model_calls_total',
    help: 'Calls of models, by what was asked for: answered, answered by what stands in for the model, or failed.',
    labelNames: ['purpose', 'result'],
    registers,
  });
  for (const source of SYNC_SOURCES) staleSyncs.set({ source }, 0);
  for (const purpose of MODEL_PURPOSES) for (const result of MODEL_RESULTS) modelCalls.inc({ purpose, result }, 0);
  for (const level of LIMITED_LEVELS) limitedSenders.set({ level }, 0);
  for (const verdict of VERDICTS) verdicts.inc({ verdict }, 0);
  for (const result of EXECUTION_RESULTS) executions.inc({ result }, 0);
  for (const result of TRANSACTION_RESULTS) transactions.inc({ result }, 0);
  return {
    registry,
    verdicts,
    executions,
    transactions,
    httpRequests: new Counter({
      name: 'gatehouse_http_requests_total',
      help: 'HTTP requests answered.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'gatehouse_http_request_seconds',
      help: 'Time from the first byte of a request to its answer, without requests that asked to wait.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    }),
    signals: new Counter({
      name: 'gatehouse_signals_total',
      help: 'Signals accepted, without those that were accepted before.',
      labelNames: ['type'],
      registers,
    }),
    gateSeconds: new Histogram({
      name: 'gatehouse_gate_seconds',
      help: 'Time of the gate for one verdict: reading the facts, with those of its batch, and deciding. Waiting before it and the commit after it are not in it.',
      buckets: GATE_SECONDS,
      registers,
    }),
    gateDecidingSeconds: new Histogram({
      name: 'gatehouse_gate_deciding_seconds',
      help: 'The part of the time of the gate in which it decides, after its facts were read.',
      buckets: GATE_SECONDS,
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'gatehouse_commit_seconds',
      help: 'Time to commit one batch of messages.',
      buckets: SECONDS,
      registers,
    }),
    batchMessages: new Histogram({
      name: 'gatehouse_batch_messages',
      help: 'Messages committed in one batch.',
      buckets: MESSAGES,
      registers,
    }),
    parkedMessages: new Counter({
      name: 'gatehouse_messages_parked_total',
      help: 'Messages that could not be processed and wait for an operator.',
      registers,
    }),
    executionSeconds: new Histogram({
      name: 'gatehouse_execution_seconds',
      help: 'Time from the moment a permit was due until its end was recorded, with all attempts.',
      buckets: LONG_SECONDS,
      registers,
    }),
    transactionSeconds: new Histogram({
      name: 'gatehouse_database_transaction_seconds',
      help: 'Time of a transaction from asking for a connection to its end.',
      buckets: SECONDS,
      registers,
    }),
    mailboxMessages: new Gauge({
      name: 'gatehouse_mailbox_messages',
      help: 'Messages in the mailboxes of this host, accepted or about to be, and not yet processed.',
      registers,
    }),
    timerLateSeconds: new Histogram({
      name: 'gatehouse_timer_late_seconds',
      help: 'How late timers fired.',
      buckets: LONG_SECONDS,
      registers,
    }),
    oldestWaitingSeconds: new Gauge({
      name: 'gatehouse_oldest_waiting_seconds',
      help: 'Age of the oldest accepted message, parked message, due permit, due timer and open review of tenants on the real clock; 0 when nothing waits. The same at every host.',
      labelNames: ['what'],
      registers,
    }),
    activePlays: new Gauge({
      name: 'gatehouse_active_plays',
      help: 'Active sales plays of the tenant on the real clock that has the most. The same at every host.',
      registers,
    }),
    hosts: new Gauge({
      name: 'gatehouse_hosts',
      help: 'Hosts that live on the database. The same at every host.',
      registers,
    }),
    partitionsOwned: new Gauge({
      name: 'gatehouse_partitions_owned',
      help: 'Partitions that this host owns.',
      registers,
    }),
    partitionsUnowned: new Gauge({
      name: 'gatehouse_partitions_unowned',
      help: 'Partitions that no host owns. The same at every host.',
      registers,
    }),
    limitedSenders,
    staleSyncs,
    modelCalls,
  };
}
