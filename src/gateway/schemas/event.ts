/**
 * What the paths for events take and give, as the API description tells it. The checks themselves are in `cloud-events.ts`: these
 * schemas describe them and are never run over an event.
 */
import { z } from 'zod';

import { outcomeTypeSchema } from '../../domain/outcome-types.ts';
import { SIGNAL_TYPE_NAMES, SIGNAL_TYPES, signalTypeSchema } from '../../domain/signal-types.ts';
import { EVENTS_MAX } from '../cloud-events.ts';
import { outcomeCorrectedSchema, outcomeDataSchema, outcomeRetractedSchema } from '../event-catalogue.ts';
import { idSchema, isoTimeSchema, subjectSchema } from './common.ts';
import { decisionViewSchema, traceStepSchema } from './decision.ts';

const envelope = {
  specversion: z.literal('1.0'),
  id: idSchema.describe('Unique for its source, for ever. Sending an event again changes nothing.'),
  source: idSchema.describe('The system that the event comes from, such as `/crm/hubspot`.'),
  subject: subjectSchema,
  time: isoTimeSchema
    .optional()
    .describe('When it happened (RFC 3339); the time of arrival if it is left out. At most 24 hours ahead.'),
  datacontenttype: z.string().optional().describe('`application/json` if it is there.'),
};

const signalType = signalTypeSchema.meta({ id: 'SignalType' });
const outcomeType = outcomeTypeSchema.meta({ id: 'OutcomeType' });

const signalData = SIGNAL_TYPE_NAMES.map((type) =>
  SIGNAL_TYPES[type].data.meta({
    id: `SignalData.${type}`,
    description: `Data of \`${type}\`: ${SIGNAL_TYPES[type].title}.`,
  }),
);

export const signalSchema = z
  .looseObject({
    ...envelope,
    type: signalType,
    data: z
      .union(signalData as unknown as [z.ZodType, z.ZodType])
      .describe('By type. Members that are not known are kept.'),
  })
  .meta({
    id: 'Signal',
    description: 'A CloudEvent that tells of something noticed. Extension attributes may be there and are ignored.',
    examples: [
      {
        specversion: '1.0',
        id: 'evt-1001',
        source: '/web/site',
        type: 'web.page_viewed',
        subject: 'contact/c-42',
        time: '2026-11-21T10:00:00Z',
        data: { page: 'pricing', seconds: 94, account: { domain: 'acme.com', employees: 230 } },
      },
    ],
  });

const correctedData = outcomeCorrectedSchema.meta({
  id: 'OutcomeData.corrected',
  description: 'An outcome that was sent before was not quite so: what is right, and why.',
});
const retractedData = outcomeRetractedSchema.meta({
  id: 'OutcomeData.retracted',
  description: 'An outcome that was sent before did not happen, and why.',
});

export const outcomeSchema = z
  .looseObject({
    ...envelope,
    type: z.union([outcomeType, z.enum(['corrected', 'retracted'])]),
    data: z.union([correctedData, retractedData, outcomeDataSchema]).optional(),
  })
  .meta({
    id: 'Outcome',
    description: 'A CloudEvent that tells what followed an action.',
    examples: [
      {
        specversion: '1.0',
        id: 'deal-77-won',
        source: '/crm/hubspot',
        type: 'won',
        subject: 'account/acme',
        time: '2026-11-21T10:00:00Z',
        data: { amount: { amount_minor: 1_250_000, currency: 'EUR' }, dimensions: { origin: 'paid' } },
      },
    ],
  });

export const signalBatchSchema = z.array(signalSchema).max(EVENTS_MAX);
export const outcomeBatchSchema = z.array(outcomeSchema).max(EVENTS_MAX);
export const signalsBodySchema = z.union([signalSchema, signalBatchSchema]);
export const outcomesBodySchema = z.union([outcomeSchema, outcomeBatchSchema]);

const binaryAttribute = z.string().optional();
const BINARY = 'Binary mode: the envelope is in headers, percent-encoded, and the body is the data.';

export const eventHeadersSchema = z.object({
  'ce-specversion': binaryAttribute.describe(`${BINARY} \`1.0\`.`),
  'ce-id': binaryAttribute.describe('Binary mode.'),
  'ce-source': binaryAttribute.describe('Binary mode.'),
  'ce-type': binaryAttribute.describe('Binary mode.'),
  'ce-subject': binaryAttribute.describe('Binary mode.'),
  'ce-time': binaryAttribute.describe('Binary mode.'),
});

export const signalHeadersSchema = eventHeadersSchema.extend({
  prefer: z
    .string()
    .optional()
    .describe('`wait=10`: wait so many seconds, 30 at most, for what the signals lead to (RFC 7240).'),
});

const acceptedEventSchema = z
  .object({
    id: z.string(),
    duplicate: z.boolean().describe('True when the same event was accepted before.'),
    correlation: z
      .string()
      .nullable()
      .describe('Ties together what the event sets in motion: see `GET /v1/traces/{correlation}`.'),
  })
  .meta({ id: 'AcceptedEvent' });

export const acceptedSchema = z
  .object({ accepted: z.array(acceptedEventSchema).describe('In the order of the request.') })
  .meta({ id: 'Accepted' });

export const followedSchema = z
  .object({
    accepted: z.array(acceptedEventSchema),
    decisions: z.array(decisionViewSchema).describe('What was decided.'),
    triage: z
      .array(traceStepSchema.safeExtend({ signal: z.string().describe('Id of the signal.') }))
      .describe('Why nothing was decided, for the signals that led to no decision.'),
  })
  .meta({ id: 'FollowedSignals' });
