/** The commands that check: the hash chains, the states against the ledger, and the decisions against their replay. */
import type { Command } from '../command.ts';
import { EXIT } from '../command.ts';
import { GatehouseError } from '../../domain/errors.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Check the hash chains of the ledger',
  usage: 'gatehouse verify',
  examples: ['gatehouse verify', 'gatehouse verify --json'],
  options: {},
  async run(context) {
    const { services, caller, close } = await context.connect();
    try {
      const report = await services.verify(caller);
      if (context.json) context.out(JSON.stringify(report));
      else {
        context.out(`${report.ok ? 'The ledger is whole' : 'The ledger is damaged'}: ${report.events} events in ${report.partitions} partitions.`);
        for (const fault of report.faults) context.out(`  partition ${fault.partition}, position ${fault.seq}: ${fault.kind}, ${fault.detail}`);
      }
      return report.ok ? EXIT.ok : EXIT.problemFound;
    } finally {
      await close();
    }
  },
};

export const rebuildCommand: Command = {
  name: 'rebuild',
  summary: 'Derive every state from the ledger again and compare',
  usage: 'gatehouse rebuild --check',
  examples: ['gatehouse rebuild --check'],
  options: { check: { type: 'boolean', meaning: 'Compare only; nothing is written.' } },
  async run(context, _args, options) {
    if (options['check'] !== true) throw new GatehouseError('usage', 'Only checking is supported: gatehouse rebuild --check');
    const { services, caller, close } = await context.connect();
    try {
      const report = await services.rebuildCheck(caller);
      if (context.json) context.out(JSON.stringify(report));
      else {
        context.out(`${report.ok ? 'States follow from the ledger' : 'States differ from the ledger'}: ${report.events} events, ${report.actors} actors, ${report.guards} guards.`);
        for (const item of report.differences) context.out(`  ${item.kind} ${item.key} ${item.detail}`);
      }
      return report.ok ? EXIT.ok : EXIT.problemFound;
    } finally {
      await close();
    }
  },
};

export const replayCommand: Command = {
  name: 'replay',
  summary: 'Run decisions of the gate again and compare their hashes',
  usage: 'gatehouse replay DECISION | --all',
  examples: ['gatehouse replay dec_0123', 'gatehouse replay --all --json'],
  options: { all: { type: 'boolean', meaning: 'Every evaluation of the tenant.' } },
  async run(context, args, options) {
    const [id] = args;
    if ((id === undefined) === (options['all'] !== true)) throw new GatehouseError('usage', 'Name one decision, or give --all.');
    const { services, caller, close } = await context.connect();
    try {
      if (id !== undefined) {
        const view = await services.replayDecision(caller, id);
        if (context.json) context.out(JSON.stringify(view));
        else {
          context.out(`${view.decision}: ${view.result.replaceAll('_', ' ')}`);
          for (const item of view.evaluations) context.out(`  ${item.event} ${item.recorded_hash.slice(0, 16)} → ${item.replayed_hash.slice(0, 16)} ${item.facts_equal ? 'facts equal' : item.differences.join('; ')}`);
        }
        return view.result === 'different' ? EXIT.problemFound : EXIT.ok;
      }
      const report = await services.replayAll(caller);
      if (context.json) context.out(JSON.stringify(report));
      else {
        context.out(`${report.evaluations} evaluations: ${report.identical} identical, ${report.different} different, ${report.redacted} redacted, ${report.facts_differ} with other facts.`);
        for (const example of report.examples) context.out(`  ${example.event}: ${example.detail}`);
      }
      return report.ok ? EXIT.ok : EXIT.problemFound;
    } finally {
      await close();
    }
  },
};

export const traceCommand: Command = {
  name: 'trace',
  summary: 'Tell what happened, from signal to outcome',
  usage: 'gatehouse trace DECISION | CORRELATION',
  examples: ['gatehouse trace dec_0123', 'gatehouse trace cor_0123 --json'],
  options: {},
  async run(context, args) {
    const [id] = args;
    if (id === undefined) throw new GatehouseError('usage', 'Name a decision, an action or a correlation.');
    const { services, caller, close } = await context.connect();
    try {
      if (id.startsWith('cor_')) {
        const steps = await services.traceCorrelation(caller, id);
        context.out(context.json ? JSON.stringify(steps) : steps.map((step) => `${step.at}  ${step.step.padEnd(10)} ${step.summary}`).join('\n'));
        return steps.length === 0 ? EXIT.problemFound : EXIT.ok;
      }
      const trace = await services.traceDecision(caller, id);
      if (context.json) context.out(JSON.stringify(trace));
      else {
        const { decision } = trace;
        context.out(`${decision.id}: ${decision.verdict}. ${decision.reason}`);
        for (const step of trace.steps) context.out(`  ${step.at}  ${step.step.padEnd(10)} ${step.summary}`);
        if (trace.gate.length > 0) context.out('\n  The gate, check by check:');
        for (const check of trace.gate) context.out(`  ${check.outcome === 'pass' ? '✓' : '✗'} ${check.check.padEnd(16)} ${check.comparison}`);
      }
      return EXIT.ok;
    } finally {
      await close();
    }
  },
};
