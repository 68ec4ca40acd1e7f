/** A proposal of an action, from an agent or a person outside. */
import { z } from 'zod';

import { actionTypeSchema } from '../../domain/action-types.ts';
import { PERSONAS } from '../../domain/entity.ts';
import { laneSchema } from '../../domain/lane.ts';
import { SIGNAL_TYPE_NAMES } from '../../domain/signal-types.ts';
import type { ParsedBody } from '../request-body.ts';
import type { ProposalInput } from '../services.port.ts';
import { checkSchema, idSchema, isoTimeSchema, objectInputSchema, reasonSchema, subjectSchema } from './common.ts';

export const proposalSchema = z
  .strictObject({
    id: idSchema.describe('Chosen by the caller and unique: sending a proposal again changes nothing.'),
    action_type: actionTypeSchema,
    lane: laneSchema,
    subject: subjectSchema,
    content: objectInputSchema.describe('What would reach the recipient. An approval is bound to exactly this.'),
    confidence: z.number().min(0).max(1).nullish().describe('0 to 1; leave it out when a person proposes.'),
    sender: idSchema.nullish().describe('Who the message would come from.'),
    originating_proposal_id: idSchema.nullish(),
    sequence: idSchema
      .optional()
      .describe('The sequence of touches that it belongs to; outcomes are linked to it too.'),
    play: idSchema.optional().describe('The play that it belongs to; outcomes are linked to it too.'),
    step: z.int().min(1).max(1_000).optional().describe('Its place in the sequence, from 1.'),
    batch: idSchema.optional().describe('What one run proposes together, so that people can review it together.'),
    signal: z
      .enum(SIGNAL_TYPE_NAMES)
      .optional()
      .describe(
        'What it answers. With the persona, its wording is shown to later drafts of that kind once it is approved.',
      ),
    persona: z.enum(PERSONAS).optional().describe('To what kind of person it is written.'),
    reason: reasonSchema.nullish().describe('Why, in plain words.'),
  })
  .meta({
    id: 'Proposal',
    examples: [
      {
        id: 'prop-9',
        action_type: 'outreach_push',
        lane: 'tam',
        subject: 'contact/c-42',
        content: { subject: 'Your question about SSO', body: 'Hello {{first_name}}, …' },
        confidence: 0.82,
        reason: 'Asked about SSO on the pricing page.',
      },
    ],
  });

/** The exact text of `content` is taken from the body, since approvals and fingerprints depend on it. */
export function proposalOf(proposal: z.infer<typeof proposalSchema>, { scan }: ParsedBody): ProposalInput {
  return {
    id: proposal.id,
    action_type: proposal.action_type,
    lane: proposal.lane,
    subject: proposal.subject,
    content: proposal.content,
    contentText: scan.memberTexts[0] ?? JSON.stringify(proposal.content),
    confidence: proposal.confidence ?? null,
    sender: proposal.sender ?? null,
    originating_proposal_id: proposal.originating_proposal_id ?? null,
    ...(proposal.sequence === undefined ? {} : { sequence: proposal.sequence }),
    ...(proposal.play === undefined ? {} : { play: proposal.play }),
    ...(proposal.step === undefined ? {} : { step: proposal.step }),
    ...(proposal.batch === undefined ? {} : { batch: proposal.batch }),
    ...(proposal.signal === undefined ? {} : { signal: proposal.signal }),
    ...(proposal.persona === undefined ? {} : { persona: proposal.persona }),
    reason: proposal.reason ?? null,
  };
}

export const proposedSchema = z
  .object({ decision: z.string(), action: z.string(), duplicate: z.boolean() })
  .meta({ id: 'Proposed' });

export const gateAnswerSchema = z
  .object({
    verdict: z.string().describe('`pass`, `schedule`, `hold` or `deny`.'),
    at: isoTimeSchema.nullable().describe('When it could go out, for `schedule`.'),
    checks: z.array(checkSchema),
  })
  .meta({ id: 'GateAnswer' });
