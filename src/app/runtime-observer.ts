/**
 * What the runtime says, as figures and as lines of the log. A line about a decision or an execution carries its id as `decision`, so
 * that a log can be searched for what `gatehouse trace` is asked for. Ordinary ones are written at debug: at info they would cost more
 * than the decisions do.
 */
import type { FastifyBaseLogger } from 'fastify';

import type { CommittedBatch, ExecutionReport, ExecutionResult, RuntimeObserver } from '../actors/observer.port.ts';
import type { Metrics } from '../observability/metrics.ts';

/** What a person should look at. */
const WORRYING: ReadonlySet<ExecutionResult> = new Set(['refused', 'failed', 'uncertain', 'expired']);

export function createRuntimeObserver(logger: FastifyBaseLogger, metrics: Metrics): RuntimeObserver {
  const logsDecisions = logger.level === 'debug' || logger.level === 'trace';

  function logDecisions({ decisions, decisionUpdates }: CommittedBatch): void {
    const verdicts = new Set(decisionUpdates.map(({ tenant, id }) => `${tenant}/${id}`));
    for (const { tenant, id, correlation, actionType } of decisions)
      if (!verdicts.has(`${tenant}/${id}`))
        logger.debug({ decision: id, tenant, correlation, action_type: actionType }, 'decided to do nothing');
    for (const { tenant, id, correlation, verdict } of decisionUpdates)
      logger.debug({ decision: id, tenant, correlation, verdict }, 'the gate decided');
  }

  function logExecution(report: ExecutionReport): void {
    const { decision, tenant, permit, result, channel, mode, latencyMs } = report;
    const fields = { decision, tenant, permit, result, channel, mode, latency_ms: latencyMs };
    if (WORRYING.has(result)) logger.warn(fields, 'an execution did not succeed');
    else logger.debug(fields, 'executed');
  }

  return {
    gateAsked(times) {
      for (const { reading, deciding } of times) {
        metrics.gateSeconds.observe((reading + deciding) / 1_000);
        metrics.gateDecidingSeconds.observe(deciding / 1_000);
      }
    },
    batchCommitted(lane, messages, batch, [from, to]) {
      metrics.commitSeconds.observe((to - from) / 1_000);
      metrics.batchMessages.observe(messages);
      for (const { verdict } of batch.decisionUpdates) metrics.verdicts.inc({ verdict });
      for (const { message, error } of batch.processed) {
        if (error === null) continue;
        metrics.parkedMessages.inc();
        const { tenant, source, id } = message;
        logger.error(
          { tenant, source, id, reason: error },
          'a message could not be processed and waits for an operator',
        );
      }
      if (!logsDecisions) return;
      logger.debug({ lane, messages, events: batch.drafts.length, milliseconds: to - from }, 'batch committed');
      logDecisions(batch);
    },
    batchFailed: (lane, messages, error) =>
      logger.warn({ lane, messages, err: error }, 'a batch failed and is tried in parts'),
    executed(report) {
      metrics.executions.inc({ result: report.result });
      if (report.result !== 'retried' && report.result !== 'withheld')
        metrics.executionSeconds.observe(report.latencyMs / 1_000);
      logExecution(report);
    },
    timerFired: (lagMs) => metrics.timerLateSeconds.observe(lagMs / 1_000),
    partitionsChanged: (how, partitions) => logger.info({ how, partitions }, 'partitions changed hands'),
    failed: (what, error) => logger.error({ err: error, what }, 'background work failed and is tried again'),
  };
}
