/** The review queue at a terminal: list, read, decide. A decision names the fingerprint that was read, or asks after showing it. */
import { createInterface } from 'node:readline/promises';
import { GATE_REASONS } from '../../domain/reason-codes.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { ReviewView } from '../../gateway/services.port.ts';
import type { Command } from '../command.ts';
import { EXIT, textOption } from '../command.ts';

const LIST_MAX = 200;

function shown(review: ReviewView): string {
  return [
    `${review.id}  ${review.action_type} by ${review.channel}, ${review.risk_class} risk, ${review.state}`,
    `  fingerprint ${review.fingerprint}`,
    `  waits since ${review.created_at}, expires ${review.expires_at}`,
    ...review.reasons.map((reason) => `  ✗ ${reason.code === null ? reason.check : GATE_REASONS[reason.code].title} (${reason.comparison})`),
    ...JSON.stringify(review.content, null, 2).split('\n').map((line) => `  | ${line}`),
  ].join('\n');
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new GatehouseError('usage', 'Without a terminal, give --fingerprint of the draft that was read.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return answer.trim().toLowerCase() === 'y';
}

export const reviewCommand: Command = {
  name: 'review',
  summary: 'List, read and decide held actions',
  usage: 'gatehouse review list | show ID | approve ID | reject ID --reason TEXT',
  examples: ['gatehouse review list', 'gatehouse review approve rev_0123.1 --fingerprint 9a3f…', 'gatehouse review reject rev_0123.1 --reason "wrong person"'],
  options: {
    fingerprint: { type: 'string', meaning: 'Of the draft that was read; refuses a draft that changed since.' },
    reason: { type: 'string', meaning: 'Why; needed for a rejection.' },
    state: { type: 'string', meaning: 'For list: open, approved, edited, rejected, cancelled or expired.' },
  },
  async run(context, args, options) {
    const [verb = 'list', id] = args;
    const { services, caller, close } = await context.connect();
    try {
      if (verb === 'list') {
        const page = await services.listReviews(caller, { limit: LIST_MAX, cursor: null, state: textOption(options, 'state') });
        if (context.json) context.out(JSON.stringify(page));
        else if (page.items.length === 0) context.out('Nothing waits for review. Held actions appear here when the gate wants a person to look.');
        else context.out(page.items.map((item) => `${item.id}  ${item.created_at}  ${item.action_type.padEnd(20)} ${item.queue.padEnd(8)} ${item.reasons.map((reason) => reason.code ?? reason.check).join(', ')}`).join('\n'));
        return EXIT.ok;
      }
      if (id === undefined) throw new GatehouseError('usage', `gatehouse review ${verb} needs the id of a review.`);
      const review = await services.getReview(caller, id);
      if (verb === 'show') {
        context.out(context.json ? JSON.stringify(review) : shown(review));
        return EXIT.ok;
      }
      if (verb !== 'approve' && verb !== 'reject') throw new GatehouseError('usage', `There is no review ${verb}. Use list, show, approve or reject.`);
      const reason = textOption(options, 'reason') ?? null;
      if (verb === 'reject' && reason === null) throw new GatehouseError('usage', 'A rejection needs --reason.');
      let fingerprint = textOption(options, 'fingerprint');
      if (fingerprint === undefined) {
        context.note(shown(review));
        if (!(await confirmed(verb === 'approve' ? 'Approve this draft?' : 'Reject this draft?'))) return EXIT.refused;
        fingerprint = review.fingerprint;
      }
      const result = await services.decideReview(caller, id, { decision: verb, fingerprint, reason, content: null });
      context.out(context.json ? JSON.stringify(result) : `${id} is ${result.review.state}; the action is ${result.action_state}.`);
      return EXIT.ok;
    } finally {
      await close();
    }
  },
};
