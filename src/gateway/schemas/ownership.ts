/** Who owns an account or a contact. */
import { z } from 'zod';

import { pageFields } from '../cursor.ts';
import type { OwnershipQueueView, OwnershipView } from '../ownership.port.ts';
import { isoTimeSchema, reasonSchema } from './common.ts';

export const ownershipSchema = z
  .object({
    subject: z.string(),
    owned_through: z
      .enum(['account', 'contact'])
      .describe('Whose lock counts: a contact of an account is owned through the account.'),
    lock: z
      .object({
        owner: z.string().describe('The identity of a person, or the lane.'),
        person: z.boolean(),
        lane: z.string(),
        epoch: z.int().describe('Rises with each lock; a permit of before does not outlive it.'),
        until: isoTimeSchema.nullable().describe('Null: until it is released.'),
      })
      .nullable()
      .describe('Null when nobody holds it.'),
  })
  .meta({ id: 'Ownership' }) satisfies z.ZodType<OwnershipView>;

export const ownershipQueueSchema = ownershipSchema
  .extend({
    waiting: z
      .array(
        z.object({
          position: z.int().describe('From 1: the first goes next.'),
          action: z.string(),
          action_type: z.string(),
          lane: z.string(),
          since: isoTimeSchema,
        }),
      )
      .describe('At most 50. Whoever comes after them is put off or held, and not told when the lock ends.'),
  })
  .meta({ id: 'OwnershipQueue' }) satisfies z.ZodType<OwnershipQueueView>;

export const ownershipQueuesQuerySchema = z.strictObject(pageFields);

const takeover = z.boolean().default(false).describe('Also from another person who owns it.');

export const releaseSchema = z
  .strictObject({ takeover, reason: reasonSchema })
  .meta({ id: 'OwnershipRelease', examples: [{ reason: 'Handed back after the call.' }] });

export const takeSchema = z
  .strictObject({
    until: z.iso.datetime({ offset: true }).nullable().default(null).describe('Null: until it is released.'),
    takeover,
    reason: reasonSchema,
  })
  .meta({ id: 'OwnershipTake', examples: [{ reason: 'I am talking to them.' }] });
